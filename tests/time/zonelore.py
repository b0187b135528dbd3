"""What zones do, found by looking at `zoneinfo` second by second around each change of the clocks."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

from msgspec import Struct

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
LAST = datetime(2037, 1, 1, tzinfo=UTC)
_STRIDE = timedelta(days=6)
_SECOND = timedelta(seconds=1)


class Change(Struct, frozen=True):
    """A zone's offset changes at `at` (UTC): a gap where it grows, an overlap where it shrinks."""

    zone: str
    at: datetime
    before: timedelta
    after: timedelta

    @property
    def is_gap(self) -> bool:
        """True if local times are skipped."""
        return self.after > self.before

    def wall(self, shift: timedelta) -> datetime:
        """A reading `shift` away from the change on the clock that ran before it."""
        return (self.at + self.before + shift).replace(tzinfo=None)


def offset(moment: datetime, zone: str) -> timedelta:
    """The offset of a zone at an instant."""
    found = moment.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset()
    assert found is not None
    return found


def zones() -> list[str]:
    """All zones of the pinned tzdata."""
    return sorted(zoneinfo.available_timezones())


@cache
def changes(zone: str, first: datetime = FIRST, last: datetime = LAST) -> tuple[Change, ...]:
    """Every change of a zone's offset between two instants."""
    return tuple(_changes(zone, first, last))


def _changes(zone: str, first: datetime, last: datetime) -> Iterator[Change]:
    here, before = first, offset(first, zone)
    while here < last:
        there = here + _STRIDE
        after = offset(there, zone)
        if after != before:
            yield Change(zone, _moment_of(zone, here, there, before), before, after)
        here, before = there, after


def _moment_of(zone: str, low: datetime, high: datetime, before: timedelta) -> datetime:
    while high - low > _SECOND:
        middle = low + _SECOND * ((high - low) // _SECOND // 2)
        low, high = (middle, high) if offset(middle, zone) == before else (low, middle)
    return high
