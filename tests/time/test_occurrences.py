"""Occurrences stand where the series' own clock puts them, in views, instances and delta, up to the very edge (D4)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tzlocal.windows_tz import tz_win

from local.graph.times import Window
from tests.local.graph.world import World, event, removed
from tests.time.patterns import KINDS, some_day, some_pattern, some_range
from tests.time.walker import walked

Ran = Callable[[str, int], None]
Span = tuple[datetime, datetime]
ZONES = (
    "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Chatham", "Asia/Kathmandu", "UTC",
    "Africa/Casablanca", "America/Vancouver", "Pacific/Apia", "America/Sao_Paulo", "Pacific/Kiritimati",
)  # fmt: skip
HOURS = (time(0), time(1, 30), time(2, 15), time(2, 30), time(9), time(12), time(23, 30))
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def utc(wall: datetime, zone: str) -> datetime:
    """The instant of a wall clock reading, by zoneinfo."""
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def zoned(wall: datetime, zone: str) -> dict[str, str]:
    return {"dateTime": wall.isoformat(), "timeZone": zone}


def listed(world: World, path: str, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """All rows of a view or of a series' instances."""
    bounds = f"startDateTime={start:%Y-%m-%dT%H:%M:%SZ}&endDateTime={end:%Y-%m-%dT%H:%M:%SZ}"
    return list(world.good("GET", f"{path}?{bounds}&$top=1000&$orderby=start/dateTime")["value"])


def span_of(row: dict[str, Any]) -> Span:
    """Start and end of a row, which are in UTC unless asked otherwise."""
    start, end = (datetime.fromisoformat(row[name]["dateTime"]).replace(tzinfo=UTC) for name in ("start", "end"))
    return start, end


def made(world: World, body: dict[str, Any]) -> str:
    return str(world.create(body)["id"])


def _series(chance: random.Random) -> Iterator[tuple[dict[str, Any], list[Span], str]]:
    """Bodies of series, with the spans that the walker and zoneinfo expect of them."""
    for kind in KINDS:
        for _ in range(100):
            zone, at = chance.choice(ZONES), chance.choice(HOURS)
            length = timedelta(minutes=chance.choice((30, 60, 90, 480, 1_500)))
            pattern, start = {"firstDayOfWeek": "sunday", **some_pattern(chance, kind)}, some_day(chance)
            bounds = some_range(chance, start, kind)
            days = walked(pattern, bounds, start + 1_500 * DAY)
            if not days:
                continue
            walls = [datetime.combine(day, at) for day in days]
            first = datetime.combine(start, at)
            body = {
                "subject": "s", "start": zoned(first, zone), "end": zoned(first + length, zone),
                "recurrence": {"pattern": pattern, "range": bounds},
            }  # fmt: skip
            yield body, [(utc(wall, zone), utc(wall + length, zone)) for wall in walls], zone


def _in_window(spans: list[Span], start: datetime, end: datetime) -> list[Span]:
    return [span for span in spans if span[0] < end and span[1] > start]


def test_occurrences_stand_at_the_wall_clock_of_their_zone(ran: Ran) -> None:
    chance, cases = random.Random(4), 0  # noqa: S311 - cases that come again
    for body, spans, zone in _series(chance):
        world = World()
        key = made(world, body)
        start = spans[0][0] - DAY * chance.randrange(3)
        end = start + DAY * chance.randint(30, 900)
        rows = listed(world, f"/me/events/{key}/instances", start, end)
        assert sorted(map(span_of, rows)) == sorted(_in_window(spans, start, end)), body
        assert {tz_win[zone], zone} & {row["originalStartTimeZone"] for row in rows} or not rows
        cases += len(rows)
    ran("occurrences placed", cases)


