"""Graph's `patternedRecurrence`: its rules, and the days it falls on, by dateutil's rrule on the wall clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from dateutil import rrule

from local.graph.errors import invalid
from local.graph.times import zone_info

_DAYS = {
    "monday": rrule.MO,
    "tuesday": rrule.TU,
    "wednesday": rrule.WE,
    "thursday": rrule.TH,
    "friday": rrule.FR,
    "saturday": rrule.SA,
    "sunday": rrule.SU,
}
_POSITIONS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_PATTERN = {
    "interval": 1,
    "month": 0,
    "dayOfMonth": 0,
    "daysOfWeek": [],
    "firstDayOfWeek": "sunday",
    "index": "first",
}
_RANGE = {"endDate": "0001-01-01", "numberOfOccurrences": 0}
_NEEDED = {
    "daily": (),
    "weekly": ("daysOfWeek",),
    "absoluteMonthly": ("dayOfMonth",),
    "relativeMonthly": ("daysOfWeek",),
    "absoluteYearly": ("dayOfMonth", "month"),
    "relativeYearly": ("daysOfWeek", "month"),
}
MOST_OCCURRENCES = 999


def read_recurrence(value: dict[str, Any], zone: str, first: date) -> dict[str, Any]:
    """Return a checked recurrence with every member filled, as Graph answers it.

    `value` has passed the schema; `zone` is the zone of the event's start and `first` its date there.
    Raises GraphError 400 `ErrorPropertyValidationFailure` naming what is wrong.
    """
    pattern, bounds = value.get("pattern"), value.get("range")
    if not pattern or not bounds:
        raise invalid("A recurrence needs both a pattern and a range.")
    return {"pattern": _read_pattern(pattern), "range": _read_range(bounds, zone, first)}


def _read_pattern(given: dict[str, Any]) -> dict[str, Any]:
    pattern = {**_PATTERN, **{key: value for key, value in given.items() if value is not None}}
    kind = pattern.get("type")
    if kind not in _NEEDED:
        raise invalid("The recurrence pattern needs a type.")
    missing = [name for name in _NEEDED[kind] if not pattern[name]]
    if missing:
        raise invalid(f"A {kind} recurrence pattern needs {' and '.join(missing)}.")
    if pattern["interval"] < 1 or not 0 <= pattern["dayOfMonth"] <= 31 or not 0 <= pattern["month"] <= 12:
        raise invalid("The recurrence pattern's interval, dayOfMonth or month is out of range.")
    return pattern


def _read_range(given: dict[str, Any], zone: str, first: date) -> dict[str, Any]:
    bounds = {**_RANGE, **{key: value for key, value in given.items() if value is not None}}
    bounds["recurrenceTimeZone"] = bounds.get("recurrenceTimeZone") or zone
    zone_info(bounds["recurrenceTimeZone"])
    if bounds.get("type") is None or "startDate" not in bounds:
        raise invalid("The recurrence range needs a type and a startDate.")
    if date.fromisoformat(bounds["startDate"]) != first:
        raise invalid("The recurrence range's startDate must be the date of the event's start.")
    _check_end(bounds)
    return bounds


def _check_end(bounds: dict[str, Any]) -> None:
    if bounds["type"] == "endDate" and bounds["endDate"] < bounds["startDate"]:
        raise invalid("The recurrence range's endDate must not be before its startDate.")
    if bounds["type"] == "numbered" and not 1 <= bounds["numberOfOccurrences"] <= MOST_OCCURRENCES:
        raise invalid(f"The recurrence range's numberOfOccurrences must be from 1 to {MOST_OCCURRENCES}.")


def days(recurrence: dict[str, Any], through: date) -> list[date]:
    """Return the days the series falls on in its own zone, up to and with `through`."""
    bounds = recurrence["range"]
    last = min(through, date.fromisoformat(bounds["endDate"])) if bounds["type"] == "endDate" else through
    rule = _rule(recurrence["pattern"], date.fromisoformat(bounds["startDate"]), bounds)
    stop = datetime.combine(last, time.max)
    found: list[date] = []
    for moment in rule:
        if moment > stop:
            break
        found.append(moment.date())
    return found


def first_day(recurrence: dict[str, Any]) -> date:
    """Return the series' first day; raises GraphError 400 if the pattern never falls in its range."""
    bounds = recurrence["range"]
    start = date.fromisoformat(bounds["startDate"])
    last = date.fromisoformat(bounds["endDate"]) if bounds["type"] == "endDate" else date.max
    found = next(iter(_rule(recurrence["pattern"], start, bounds)), None)
    if found is None or found.date() > last:
        raise invalid("The recurrence pattern has no occurrence in its range.")
    return found.date()


def _rule(pattern: dict[str, Any], start: date, bounds: dict[str, Any]) -> rrule.rrule:
    count = bounds["numberOfOccurrences"] if bounds["type"] == "numbered" else None
    options = _OPTIONS[pattern["type"]](pattern)
    return rrule.rrule(dtstart=datetime.combine(start, time.min), interval=pattern["interval"], count=count, **options)


def _weekly(pattern: dict[str, Any]) -> dict[str, Any]:
    week_start = _DAYS[pattern["firstDayOfWeek"]]
    return {"freq": rrule.WEEKLY, "byweekday": _weekdays(pattern), "wkst": week_start}


def _by_date(pattern: dict[str, Any]) -> dict[str, Any]:
    """Return the day of the month; Exchange takes a short month's last day where the date does not exist."""
    day = pattern["dayOfMonth"]
    return {"bymonthday": day} if day <= 28 else {"bymonthday": list(range(28, day + 1)), "bysetpos": -1}


def _by_weekday(pattern: dict[str, Any]) -> dict[str, Any]:
    return {"byweekday": _weekdays(pattern), "bysetpos": _POSITIONS[pattern["index"]]}


def _weekdays(pattern: dict[str, Any]) -> list[rrule.weekday]:
    return [_DAYS[name] for name in pattern["daysOfWeek"]]


_OPTIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "daily": lambda _: {"freq": rrule.DAILY},
    "weekly": _weekly,
    "absoluteMonthly": lambda pattern: {"freq": rrule.MONTHLY, **_by_date(pattern)},
    "relativeMonthly": lambda pattern: {"freq": rrule.MONTHLY, **_by_weekday(pattern)},
    "absoluteYearly": lambda pattern: {"freq": rrule.YEARLY, "bymonth": pattern["month"], **_by_date(pattern)},
    "relativeYearly": lambda pattern: {"freq": rrule.YEARLY, "bymonth": pattern["month"], **_by_weekday(pattern)},
}
