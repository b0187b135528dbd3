"""Recurring series: occurrences come and go, move and change, and CaseFlow's own facts stay on their day (D4)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from local.graph.switches import Switches
from tests.engine.acts import at, body, is_quiet, meet, some
from tests.simulation.world import Person, World

WEEKLY = {
    "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["wednesday"]},
    "range": {"type": "numbered", "startDate": "2026-11-25", "numberOfOccurrences": 5},
}
DAYS = ["2026-11-25", "2026-12-02", "2026-12-09", "2026-12-16", "2026-12-23"]


def series(world: World, ann: Person, title: str = "Standup", **members: Any) -> str:
    some(world)
    event_id = meet(ann, title, body=body("agenda"), **members)
    ann.mailbox.make_series(event_id, WEEKLY)
    world.settle(ann)
    return event_id


def between(day: str, hour: int) -> dict[str, Any]:
    """An hour of a day, as Graph takes it."""
    zone = "America/New_York"
    start, end = ({"dateTime": f"{day}T{one}:00:00", "timeZone": zone} for one in (hour, hour + 1))
    return {"start": start, "end": end}


def days(world: World, title: str = "Standup") -> list[str]:
    return [case["start"][:10] for case in world.cases() if case["title"] == title]


def on(world: World, day: str) -> dict[str, Any]:
    (case,) = [case for case in world.cases() if case["start"].startswith(day)]
    return case


def test_an_occurrence_moved_and_retitled_is_an_edit_of_one_event(world: World, ann: Person) -> None:
    event_id = series(world, ann)
    before = on(world, "2026-12-02")["id"]
    late = {"subject": "Standup, late", **between("2026-12-03", 12)}
    ann.mailbox.edit_occurrence(event_id, date(2026, 12, 2), late)
    world.settle(ann, 2)
    assert world.case("Standup, late")["id"] == before
    assert days(world) == [day for day in DAYS if day != "2026-12-02"]
    assert is_quiet(world, ann)


@pytest.mark.parametrize("reported", [True, False])
def test_a_cancelled_occurrence_leaves(reported: bool) -> None:
    world = World(switches=Switches(cancelled_occurrence_reported_removed=reported))
    world.add_firm()
    ann = world.add_person("ann")
    world.connect(ann)
    event_id = series(world, ann)
    ann.mailbox.cancel_occurrence(event_id, date(2026, 12, 9))
    world.settle(ann, 2)
    assert days(world) == [day for day in DAYS if day != "2026-12-09"]
    assert is_quiet(world, ann)


def test_a_cancelled_and_a_moved_day_come_back_when_the_series_is_moved(world: World, ann: Person) -> None:
    """Exchange forgets both when the series' times change; CaseFlow's matter stays on its day."""
    event_id = series(world, ann)
    world.caseflow.edit_event(on(world, "2026-12-02")["id"], by="ann", category="Client meeting")
    ann.mailbox.edit_occurrence(event_id, date(2026, 12, 2), between("2026-12-03", 12))
    ann.mailbox.cancel_occurrence(event_id, date(2026, 12, 9))
    world.settle(ann, 3)
    assert days(world) == ["2026-11-25", "2026-12-03", "2026-12-16", "2026-12-23"]
    ann.mailbox.edit_series(event_id, between("2026-11-25", 14))
    world.settle(ann, 3)
    assert days(world) == DAYS
    assert on(world, "2026-12-02")["category"] == "Client meeting"
    assert is_quiet(world, ann)


def test_a_series_retitled_is_retitled_everywhere(world: World, ann: Person) -> None:
    event_id = series(world, ann)
    ids = {case["id"] for case in world.cases()}
    ann.mailbox.edit_series(event_id, {"subject": "Huddle"})
    world.settle(ann, 2)
    assert days(world, "Huddle") == DAYS
    assert {case["id"] for case in world.cases()} == ids
    assert is_quiet(world, ann)


def test_a_series_moved_an_hour_keeps_matter_and_description_on_their_day(world: World, ann: Person) -> None:
    """Its occurrences come back with new ids and other original starts."""
    event_id = series(world, ann)
    case_id = on(world, "2026-12-09")["id"]
    world.caseflow.edit_event(case_id, by="ann", category="Client meeting", description_html="<p>our own words</p>")
    world.settle(ann, 2)
    ann.mailbox.edit_series(event_id, between("2026-11-25", 14))
    world.settle(ann, 3)
    assert days(world) == DAYS
    case = on(world, "2026-12-09")
    assert (case["id"], case["category"], case["start"][11:16]) == (case_id, "Client meeting", "14:00")
    assert "our own words" in case["description_html"]
    assert is_quiet(world, ann)


def test_a_day_that_loses_its_occurrence_asks_for_a_new_home(world: World, ann: Person) -> None:
    event_id = series(world, ann)
    world.caseflow.edit_event(on(world, "2026-12-09")["id"], by="ann", category="Client meeting")
    world.settle(ann, 2)
    ann.mailbox.edit_series(event_id, {"recurrence": {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["thursday"]},
        "range": {"type": "numbered", "startDate": "2026-11-26", "numberOfOccurrences": 5},
    }, "start": {"dateTime": "2026-11-26T10:00:00", "timeZone": "America/New_York"},
        "end": {"dateTime": "2026-11-26T11:00:00", "timeZone": "America/New_York"}})  # fmt: skip
    world.settle(ann, 3)
    assert [review.kind for review in world.reviews(ann)] == ["series_changed"]
    assert on(world, "2026-12-09")["category"] == "Client meeting"
    assert is_quiet(world, ann)


def test_a_series_deleted_leaves(world: World, ann: Person) -> None:
    event_id = series(world, ann)
    ann.mailbox.delete(event_id)
    world.settle(ann, 3)
    assert days(world) == []
    assert world.reviews(ann) == []
    assert is_quiet(world, ann)


def test_a_single_event_turned_into_a_series_keeps_its_link_on_the_first_day(world: World, ann: Person) -> None:
    some(world)
    event_id = meet(ann, "Standup")
    world.settle(ann)
    case_id = world.case("Standup")["id"]
    world.caseflow.set_category(case_id, "Client meeting", by="ann")
    world.settle(ann, 2)
    ann.mailbox.make_series(event_id, WEEKLY)
    world.settle(ann, 3)
    assert days(world) == DAYS
    assert on(world, "2026-11-25")["id"] == case_id
    assert on(world, "2026-11-25")["series_id"] == on(world, "2026-12-02")["series_id"]
    assert is_quiet(world, ann)


def test_this_and_following_keeps_what_caseflow_knows(world: World, ann: Person) -> None:
    event_id = series(world, ann)
    case_id = on(world, "2026-12-16")["id"]
    world.caseflow.set_category(case_id, "Client meeting", by="ann")
    world.settle(ann, 2)
    short = {**WEEKLY, "range": {"type": "endDate", "startDate": "2026-11-25", "endDate": "2026-12-08"}}
    ann.mailbox.edit_series(event_id, {"recurrence": short})
    rest = ann.mailbox.book("Standup", *_times(), "America/New_York", body=body("agenda"))
    ann.mailbox.make_series(rest, {**WEEKLY, "range": {
        "type": "numbered", "startDate": "2026-12-09", "numberOfOccurrences": 3}})  # fmt: skip
    world.settle(ann, 3)
    assert days(world) == DAYS
    assert (on(world, "2026-12-16")["id"], on(world, "2026-12-16")["category"]) == (case_id, "Client meeting")
    assert is_quiet(world, ann)


def _times() -> tuple[Any, Any]:
    from datetime import datetime

    return datetime(2026, 12, 9, 11), datetime(2026, 12, 9, 12)  # noqa: DTZ001


def test_one_occurrence_linked_to_a_matter_is_masked_alone(world: World, ann: Person) -> None:
    """G7."""
    series(world, ann)
    world.caseflow.add_matter("f1", "Doe", [], by="system", matter_id="m2")
    world.caseflow.link_matter(on(world, "2026-12-09")["id"], "m2", by="ann")
    world.settle(ann, 3)
    shown = {event["start"]["dateTime"][:10]: event["body"]["content"] for event in world.outlook(ann)}
    assert "agenda" not in shown["2026-12-09"]
    assert "agenda" in shown["2026-12-02"]
    assert world.row(ann).not_fully_masked == 1
    assert is_quiet(world, ann)


def test_an_occurrence_moved_past_its_neighbour_asks(world: World, ann: Person) -> None:
    """What Outlook refuses opens a review and changes nothing."""
    series(world, ann)
    world.caseflow.edit_event(
        on(world, "2026-12-02")["id"], by="ann", start="2026-12-10T10:00:00-05:00", end="2026-12-10T11:00:00-05:00"
    )
    world.settle(ann, 3)
    assert [(review.kind, review.state) for review in world.reviews(ann)] == [("edit_conflict", "open")]
    assert on(world, "2026-12-10")
    assert is_quiet(world, ann)


def test_an_occurrence_deleted_in_caseflow_is_cancelled_alone(world: World, ann: Person) -> None:
    """F1: we never write to a series for the sake of one day."""
    series(world, ann)
    world.caseflow.delete_event(on(world, "2026-12-09")["id"], by="ann")
    world.settle(ann, 3)
    shown = [event["start"]["dateTime"][:10] for event in world.outlook(ann) if event["subject"] == "Standup"]
    assert shown == [day for day in DAYS if day != "2026-12-09"]
    assert is_quiet(world, ann)


def test_an_unchanged_endless_series_costs_nothing(world: World, ann: Person) -> None:
    some(world)
    event_id = meet(ann, "Daily")
    ann.mailbox.make_series(event_id, {
        "pattern": {"type": "daily", "interval": 1}, "range": {"type": "noEnd", "startDate": "2026-11-25"},
    })  # fmt: skip
    world.settle(ann)
    assert 178 <= len(days(world, "Daily")) <= 181
    world.requests.clear()
    world.sync(ann)
    assert len(world.requests) == 3


def test_a_day_that_may_not_move_is_masked_all_the_same(world: World, ann: Person) -> None:
    """G3, H4: the mask does not wait for the answer to the question."""
    series(world, ann)
    world.caseflow.add_matter("f1", "Doe", [], by="system", matter_id="m2")
    case_id = on(world, "2026-12-02")["id"]
    moved = {"start": "2026-12-10T10:00:00-05:00", "end": "2026-12-10T11:00:00-05:00"}
    world.caseflow.edit_event(case_id, by="ann", **moved)
    world.caseflow.link_matter(case_id, "m2", by="ann")
    world.settle(ann, 3)
    shown = {event["start"]["dateTime"][:10]: event["body"]["content"] for event in world.outlook(ann)}
    assert "agenda" not in shown["2026-12-02"]
    assert "agenda" in shown["2026-12-09"]
    assert [(review.kind, review.state) for review in world.reviews(ann)] == [("edit_conflict", "open")]
    assert is_quiet(world, ann)


@pytest.mark.parametrize("late", [False, True])
def test_a_series_made_a_single_event_keeps_its_link_there(world: World, ann: Person, late: bool) -> None:
    """Its other days leave, but for one that belongs to a matter: that asks (E8)."""
    event_id = series(world, ann)
    first, third = on(world, "2026-11-25")["id"], on(world, "2026-12-09")["id"]
    world.caseflow.set_category(first, "Client meeting", by="ann")
    world.caseflow.add_matter("f1", "Doe", [], by="system", matter_id="m2")
    world.caseflow.link_matter(third, "m2", by="ann")
    world.settle(ann, 3)
    ann.mailbox.edit_series(event_id, {"recurrence": None})
    if late:
        ann.mailbox.expire_delta_links()
    world.settle(ann, 3)
    assert days(world) == ["2026-11-25", "2026-12-09"]
    case = on(world, "2026-11-25")
    assert (case["id"], case["category"], case["series_id"]) == (first, "Client meeting", None)
    assert [(review.kind, review.state) for review in world.reviews(ann)] == [("deleted_in_outlook", "open")]
    assert is_quiet(world, ann)


def test_a_past_series_made_a_single_event_leaves_with_its_days(world: World, ann: Person) -> None:
    """Its day was before the line: no day of another week is moved there (D2)."""
    some(world)
    begun = {**WEEKLY, "range": {"type": "numbered", "startDate": "2026-11-04", "numberOfOccurrences": 6}}
    event_id = ann.mailbox.book("Standup", at(10).replace(day=4), at(11).replace(day=4), "America/New_York")
    ann.mailbox.make_series(event_id, begun)
    world.settle(ann)
    assert days(world) == ["2026-11-25", "2026-12-02", "2026-12-09"]
    ann.mailbox.edit_series(event_id, {"recurrence": None})
    world.settle(ann, 3)
    assert days(world) == []
    assert is_quiet(world, ann)
