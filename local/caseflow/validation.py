"""The request bodies of the contract, checked member by member; every refusal names the member."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from local.caseflow.answers import Document, invalid

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")
_REQUIRED = ("title", "start", "end", "all_day", "timezone", "staff_ids")
_Shape = TypeVar("_Shape", bound=Struct)
_DEFAULTS: Document = {
    "description_html": None,
    "location": None,
    "category": None,
    "matter_id": None,
    "key_deadline_id": None,
    "confidential": False,
    "visibility": "firm",
    "series_id": None,
}

Title = Annotated[str, Meta(min_length=1, max_length=255)]
Description = Annotated[str, Meta(max_length=65_536)]
Place = Annotated[str, Meta(max_length=500)]
Staff = Annotated[list[str], Meta(min_length=1)]


class Origin(Struct, frozen=True, forbid_unknown_fields=True):
    """Who of the sync wrote, and in which job; goes into CaseFlow's event audit log."""

    provider: Literal["outlook"]
    mode: Literal["sync", "manual", "import", "review"]
    staff_id: str
    job_id: str


class EventMembers(Struct, frozen=True, forbid_unknown_fields=True):
    """EventWrite and EventPatch: the same members, all optional here."""

    title: Title | UnsetType = UNSET
    description_html: Description | UnsetType | None = UNSET
    start: str | UnsetType = UNSET
    end: str | UnsetType = UNSET
    all_day: bool | UnsetType = UNSET
    timezone: str | UnsetType = UNSET
    location: Place | UnsetType | None = UNSET
    category: str | UnsetType | None = UNSET
    matter_id: str | UnsetType | None = UNSET
    key_deadline_id: str | UnsetType | None = UNSET
    confidential: bool | UnsetType = UNSET
    visibility: Literal["firm", "private"] | UnsetType = UNSET
    staff_ids: Staff | UnsetType = UNSET
    series_id: str | UnsetType | None = UNSET
    origin: Origin | UnsetType = UNSET


class TaskMembers(Struct, frozen=True, forbid_unknown_fields=True):
    """What people may set of a task."""

    topic: Title | UnsetType = UNSET
    description_html: Description | UnsetType | None = UNSET
    due_date: str | UnsetType | None = UNSET
    priority: str | UnsetType | None = UNSET
    matter_id: str | UnsetType | None = UNSET
    assignee_ids: list[str] | UnsetType = UNSET
    completed: bool | UnsetType = UNSET


class DeadlineMembers(Struct, frozen=True, forbid_unknown_fields=True):
    """What people may set of a key deadline."""

    name: Title | UnsetType = UNSET
    date: str | UnsetType | None = UNSET
    matter_id: str | UnsetType = UNSET
    description_html: Description | UnsetType | None = UNSET


class Operation(Struct, frozen=True, forbid_unknown_fields=True):
    """One write of a batch."""

    method: Literal["POST", "PATCH", "DELETE"]
    event_id: str | UnsetType = UNSET
    idempotency_key: str | UnsetType = UNSET
    if_match: int | UnsetType = UNSET
    body: dict[str, Any] | UnsetType = UNSET


