"""Time zones: Windows and IANA names, local days (D5).

`tzdata` must win over the machine's own, older files (dependencies.md 0.1); importing this module sees to it.
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, time
from functools import lru_cache

from tzlocal.windows_tz import win_tz

zoneinfo.reset_tzpath(to=())

FALLBACK = "UTC"


@lru_cache(maxsize=1024)
def known(name: str) -> bool:
    """True if `name` is an IANA zone of the pinned `tzdata`."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def iana(name: str | None) -> str | None:
    """The IANA name for a Windows or IANA name; None where neither knows it (custom zones)."""
    if not name:
        return None
    candidate = win_tz.get(name, name)
    return candidate if known(candidate) else None


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
