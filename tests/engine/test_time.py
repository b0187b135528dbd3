"""Instants are exact on both sides, whatever zone and season (D5)."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from local.graph import rows as graph_rows
from local.graph import times as graph_times
from tests.engine.acts import is_quiet
from tests.engine.clocks import (
    HOUR,
    book_days,
    case,
    dates_in_caseflow,
    dates_in_outlook,
    in_caseflow,
    in_outlook,
    utc,
    wall,
    zoned,
)
from tests.simulation.world import ZONE, Person, World

ODD_ZONES = ("Asia/Kathmandu", "Pacific/Chatham", "Australia/Lord_Howe", "America/St_Johns", "Asia/Tokyo")


# Daylight saving


def test_a_time_that_the_clocks_skip_arrives_as_the_time_after_it(world: World, ann: Person) -> None:
    ann.mailbox.book("Gap", wall(2027, 3, 14, 2, 30), wall(2027, 3, 14, 3, 45), ZONE)
    world.settle(ann)
    assert world.case("Gap")["start"] == "2027-03-14T03:30:00-04:00"
    assert is_quiet(world, ann)


@pytest.mark.parametrize("offset", ["-04:00", "-05:00"])
def test_each_of_two_equal_autumn_hours_keeps_its_instant_both_ways(world: World, ann: Person, offset: str) -> None:
    start, end = f"2027-11-07T01:30:00{offset}", f"2027-11-07T01:45:00{offset}"
    case_id = case(world, start, end)
    world.settle(ann)
    assert in_outlook(world, ann, "Case")[0] == datetime.fromisoformat(start)
    assert world.case("Case")["start"] == start
    assert is_quiet(world, ann)
    world.caseflow.edit_event(case_id, by="ann", start=f"2027-11-07T01:40:00{offset}")
    world.settle(ann, 2)
    assert in_outlook(world, ann, "Case")[0] == datetime.fromisoformat(f"2027-11-07T01:40:00{offset}")
    assert is_quiet(world, ann)


def test_an_event_over_the_night_of_the_change_keeps_both_ends(world: World, ann: Person) -> None:
    case(world, "2027-03-13T23:00:00-05:00", "2027-03-14T04:00:00-04:00")
    ann.mailbox.book("Night", wall(2027, 11, 6, 23), wall(2027, 11, 7, 4), ZONE)
    world.settle(ann)
    assert in_outlook(world, ann, "Case") == (utc(2027, 3, 14, 4), utc(2027, 3, 14, 8))
    assert in_caseflow(world, "Night") == (utc(2027, 11, 7, 3), utc(2027, 11, 7, 9))
    assert is_quiet(world, ann)


def test_a_series_keeps_its_own_clock_over_the_change(world: World, ann: Person) -> None:
    weekly = {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["sunday"]},
              "range": {"type": "numbered", "startDate": "2027-03-28", "numberOfOccurrences": 3}}  # fmt: skip
    event_id = ann.mailbox.book("Team", wall(2027, 3, 28, 9), wall(2027, 3, 28, 10), "Pacific/Chatham")
    ann.mailbox.make_series(event_id, weekly)
    world.settle(ann)
    starts = [datetime.fromisoformat(found["start"]) for found in world.cases()]
    expected = [wall(2027, 3, 28, 9), wall(2027, 4, 4, 9), wall(2027, 4, 11, 9)]
    assert starts == [reading.replace(tzinfo=ZoneInfo("Pacific/Chatham")) for reading in expected]
    assert starts[1] - starts[0] == timedelta(days=7, hours=1)
    assert is_quiet(world, ann)


# Zones


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_offsets_of_any_size_cross_both_ways(world: World, ann: Person, zone: str) -> None:
    start = wall(2027, 2, 1, 9).replace(tzinfo=ZoneInfo(zone))
    case(world, start.isoformat(), (start + HOUR).isoformat(), zone)
    ann.mailbox.book("Away", wall(2027, 2, 2, 9), wall(2027, 2, 2, 10), zone)
    world.settle(ann)
    assert in_outlook(world, ann, "Case")[0] == start
    assert in_caseflow(world, "Away")[0] == wall(2027, 2, 2, 9).replace(tzinfo=ZoneInfo(zone))
    assert world.case("Away")["start"].startswith("2027-02-02T09:00:00")
    assert is_quiet(world, ann)


@pytest.mark.parametrize(
    ("zone", "hours"), [("America/Vancouver", -7), ("America/Edmonton", -6), ("America/Winnipeg", -5)]
)
def test_in_january_2027_the_new_laws_hold_both_ways(world: World, ann: Person, zone: str, hours: int) -> None:
    case(world, f"2027-01-15T10:00:00-0{-hours}:00", f"2027-01-15T11:00:00-0{-hours}:00", zone)
    ann.mailbox.book("West", wall(2027, 1, 16, 10), wall(2027, 1, 16, 11), zone)
    world.settle(ann)
    assert in_outlook(world, ann, "Case")[0] == utc(2027, 1, 15, 10 - hours)
    assert world.case("West")["start"] == f"2027-01-16T10:00:00-0{-hours}:00"
    assert world.case("Case")["start"] == f"2027-01-15T10:00:00-0{-hours}:00"
    assert is_quiet(world, ann)


def test_an_exchange_that_does_not_know_the_new_law_yet_moves_nothing(
    world: World, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether Exchange knows the law of 2026 is unknown (dependencies.md 3), so it must not matter."""
    asked = graph_times.zone_info
    older = {"America/Vancouver": "America/Los_Angeles"}
    monkeypatch.setattr(graph_times, "zone_info", lambda name: asked(older.get(name, name)))
    case_id = case(world, "2027-01-15T10:00:00-07:00", "2027-01-15T11:00:00-07:00", "America/Vancouver")
    world.settle(ann)
    assert in_outlook(world, ann, "Case")[0] == utc(2027, 1, 15, 17)
    world.caseflow.edit_event(case_id, by="ann", start="2027-01-15T09:00:00-07:00")
    world.settle(ann)
    assert in_outlook(world, ann, "Case")[0] == utc(2027, 1, 15, 16)
    assert world.case("Case")["start"] == "2027-01-15T09:00:00-07:00"
    assert is_quiet(world, ann)


