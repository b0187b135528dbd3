"""Graph's event JSON and core's events, both ways (graph.md, "Events"). Pure, but for a log line.

Reading is tolerant: what Graph leaves out or adds changes nothing. Writing is strict: only members that the
projection sets, and a masked one is checked once more before its bytes leave (G2).
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from html import escape
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from shared import log
from shared.adapters.graph.shapes import Body, Person, Row, ZonedTime, is_present
from shared.core import marks
from shared.core.events import Content, OutlookEvent, Span
from shared.core.mask import Projection
from shared.core.policy import Mask
from shared.core.texts import MASK_TEXT
from shared.core.writes import CreateOutlook, PatchOutlook
from shared.core.zones import FALLBACK, iana, instant, sendable, settled, wall_clock

CUSTOM_ZONE = "tzone://Microsoft/Custom"
_LINK_ID = marks.LINK_PROPERTY.lower()
_STAMP_ID = marks.STAMP_PROPERTY.lower()
_MASKED_BODY = {"contentType": "text", "content": MASK_TEXT}
_NO_PLACE = {"displayName": ""}
_MASKED_MEMBERS = frozenset({
    "subject", "start", "end", "isAllDay", "body", "location", "sensitivity", "showAs", "isReminderOn",
    "transactionId", "singleValueExtendedProperties",
})  # fmt: skip


_ROWS = msgspec.json.Decoder(Row)


def row(data: bytes | Raw) -> Row | None:
    """One event's JSON as a row; None where it has no id or no event's shape (graph.md: empty ids do come)."""
    found = _decoded(data)
    return found if found is not None and found.id else None


def _decoded(data: bytes | Raw) -> Row | None:
    try:
        return _ROWS.decode(data)
    except msgspec.ValidationError:
        return None
    except msgspec.DecodeError:
        return _mended(data)


def _mended(data: bytes | Raw) -> Row | None:
    # An emoji cut in half leaves a lone surrogate, which is JSON but no text.
    try:
        return _ROWS.decode(json.dumps(json.loads(bytes(data)), ensure_ascii=False).encode(errors="replace"))
    except ValueError:
        return None


def outlook_event(data: bytes | Raw) -> OutlookEvent | None:
    """One event's JSON as core's event; None where it cannot be read as one."""
    found = row(data)
    return None if found is None else event_of(found)


def event_of(found: Row) -> OutlookEvent | None:
    """A row as core's event; None if it has no readable times."""
    span = _span(found)
    if span is None:
        return None
    places = _places(found)
    tags = {tag.id.lower(): tag.value for tag in found.single_value_extended_properties or ()}
    return OutlookEvent(
        id=found.id,
        change_key=found.change_key or _change_key(found.etag),
        content=Content(
            title=found.subject or "", span=span, place=places[0] if places else "", text=_html(found.body)
        ),
        type=found.type or "singleInstance",
        sensitivity=found.sensitivity or "normal",
        places=len(places),
        online=_is_online(found),
        attachments=bool(found.has_attachments),
        attendees=_others(found),
        is_organizer=found.is_organizer is not False,
        organizer=_address(found.organizer),
        response=(found.response_status and found.response_status.response) or "none",
        cancelled=bool(found.is_cancelled),
        ical_uid=found.ical_uid or "",
        master_id=found.series_master_id or None,
        original_start=_moment(found.original_start),
        transaction_id=found.transaction_id or None,
        created_at=_moment(found.created_date_time),
        modified_at=_moment(found.last_modified_date_time),
        link_mark=tags.get(_LINK_ID),
        stamp=tags.get(_STAMP_ID),
    )


def _change_key(etag: str | None) -> str:
    return (etag or "").removeprefix("W/").strip('"')


def _span(found: Row) -> Span | None:
    if found.start is None or found.end is None:
        return None
    all_day = bool(found.is_all_day)
    read = _day if all_day else _instant
    try:
        start, end = read(found.start), read(found.end)
    except (ValueError, OverflowError):
        return None
    return Span(start=start, end=end, all_day=all_day, zone=_named_zone(found))


def _named_zone(found: Row) -> str:
    """The zone a person sees; custom and unknown ones are told, and only the instants cross (D5)."""
    name = found.original_start_time_zone
    zone = iana(name)
    if name and zone is None:
        reason = "custom" if name == CUSTOM_ZONE else "unknown"
        log.line("zone_not_named", service="graph", object_id=found.id, reason=reason, outcome="instant_kept")
    return zone or FALLBACK


def _day(time: ZonedTime) -> date:
    return date.fromisoformat(time.date_time[:10])


