"""Long work in slices: each message does a part, the whole comes to the same (C3, design.md 4.8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.core.jobs import decoded
from shared.flows import sync
from shared.flows.sync import slicing
from tests.engine.acts import at, book, is_quiet
from tests.simulation.world import Person, World


def deliver_all(world: World, ann: Person) -> int:
    """Run what the job put on the queue, until it puts nothing more."""
    count = 0
    world.sync(ann)
    while world.letters.messages:
        world.clock.pass_(seconds=1)
        sync.deliver(world.ports, decoded(world.letters.messages.pop(0)))
        count += 1
    return count


def test_a_first_sync_larger_than_a_slice_goes_on_by_itself(
    world: World, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slicing, "SLICE_MAX", 10)
    for number in range(35):
        start = at(8) + timedelta(hours=number)
        ann.mailbox.book(f"Event {number}", start, start + timedelta(minutes=30), "America/New_York")
    for number in (0, 34):  # equal events on both sides, the second in the last slice: one candidate each (E7)
        start = at(8) + timedelta(hours=number)
        book(world, f"Event {number}", start=f"{start.isoformat()}-05:00",
             end=f"{(start + timedelta(minutes=30)).isoformat()}-05:00")  # fmt: skip
    book(world, "Only here")
    assert deliver_all(world, ann) == 3
    assert len(world.cases()) == len(world.outlook(ann)) == 36
    assert is_quiet(world, ann)


def test_the_soonest_come_first(world: World, ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slicing, "SLICE_MAX", 2)
    for hour in (15, 9, 12):
        ann.mailbox.book(f"At {hour}", at(hour), at(hour + 1), "America/New_York")
    world.sync(ann)
    assert [case["title"] for case in world.cases()] == ["At 9", "At 12"]


def test_many_edits_are_carried_in_slices(world: World, ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [ann.mailbox.book(f"Event {n}", at(8 + n), at(9 + n), "America/New_York") for n in range(12)]
    world.settle(ann)
    monkeypatch.setattr(slicing, "SLICE_MAX", 5)
    for event_id in ids:
        ann.mailbox.edit(event_id, {"location": {"displayName": "Moved"}})
    assert deliver_all(world, ann) == 2
    assert {case["location"] for case in world.cases()} == {"Moved"}
    assert is_quiet(world, ann)