def test_an_occurrence_lasts_as_long_on_its_own_clock_when_the_end_is_given_in_another_zone() -> None:
    world = World()
    weekly = {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]},
              "range": {"type": "numbered", "startDate": "2026-12-01", "numberOfOccurrences": 2}}  # fmt: skip
    start, end = zoned(datetime(2026, 12, 1, 10), "America/New_York"), zoned(datetime(2026, 12, 1, 16), "UTC")  # noqa: DTZ001
    made(world, {"subject": "s", "start": start, "end": end, "recurrence": weekly})
    rows = listed(world, "/me/calendarView", datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert [span_of(row) for row in rows] == [
        (datetime(2026, 12, day, 15, tzinfo=UTC), datetime(2026, 12, day, 16, tzinfo=UTC)) for day in (1, 8)
    ]


def test_a_series_begun_in_a_doubled_hour_does_not_carry_the_second_reading_on() -> None:
    """Its start is given in UTC, an instant that New York reads 01:30 for the second time."""
    world = World()
    daily = {"pattern": {"type": "daily", "interval": 1},
             "range": {"type": "numbered", "startDate": "2026-11-01", "numberOfOccurrences": 2,
                       "recurrenceTimeZone": "America/New_York"}}  # fmt: skip
    start, end = datetime(2026, 11, 1, 6, 30), datetime(2026, 11, 1, 7)  # noqa: DTZ001
    made(world, {"subject": "s", "start": zoned(start, "UTC"), "end": zoned(end, "UTC"), "recurrence": daily})
    rows = listed(world, "/me/calendarView", datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert [span_of(row)[0].hour for row in rows] == [5, 6]


def test_a_series_end_date_is_a_day_of_its_own_zone() -> None:
    world = World()
    daily = {"pattern": {"type": "daily", "interval": 1},
             "range": {"type": "endDate", "startDate": "2026-12-01", "endDate": "2026-12-03"}}  # fmt: skip
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        for hour in (0, 23):
            wall = datetime(2026, 12, 1, hour)  # noqa: DTZ001
            body = {"subject": "s", "start": zoned(wall, zone), "end": zoned(wall + timedelta(minutes=30), zone)}
            key = made(world, {**body, "recurrence": daily})
            rows = listed(world, f"/me/events/{key}/instances", utc(wall, zone) - 9 * DAY, utc(wall, zone) + 9 * DAY)
            assert [span_of(row)[0] for row in rows] == [utc(wall + n * DAY, zone) for n in range(3)]


def test_an_all_day_series_falls_on_dates_in_every_zone() -> None:
    weekly = {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["sunday"]},
              "range": {"type": "numbered", "startDate": "2027-03-07", "numberOfOccurrences": 3}}  # fmt: skip
    for zone in ZONES:
        world = World()
        first = datetime(2027, 3, 7)  # noqa: DTZ001
        times = {"start": zoned(first, zone), "end": zoned(first + DAY, zone), "isAllDay": True}
        made(world, {"subject": "s", **times, "recurrence": weekly})
        rows = listed(world, "/me/calendarView", datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC))
        assert [span_of(row)[0].date() for row in rows] == [date(2027, 3, day) for day in (7, 14, 21)]
        assert {span_of(row)[1] - span_of(row)[0] for row in rows} == {DAY}


def _views(world: World, start: datetime, end: datetime) -> list[set[str]]:
    """The ids that a view and a first delta round list in a window."""
    seen = {row["id"] for row in listed(world, "/me/calendarView", start, end)}
    bounds = f"startDateTime={start:%Y-%m-%dT%H:%M:%SZ}&endDateTime={end:%Y-%m-%dT%H:%M:%SZ}"
    rows, _ = world.round(f"/me/calendarView/delta?{bounds}")
    return [seen, {row["id"] for row in rows if row["type"] != "seriesMaster" and "@removed" not in row}]


def _touches(start: datetime, end: datetime, window: Window) -> bool:
    """By the words of the contract: it shows if any part lies in the window; without length, if its moment does."""
    if start == end:
        return window.start <= start < window.end
    return max(start, window.start) < min(end, window.end)


def test_the_edges_of_a_window_are_sharp_to_the_second_for_views_and_delta(ran: Ran) -> None:
    """The edge as a generator of its own: each end at, a second before and a second after each bound."""
    chance, cases = random.Random(5), 0  # noqa: S311 - cases that come again
    for _ in range(40):
        world, zone = World(), chance.choice(ZONES)
        opens = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(40_000))
        window = Window(opens, opens + timedelta(hours=chance.choice((1, 24, 700))))
        marks = [bound + shift * SECOND for bound in (window.start, window.end) for shift in (-1, 0, 1)]
        wanted = set()
        for start in marks:
            for end in (mark for mark in (*marks, start) if mark >= start):
                key = made(world, {"subject": zone, "start": _as_utc(start), "end": _as_utc(end)})
                wanted |= {key} if _touches(start, end, window) else set()
                cases += 1
        for shown in _views(world, window.start, window.end):
            assert shown == wanted
            cases += len(marks)
    ran("window edges", cases)


