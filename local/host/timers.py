"""Timer triggers: one run at a time, the missed tick caught up once, the last run remembered (azure.md 1.2)."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from azure.functions.meta import Datum

from local.host.indexing import IndexedFunction
from local.host.invoking import Outcome
from local.host.ncrontab import Schedule

_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_SHORTEST_MONITORED = timedelta(minutes=1)
_LONGEST_WAIT = 1.0  # seconds; the clock may be set, or the machine sleep, meanwhile
_LOG = logging.getLogger("Host.Triggers.Timer")


@dataclass(frozen=True)
class TimerStatus:
    """When a timer ran last and is due next, UTC; `last` is year 1 before the first run."""

    last: datetime
    next: datetime
    last_updated: datetime

    def as_json(self) -> dict[str, str]:
        """Return the `ScheduleStatus` the worker gets."""
        return {
            "Last": self.last.isoformat(),
            "Next": self.next.isoformat(),
            "LastUpdated": self.last_updated.isoformat(),
        }


@dataclass(frozen=True)
class StatusFile:
    """Keeps a timer's status over restarts of the host, in one JSON file for each function."""

    path: Path

    def read(self) -> TimerStatus | None:
        """Return what was kept, None when nothing (legible) was."""
        if not self.path.exists():
            return None
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=TimerStatus)
        except msgspec.DecodeError:
            _LOG.warning("The timer status in '%s' is illegible and is begun anew.", self.path.name)
            return None

    def write(self, status: TimerStatus) -> None:
        """Replace what was kept."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(status), default=datetime.isoformat))
        fresh.replace(self.path)


Submit = Callable[[IndexedFunction, Datum, str], "Future[Outcome]"]


class TimerListener:
    """Runs one timer function at its times, in a thread of its own."""

    def __init__(
        self,
        function: IndexedFunction,
        schedule: Schedule,
        status_file: StatusFile | None,
        submit: Submit,
        now: Callable[[], datetime],
    ) -> None:
        self.function = function
        self._schedule = schedule
        self._file = status_file
        self._submit = submit
        self._now = now
        self._stopping = threading.Event()
        self._status: TimerStatus | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin: a tick missed since the kept status runs at once as past due, else `runOnStartup` may."""
        started = self._now()
        due = self._schedule.after(started)
        if self._is_monitored(started):
            due = self._restore(started)
        past_due = due <= started
        if not past_due and self.function.trigger.get("runOnStartup"):
            due = started
        name = f"timer-{self.function.name}"
        self._thread = threading.Thread(target=self._listen, args=(due, past_due), name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Start no further run; one that runs goes on."""
        self._stopping.set()

    def join(self, timeout: float) -> None:
        """Wait until the listener's thread has ended, at most `timeout` seconds."""
        if self._thread:
            self._thread.join(timeout)

    def datum(self, *, past_due: bool) -> Datum:
        """Return what the worker gets for one run."""
        status = self._status.as_json() if self._status else None
        value = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": past_due}
        return Datum(json.dumps(value), "json")

    def _listen(self, due: datetime, past_due: bool) -> None:
        while self._await(due):
            due = self._run(due, past_due=past_due)
            past_due = False

    def _is_monitored(self, now: datetime) -> bool:
        first = self._schedule.after(now)
        often = self._schedule.after(first) - first < _SHORTEST_MONITORED
        return self.function.trigger.get("useMonitor") is not False and not often

    def _restore(self, now: datetime) -> datetime:
        kept = self._file.read() if self._file else None
        if kept is None:
            self._keep(TimerStatus(_NEVER, self._schedule.after(now), now))
            return self._schedule.after(now)
        self._status = kept
        # The schedule may have changed since: what counts is when it should have fired by its present form.
        return min(kept.next, self._schedule.after(kept.last_updated))

    def _await(self, due: datetime) -> bool:
        while not self._stopping.is_set():
            seconds = (due - self._now()).total_seconds()
            if seconds <= 0:
                return True
            self._stopping.wait(min(seconds, _LONGEST_WAIT))
        return False

    def _run(self, due: datetime, *, past_due: bool) -> datetime:
        begun = max(self._now(), due)
        if past_due:
            _LOG.info("Function '%s' is past due on startup. Executing now.", self.function.name)
        reason = f"Timer fired at {begun.isoformat()}"
        self._submit(self.function, self.datum(past_due=past_due), reason).result()
        following = self._schedule.after(begun)
        if self._status is not None:
            self._keep(TimerStatus(begun, following, begun))
        return following

    def _keep(self, status: TimerStatus) -> None:
        self._status = status
        if self._file:
            self._file.write(status)


def listener(
    function: IndexedFunction,
    schedule: Schedule,
    folder: Path | None,
    submit: Submit,
    now: Callable[[], datetime],
) -> TimerListener:
    """Return the listener of a timer function; its status is kept under `folder`, or nowhere for None."""
    status_file = StatusFile(folder / f"timer-{function.name}.json") if folder else None
    return TimerListener(function, schedule, status_file, submit, now)
