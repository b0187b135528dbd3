"""When the timer ticks next: enough of NCRONTAB for the status page (azure.md 1.2). Pure; all times are UTC."""

from __future__ import annotations

from datetime import datetime, time, timedelta

_RANGES = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_DAYS_AHEAD = 366


def _part(text: str, low: int, high: int) -> range:
    """One element of a field: a star, a number or a range, each with an optional step. Raises ValueError."""
    span, _, step = text.partition("/")
    if span == "*":
        first, last = low, high
    else:
        start, dash, end = span.partition("-")
        first = int(start)
        last = int(end) if dash else (high if step else first)
    if not low <= first <= last <= high:
        raise ValueError(text)
    return range(first, last + 1, int(step or "1"))


def _fields(schedule: str) -> list[list[int]]:
    texts = schedule.split()
    if len(texts) != len(_RANGES):
        raise ValueError(schedule)
    return [
        sorted({number for part in text.split(",") for number in _part(part, low, high)})
        for text, (low, high) in zip(texts, _RANGES, strict=True)
    ]


def _first(fields: list[list[int]], floor: time) -> time | None:
    """The first tick of a day at or after `floor`."""
    seconds, minutes, hours = fields[:3]
    later = (
        time(hour, minute, second) for hour in hours if hour >= floor.hour for minute in minutes for second in seconds
    )
    return next((tick for tick in later if tick >= floor), None)


def next_tick(schedule: str, after: datetime) -> datetime | None:
    """The first tick after `after`; None for a schedule with names or other forms that only the host reads."""
    try:
        fields = _fields(schedule)
    except ValueError:
        return None
    _, _, _, days, months, weekdays = fields
    begin = after.replace(microsecond=0) + timedelta(seconds=1)
    for ahead in range(_DAYS_AHEAD):
        day = (begin + timedelta(days=ahead)).date()
        if day.day not in days or day.month not in months or day.isoweekday() % 7 not in weekdays:
            continue
        tick = _first(fields, begin.time() if ahead == 0 else time())
        if tick:
            return datetime.combine(day, tick, tzinfo=after.tzinfo)
    return None
