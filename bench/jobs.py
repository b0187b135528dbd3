"""What one job costs: requests to Graph and CaseFlow, table operations, and time in this process.

Run `python -m bench.jobs`. Both services are the stand-ins in process, so the times are the engine's and theirs,
without a network; the counts are what Azure and Microsoft would see.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table

from tests.simulation.world import Person, World

FIRST = datetime(2026, 11, 25, 8)  # noqa: DTZ001 - wall clock of the mailbox


def main() -> None:
    """Measure each case and print one table."""
    table = Table("case", "graph", "caseflow", "tables", "ms", title="one job")
    for name, prepare in CASES.items():
        world, ann = _world()
        prepare(world, ann)
        table.add_row(name, *_measured(world, ann))
    Console().print(table)


def _world() -> tuple[World, Person]:
    world = World()
    world.add_firm()
    ann = world.add_person("ann")
    world.connect(ann)
    return world, ann


def _measured(world: World, ann: Person) -> tuple[str, str, str, str]:
    world.requests.clear()
    world.table_operations.clear()
    begun = time.perf_counter()
    world.sync(ann)
    elapsed = (time.perf_counter() - begun) * 1000
    graph = sum(1 for request in world.requests if request[0] == "graph")
    caseflow = len(world.requests) - graph
    return str(graph), str(caseflow), str(len(world.table_operations)), f"{elapsed:.0f}"


def _book(ann: Person, count: int) -> list[str]:
    times = [FIRST + timedelta(hours=number) for number in range(count)]
    return [
        ann.mailbox.book(f"Event {number}", start, start + timedelta(minutes=30), "America/New_York")
        for number, start in enumerate(times)
    ]


def _cases(world: World, count: int) -> list[str]:
    made = []
    for number in range(count):
        start = FIRST + timedelta(hours=number)
        event = world.caseflow.create_event(
            "f1", by="ann", title=f"Case {number}", start=f"{start.isoformat()}-05:00",
            end=f"{(start + timedelta(minutes=30)).isoformat()}-05:00", all_day=False, staff_ids=["ann"],
        )  # fmt: skip
        made.append(str(event["id"]))
    return made


def _idle(world: World, ann: Person) -> None:
    _book(ann, 60)
    world.settle(ann)


def _idle_thousand(world: World, ann: Person) -> None:
    _book(ann, 1000)
    world.settle(ann)


def _edits_in_outlook(world: World, ann: Person) -> None:
    ids = _book(ann, 60)
    world.settle(ann)
    for event_id in ids[:20]:
        ann.mailbox.edit(event_id, {"subject": f"Edited {event_id[-4:]}"})


def _edits_in_caseflow(world: World, ann: Person) -> None:
    ids = _cases(world, 60)
    world.settle(ann)
    for case_id in ids[:20]:
        world.caseflow.edit_event(case_id, by="ann", title=f"Edited {case_id}")


def _echo(world: World, ann: Person) -> None:
    _edits_in_caseflow(world, ann)
    world.sync(ann)


def _first_from_outlook(world: World, ann: Person) -> None:
    del world
    _book(ann, 100)


def _first_from_caseflow(world: World, ann: Person) -> None:
    del ann
    _cases(world, 100)


def _thousand(world: World, ann: Person) -> None:
    _book(ann, 500)
    _cases(world, 500)


def _series(ann: Person) -> str:
    event_id = ann.mailbox.book("Daily", FIRST, FIRST + timedelta(minutes=30), "America/New_York")
    rule = {"pattern": {"type": "daily", "interval": 1}, "range": {"type": "noEnd", "startDate": "2026-11-25"}}
    ann.mailbox.make_series(event_id, rule)
    return event_id


def _first_series(world: World, ann: Person) -> None:
    del world
    _series(ann)


def _idle_series(world: World, ann: Person) -> None:
    _series(ann)
    world.settle(ann)


def _series_retitled(world: World, ann: Person) -> None:
    event_id = _series(ann)
    world.settle(ann)
    ann.mailbox.edit(event_id, {"subject": "Daily round"})


CASES: dict[str, Callable[[World, Person], None]] = {
    "idle, 60 events in step": _idle,
    "idle, 1,000 events in step": _idle_thousand,
    "20 edits in Outlook": _edits_in_outlook,
    "20 edits in CaseFlow": _edits_in_caseflow,
    "the echo of 20 edits": _echo,
    "first sync, 100 from Outlook": _first_from_outlook,
    "first sync, 100 from CaseFlow": _first_from_caseflow,
    "first sync, 500 from each side": _thousand,
    "first sync, a daily series without end": _first_series,
    "idle, a daily series without end": _idle_series,
    "a daily series retitled": _series_retitled,
}


if __name__ == "__main__":
    main()
