"""Jobs as greenlets: each stops before and after every call, so that others act in between; faults come in there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import greenlet

from shared.core.errors import SyncError
from shared.core.jobs import JobMessage


class Crash(BaseException):
    """The worker dies here: nothing after this runs."""


@dataclass
class Task:
    """One job under way. `stage` says where it stopped, `call` at what; `fault` waits for the next call."""

    name: str
    who: str
    body: Callable[[], None]
    began_at: datetime
    began: int = 0
    call: str = ""
    stage: str = "new"
    fault: str = ""
    requests: int = 0
    late_writes: int = 0
    read_at: int = 0
    read_call: int = 0
    frozen: bool = False
    generation: int = 0
    message: JobMessage | None = None
    error: BaseException | None = None
    line: greenlet.greenlet | None = field(default=None, repr=False)

    @property
    def alive(self) -> bool:
        """True until the job has ended, by itself or by a crash."""
        return self.stage != "ended"


class Scheduler:
    """Runs tasks one step at a time; a task runs only when told to."""

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}
        self.current: Task | None = None

    def add(self, task: Task) -> None:
        """A new task, not begun."""
        self.tasks[task.name] = task
        task.line = greenlet.greenlet(lambda: self._live(task))

    def _live(self, task: Task) -> None:
        try:
            task.body()
        except Crash:
            task.call = "crashed"
        except SyncError as error:
            task.call = f"raised {error.code}"
        except Exception as error:  # noqa: BLE001 - judged by the checker "no crash"
            task.error = error

    def step(self, task: Task, fault: str = "") -> None:
        """Let a task run to its next stop; `fault` strikes at the call it is about to make."""
        if not task.alive or task.line is None:
            return
        if fault:
            task.fault = fault
        before, self.current = self.current, task
        task.line.switch()
        self.current = before
        if task.line.dead:
            task.stage = "ended"

    def finish(self, task: Task, limit: int = 4000) -> bool:
        """Let a task run to its end; False if it did not get there within `limit` stops."""
        for _ in range(limit):
            if not task.alive:
                return True
            self.step(task)
        return False

    def pause(self, stage: str, call: str) -> str:
        """Stop here if a task is running; the fault that strikes now, or ""."""
        task = self.current
        if task is None or task.line is None:
            return ""
        task.stage, task.call = stage, call
        parent = task.line.parent
        assert parent is not None
        parent.switch()
        if stage == "before":
            fault, task.fault = task.fault, ""
            return fault
        return ""

    def close(self) -> None:
        """End all tasks that still run."""
        for task in self.tasks.values():
            if task.line is not None and not task.line.dead and task.stage != "new":
                task.line.throw(greenlet.GreenletExit)
