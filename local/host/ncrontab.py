"""Six-field NCRONTAB schedules, as the timer trigger reads them (azure.md 1.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from croniter import croniter

from local.host.errors import HostError

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_ITEM = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/(\d{1,2}))?")


@dataclass(frozen=True)
class _Field:
    name: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()

    def number(self, text: str) -> int | None:
        if text.lower() in self.names:
            return self.lowest + self.names.index(text.lower())
        return int(text) if text.isascii() and text.isdigit() else None


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day-of-week", 0, 6, _DAYS),
)


@dataclass(frozen=True)
class Schedule:
    """A checked schedule; day and day-of-week must both match, as in NCrontab."""

    text: str

    def after(self, instant: datetime) -> datetime:
        """Return the first occurrence after `instant` (UTC, aware)."""
        found: datetime = croniter(self.text, instant, second_at_beginning=True, day_or=False).get_next(datetime)
        return found


def schedule(text: str, where: str) -> Schedule:
    """Check a schedule; `where` names its place in the message.

    Raises HostError for anything but six NCRONTAB fields: croniter alone would take more.
    """
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise HostError(
            f"{where} '{text}' has {len(parts)} fields; NCRONTAB has six: second minute hour day month day-of-week"
        )
    for part, field in zip(parts, _FIELDS, strict=True):
        for item in part.split(","):
            if not _valid(item, field):
                raise HostError(
                    f"{where} '{text}': '{item}' is no {field.name} ({field.lowest}-{field.highest}, *, a-b, */n)"
                )
    return Schedule(" ".join(parts))


def _valid(item: str, field: _Field) -> bool:
    match = _ITEM.fullmatch(item)
    if match is None or match.group(3) == "0":
        return False
    ends = [field.number(end) for end in match.groups()[:2] if end is not None]
    if any(end is None or not field.lowest <= end <= field.highest for end in ends):
        return False
    return ends == sorted(ends, key=lambda end: end or 0)
