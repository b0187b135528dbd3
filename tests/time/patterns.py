"""Random series, the same in every run of a seed."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from tests.time.walker import NAMES, PLACES

KINDS = ("daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly")
REACH = {"daily": 200, "weekly": 400, "absoluteMonthly": 1_400, "relativeMonthly": 1_100, "absoluteYearly": 4_000,
         "relativeYearly": 3_000}  # fmt: skip
"""How many days of a pattern are looked at."""
_LEAP_AND_LAST = (1, 15, 28, 29, 29, 30, 30, 31, 31)


def some_pattern(chance: random.Random, kind: str) -> dict[str, Any]:
    """A pattern with the members of its kind."""
    pattern: dict[str, Any] = {"type": kind, "interval": chance.choice((1, 1, 1, 2, 3, 5))}
    if kind == "weekly" or kind.startswith("relative"):
        pattern["daysOfWeek"] = sorted(chance.sample(NAMES, chance.choice((1, 1, 2, 3, 5, 7))), key=NAMES.index)
    if kind == "weekly":
        pattern["firstDayOfWeek"] = chance.choice(NAMES)
    if kind.startswith("relative"):
        pattern["index"] = chance.choice(tuple(PLACES))
    if kind.startswith("absolute"):
        pattern["dayOfMonth"] = chance.choice((*_LEAP_AND_LAST, chance.randint(1, 31)))
    if kind.endswith("Yearly"):
        pattern["month"] = chance.choice((2, chance.randint(1, 12)))
    return pattern


def some_day(chance: random.Random) -> date:
    """A day from 2020 through 2032."""
    return date(2020, 1, 1) + timedelta(days=chance.randrange(4_700))


def some_range(chance: random.Random, start: date, kind: str) -> dict[str, Any]:
    """A range of any type that begins on `start`."""
    match chance.choice(("noEnd", "endDate", "numbered")):
        case "noEnd":
            return {"type": "noEnd", "startDate": start.isoformat()}
        case "endDate":
            end = start + timedelta(days=chance.randrange(REACH[kind]))
            return {"type": "endDate", "startDate": start.isoformat(), "endDate": end.isoformat()}
    return {"type": "numbered", "startDate": start.isoformat(), "numberOfOccurrences": chance.randint(1, 40)}
