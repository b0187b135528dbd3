"""What a caller or a person writes on an event: checked, cleaned, and filled up with Exchange's defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from typing import Any

from local.graph.bodies import wrapped
from local.graph.errors import bad_request, invalid
from local.graph.query import property_id
from local.graph.schema import read, read_members
from local.graph.times import NEVER, Moment, read_moment

WRITABLE = frozenset(
    {
        "allowNewTimeProposals",
        "attendees",
        "body",
        "categories",
        "end",
        "hideAttendees",
        "importance",
        "isAllDay",
        "isOnlineMeeting",
        "isReminderOn",
        "location",
        "locations",
        "onlineMeetingProvider",
        "recurrence",
        "reminderMinutesBeforeStart",
        "responseRequested",
        "sensitivity",
        "showAs",
        "start",
        "subject",
        "transactionId",
    }
)
"""What POST and PATCH take; the other members of an event are read-only and ignored when sent."""
MOST_ATTENDEES = 500
_EXTENDED = "singleValueExtendedProperties"
_NO_RESPONSE = {"response": "none", "time": NEVER}
_PLAIN_DEFAULTS: dict[str, Any] = {
    "allowNewTimeProposals": True,
    "hideAttendees": False,
    "importance": "normal",
    "isAllDay": False,
    "isOnlineMeeting": False,
    "isReminderOn": True,
    "onlineMeetingProvider": "unknown",
    "reminderMinutesBeforeStart": 15,
    "responseRequested": True,
    "sensitivity": "normal",
    "showAs": "busy",
    "subject": "",
}
NO_PLACE: dict[str, Any] = {"displayName": "", "locationType": "default", "uniqueIdType": "unknown"}


@dataclass(frozen=True)
class Draft:
    """A checked request to write: the members sent, cleaned; times and recurrence still to be joined."""

    members: dict[str, Any] = field(default_factory=dict)
    start: Moment | None = None
    end: Moment | None = None
    properties: dict[str, str] = field(default_factory=dict)
    transaction: str | None = None


def defaults(email: str, name: str) -> dict[str, Any]:
    """Return the members of an event about which nothing was said, organised by the mailbox's owner."""
    return {
        **_PLAIN_DEFAULTS,
        "attendees": [],
        "body": {"contentType": "html", "content": ""},
        "categories": [],
        "isCancelled": False,
        "isOrganizer": True,
        "location": NO_PLACE,
        "locations": [],
        "onlineMeeting": None,
        "organizer": {"emailAddress": {"name": name, "address": email}},
        "recurrence": None,
        "responseStatus": {"response": "organizer", "time": NEVER},
    }


def read_draft(body: Any, *, creating: bool, rewrite_html: bool) -> Draft:
    """Return the checked draft of a request body.

    Raises GraphError 400: `RequestBodyRead` for what the schema refuses, else the code of the rule broken.
    """
    if not isinstance(body, dict):
        raise bad_request("BadRequest", "Empty Payload. JSON content expected.")
    plain = {name: value for name, value in body.items() if name != _EXTENDED}
    sent = read_members("graph.event", plain, "")
    members = {name: value for name, value in sent.items() if name in WRITABLE}
    if not creating and "transactionId" in members:
        raise bad_request("ErrorInvalidRequest", "transactionId can be set only when the event is created.")
    start, end = _moment(members, "start"), _moment(members, "end")
    if creating and not (start and end):
        raise invalid("An event needs a start and an end.")
    transaction = members.pop("transactionId", None)
    properties = read_properties(body.get(_EXTENDED))
    return Draft(_cleaned(members, rewrite_html), start, end, properties, transaction)


def _moment(members: dict[str, Any], name: str) -> Moment | None:
    return read_moment(members.pop(name), name) if name in members else None


