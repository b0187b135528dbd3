"""A person decides about one day of a series (D4, H4)."""

from __future__ import annotations

import pytest

from shared.core.errors import Rejected
from tests.engine.acts import is_quiet
from tests.engine.reviewing import listed, only, resolve
from tests.engine.test_series import on, series
from tests.simulation.world import Person, World

THURSDAYS = {
    "recurrence": {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["thursday"]},
        "range": {"type": "numbered", "startDate": "2026-11-26", "numberOfOccurrences": 5},
    },
    "start": {"dateTime": "2026-11-26T10:00:00", "timeZone": "America/New_York"},
    "end": {"dateTime": "2026-11-26T11:00:00", "timeZone": "America/New_York"},
}


def homeless(world: World, ann: Person) -> None:
    """A categorised day whose series no longer meets on it."""
    event_id = series(world, ann)
    world.caseflow.edit_event(on(world, "2026-12-09")["id"], by="ann", category="Client meeting")
    world.settle(ann, 2)
    ann.mailbox.edit_series(event_id, THURSDAYS)
    world.settle(ann, 3)


def past_its_neighbour(world: World, ann: Person) -> None:
    """A day that CaseFlow moved where Outlook refuses it."""
    series(world, ann)
    moved = {"start": "2026-12-10T10:00:00-05:00", "end": "2026-12-10T11:00:00-05:00"}
    world.caseflow.edit_event(on(world, "2026-12-02")["id"], by="ann", **moved)
    world.settle(ann, 3)


def test_a_day_without_a_home_kept_in_caseflow_gets_a_copy_of_its_own(world: World, ann: Person) -> None:
    homeless(world, ann)
    assert only(world)["kind"] == "series_changed"
    resolve(world, "caseflow")
    (copy,) = [event for event in world.outlook(ann) if event["start"]["dateTime"].startswith("2026-12-09")]
    assert (copy["type"], copy["subject"]) == ("singleInstance", "Standup")
    assert is_quiet(world, ann)


def test_a_day_without_a_home_follows_the_series(world: World, ann: Person) -> None:
    homeless(world, ann)
    resolve(world, "outlook")
    assert not [case for case in world.cases() if case["start"].startswith("2026-12-09")]
    assert is_quiet(world, ann)


def test_a_day_past_its_neighbour_goes_back_to_outlooks_time(world: World, ann: Person) -> None:
    past_its_neighbour(world, ann)
    resolve(world, "outlook")
    assert on(world, "2026-12-02")["start"][11:16] == "10:00"
    assert is_quiet(world, ann)
    assert listed(world) == []


def test_what_outlook_refuses_again_is_said_and_stays_open(world: World, ann: Person) -> None:
    past_its_neighbour(world, ann)
    with pytest.raises(Rejected, match="occurrence_refused"):
        resolve(world, "caseflow")
    assert only(world)["state"] == "open"
    assert on(world, "2026-12-10")
    assert is_quiet(world, ann)
