"""Which review items a caller sees: their own, a firm admin the firm's without what is private to others (H4)."""

from __future__ import annotations

from typing import Any

from shared.core import rows
from shared.core.links import Link
from shared.core.session import Session
from shared.core.state import Review
from shared.flows import directory, staffrow
from shared.flows.reviews.items import REVERSIBLE, Item, links_of, lost_of, of_person
from shared.flows.reviews.showing import (
    Contents,
    caseflow_event,
    outlook_events,
    reviewed_event,
    view,
    view_of_many,
)
from shared.flows.sync.reviewing import MASS
from shared.ports import Outlook, Ports

EVENTS_MAX = 200


def listed(ports: Ports, session: Session, state: str, staff_id: str | None) -> list[dict[str, Any]]:
    """The items of one staff member, or of the firm where none is named; the newest first. Raises Retry."""
    people = [staff_id] if staff_id else [who for _, who in directory.everybody(ports, session.firm_id)]
    shown = [found for who in people for found in _of_person(ports, session, state, who)]
    return sorted(shown, key=lambda found: found["opened_at"], reverse=True)


def shown(ports: Ports, session: Session, item: Item) -> dict[str, Any] | None:
    """One item as the caller may see it now; None where it is private to others. Raises Retry."""
    return _Shelf(ports, session, item.staff_id, [item]).shown(item)


def _of_person(ports: Ports, session: Session, state: str, staff_id: str) -> list[dict[str, Any]]:
    items = [item for item in of_person(ports, session.firm_id, staff_id) if item.review.state == state]
    if not items:
        return []
    shelf = _Shelf(ports, session, staff_id, items)
    return [found for item in items if (found := shelf.shown(item)) is not None]


class _Shelf:
    """One staff member's links and mailbox, read once for all their items."""

    def __init__(self, ports: Ports, session: Session, staff_id: str, items: list[Item]) -> None:
        row = staffrow.read(ports, session.firm_id, staff_id)
        connected = row.connection == "connected" and row.secret is not None
        self._ports = ports
        self._session = session
        self._staff_id = staff_id
        self._links = links_of(ports, session.firm_id, staff_id, rows.LINK_PREFIX)
        self._ended = links_of(ports, session.firm_id, staff_id, rows.ENDED_PREFIX) if row.ended else {}
        self._mailbox: Outlook | None = ports.outlook(row.secret or "") if connected else None
        ids = {item.review.outlook_id for item in items if item.review.outlook_id and self._is_fresh(item.review)}
        self._outlook = outlook_events(self._mailbox, sorted(ids))

    def shown(self, item: Item) -> dict[str, Any] | None:
        """One item with its contents; None where it is private to others."""
        return self._many(item) if item.review.kind == MASS else self._one(item)

    def _link(self, link_id: str) -> Link | None:
        return self._links.get(link_id) or self._ended.get(link_id)

    def _one(self, item: Item) -> dict[str, Any] | None:
        review = item.review
        link = self._link(review.link_id)
        contents = self._contents(review) if self._is_fresh(review) else Contents()
        if not item.is_own(self._session) and contents.is_hidden(link):
            return None
        lost = lost_of(self._ports, self._session.firm_id, self._staff_id, review, self._ports.now())
        return view(item, link, contents, lost)

    def _is_fresh(self, review: Review) -> bool:
        """Contents of what was decided long ago are no longer read: nothing can be done about it any more."""
        return review.resolved_at is None or self._ports.now() - review.resolved_at < REVERSIBLE

    def _contents(self, review: Review) -> Contents:
        event = caseflow_event(self._ports, self._session.firm_id, review.caseflow_id)
        return Contents(event, self._outlook.get(review.outlook_id or ""))

    def _many(self, item: Item) -> dict[str, Any] | None:
        """The first 200 events that still wait for the answer, and how many there are."""
        own, waiting = item.is_own(self._session), self._waiting(item.review)
        waiting = [link for link in waiting if own or link.visibility != "private"]
        if not own and not waiting:
            return None
        first = waiting[:EVENTS_MAX] if self._is_fresh(item.review) else []
        found = outlook_events(self._mailbox, [link.outlook_id for link in first if link.outlook_id])
        events = []
        for link in first:
            contents = self._of_many(link, found)
            line = reviewed_event(link, contents)
            if line is not None and (own or not contents.is_hidden(link)):
                events.append(line)
        return view_of_many(item, len(waiting) or len(item.review.links), events)

    def _waiting(self, review: Review) -> list[Link]:
        links = [link for link_id in review.links if (link := self._link(link_id)) is not None]
        return links if review.state != "open" else [link for link in links if link.review == review.id]

    def _of_many(self, link: Link, found: dict[str, Any]) -> Contents:
        """Outlook's event where it stands, in batches; CaseFlow's one by one only where it does not."""
        outlook = found.get(link.outlook_id or "")
        if outlook is not None or link.is_mirror:
            return Contents(None, outlook)
        return Contents(caseflow_event(self._ports, self._session.firm_id, link.caseflow_id))
