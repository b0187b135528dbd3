"""A sync engine that does as a test says, in the place of the real one."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.core.errors import SyncError
from shared.core.jobs import JobMessage
from shared.core.state import Job
from shared.ports import Ports


@dataclass
class Engine:
    """Answers every run with `finished`, or raises `fault`; keeps what it was asked."""

    finished: str | None = "succeeded"
    fault: SyncError | None = None
    asked: list[JobMessage] = field(default_factory=list)
    budgets: list[float | None] = field(default_factory=list)

    def run(self, ports: Ports, message: JobMessage, budget_seconds: float | None = None) -> Job | None:
        """One run."""
        self.asked.append(message)
        self.budgets.append(budget_seconds)
        if self.fault:
            raise self.fault
        if self.finished is None:
            return None
        return Job(message.job_id, message.kind, self.finished, ports.now(), ports.now())

    def deliver(self, ports: Ports, message: JobMessage) -> None:
        """One delivery of the queue."""
        self.run(ports, message)
