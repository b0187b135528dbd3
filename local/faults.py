"""Failures on demand for stand-ins that speak HTTP: throttling, outages and answers that are not JSON."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Fault:
    """An answer instead of the real one.

    `code` is the service's own error code, `retry_after` seconds, and `body` replaces the usual error text
    (for instance by the page of a proxy in between).
    """

    status: int
    code: str | int | None = None
    retry_after: int | None = None
    body: str | None = None


class Faults:
    """Faults planned for the next calls of an operation; `hook`, when set, is asked first at every call."""

    def __init__(self) -> None:
        self.hook: Callable[[str], Fault | None] | None = None
        self._planned: dict[str, list[Fault]] = {}
        self._lock = threading.Lock()

    def plan(self, operation: str, fault: Fault, times: int = 1) -> None:
        """Answer the next `times` calls of `operation` with `fault`."""
        with self._lock:
            self._planned.setdefault(operation, []).extend([fault] * times)

    def take(self, operation: str) -> Fault | None:
        """Return the fault that this call of `operation` must answer with, if any."""
        if self.hook is not None and (asked := self.hook(operation)) is not None:
            return asked
        with self._lock:
            planned = self._planned.get(operation)
            return planned.pop(0) if planned else None
