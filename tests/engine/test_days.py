"""Dates stay dates on both sides, and the line is the staff member's own midnight (D2, D5)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.engine.acts import is_quiet
from tests.engine.clocks import (
    DAY,
    HOUR,
    book_days,
    case,
    dates_in_caseflow,
    dates_in_outlook,
    in_caseflow,
    in_outlook,
    settled_in,
    utc,
    wall,
    zoned,
)
from tests.simulation.world import ZONE, Person, World

FAR_ZONES = ("Pacific/Kiritimati", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Pacific/Honolulu",
             "Pacific/Pago_Pago")  # fmt: skip


@pytest.mark.parametrize("zone", FAR_ZONES)
def test_a_day_is_the_same_date_on_both_sides_in_any_zone(world: World, ann: Person, zone: str) -> None:
    case(world, "2026-12-31", "2027-01-01", zone)
    book_days(ann, date(2027, 3, 14), date(2027, 3, 16), zone)
    world.settle(ann)
    assert dates_in_outlook(world, ann, "Case") == ("2026-12-31", "2027-01-01", True)
    assert dates_in_caseflow(world, "Fair") == ("2027-03-14", "2027-03-16", True)
    assert is_quiet(world, ann)


@pytest.mark.parametrize("zone", FAR_ZONES)
def test_moved_days_are_carried_as_dates_both_ways(world: World, ann: Person, zone: str) -> None:
    case_id = case(world, "2026-12-30", "2027-01-02", zone)
    event_id = book_days(ann, date(2027, 3, 14), date(2027, 3, 16), zone)
    world.settle(ann)
    world.caseflow.edit_event(case_id, by="ann", start="2026-12-31", end="2027-01-04")
    ann.mailbox.edit(event_id, {"start": zoned(date(2027, 3, 13), zone), "end": zoned(date(2027, 3, 14), zone)})
    world.settle(ann, 2)
    assert dates_in_outlook(world, ann, "Case") == ("2026-12-31", "2027-01-04", True)
    assert dates_in_caseflow(world, "Fair") == ("2027-03-13", "2027-03-14", True)
    assert is_quiet(world, ann)


def test_a_timed_event_becomes_a_day_and_back_from_outlook(world: World, ann: Person) -> None:
    event_id = ann.mailbox.book("Fair", wall(2026, 12, 1, 9), wall(2026, 12, 1, 10), ZONE)
    world.settle(ann)
    whole = {"isAllDay": True, "start": zoned(date(2026, 12, 1), ZONE), "end": zoned(date(2026, 12, 2), ZONE)}
    ann.mailbox.edit(event_id, whole)
    world.settle(ann, 2)
    assert dates_in_caseflow(world, "Fair") == ("2026-12-01", "2026-12-02", True)
    assert is_quiet(world, ann)
    timed = {"isAllDay": False, "start": zoned(wall(2026, 12, 1, 14), ZONE), "end": zoned(wall(2026, 12, 1, 15), ZONE)}
    ann.mailbox.edit(event_id, timed)
    world.settle(ann, 2)
    assert world.case("Fair")["start"] == "2026-12-01T14:00:00-05:00"
    assert is_quiet(world, ann)


def test_a_timed_event_becomes_a_day_and_back_from_caseflow(world: World, ann: Person) -> None:
    case_id = case(world, "2026-12-01T09:00:00-05:00", "2026-12-01T10:00:00-05:00")
    world.settle(ann)
    world.caseflow.edit_event(case_id, by="ann", all_day=True, start="2026-12-01", end="2026-12-02")
    world.settle(ann, 2)
    assert dates_in_outlook(world, ann, "Case") == ("2026-12-01", "2026-12-02", True)
    assert is_quiet(world, ann)
    world.caseflow.edit_event(
        case_id, by="ann", all_day=False, start="2026-12-01T14:00:00-05:00", end="2026-12-01T15:00:00-05:00"
    )
    world.settle(ann, 2)
    assert in_outlook(world, ann, "Case") == (utc(2026, 12, 1, 19), utc(2026, 12, 1, 20))
    assert not world.event(ann, "Case")["isAllDay"]
    assert is_quiet(world, ann)


def test_the_same_midnights_as_a_day_and_as_hours_are_two_things(world: World, ann: Person) -> None:
    """A switch of the flag alone: the instants of both are equal."""
    event_id = ann.mailbox.book("Fair", wall(2026, 12, 1), wall(2026, 12, 2), "UTC")
    world.settle(ann)
    ann.mailbox.edit(event_id, {"isAllDay": True})
    world.settle(ann, 2)
    assert dates_in_caseflow(world, "Fair") == ("2026-12-01", "2026-12-02", True)
    assert is_quiet(world, ann)


@pytest.mark.parametrize(
    ("first", "end"), [("2026-12-28", "2027-01-04"), ("2026-11-01", "2028-03-01"), ("2028-02-29", "2028-03-01")]
)
def test_long_events_over_year_ends_and_leap_days_keep_their_days(
    world: World, ann: Person, first: str, end: str
) -> None:
    case(world, first, end)
    book_days(ann, date.fromisoformat(first), date.fromisoformat(end))
    world.settle(ann)
    assert dates_in_outlook(world, ann, "Case") == (first, end, True)
    assert dates_in_caseflow(world, "Fair") == (first, end, True)
    assert is_quiet(world, ann)


def test_hours_over_midnight_and_the_year_end_keep_both_ends(world: World, ann: Person) -> None:
    case(world, "2026-12-31T23:30:00-05:00", "2027-01-01T00:30:00-05:00")
    ann.mailbox.book("Years", wall(2026, 12, 31, 22), wall(2028, 1, 1, 2), ZONE)
    world.settle(ann)
    assert in_outlook(world, ann, "Case") == (utc(2027, 1, 1, 4, 30), utc(2027, 1, 1, 5, 30))
    assert in_caseflow(world, "Years") == (utc(2027, 1, 1, 3), utc(2028, 1, 1, 7))
    assert is_quiet(world, ann)


def test_an_all_day_series_arrives_as_its_dates(world: World, ann: Person) -> None:
    daily = {"pattern": {"type": "daily", "interval": 1},
             "range": {"type": "numbered", "startDate": "2027-03-13", "numberOfOccurrences": 3}}  # fmt: skip
    for zone in ("Pacific/Kiritimati", "Pacific/Honolulu"):
        ann.mailbox.make_series(book_days(ann, date(2027, 3, 13), date(2027, 3, 14), zone, zone), daily)
    world.settle(ann)
    for zone in ("Pacific/Kiritimati", "Pacific/Honolulu"):
        found = sorted((one["start"], one["end"]) for one in world.cases() if one["title"] == zone)
        assert found == [(f"2027-03-{day}", f"2027-03-{day + 1}") for day in (13, 14, 15)]
    assert is_quiet(world, ann)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Asia/Kathmandu", "America/New_York", "Pacific/Honolulu"])
def test_a_colleague_in_any_zone_sees_the_same_dates_and_instants(world: World, zone: str) -> None:
    bea = settled_in(world, zone)
    case(world, "2026-12-01T09:00:00-05:00", "2026-12-01T10:00:00-05:00", staff_ids=["bea"])
    case(world, "2026-12-03", "2026-12-04", title="Whole", staff_ids=["bea"])
    world.caseflow.create_task("f1", by="bea", topic="File", due_date="2026-12-05", assignee_ids=["bea"])
    world.settle(bea)
    assert in_outlook(world, bea, "Case")[0] == utc(2026, 12, 1, 14)
    assert dates_in_outlook(world, bea, "Whole") == ("2026-12-03", "2026-12-04", True)
    assert dates_in_outlook(world, bea, "Task: File") == ("2026-12-05", "2026-12-06", True)
    assert is_quiet(world, bea)


@pytest.mark.parametrize(
    ("now", "line"),
    [
        (utc(2026, 11, 25, 4, 59), utc(2026, 11, 24, 5)),  # a minute before midnight in New York
        (utc(2026, 11, 25, 5), utc(2026, 11, 25, 5)),  # midnight
        (utc(2026, 11, 25, 5, 1), utc(2026, 11, 25, 5)),
    ],
)
def test_the_line_near_midnight_is_the_staff_members_own(now: datetime, line: datetime) -> None:
    world = World(start=now)
    world.add_firm()
    ann = world.add_person("ann")
    world.connect(ann)
    assert world.row(ann).line == line
    for title, end in (("At", line), ("After", line + timedelta(minutes=1))):
        start, stop = (moment.replace(tzinfo=None) for moment in (end - HOUR, end))
        ann.mailbox.book(f"Outlook {title}", start, stop, "UTC")
        case(world, (end - HOUR).isoformat(), end.isoformat(), title=f"CaseFlow {title}")
    today = line.astimezone(ZoneInfo(ZONE)).date()
    for title, day in (("before", today - DAY), ("today", today)):
        book_days(ann, day, day + DAY, title=f"Outlook {title}")
        case(world, day.isoformat(), (day + DAY).isoformat(), title=f"CaseFlow {title}")
    world.settle(ann)
    crossed = {event["subject"] for event in world.outlook(ann)} & {found["title"] for found in world.cases()}
    assert crossed == {"Outlook After", "CaseFlow After", "Outlook today", "CaseFlow today"}
    assert is_quiet(world, ann)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_a_staff_member_who_travels_keeps_line_dates_and_instants(world: World, ann: Person, zone: str) -> None:
    case(world, "2026-12-01T09:00:00-05:00", "2026-12-01T10:00:00-05:00")
    book_days(ann, date(2026, 12, 3), date(2026, 12, 4))
    book_days(ann, date(2026, 11, 23), date(2026, 11, 24), title="Yesterday")
    world.settle(ann)
    line = world.row(ann).line
    world.caseflow.edit_staff("ann", by="system", timezone=zone)
    ann.mailbox.book("There", wall(2026, 12, 2, 9), wall(2026, 12, 2, 10), zone)
    world.clock.pass_(days=8)
    world.settle(ann)
    assert world.row(ann).line == line
    assert in_outlook(world, ann, "Case")[0] == utc(2026, 12, 1, 14)
    assert dates_in_caseflow(world, "Fair") == ("2026-12-03", "2026-12-04", True)
    assert in_caseflow(world, "There")[0] == wall(2026, 12, 2, 9).replace(tzinfo=ZoneInfo(zone))
    assert not [found for found in world.cases() if found["title"] == "Yesterday"]
    assert is_quiet(world, ann)


def test_days_at_the_windows_end_wait_for_it_and_are_lost_nowhere(world: World) -> None:
    """The window ends at an instant, days do so somewhere else in each zone: at its renewal both sides are whole."""
    bea = settled_in(world, "Asia/Tokyo")
    world.sync(bea)
    end = world.row(bea).window_end
    assert end is not None
    for shift in (-2, -1, 0, 1):
        day = end.date() + shift * DAY
        for zone in ("Pacific/Kiritimati", "UTC", "Pacific/Pago_Pago"):
            book_days(bea, day, day + DAY, zone, f"Outlook {shift} {zone}")
            case(world, str(day), str(day + DAY), zone, title=f"CaseFlow {shift} {zone}", staff_ids=["bea"])
    world.settle(bea)
    assert is_quiet(world, bea)
    world.clock.pass_(days=8)
    world.settle(bea)
    outlook = [event["subject"] for event in bea.mailbox.events(end - 30 * DAY, end + 30 * DAY)]
    assert sorted(outlook) == sorted(found["title"] for found in world.cases())
    assert len(outlook) == 24
    assert is_quiet(world, bea)
