"""The stand-in's series fall where the day walker, ical.js and dateutil agree (D4; oracles: testing.md 6)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from local.graph.recurrence import days, first_day, read_recurrence
from tests.time.patterns import KINDS, REACH, some_day, some_pattern, some_range
from tests.time.votes import by_ical_js
from tests.time.walker import NAMES, falls_on, walked

EACH = 700
Ran = Callable[[str, int], None]


def recurrences() -> list[tuple[dict[str, Any], date]]:
    """Recurrences as the stand-in keeps them, each with the last day that is looked at."""
    chance = random.Random(3)  # noqa: S311 - cases that come again
    made = []
    for kind in KINDS:
        for _ in range(EACH):
            start = some_day(chance)
            given = {"pattern": some_pattern(chance, kind), "range": some_range(chance, start, kind)}
            made.append((read_recurrence(given, "UTC", start), start + timedelta(days=REACH[kind])))
    return made


def test_the_day_walker_agrees_on_every_pattern_and_range(ran: Ran) -> None:
    cases = 0
    for recurrence, through in recurrences():
        assert days(recurrence, through) == walked(recurrence["pattern"], recurrence["range"], through), recurrence
        cases += 1
    ran("series expanded", cases)


def _undiminished(pattern: dict[str, Any], found: list[date]) -> list[date]:
    """Without the days that Outlook takes from short months: RFC 5545 has no such thing."""
    absolute = pattern["type"].startswith("absolute")
    return [day for day in found if not absolute or day.day == pattern["dayOfMonth"]]


def test_ical_js_agrees_on_every_pattern(ran: Ran) -> None:
    """Libraries differ where the start is no day of the pattern (testing.md 6), so each case starts on its first."""
    asked = []
    for recurrence, through in recurrences():
        pattern, bounds = recurrence["pattern"], {**recurrence["range"], "type": "noEnd"}
        found = _undiminished(pattern, days({"pattern": pattern, "range": bounds}, through))
        if found:
            asked.append((pattern, found[0], through))
    for (pattern, start, through), voted in zip(asked, by_ical_js(asked), strict=True):
        endless = {"pattern": pattern, "range": {"type": "noEnd", "startDate": start.isoformat()}}
        assert _undiminished(pattern, days(endless, through)) == voted, (pattern, start)
    ran("series by ical.js", len(asked))


def test_the_first_day_is_the_first_the_walker_finds() -> None:
    for recurrence, _ in recurrences()[::7]:
        endless = {**recurrence, "range": {**recurrence["range"], "type": "noEnd"}}
        start = date.fromisoformat(endless["range"]["startDate"])
        found = first_day(endless)
        assert falls_on(endless["pattern"], start, found)
        assert walked(endless["pattern"], endless["range"], found) == [found]


@pytest.mark.parametrize(
    ("pattern", "start", "expected"),
    [
        ({"type": "absoluteMonthly", "dayOfMonth": 31}, "2027-01-31", ["2027-01-31", "2027-02-28", "2027-03-31"]),
        ({"type": "absoluteMonthly", "dayOfMonth": 30}, "2028-01-30", ["2028-01-30", "2028-02-29", "2028-03-30"]),
        (
            {"type": "absoluteYearly", "dayOfMonth": 29, "month": 2},
            "2028-02-29",
            ["2028-02-29", "2029-02-28", "2030-02-28"],
        ),
        (
            {"type": "relativeMonthly", "daysOfWeek": list(NAMES[:5]), "index": "last"},
            "2026-11-30",
            ["2026-11-30", "2026-12-31", "2027-01-29"],
        ),
        (
            {"type": "weekly", "daysOfWeek": ["sunday", "monday"], "interval": 2, "firstDayOfWeek": "monday"},
            "2026-11-30",
            ["2026-11-30", "2026-12-06", "2026-12-14"],
        ),
        (
            {"type": "weekly", "daysOfWeek": ["sunday", "monday"], "interval": 2, "firstDayOfWeek": "sunday"},
            "2026-11-30",
            ["2026-11-30", "2026-12-13", "2026-12-14"],
        ),
    ],
)
def test_named_cases_fall_on_their_days(pattern: dict[str, Any], start: str, expected: list[str]) -> None:
    """Written down by hand: the walker and the stand-in must both say so."""
    bounds = {"type": "numbered", "startDate": start, "numberOfOccurrences": 3}
    whole = read_recurrence({"pattern": {"interval": 1, **pattern}, "range": bounds}, "UTC", date.fromisoformat(start))
    far = date(2032, 1, 1)
    assert [day.isoformat() for day in days(whole, far)] == expected
    assert [day.isoformat() for day in walked(whole["pattern"], bounds, far)] == expected
