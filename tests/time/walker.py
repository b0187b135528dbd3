"""A day walker: asks of each day whether Graph's `patternedRecurrence` falls on it, by the words of its metadata.

Slow and simple, and nothing of it is shared with the stand-in, which leans on dateutil.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
Pattern = dict[str, Any]


def walked(pattern: Pattern, bounds: dict[str, Any], through: date) -> list[date]:
    """The days from the range's start to its end, at most through `through`."""
    start = date.fromisoformat(bounds["startDate"])
    last = min(through, date.fromisoformat(bounds["endDate"])) if bounds["type"] == "endDate" else through
    found = [day for day in _days(start, last) if falls_on(pattern, start, day)]
    return found[: bounds["numberOfOccurrences"]] if bounds["type"] == "numbered" else found


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def falls_on(pattern: Pattern, start: date, day: date) -> bool:
    """True if the pattern, applied from `start`, falls on `day`."""
    return _periods(pattern, start, day) % pattern["interval"] == 0 and _fits(pattern, day)


def _periods(pattern: Pattern, start: date, day: date) -> int:
    """How many days, weeks, months or years lie between the period of `start` and that of `day`."""
    kind = pattern["type"]
    if kind == "daily":
        return (day - start).days
    if kind == "weekly":
        head = NAMES.index(pattern["firstDayOfWeek"])
        return (_week(day, head) - _week(start, head)).days // 7
    years = day.year - start.year
    return years if kind.endswith("Yearly") else years * 12 + day.month - start.month


def _week(day: date, head: int) -> date:
    return day - timedelta(days=(day.weekday() - head) % 7)


def _fits(pattern: Pattern, day: date) -> bool:
    kind = pattern["type"]
    if kind == "daily":
        return True
    if kind == "weekly":
        return NAMES[day.weekday()] in pattern["daysOfWeek"]
    if kind.endswith("Yearly") and day.month != pattern["month"]:
        return False
    if kind.startswith("relative") and NAMES[day.weekday()] not in pattern["daysOfWeek"]:
        return False
    length = calendar.monthrange(day.year, day.month)[1]
    if kind.startswith("absolute"):
        return bool(day.day == min(pattern["dayOfMonth"], length))  # Outlook takes a short month's last day instead
    wanted = [n for n in range(1, length + 1) if NAMES[day.replace(day=n).weekday()] in pattern["daysOfWeek"]]
    return bool(wanted[PLACES[pattern["index"]]] == day.day)
