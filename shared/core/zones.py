"""Time zones: Windows and IANA names, local days (D5).

`tzdata` must win over the machine's own, older files (dependencies.md 0.1); importing this module sees to it, also
for zones that something else has already read from those files.
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from tzlocal.windows_tz import tz_win, win_tz

zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()

FALLBACK = "UTC"
OUTLOOKS_UTC = "tzone://Microsoft/Utc"
SETTLED_YEARS = 6
_SAME_SEASON = tuple(timedelta(days=days) for days in (-10, -5, 0, 5, 10))


@lru_cache(maxsize=1024)
def known(name: str) -> bool:
    """True if `name` is an IANA zone of the pinned `tzdata`."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def iana(name: str | None) -> str | None:
    """The IANA name for a Windows, IANA or Outlook name; None where none knows it (`tzone://Microsoft/Custom`)."""
    if not name or known(name):  # first, as "UTC" is both a Windows and an IANA name
        return name or None
    candidate = FALLBACK if name == OUTLOOKS_UTC else win_tz.get(name)
    return candidate if candidate and known(candidate) else None


def sendable(zone: str) -> str:
    """`zone` if Exchange has a zone of that name or one that CLDR calls equal, else UTC: Graph refuses the rest."""
    return zone if zone in tz_win and known(zone) else FALLBACK


def alike(one: str, other: str) -> bool:
    """True if Exchange has one zone for both names."""
    return one in tz_win and tz_win[one] == tz_win.get(other)


@lru_cache(maxsize=4096)
def settled(zone: str, day: date) -> bool:
    """True if the offset of `zone` on `day` is that of the same season in each of the six years before.

    Where a law changed lately, Exchange may still reckon by the old one: a wall clock time would become another
    instant there. Six years are longer than the window reaches ahead (D3), so old rules cannot be hidden in it.
    """
    info, noon = zoneinfo.ZoneInfo(zone), datetime.combine(day, time(12), UTC)
    present = _offset(noon, info)
    seasons = (noon - timedelta(days=365.25 * years) for years in range(1, SETTLED_YEARS + 1))
    return all(any(_offset(then + shift, info) == present for shift in _SAME_SEASON) for then in seasons)


def _offset(moment: datetime, info: zoneinfo.ZoneInfo) -> timedelta | None:
    return moment.astimezone(info).utcoffset()


def day_start(day: date, zone: str) -> datetime:
    """The instant at which `day` begins in `zone`, in UTC; a skipped midnight gives the first instant after it."""
    local = datetime.combine(day, time.min, zoneinfo.ZoneInfo(zone if known(zone) else FALLBACK))
    return local.astimezone(UTC)


def local_day(instant: datetime, zone: str) -> date:
    """The calendar day of `instant` in `zone`."""
    return instant.astimezone(zoneinfo.ZoneInfo(zone if known(zone) else FALLBACK)).date()


def wall_clock(instant: datetime, zone: str) -> datetime:
    """The local time of `instant` in `zone`, without a zone attached, as Graph's dateTimeTimeZone wants it."""
    return instant.astimezone(zoneinfo.ZoneInfo(zone if known(zone) else FALLBACK)).replace(tzinfo=None)


def instant(wall: datetime, zone: str) -> datetime:
    """The instant of a local time; in a gap the time after it, in an overlap the first (PEP 495 fold=0)."""
    return wall.replace(tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(UTC)