def _as_utc(moment: datetime) -> dict[str, str]:
    return zoned(moment.replace(tzinfo=None), "UTC")


@pytest.mark.parametrize("zone", ZONES)
def test_an_all_day_event_shows_in_a_window_by_the_midnights_of_its_zone(zone: str) -> None:
    first = datetime(2026, 12, 8)  # noqa: DTZ001
    start, end = utc(first, zone), utc(first + DAY, zone)
    for opens, closes, shows in (
        (end - SECOND, end + DAY, True), (end, end + DAY, False),
        (start - DAY, start + SECOND, True), (start - DAY, start, False),
    ):  # fmt: skip
        world = World()
        times = {"start": zoned(first, zone), "end": zoned(first + DAY, zone)}
        key = made(world, {"subject": "day", "isAllDay": True, **times})
        assert _views(world, opens, closes) == ([{key}] * 2 if shows else [set()] * 2)


def test_edited_and_cancelled_occurrences_cross_the_edges_of_windows_by_their_own_times() -> None:
    world = World()
    weekly = {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]},
              "range": {"type": "numbered", "startDate": "2026-12-01", "numberOfOccurrences": 4}}  # fmt: skip
    zone = "America/New_York"
    wall = datetime(2026, 12, 1, 9)  # noqa: DTZ001
    key = made(world, {"subject": "s", "start": zoned(wall, zone), "end": zoned(wall + DAY / 24, zone),
                       "recurrence": weekly})  # fmt: skip
    moved = datetime(2026, 12, 12, 9)  # noqa: DTZ001 - the Tuesday of the 8th goes to Saturday
    world.ann.edit_occurrence(
        key, date(2026, 12, 8), {"start": zoned(moved, zone), "end": zoned(moved + DAY / 24, zone)}
    )
    world.ann.cancel_occurrence(key, date(2026, 12, 15))

    def starts(first: datetime, last: datetime) -> list[str]:
        rows = [listed(world, path, first, last) for path in ("/me/calendarView", f"/me/events/{key}/instances")]
        assert [row["id"] for row in rows[0]] == [row["id"] for row in rows[1]]
        return [row["start"]["dateTime"][:13] for row in rows[0]]

    def at(day: int, hour: int = 0) -> datetime:
        return datetime(2026, 12, day, hour, tzinfo=UTC)

    assert starts(at(1), at(31)) == ["2026-12-01T14", "2026-12-12T14", "2026-12-22T14"]
    assert starts(at(7), at(10)) == []
    assert starts(at(12, 14), at(12, 15)) == ["2026-12-12T14"]
    assert starts(at(12, 15), at(20)) == []
    rows = listed(world, "/me/calendarView", at(12), at(13))
    assert (rows[0]["type"], rows[0]["originalStart"]) == ("exception", "2026-12-08T14:00:00Z")


def test_an_occurrence_moved_out_of_the_window_leaves_the_delta() -> None:
    world = World()
    key = made(world, event("single", day=10))
    bounds = "startDateTime=2026-12-01T00:00:00Z&endDateTime=2026-12-20T00:00:00Z"
    _, link = world.round(f"/me/calendarView/delta?{bounds}")
    world.ann.edit(key, {"start": _as_utc(datetime(2026, 12, 20, tzinfo=UTC)),
                         "end": _as_utc(datetime(2026, 12, 21, tzinfo=UTC))})  # fmt: skip
    rows, link = world.round(link)
    assert removed(rows) == [key]
    world.ann.edit(key, {"start": _as_utc(datetime(2026, 12, 20, tzinfo=UTC) - SECOND)})
    rows, _ = world.round(link)
    assert [row["id"] for row in rows if "@removed" not in row] == [key]