def _instant(time: ZonedTime) -> datetime:
    wall = datetime.fromisoformat(time.date_time)
    if wall.tzinfo is not None:
        return wall.astimezone(UTC)
    if time.time_zone is None or time.time_zone == "UTC":
        return wall.replace(tzinfo=UTC)
    zone = iana(time.time_zone)
    if zone is None:
        raise ValueError("a time in an unknown zone is no instant")
    return instant(wall, zone)


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return _instant(ZonedTime(text))
    except (ValueError, OverflowError):
        return None


def _places(found: Row) -> list[str]:
    many = found.locations or ([found.location] if found.location else [])
    return [place.display_name for place in many if place.display_name]


def _html(body: Body | None) -> str:
    text = (body and body.content) or ""
    if body is None or (body.content_type or "html").lower() != "text":
        return text
    return escape(text).replace("\r\n", "<br>").replace("\n", "<br>")


def _is_online(found: Row) -> bool:
    if found.is_online_meeting or is_present(found.online_meeting) or found.online_meeting_url:
        return True
    places = [*(found.locations or ()), *([found.location] if found.location else ())]
    return any("://" in (place.location_uri or "") for place in places)


def _others(found: Row) -> int:
    own = _address(found.organizer) if found.is_organizer else ""
    return sum(1 for person in found.attendees or () if not own or _address(person) != own)


def _address(person: Person | None) -> str:
    mail = person.email_address if person else None
    return (mail.address or "").strip().lower() if mail else ""


def create_body(write: CreateOutlook) -> dict[str, Any]:
    """The JSON of a create, with our marks and `transactionId` in the same request (design.md 3)."""
    projection = write.projection
    body = _members(projection)
    if body.get("location") == _NO_PLACE:
        del body["location"]
    body["showAs"] = "free" if projection.free else "busy"
    if not projection.reminder:
        body["isReminderOn"] = False
    body["transactionId"] = write.transaction_id
    body["singleValueExtendedProperties"] = [
        {"id": marks.LINK_PROPERTY, "value": write.link_id},
        {"id": marks.STAMP_PROPERTY, "value": marks.encoded(write.stamp)},
    ]
    return _checked(projection, body)


def patch_body(write: PatchOutlook) -> dict[str, Any]:
    """The JSON of an update: what the projection sets (F2), and the new stamp."""
    body = _members(write.projection)
    body["singleValueExtendedProperties"] = [{"id": marks.STAMP_PROPERTY, "value": marks.encoded(write.stamp)}]
    return _checked(write.projection, body)


def _members(projection: Projection) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if projection.title is not UNSET:
        body["subject"] = projection.title
    if projection.span is not UNSET:
        body |= _times(projection.span)
    if projection.place is not UNSET:
        body["location"] = {"displayName": projection.place}
    if projection.text is not UNSET:
        masked = projection.mask is not Mask.NONE
        body["body"] = {"contentType": "text" if masked else "html", "content": projection.text}
    if projection.sensitivity is not UNSET:
        body["sensitivity"] = projection.sensitivity
    return body


def _times(span: Span) -> dict[str, Any]:
    zone = sendable(span.zone)
    return {"start": _zoned(span.start, zone), "end": _zoned(span.end, zone), "isAllDay": span.all_day}


def _zoned(when: datetime | date, zone: str) -> dict[str, str]:
    if not isinstance(when, datetime):
        return {"dateTime": f"{when.isoformat()}T00:00:00", "timeZone": zone}
    wall = wall_clock(when, zone).replace(fold=0)
    if instant(wall, zone) != when or not settled(zone, wall.date()):
        # The second of two equal hours has no name in its zone, and Exchange may not know a new law yet:
        # exact (D5) comes before the zone.
        wall, zone = wall_clock(when, FALLBACK), FALLBACK
    return {"dateTime": wall.isoformat(), "timeZone": zone}


def _checked(projection: Projection, body: dict[str, Any]) -> dict[str, Any]:
    """Refuse to send a masked event that says more than G2 allows; the second of two independent checks."""
    if projection.mask is Mask.NONE:
        return body
    if not body.keys() <= _MASKED_MEMBERS:
        raise AssertionError("a masked event may not send these members")
    if body.get("body", _MASKED_BODY) != _MASKED_BODY:
        raise AssertionError("a masked event may send no text but the mask")
    if body.get("location", _NO_PLACE) != _NO_PLACE:
        raise AssertionError("a masked event may send no place")
    if body.get("sensitivity", "confidential") not in {"confidential", "private"}:
        raise AssertionError("a masked event may not be sent as normal")
    return body
