"""One request on its way through the stand-in: whose it is, what it asks, and which event it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local.graph import ids
from local.graph.errors import GraphError, bad_request, not_found
from local.graph.office import Office
from local.graph.query import Prefer, Query
from local.graph.rows import Writer, calendar_id
from local.graph.store import DELETED, PRIMARY, RECOVERABLE, SECONDARY, Showing, Store, occurrence, whole


@dataclass(frozen=True)
class Caller:
    """Who a token speaks for: tenant, account, and the scopes granted."""

    tid: str
    oid: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `body` is JSON or None."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Call:
    """A checked request of one mailbox. `place` is the calendar named in the path, None if none was."""

    office: Office
    store: Store
    method: str
    query: Query
    prefer: Prefer
    headers: dict[str, str]
    """Names in small letters."""
    body: Any
    base_url: str
    place: str | None
    rest: tuple[str, ...]

    @property
    def writer(self) -> Writer:
        """Return what writes this request's events."""
        return Writer(self.store, self.office.switches, self.prefer, self.query.select, self.query.expand)

    def context(self, what: str) -> str:
        """Return `@odata.context`."""
        return f"{self.base_url}/$metadata#users('{self.store.oid}')/{what}"

    def showing(self, event_id: str) -> Showing:
        """Return the event with this id; raises GraphError 404, or 400 for what is no id at all."""
        found = find(self.office, self.store, event_id)
        elsewhere = found.item.place in {PRIMARY, SECONDARY} - {self.place or found.item.place}
        if elsewhere and not self.office.switches.other_calendar_events_answer_by_id:
            raise not_found()
        return found


def find(office: Office, store: Store, event_id: str) -> Showing:
    """Return the event that an id of either form names, if it answers by id; raises GraphError 404 or 400."""
    address = ids.read_event_id(store.part, event_id)
    if address is None:
        raise (
            not_found()
            if ids.looks_like_event_id(event_id)
            else bad_request("ErrorInvalidIdMalformed", "Id is malformed.")
        )
    item = store.items.get(address.number)
    if item is None or item.place == RECOVERABLE or address.moves not in {None, item.moves}:
        raise not_found()
    if item.place == DELETED and not office.switches.deleted_still_answers_by_id:
        raise not_found()
    if address.day is None:
        return whole(item)
    if not item.is_series or address.generation != item.generation or address.day in item.cancelled:
        raise not_found()
    if address.day not in item.days(address.day):
        raise not_found()
    return occurrence(item, address.day)


def place_of(store: Store, wanted: str) -> str:
    """Return the calendar with this id; raises GraphError 404 for any other."""
    for place in (PRIMARY, SECONDARY):
        if calendar_id(store, place) == wanted:
            return place
    raise not_found()


def check_if_match(call: Call, showing: Showing) -> None:
    """Raise GraphError 412 if the caller's `If-Match` is another version and the switch says it counts."""
    wanted = call.headers.get("if-match")
    if wanted is None or not call.office.switches.if_match_honoured or wanted.strip() == "*":
        return
    if wanted.strip() != call.writer.etag(showing):
        raise GraphError(
            412,
            "ErrorIrresolvableConflict",
            "The send or update operation could not be performed because the change key passed in the request "
            "does not match the current change key for the item.",
        )
