"""Series: expansion on the wall clock, edited and cancelled occurrences, and changed patterns."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from local.graph.service import Switches
from tests.local.graph.world import SPAN, WEEKLY, World, at, event, removed


def series(world: World, recurrence: dict[str, Any] = WEEKLY, **members: Any) -> dict[str, Any]:
    return world.create(event("Team", recurrence=recurrence, **members))


def shown(world: World) -> list[dict[str, Any]]:
    return list(world.good("GET", f"/me/calendarView?{SPAN}&$orderby=start/dateTime&$top=100")["value"])


def days(rows: list[dict[str, Any]]) -> list[str]:
    return [row["start"]["dateTime"][:10] for row in rows]


def expand(kind: str, bounds: dict[str, Any], start: dict[str, Any] | None = None, **pattern: Any) -> list[str]:
    world = World()
    begin = start or at(1)
    end = {**begin, "dateTime": begin["dateTime"].replace("T09", "T10")}
    body = {
        "subject": "x",
        "start": begin,
        "end": end,
        "recurrence": {
            "pattern": {"type": kind, "interval": 1, **pattern},
            "range": {"startDate": begin["dateTime"][:10], **bounds},
        },
    }
    made = world.create(body)
    url = f"/me/events/{made['id']}/instances?startDateTime=2026-11-01T00:00:00Z&endDateTime=2029-01-01T00:00:00Z"
    return days(world.good("GET", f"{url}&$top=100")["value"])


NUMBERED = {"type": "numbered", "numberOfOccurrences": 3}


@pytest.mark.parametrize(
    ("kind", "pattern", "expected"),
    [
        ("daily", {"interval": 2}, ["2026-12-01", "2026-12-03", "2026-12-05"]),
        ("weekly", {"daysOfWeek": ["tuesday", "friday"]}, ["2026-12-01", "2026-12-04", "2026-12-08"]),
        ("weekly", {"daysOfWeek": ["monday"], "interval": 2}, ["2026-12-14", "2026-12-28", "2027-01-11"]),
        ("absoluteMonthly", {"dayOfMonth": 31}, ["2026-12-31", "2027-01-31", "2027-02-28"]),
        ("relativeMonthly", {"daysOfWeek": ["friday"], "index": "last"}, ["2026-12-25", "2027-01-29", "2027-02-26"]),
        ("absoluteYearly", {"dayOfMonth": 29, "month": 2}, ["2027-02-28", "2028-02-29"]),
        (
            "relativeYearly",
            {"daysOfWeek": ["monday"], "index": "second", "month": 3},
            ["2027-03-08", "2028-03-13"],
        ),
    ],
)
def test_each_pattern_falls_on_its_days(kind: str, pattern: dict[str, Any], expected: list[str]) -> None:
    assert expand(kind, NUMBERED, **pattern) == expected


def test_an_end_date_is_the_last_day() -> None:
    assert expand("daily", {"type": "endDate", "endDate": "2026-12-03"}) == ["2026-12-01", "2026-12-02", "2026-12-03"]


def test_occurrences_keep_their_wall_clock_over_a_change_of_daylight_saving() -> None:
    world = World()
    zone = "America/New_York"
    bounds = {"type": "numbered", "numberOfOccurrences": 2, "startDate": "2027-03-13"}
    start = {"dateTime": "2027-03-13T09:00:00", "timeZone": zone}
    end = {"dateTime": "2027-03-13T10:00:00", "timeZone": zone}
    recurrence = {"pattern": {"type": "daily", "interval": 1}, "range": bounds}
    made = world.create({"subject": "x", "start": start, "end": end, "recurrence": recurrence})
    url = f"/me/events/{made['id']}/instances?startDateTime=2027-03-01T00:00:00Z&endDateTime=2027-04-01T00:00:00Z"

    starts = [row["start"]["dateTime"][:16] for row in world.good("GET", url)["value"]]

    assert starts == ["2027-03-13T14:00", "2027-03-14T13:00"]


@pytest.mark.parametrize(
    "recurrence",
    [
        {"pattern": {"type": "weekly", "interval": 1}, "range": WEEKLY["range"]},
        {"pattern": {"type": "daily", "interval": 0}, "range": WEEKLY["range"]},
        {"pattern": {"type": "absoluteMonthly", "interval": 1}, "range": WEEKLY["range"]},
        {"pattern": {"type": "hourly", "interval": 1}, "range": WEEKLY["range"]},
        {"pattern": WEEKLY["pattern"]},
        {"pattern": WEEKLY["pattern"], "range": {"type": "noEnd", "startDate": "2026-12-08"}},
        {"pattern": WEEKLY["pattern"], "range": {**WEEKLY["range"], "numberOfOccurrences": 0}},
        {
            "pattern": WEEKLY["pattern"],
            "range": {"type": "endDate", "startDate": "2026-12-01", "endDate": "2026-11-01"},
        },
    ],
)
def test_a_pattern_that_graph_refuses_is_refused(world: World, recurrence: dict[str, Any]) -> None:
    assert world.refused("POST", "/me/events", event(recurrence=recurrence))[0] == 400


def test_the_view_shows_occurrences_whole_and_the_list_shows_the_master(world: World) -> None:
    made = series(world)

    rows = shown(world)

    assert days(rows) == ["2026-12-01", "2026-12-08", "2026-12-15", "2026-12-22"]
    assert {row["type"] for row in rows} == {"occurrence"}
    assert {row["seriesMasterId"] for row in rows} == {made["id"]}
    assert rows[1]["originalStart"] == "2026-12-08T09:00:00Z"
    assert rows[0]["subject"] == "Team"
    assert len({row["iCalUId"] for row in rows} | {made["iCalUId"]}) == 5
    assert [row["type"] for row in world.good("GET", "/me/events")["value"]] == ["seriesMaster"]


def test_an_occurrence_answers_by_id_until_it_is_cancelled(world: World) -> None:
    series(world)
    second = shown(world)[1]

    seen = world.good("GET", f"/me/events/{second['id']}")
    assert world.ask("DELETE", f"/me/events/{second['id']}").status == 204

    assert seen["start"] == second["start"]
    assert world.refused("GET", f"/me/events/{second['id']}") == (404, "ErrorItemNotFound")
    assert days(shown(world)) == ["2026-12-01", "2026-12-15", "2026-12-22"]


def test_an_edited_occurrence_becomes_an_exception_under_its_id(world: World) -> None:
    made = series(world)
    second = shown(world)[1]

    after = world.good("PATCH", f"/me/events/{second['id']}", {"subject": "Other", "start": at(9), "end": at(9, 10)})

    assert (after["id"], after["type"], after["subject"]) == (second["id"], "exception", "Other")
    assert after["originalStart"] == "2026-12-08T09:00:00Z"
    assert after["iCalUId"] == second["iCalUId"]
    assert days(shown(world))[1] == "2026-12-09"
    renamed = world.good("PATCH", f"/me/events/{made['id']}", {"subject": "All"})
    assert renamed["subject"] == "All"
    assert [row["subject"] for row in shown(world)] == ["All", "Other", "All", "All"]


@pytest.mark.parametrize(("day", "passes"), [(1, False), (2, True), (14, True), (15, False), (16, False)])
def test_an_occurrence_stays_between_its_neighbours(world: World, day: int, passes: bool) -> None:
    series(world)
    second = shown(world)[1]

    answer = world.ask("PATCH", f"/me/events/{second['id']}", {"start": at(day, 12), "end": at(day, 13)})

    assert answer.status == (200 if passes else 400)
    if not passes:
        assert answer.body is not None
        assert answer.body["error"]["code"] == "ErrorOccurrenceCrossingBoundary"
        assert days(shown(world))[1] == "2026-12-08"


@pytest.mark.parametrize(
    ("rule", "status", "after"),
    [("accepted", 200, "confidential"), ("ignored", 200, "normal"), ("refused", 400, "normal")],
)
def test_an_occurrences_own_sensitivity_follows_the_switch(rule: Any, status: int, after: str) -> None:
    world = World(Switches(occurrence_sensitivity=rule))
    series(world)
    second = shown(world)[1]

    answer = world.ask("PATCH", f"/me/events/{second['id']}", {"sensitivity": "confidential"})

    assert answer.status == status
    assert world.good("GET", f"/me/events/{second['id']}")["sensitivity"] == after


@pytest.mark.parametrize(
    "change",
    [
        {"recurrence": {**WEEKLY, "range": {**WEEKLY["range"], "numberOfOccurrences": 3}}},
        {"start": at(1, 11), "end": at(1, 12)},
    ],
)
def test_a_changed_pattern_gives_other_ids_and_drops_exceptions(world: World, change: dict[str, Any]) -> None:
    made = series(world)
    before = shown(world)
    world.ann.edit_occurrence(made["id"], date(2026, 12, 8), {"subject": "Other"})
    world.ann.cancel_occurrence(made["id"], date(2026, 12, 15))

    world.ann.edit_series(before[0]["id"], change)

    after = shown(world)
    assert not {row["id"] for row in before} & {row["id"] for row in after}
    assert {row["subject"] for row in after} == {"Team"}
    assert "2026-12-15" in days(after)
    assert world.refused("GET", f"/me/events/{before[0]['id']}")[0] == 404
    assert world.good("GET", f"/me/events/{made['id']}")["type"] == "seriesMaster"


def test_a_single_event_turned_into_a_series_keeps_id_and_uid(world: World) -> None:
    made = world.create()

    world.ann.make_series(made["id"], WEEKLY)

    after = world.good("GET", f"/me/events/{made['id']}")
    assert (after["type"], after["iCalUId"]) == ("seriesMaster", made["iCalUId"])
    assert len(shown(world)) == 4
    single = world.good("PATCH", f"/me/events/{made['id']}", {"recurrence": None})
    assert single["type"] == "singleInstance"


def test_the_whole_series_leaves_with_its_master(world: World) -> None:
    made = series(world)

    world.ask("DELETE", f"/me/events/{made['id']}")

    assert shown(world) == []


def test_an_occurrence_has_marks_of_its_own_only(world: World) -> None:
    name = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name link"
    series(world, singleValueExtendedProperties=[{"id": name, "value": "master"}])
    second = shown(world)[1]
    url = f"/me/events/{second['id']}?$expand=singleValueExtendedProperties($filter=id eq '{name}')"
    assert "singleValueExtendedProperties" not in world.good("GET", url)

    own = [{"id": name, "value": "own"}]
    world.good("PATCH", f"/me/events/{second['id']}", {"singleValueExtendedProperties": own})

    assert world.good("GET", url)["singleValueExtendedProperties"] == own


def test_an_all_day_series_falls_on_dates(world: World) -> None:
    body = event(start=at(1, 0), end=at(2, 0), isAllDay=True, recurrence=WEEKLY)
    world.create(body)

    assert days(shown(world)) == ["2026-12-01", "2026-12-08", "2026-12-15", "2026-12-22"]


def test_delta_gives_a_series_whole_with_bare_occurrences(world: World) -> None:
    made = series(world)

    rows, _ = world.round(page=1)

    assert [row["type"] for row in rows] == ["seriesMaster", *["occurrence"] * 4]
    assert rows[0]["start"] == rows[1]["start"]
    assert set(rows[1]) == {"@odata.type", "@odata.etag", "id", "type", "seriesMasterId", "start", "end"}
    assert rows[1]["seriesMasterId"] == made["id"]


def test_occurrence_rows_are_whole_if_the_switch_says_so() -> None:
    world = World(Switches(occurrence_rows_bare=False))
    series(world)

    assert world.round()[0][1]["subject"] == "Team"


@pytest.mark.parametrize("reported", [True, False])
def test_a_cancelled_occurrence_is_missing_and_reported_only_by_the_switch(reported: bool) -> None:
    world = World(Switches(cancelled_occurrence_reported_removed=reported))
    made = series(world)
    rows, link = world.round()
    world.ann.cancel_occurrence(made["id"], date(2026, 12, 8))

    after, _ = world.round(link)

    assert [row["type"] for row in after if "@removed" not in row] == ["seriesMaster", *["occurrence"] * 3]
    assert removed(after) == ([rows[2]["id"]] if reported else [])


def test_delta_gives_an_exception_whole(world: World) -> None:
    made = series(world)
    world.ann.edit_occurrence(made["id"], date(2026, 12, 8), {"subject": "Other"})

    exceptions = [row for row in world.round()[0] if row["type"] == "exception"]

    assert [row["subject"] for row in exceptions] == ["Other"]
