"""Times as Exchange keeps them: a wall clock with its zone, and the instant (UTC) that follows from both."""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import tz_win, win_tz

from local.graph.errors import GraphError, bad_request

# The machine's own files may be older than the pinned `tzdata` (dependencies.md 0.1).
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()

CUSTOM_ZONE = "tzone://Microsoft/Custom"
NEVER = "0001-01-01T00:00:00Z"
LONGEST_VIEW = timedelta(days=1825)
"""graph.md: calendarView reaches 1,825 days at most."""

_WALL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})?")


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall clock reading (naive) in a named zone, and its instant in UTC."""

    wall: datetime
    zone: str
    utc: datetime

    def dump(self) -> list[str]:
        """Return the JSON form that `load_moment` reads."""
        return [self.wall.isoformat(), self.zone]


def at(wall: datetime, zone: str) -> Moment:
    """Return the moment of a naive wall clock reading in a zone; raises GraphError 400 for an unknown zone."""
    return Moment(wall, zone, wall.replace(tzinfo=zone_info(zone)).astimezone(UTC))


def load_moment(dumped: list[str]) -> Moment:
    """Return the moment that `Moment.dump` wrote."""
    return at(datetime.fromisoformat(dumped[0]), dumped[1])


def in_zone(moment: Moment, zone: str) -> Moment:
    """Return the same instant read on another zone's clock."""
    if zone == moment.zone:
        return moment
    return Moment(moment.utc.astimezone(zone_info(zone)).replace(tzinfo=None), zone, moment.utc)


@lru_cache(maxsize=512)
def zone_info(name: str) -> ZoneInfo:
    """Return the zone of a Windows or IANA name; raises GraphError 400 `TimeZoneNotSupportedException`."""
    if name in win_tz:
        return ZoneInfo(win_tz[name])
    if name and name in tz_win:
        return ZoneInfo(name)
    raise bad_request(
        "TimeZoneNotSupportedException",
        f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'.",
    )


def windows_name(name: str) -> str:
    """Return the Windows name of a zone given by either name."""
    return name if name in win_tz else str(tz_win.get(name, name))


def read_moment(value: dict[str, Any] | None, member: str) -> Moment:
    """Return the moment of a `dateTimeTimeZone` body; raises GraphError 400 for an unreadable time or zone."""
    if not value or not isinstance(value.get("dateTime"), str):
        raise bad_request("ErrorInvalidRequest", f"'{member}' needs a dateTime and a timeZone.")
    text, zone = value["dateTime"], value.get("timeZone") or "UTC"
    parsed = _parse(text, member)
    if parsed.tzinfo is not None:
        parsed = parsed.astimezone(zone_info(zone)).replace(tzinfo=None)
    return at(parsed.replace(microsecond=0), zone)


def _parse(text: str, member: str) -> datetime:
    if _WALL.fullmatch(text) is None:
        raise _unreadable(text, member)
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise _unreadable(text, member) from error


def _unreadable(text: str, member: str) -> GraphError:
    return bad_request("ErrorInvalidParameter", f"'{text}' is not a date and time ({member}).")


def write_moment(moment: Moment, zone: str, *, all_day: bool) -> dict[str, str]:
    """Return Graph's `dateTimeTimeZone` in the zone asked for; an all-day event's dates are never converted."""
    wall = moment.wall if all_day or moment.zone == zone else in_zone(moment, zone).wall
    return {"dateTime": f"{wall.isoformat(timespec='seconds')}.0000000", "timeZone": zone}


def write_instant(instant: datetime) -> str:
    """Return an aware UTC instant as Graph writes an `Edm.DateTimeOffset` of an item: seven digits and Z."""
    return f"{instant.replace(tzinfo=None).isoformat(timespec='microseconds')}0Z"


def write_whole_instant(instant: datetime) -> str:
    """Return an aware UTC instant in whole seconds, as `originalStart` is written."""
    return f"{instant.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of time, `start` up to but without `end`, UTC."""

    start: datetime
    end: datetime

    def holds(self, start: datetime, end: datetime) -> bool:
        """Tell whether an event of this span shows in the window; one without length counts where it starts."""
        return start < self.end and (end > self.start or start == end == self.start)

    @property
    def last_day(self) -> date:
        """Return a day no occurrence in the window can start after, in any zone."""
        return (self.end + timedelta(days=1)).date()


@lru_cache(maxsize=1024)
def read_window(start: str | None, end: str | None) -> Window:
    """Return the window of a view; raises GraphError 400 if a bound is missing, unreadable, or over 1,825 days."""
    if not start or not end:
        raise bad_request(
            "ErrorInvalidParameter",
            "This request requires a time window specified by the query string parameters "
            "StartDateTime and EndDateTime.",
        )
    first, last = _bound(start, "StartDateTime"), _bound(end, "EndDateTime")
    if last < first:
        raise bad_request("ErrorInvalidParameter", "EndDateTime must not be before StartDateTime.")
    if last - first > LONGEST_VIEW:
        raise bad_request(
            "ErrorCalendarViewRangeTooBig",
            "The requested time duration exceeds the maximum allowed of 1825 days.",
        )
    return Window(first, last)


def _bound(text: str, name: str) -> datetime:
    padded = f"{text}T00:00:00" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else text
    parsed = _parse(padded, name)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
