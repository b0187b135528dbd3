"""A mailbox in its owner's hands: what a person does in Outlook, for tests, the simulation and the page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from local.graph import changes, ids, meetings
from local.graph.call import find, place_of
from local.graph.errors import bad_request, invalid, not_found
from local.graph.events import read_draft
from local.graph.gate import Gate
from local.graph.office import Office
from local.graph.query import Prefer
from local.graph.rows import Writer, calendar_id
from local.graph.store import (
    DELETED,
    PRIMARY,
    RECOVERABLE,
    SECONDARY,
    Item,
    Showing,
    Store,
    leave,
    occurrence,
    showings,
    standing_days,
    whole,
)
from local.graph.times import Window

Response = Literal["accepted", "tentativelyAccepted", "declined"]


class Mailbox:
    """One person's mailbox. Ids that its methods take may be of either form; those they return are immutable.

    Bodies are Graph's, checked as strictly as the API checks them. Every method raises GraphError as the API
    would answer: 404 for an unknown event, 400 for what Exchange refuses.
    """

    def __init__(self, office: Office, store: Store, gate: Gate) -> None:
        self.office = office
        self.store = store
        self.gate = gate

    @property
    def email(self) -> str:
        """Return the owner's address."""
        return self.store.email

    def book(self, subject: str, start: datetime, end: datetime, zone: str = "UTC", **members: Any) -> str:
        """Make an event from wall clock times (naive) in a zone, and return its id."""
        times = {
            "start": {"dateTime": start.isoformat(), "timeZone": zone},
            "end": {"dateTime": end.isoformat(), "timeZone": zone},
        }
        return self.create({"subject": subject, **times, **members})

    def create(self, body: dict[str, Any], *, calendar: str = PRIMARY, custom_zone: bool = False) -> str:
        """Make an event or a series and return its id; `custom_zone` hides its zone behind Outlook's custom one."""
        draft = read_draft(body, creating=True, rewrite_html=self.office.switches.rewrite_html)
        item = changes.create(self.office, self.store, draft, "person", place=calendar)
        item.custom_zone = custom_zone
        return self._id(whole(item))

    def edit(self, event_id: str, members: dict[str, Any]) -> str:
        """Change an event, a series or an occurrence."""
        draft = read_draft(members, creating=False, rewrite_html=self.office.switches.rewrite_html)
        return self._id(changes.edit(self.office, self.store, self._find(event_id), draft, "person"))

    def delete(self, event_id: str) -> None:
        """Delete an event or a series into Deleted Items, or one occurrence of a series."""
        changes.remove(self.office, self.store, self._find(event_id), "person")

    def undelete(self, event_id: str) -> None:
        """Bring an event back from Deleted Items."""
        self.move(event_id, PRIMARY)

    def move(self, event_id: str, place: str) -> None:
        """Move an event or a series into `primary` or `secondary`."""
        if place not in {PRIMARY, SECONDARY}:
            raise invalid(f"There is no calendar '{place}': primary and secondary there are.")
        showing = self._find(event_id)
        if showing.day is not None:
            raise bad_request("ErrorInvalidRequest", "An occurrence cannot leave its series' calendar.")
        changes.move(self.office, self.store, showing.item, place)

    def to_secondary(self, event_id: str) -> None:
        """Move an event out of the primary calendar."""
        self.move(event_id, SECONDARY)

    def back(self, event_id: str) -> None:
        """Move an event back into the primary calendar."""
        self.move(event_id, PRIMARY)

    def copy_event(self, event_id: str, *, calendar: str = PRIMARY) -> str:
        """Copy an event (a series as a whole) and return the copy's id."""
        copied = changes.copy(self.office, self.store, self._find(event_id).item, calendar)
        return self._id(whole(copied))

    def invite(self, event_id: str, *emails: str) -> None:
        """Add attendees to an event: from then on it is a meeting."""
        held = self._find(event_id).content["attendees"]
        added = [{"type": "required", "emailAddress": {"address": email}} for email in emails]
        self.edit(event_id, {"attendees": [*held, *added]})

    def respond(self, event_id: str, response: Response, *, send: bool = True) -> None:
        """Answer an invitation."""
        meetings.respond(self.office, self.store, self._find(event_id), response, "person", send=send)

    def make_series(self, event_id: str, recurrence: dict[str, Any]) -> None:
        """Turn a single event into a series; its id and `iCalUId` stay."""
        self.edit(event_id, {"recurrence": recurrence})

    def edit_series(self, event_id: str, members: dict[str, Any]) -> str:
        """Change the whole series that an event belongs to, and return the master's id."""
        return self.edit(self._id(whole(self._find(event_id).item)), members)

    def occurrences(self, event_id: str, through: date) -> list[str]:
        """Return the ids of a series' standing occurrences whose rule puts them up to and on `through`."""
        item = self._series(event_id)
        return [self._id(occurrence(item, day)) for day in standing_days(item, through)]

    def edit_occurrence(self, event_id: str, day: date, members: dict[str, Any]) -> str:
        """Change the occurrence of a day (in the series' own zone)."""
        return self.edit(self._id(self._occurrence(event_id, day)), members)

    def cancel_occurrence(self, event_id: str, day: date) -> None:
        """Delete the occurrence of a day (in the series' own zone)."""
        changes.remove(self.office, self.store, self._occurrence(event_id, day), "person")

    def touch(self, event_id: str) -> None:
        """Change nothing that shows, as dismissing a reminder does: the change key is another one afterwards."""
        item = self._find(event_id).item
        self.store.changed(item, self.office.now())

    def empty_deleted_items(self) -> None:
        """Put all of Deleted Items out of reach."""
        for item in self.store.in_calendar(DELETED):
            leave(item, RECOVERABLE)

    def event(self, event_id: str, prefer: Prefer | None = None) -> dict[str, Any]:
        """Return an event as Graph answers it, wherever it lies."""
        return self._writer(prefer).event(self._find(event_id))

    def events(self, start: datetime, end: datetime, *, calendar: str = PRIMARY) -> list[dict[str, Any]]:
        """Return what shows in a calendar between two instants (UTC), series as their occurrences."""
        window, writer = Window(start, end), self._writer(None)
        items = self.store.in_calendar(calendar)
        return [writer.event(showing) for item in items for showing in showings(item, window)]

    def calendar_id(self, place: str = PRIMARY) -> str:
        """Return a calendar's present id."""
        return calendar_id(self.store, place)

    def place(self, event_id: str) -> str:
        """Return where an event lies: primary, secondary, deleted or recoverable."""
        return self._find(event_id).item.place

    def properties(self, event_id: str) -> dict[str, str]:
        """Return an event's extended properties."""
        return dict(self._find(event_id).properties)

    def calendar_of(self, wanted: str) -> str:
        """Return the calendar that has this id; raises GraphError 404."""
        return place_of(self.store, wanted)

    def renew_calendar_ids(self) -> None:
        """Give the calendars other ids, as has been observed."""
        self.store.calendar_epoch += 1

    def expire_delta_links(self) -> None:
        """Make every delta link of before answer 410."""
        self.store.epoch += 1

    def throttle(self, count: int, retry_after: int | None = None) -> None:
        """Answer the next `count` requests 429, `retry_after` seconds in the header if given."""
        self.gate.planned, self.gate.retry_after = count, retry_after

    def dump(self) -> dict[str, Any]:
        """Return a backup of the mailbox as JSON."""
        return self.store.dump()

    def load(self, backup: dict[str, Any]) -> None:
        """Restore a backup: all that came after it is gone, and no delta link of before works.

        No id and no change key is given out a second time.
        """
        epoch = max(self.store.epoch, backup["epoch"]) + 1
        numbers, clock = max(self.store.numbers, backup["numbers"]), max(self.store.clock, backup["clock"])
        self.store.load(backup)
        self.store.epoch, self.store.numbers, self.store.clock = epoch, numbers, clock

    def _find(self, event_id: str) -> Showing:
        address = ids.read_event_id(self.store.part, event_id)
        item = self.store.items.get(address.number) if address else None
        if address is None or item is None:
            raise not_found()
        return whole(item) if address.day is None else find(self.office, self.store, event_id)

    def _series(self, event_id: str) -> Item:
        item = self._find(event_id).item
        if not item.is_series:
            raise invalid("The event is not a series.")
        return item

    def _occurrence(self, event_id: str, day: date) -> Showing:
        item = self._series(event_id)
        if day not in standing_days(item, day):
            raise not_found()
        return occurrence(item, day)

    def _writer(self, prefer: Prefer | None) -> Writer:
        return Writer(self.store, self.office.switches, prefer or Prefer(immutable=True))

    def _id(self, showing: Showing) -> str:
        return self._writer(None).event_id(showing)