def read_properties(value: Any) -> dict[str, str]:
    """Return extended properties by their id; raises GraphError 400 for another form of id or value."""
    if value is None:
        return {}
    sent = read("Collection(graph.singleValueLegacyExtendedProperty)", value, _EXTENDED)
    if any("id" not in member or member.get("value") is None for member in sent):
        raise bad_request("ErrorInvalidProperty", "An extended property needs an id and a value.")
    return {property_id(member["id"]): member["value"] for member in sent}


def _cleaned(members: dict[str, Any], rewrite_html: bool) -> dict[str, Any]:
    cleaned = {name: _PLAIN_DEFAULTS.get(name) if value is None else value for name, value in members.items()}
    if "body" in cleaned:
        cleaned["body"] = _clean_body(cleaned["body"], rewrite_html)
    if "attendees" in cleaned:
        cleaned["attendees"] = _clean_attendees(cleaned["attendees"])
    if "categories" in cleaned:
        cleaned["categories"] = list(dict.fromkeys(cleaned["categories"] or []))
    if (members.get("reminderMinutesBeforeStart") or 0) < 0:
        raise invalid("reminderMinutesBeforeStart must not be negative.")
    _clean_places(cleaned)
    return cleaned


def _clean_body(body: dict[str, Any] | None, rewrite_html: bool) -> dict[str, str]:
    given = body or {}
    kind, content = given.get("contentType") or "text", given.get("content") or ""
    if not rewrite_html:
        return {"contentType": kind, "content": content}
    return {"contentType": "html", "content": wrapped(kind, content)}


def _clean_attendees(attendees: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    sent = attendees or []
    if len(sent) > MOST_ATTENDEES:
        raise bad_request("ErrorInvalidRequest", f"An event can have {MOST_ATTENDEES} attendees at most.")
    return [_clean_attendee(attendee) for attendee in sent]


def _clean_attendee(attendee: dict[str, Any]) -> dict[str, Any]:
    address = (attendee.get("emailAddress") or {}).get("address")
    if not address:
        raise bad_request("ErrorInvalidRecipients", "An attendee needs an emailAddress with an address.")
    name = attendee["emailAddress"].get("name") or address
    return {
        "type": attendee.get("type") or "required",
        "status": attendee.get("status") or _NO_RESPONSE,
        "emailAddress": {"name": name, "address": address},
    }


def _clean_places(cleaned: dict[str, Any]) -> None:
    """Keep `location` and `locations` in step: several places show as one name, joined by semicolons."""
    if "locations" in cleaned:
        places = [_clean_place(place) for place in cleaned["locations"] or []]
    elif "location" in cleaned:
        places = [_clean_place(cleaned["location"])] if _names_a_place(cleaned["location"]) else []
    else:
        return
    cleaned["locations"] = places
    cleaned["location"] = places[0] if len(places) == 1 else _joined(places)


def _names_a_place(place: dict[str, Any] | None) -> bool:
    return bool(place and (place.get("displayName") or place.get("address") or place.get("locationUri")))


def _clean_place(place: dict[str, Any]) -> dict[str, Any]:
    sent = {name: value for name, value in place.items() if value is not None}
    name = sent.get("displayName", "")
    return {"displayName": name, "locationType": "default", "uniqueId": name, "uniqueIdType": "private", **sent}


def _joined(places: list[dict[str, Any]]) -> dict[str, Any]:
    if not places:
        return NO_PLACE
    return {**NO_PLACE, "displayName": "; ".join(place["displayName"] for place in places)}


def check_times(start: Moment, end: Moment, *, all_day: bool) -> None:
    """Raise GraphError 400 if the end lies before the start, or all-day times break Graph's rules."""
    if end.utc < start.utc:
        raise invalid("The start of the event must not lie after its end.")
    if not all_day:
        return
    if start.zone != end.zone:
        raise invalid("An all-day event's start and end must be in the same time zone.")
    if start.wall.time() != time.min or end.wall.time() != time.min:
        raise invalid("The Event.Start property for an all-day event needs to be set to midnight.")
    if end.wall <= start.wall:
        raise invalid("The duration of an event marked as All day must be at least 24 hours.")
