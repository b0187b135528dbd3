"""Events and calendars as Graph answers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local.graph import ids
from local.graph.bodies import preview, text_of
from local.graph.query import Prefer
from local.graph.store import PRIMARY, SECONDARY, Item, Showing, Store, pattern_start
from local.graph.switches import Switches
from local.graph.times import CUSTOM_ZONE, windows_name, write_instant, write_moment, write_whole_instant

_LINK = "https://outlook.office365.com/owa/?itemid="
_NAMES = {PRIMARY: "Calendar", SECONDARY: "Private calendar"}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes one mailbox's events for one request: its preferences, `$select` and `$expand`."""

    store: Store
    switches: Switches
    prefer: Prefer
    select: tuple[str, ...] | None = None
    expand: tuple[str, ...] = ()

    def event_id(self, showing: Showing) -> str:
        """Return the id in the form asked for."""
        return self._id(showing.item, showing)

    def _id(self, item: Item, showing: Showing | None) -> str:
        moves = None if self.prefer.immutable else item.moves
        day = showing.day if showing else None
        return ids.event_id(self.store.part, ids.Address(item.number, moves, day, item.generation if day else 0))

    def etag(self, showing: Showing) -> str:
        """Return the `@odata.etag`, made of the change key."""
        return f'W/"{ids.change_key(self.store.part, showing.item.number, showing.item.version)}"'

    def event(self, showing: Showing) -> dict[str, Any]:
        """Return the event, whole or as selected, with the extended properties asked for."""
        row = {**self._identity(showing), **self._members(showing)}
        if self.select is not None:
            kept = {"@odata.etag", "id", *self.select}
            row = {name: value for name, value in row.items() if name in kept}
        found = [(name, showing.properties.get(name)) for name in self.expand]
        extended = [{"id": name, "value": value} for name, value in found if value is not None]
        if extended:
            row["singleValueExtendedProperties"] = extended
        return row

    def bare(self, showing: Showing) -> dict[str, Any]:
        """Return an occurrence as delta gives it: nothing but identity and times (graph.md, Delta)."""
        return {
            "@odata.etag": self.etag(showing),
            "id": self.event_id(showing),
            "type": showing.kind,
            "seriesMasterId": self._id(showing.item, None),
            **self._times(showing),
        }

    def _times(self, showing: Showing) -> dict[str, Any]:
        zone, all_day = self.prefer.zone, showing.content["isAllDay"]
        return {
            "start": write_moment(showing.start, zone, all_day=all_day),
            "end": write_moment(showing.end, zone, all_day=all_day),
        }

    def _identity(self, showing: Showing) -> dict[str, Any]:
        item, key = showing.item, self.event_id(showing)
        etag = self.etag(showing)
        row: dict[str, Any] = {
            "@odata.etag": etag,
            "id": key,
            "createdDateTime": write_instant(item.created),
            "lastModifiedDateTime": write_instant(item.modified),
            "changeKey": etag[3:-1],
            "transactionId": item.transaction,
            "originalStartTimeZone": self._original_zone(showing, showing.start.zone),
            "originalEndTimeZone": self._original_zone(showing, showing.end.zone),
            "iCalUId": item.uid if showing.day is None else ids.occurrence_uid(item.uid, showing.day),
            "type": showing.kind,
            "seriesMasterId": None if showing.day is None else self._id(item, None),
            "webLink": f"{_LINK}{key}&exvsurl=1&path=/calendar/item",
        }
        if showing.day is not None:
            row["originalStart"] = write_whole_instant(pattern_start(item, showing.day).utc)
        return row

    def _original_zone(self, showing: Showing, zone: str) -> str:
        if showing.item.custom_zone:
            return CUSTOM_ZONE
        return windows_name(zone) if self.switches.iana_zones_returned_as_windows else zone

    def _members(self, showing: Showing) -> dict[str, Any]:
        content = showing.content
        body = content["body"]
        kind, text = body["contentType"], body["content"]
        if self.prefer.text:
            kind, text = "text", text_of(kind, text)
        return {
            **content,
            "recurrence": fresh(content["recurrence"]) if showing.day is None else None,
            "hasAttachments": False,
            "isDraft": False,
            "onlineMeetingUrl": None,
            "bodyPreview": preview(body["contentType"], body["content"]),
            "body": {"contentType": kind, "content": text},
            "attendees": fresh(content["attendees"]),
            "categories": list(content["categories"]),
            "location": fresh(content["location"]),
            "locations": fresh(content["locations"]),
            "onlineMeeting": fresh(content["onlineMeeting"]),
            "organizer": fresh(content["organizer"]),
            "responseStatus": dict(content["responseStatus"]),
            **self._times(showing),
        }


def fresh(value: Any) -> Any:
    """Return a copy of JSON, so that no caller holds a piece of the state."""
    if isinstance(value, dict):
        return {key: fresh(member) for key, member in value.items()}
    return [fresh(member) for member in value] if isinstance(value, list) else value


def calendar_id(store: Store, place: str) -> str:
    """Return a calendar's id; said to be constant, observed not to be (graph.md, Events)."""
    return f"AAMkC{store.part}{'A' if place == PRIMARY else 'B'}{store.calendar_epoch:06d}="


def calendar(store: Store, place: str) -> dict[str, Any]:
    """Return a calendar as Graph answers it."""
    return {
        "id": calendar_id(store, place),
        "name": _NAMES[place],
        "color": "auto",
        "hexColor": "",
        "isDefaultCalendar": place == PRIMARY,
        "changeKey": ids.change_key(store.part, 0, store.calendar_epoch),
        "canShare": True,
        "canViewPrivateItems": True,
        "canEdit": True,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
        "isTallyingResponses": place == PRIMARY,
        "isRemovable": place != PRIMARY,
        "owner": {"name": store.name, "address": store.email},
    }