class Batch(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `events:batch`."""

    operations: Annotated[list[Operation], Meta(min_length=1, max_length=100)]


class _OriginOnly(Struct, frozen=True, forbid_unknown_fields=True):
    origin: Origin


def _convert(body: Any, shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.convert(body, shape)
    except msgspec.ValidationError as fault:
        raise invalid(str(fault)) from None


def parse_origin(body: Any) -> Document:
    """Check `{"origin": …}`, as a deletion in a batch carries it, and return the origin."""
    return msgspec.structs.asdict(_convert(body, _OriginOnly).origin)


def parse_origin_text(text: str) -> Document:
    """Check the `origin` of a deletion's query: compact JSON of the same object."""
    try:
        value = json.loads(text)
    except ValueError:
        raise invalid("`origin` is not JSON: give the Origin object as compact JSON.") from None
    return parse_origin({"origin": value})


def parse_batch(body: Any) -> list[Operation]:
    """Check the envelope of a batch: 1 to 100 operations."""
    return _convert(body, Batch).operations


def given_members(body: Any, shape: type[Struct]) -> Document:
    """Check a body against a shape and return the members it gives. Raises Refused 422."""
    members = msgspec.structs.asdict(_convert(body, shape))
    return {name: value for name, value in members.items() if value is not UNSET}


def parse_members(body: Any) -> Document:
    """Check the members given, by type, length and name, and return exactly those. Raises Refused 422."""
    given = given_members(body, EventMembers)
    if "origin" in given:
        given["origin"] = msgspec.structs.asdict(given["origin"])
    if "staff_ids" in given:
        given["staff_ids"] = list(dict.fromkeys(given["staff_ids"]))
    return given


def parse_patch(body: Any) -> Document:
    """Check an EventPatch: `origin` is required."""
    given = parse_members(body)
    _require(given, "origin")
    return given


def parse_write(body: Any) -> Document:
    """Check an EventWrite and fill in the defaults."""
    given = parse_new_event(body)
    _require(given, "origin")
    return given


def parse_new_event(body: Any) -> Document:
    """Check what a person fills in for a new event, and fill in the defaults."""
    given = parse_members(body)
    _require(given, *_REQUIRED)
    return {**_DEFAULTS, **given}


def _require(given: Document, *names: str) -> None:
    missing = [name for name in names if name not in given]
    if missing:
        raise invalid(f"Object missing required field `{missing[0]}`")


def with_times(event: Document) -> Document:
    """Check zone, start, end and all-day flag of a whole event together and write its times in one form.

    Timed: RFC 3339 with the offset of the event's zone. All-day: dates, the end exclusive. Raises Refused 422.
    """
    zone = parse_zone(event["timezone"], "timezone")
    if event["all_day"]:
        start, end = (parse_date(event[name], name).isoformat() for name in ("start", "end"))
        ordered = start < end
    else:
        first, last = (_instant(event[name], name) for name in ("start", "end"))
        start, end = _in_zone(first, zone, "start"), _in_zone(last, zone, "end")
        ordered = first < last
    if not ordered:
        raise invalid(f"`end` must be after `start`: {event['end']!r} is not after {event['start']!r}.")
    return {**event, "start": start, "end": end}


def parse_zone(name: str, member: str) -> ZoneInfo:
    """Return the zone of an IANA name. Raises Refused 422 naming `member`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid(f"`{member}` is not an IANA time zone: {name!r}.") from None


def parse_date(text: str, member: str) -> date:
    """Return the date of YYYY-MM-DD; the calendar's very last has no day after it and is none. Raises Refused 422."""
    try:
        if _DATE.fullmatch(text) and (found := date.fromisoformat(text)) < date.max:
            return found
    except ValueError:
        pass
    raise invalid(f"`{member}` must be a date, YYYY-MM-DD, here: {text!r} is none.")


def _instant(text: str, member: str) -> datetime:
    try:
        if _DATE_TIME.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise invalid(f"`{member}` must be an RFC 3339 date-time with offset: {text!r} is none.")


def _in_zone(instant: datetime, zone: ZoneInfo, member: str) -> str:
    try:
        local = instant.astimezone(zone)
    except OverflowError:
        raise invalid(f"`{member}` is outside the years 1 to 9999.") from None
    offset = local.utcoffset()
    # Local mean times before standard time have offsets that RFC 3339 can't write.
    return (local if offset is not None and offset.total_seconds() % 60 == 0 else instant).isoformat()


def instant_text(text: str) -> str:
    """An event's timed `start` or `end` in UTC, in a form that sorts by time."""
    return datetime.fromisoformat(text).astimezone(UTC).isoformat(timespec="microseconds")