@pytest.mark.parametrize("zone", ["Antarctica/Troll", "Europe/Uzhgorod", "EST5EDT"])
def test_a_zone_that_graph_refuses_does_not_keep_an_event_away(world: World, ann: Person, zone: str) -> None:
    start = wall(2027, 2, 1, 9).replace(tzinfo=ZoneInfo(zone))
    case(world, start.isoformat(), (start + HOUR).isoformat(), zone)
    case(world, "2027-02-03", "2027-02-04", zone, title="Whole")
    world.settle(ann)
    assert in_outlook(world, ann, "Case")[0] == start
    assert dates_in_outlook(world, ann, "Whole") == ("2027-02-03", "2027-02-04", True)
    assert is_quiet(world, ann)


def test_a_custom_zone_keeps_the_instant_through_edits_on_both_sides(
    world: World, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "outlooksync")
    event_id = ann.mailbox.create(
        {
            "subject": "Trip",
            "start": zoned(wall(2026, 12, 1, 9), "Asia/Kathmandu"),
            "end": zoned(wall(2026, 12, 1, 10), "Asia/Kathmandu"),
        },
        custom_zone=True,
    )
    world.settle(ann)
    assert in_caseflow(world, "Trip")[0] == utc(2026, 12, 1, 3, 15)
    assert any("zone_not_named" in line and "reason=custom" in line for line in caplog.messages)
    assert is_quiet(world, ann)
    ann.mailbox.edit(event_id, {"subject": "Long trip"})
    world.settle(ann, 2)
    assert in_caseflow(world, "Long trip")[0] == utc(2026, 12, 1, 3, 15)
    world.caseflow.edit_event(
        world.case("Long trip")["id"], by="ann", start="2026-12-01T04:15:00+00:00", end="2026-12-01T05:15:00+00:00"
    )
    world.settle(ann, 2)
    assert in_outlook(world, ann, "Long trip") == (utc(2026, 12, 1, 4, 15), utc(2026, 12, 1, 5, 15))
    assert is_quiet(world, ann)


def test_an_unknown_zone_keeps_the_instant(
    world: World, ann: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "outlooksync")
    monkeypatch.setattr(graph_rows, "windows_name", lambda _: "Mars Standard Time")
    ann.mailbox.book("Launch", wall(2026, 12, 1, 9), wall(2026, 12, 1, 10), ZONE)
    book_days(ann, date(2026, 12, 3), date(2026, 12, 4))
    world.settle(ann)
    assert in_caseflow(world, "Launch")[0] == utc(2026, 12, 1, 14)
    assert dates_in_caseflow(world, "Fair") == ("2026-12-03", "2026-12-04", True)
    assert any("zone_not_named" in line and "reason=unknown" in line for line in caplog.messages)
    assert is_quiet(world, ann)


def test_another_zone_for_the_same_instant_is_no_change(world: World, ann: Person) -> None:
    case_id = case(world, "2026-12-01T09:00:00-05:00", "2026-12-01T10:00:00-05:00")
    world.settle(ann)
    world.caseflow.edit_event(case_id, by="ann", timezone="Europe/Berlin")
    world.requests.clear()
    world.settle(ann)
    assert in_outlook(world, ann, "Case")[0] == utc(2026, 12, 1, 14)
    assert world.case("Case")["timezone"] == "Europe/Berlin"
    assert is_quiet(world, ann)


def test_a_fraction_of_a_second_that_exchange_drops_comes_to_rest(world: World, ann: Person) -> None:
    case(world, "2026-12-01T09:00:00.500-05:00", "2026-12-01T10:00:00.250-05:00")
    world.settle(ann)
    assert in_outlook(world, ann, "Case") == (utc(2026, 12, 1, 14), utc(2026, 12, 1, 15))
    assert is_quiet(world, ann)


def test_an_event_in_a_custom_zone_is_shown_where_the_staff_member_lives(world: World, ann: Person) -> None:
    times = {name: zoned(wall(2026, 12, 1, hour), "Asia/Kathmandu") for name, hour in (("start", 9), ("end", 10))}
    ann.mailbox.create({"subject": "Trip", **times}, custom_zone=True)
    world.settle(ann)
    assert world.case("Trip")["timezone"] == ZONE


@pytest.mark.parametrize(("zone", "hours"), [("America/Vancouver", 7), ("America/Detroit", 5)])
def test_caseflows_zone_outlives_a_move_in_outlook(world: World, ann: Person, zone: str, hours: int) -> None:
    case(world, f"2027-01-15T10:00:00-0{hours}:00", f"2027-01-15T11:00:00-0{hours}:00", zone)
    world.settle(ann)
    event = world.event(ann, "Case")
    own = event["originalStartTimeZone"]
    ann.mailbox.edit(
        event["id"], {"start": zoned(wall(2027, 1, 15, 20), own), "end": zoned(wall(2027, 1, 15, 21), own)}
    )
    world.settle(ann, 2)
    assert world.case("Case")["timezone"] == zone
    assert is_quiet(world, ann)
