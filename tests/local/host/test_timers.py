"""Timers: one run at a time, one catch-up for what was missed."""

from __future__ import annotations

import json
import queue
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.functions.meta import Datum

from local.host.indexing import IndexedFunction
from local.host.invoking import Outcome
from local.host.ncrontab import schedule
from local.host.timers import StatusFile, TimerListener, TimerStatus, listener
from tests.local.host.fakes import START, Clock, function

OK = Outcome("id", None, None, 0.0)
EVERY_MINUTE, EVERY_SECOND = "0 * * * * *", "* * * * * *"


class Runs:
    """Takes the runs of a timer; each goes on until a test ends it."""

    def __init__(self) -> None:
        self.begun: queue.SimpleQueue[tuple[dict[str, Any], Future[Outcome]]] = queue.SimpleQueue()

    def __call__(self, timer: IndexedFunction, datum: Datum, reason: str) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        self.begun.put((json.loads(datum.value), future))
        return future

    def next(self) -> tuple[dict[str, Any], Future[Outcome]]:
        return self.begun.get(timeout=10)


class JumpingClock(Clock):
    """Stands still, except that the timer never has to wait: each look moves it on."""

    def now(self) -> datetime:
        self.advance(10)
        return self.time


def timer(runs: Runs, clock: Clock, folder: Path | None, text: str = EVERY_MINUTE, **trigger: Any) -> TimerListener:
    timed = function("tick", "timerTrigger", print, schedule=text, **trigger)
    return listener(timed, schedule(text, "schedule"), folder, runs, clock.now)


def keep(folder: Path, following: datetime, updated: datetime) -> None:
    StatusFile(folder / "timer-tick.json").write(TimerStatus(updated, following, updated))


def test_a_timer_runs_when_its_time_comes_and_tells_the_next() -> None:
    runs, clock = Runs(), Clock(START + timedelta(seconds=29.9))
    ticking = timer(runs, clock, None)
    ticking.start()
    clock.advance(0.2)

    given, run = runs.next()
    ticking.stop()
    run.set_result(OK)
    ticking.join(10)

    assert given == {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": {
            "Last": "0001-01-01T00:00:00+00:00",
            "Next": "2026-11-24T12:01:00+00:00",
            "LastUpdated": "2026-11-24T12:00:59.900000+00:00",
        },
        "IsPastDue": False,
    }
    assert json.loads(ticking.datum(past_due=False).value)["ScheduleStatus"]["Next"] == "2026-11-24T12:02:00+00:00"


def test_a_run_does_not_overlap_the_next_and_ticks_do_not_pile_up() -> None:
    runs, clock = Runs(), Clock(START + timedelta(seconds=29.95))
    ticking = timer(runs, clock, None)
    ticking.start()
    clock.advance(1)
    _, first = runs.next()
    clock.advance(200)  # three more ticks pass while it runs

    assert runs.begun.empty()
    first.set_result(OK)
    _, catch_up = runs.next()
    catch_up.set_result(OK)
    ticking.stop()
    ticking.join(10)

    assert runs.begun.empty()


@pytest.mark.parametrize("missed", [1, 500])
def test_what_was_missed_while_the_host_was_down_is_caught_up_once(tmp_path: Path, missed: int) -> None:
    runs, clock = Runs(), Clock()
    due = START - timedelta(minutes=missed)
    keep(tmp_path, due, due - timedelta(minutes=1))
    ticking = timer(runs, clock, tmp_path)
    ticking.start()

    given, run = runs.next()
    run.set_result(OK)
    ticking.stop()
    ticking.join(10)

    assert given["IsPastDue"]
    assert runs.begun.empty()
    kept = StatusFile(tmp_path / "timer-tick.json").read()
    assert kept == TimerStatus(START, datetime.fromisoformat("2026-11-24T12:01:00Z"), START)


def test_nothing_is_caught_up_when_nothing_was_missed(tmp_path: Path) -> None:
    runs, clock = Runs(), Clock()
    keep(tmp_path, START + timedelta(seconds=30), START - timedelta(seconds=30))
    ticking = timer(runs, clock, tmp_path)
    ticking.start()
    ticking.stop()
    ticking.join(10)

    assert runs.begun.empty()


def test_an_illegible_status_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "timer-tick.json").write_text("{")
    ticking = timer(Runs(), Clock(), tmp_path)
    ticking.start()
    ticking.stop()
    ticking.join(10)

    kept = StatusFile(tmp_path / "timer-tick.json").read()
    assert kept is not None
    assert kept.last_updated == START


def test_a_schedule_of_less_than_a_minute_is_not_monitored(tmp_path: Path) -> None:
    runs = Runs()
    ticking = timer(runs, JumpingClock(), tmp_path, EVERY_SECOND)
    ticking.start()
    given, run = runs.next()
    ticking.stop()
    run.set_result(OK)
    ticking.join(10)

    assert given["ScheduleStatus"] is None
    assert not list(tmp_path.iterdir())


def test_run_on_startup_runs_at_once() -> None:
    runs = Runs()
    ticking = timer(runs, Clock(), None, runOnStartup=True)
    ticking.start()
    given, run = runs.next()
    ticking.stop()
    run.set_result(OK)
    ticking.join(10)

    assert not given["IsPastDue"]
