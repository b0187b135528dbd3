"""One review item as the contract's `review`: contents are read from the two systems when it is shown (H4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from shared.core.errors import SyncError
from shared.core.events import CaseflowEvent, Content, OutlookEvent
from shared.core.links import Link, State
from shared.core.losers import Lost
from shared.core.pairs import carried, is_hidden
from shared.core.zones import FALLBACK, known
from shared.flows.reviews.items import Item
from shared.flows.reviews.notices import is_meeting, notice
from shared.flows.views import CaseflowSide, OutlookSide, ReviewedEvent
from shared.ports import Outlook, Ports


class Contents(Struct, frozen=True):
    """What could be read of one event; None for a side that is not there, or gave no answer."""

    caseflow: CaseflowEvent | None = None
    outlook: OutlookEvent | None = None

    def is_hidden(self, link: Link | None) -> bool:
        """True for what only its own staff may see; what nobody can tell of is taken for it."""
        if self.caseflow is not None:
            return self.caseflow.visibility == "private"
        return link is None or link.visibility == "private"


def caseflow_event(ports: Ports, firm_id: str, event_id: str | None) -> CaseflowEvent | None:
    """An event of CaseFlow's, or None where it cannot be read."""
    if event_id is None:
        return None
    try:
        return ports.caseflow.event(firm_id, event_id)
    except SyncError:
        return None


def outlook_events(mailbox: Outlook | None, ids: list[str]) -> dict[str, OutlookEvent]:
    """Events of a mailbox by id; those that cannot be read are left out."""
    if mailbox is None or not ids:
        return {}
    try:
        return {key: event for key, event in mailbox.events(ids).items() if event is not None}
    except SyncError:
        return {}


def view(item: Item, link: Link | None, contents: Contents, lost: Lost | None = None) -> dict[str, Any]:
    """The contract's `review` of one event, and beside it `notice`, `meeting` and `reversible` (H3).

    A side that lost shows what it said.
    """
    review = item.review
    ours, theirs = contents.caseflow, contents.outlook
    sides: dict[str, Any] = {
        "notice": notice(review, link, ours, theirs, lost),
        "meeting": is_meeting(link, theirs),
        "reversible": lost is not None and link is not None and link.state is State.LIVE,
    }
    if ours is not None:
        sides["caseflow"] = _caseflow_side(ours, lost.content if lost and review.kept == "outlook" else ours.content)
    if theirs is not None:
        seen = carried(theirs, hidden=is_hidden(link, theirs) if link is not None else theirs.is_private)
        sides["outlook"] = _outlook_side(theirs, lost.content if lost and review.kept == "caseflow" else seen)
    return {**_head(item), **sides}


def view_of_many(item: Item, count: int, events: list[ReviewedEvent]) -> dict[str, Any]:
    """The contract's `review` of a question about many removals (E9)."""
    listed = [structs.asdict(event) for event in events]
    return {**_head(item), "count": count, "events": listed}


def reviewed_event(link: Link, contents: Contents) -> ReviewedEvent | None:
    """One line of a question about many; None where no side can be read."""
    content = None
    if contents.caseflow is not None:
        content = contents.caseflow.content
    elif contents.outlook is not None:
        content = carried(contents.outlook, hidden=is_hidden(link, contents.outlook))
    if content is None:
        return None
    span = content.span
    return ReviewedEvent(link.caseflow_id or link.outlook_id or "", content.title, _written(span.start, span.zone))


def _head(item: Item) -> dict[str, Any]:
    review = item.review
    return {
        "id": review.id,
        "kind": review.kind,
        "state": review.state,
        "staff_id": item.staff_id,
        "opened_at": review.opened_at,
        "resolved_at": review.resolved_at,
        "resolved_by": review.resolved_by,
        "kept": review.kept,
        "count": 1,
        "events": [],
        "caseflow": None,
        "outlook": None,
        "notice": None,
        "meeting": False,
        "reversible": False,
    }


def _caseflow_side(event: CaseflowEvent, content: Content) -> dict[str, Any]:
    side = CaseflowSide(
        event_id=event.id,
        version=event.version,
        title=content.title,
        start=_written(content.span.start, content.span.zone),
        end=_written(content.span.end, content.span.zone),
        all_day=content.span.all_day,
        category=event.category,
        matter_linked=event.matter_id is not None,
    )
    return structs.asdict(side)


def _outlook_side(event: OutlookEvent, content: Content) -> dict[str, Any]:
    side = OutlookSide(
        event_id=event.id,
        title=content.title,
        start=_written(content.span.start, content.span.zone),
        end=_written(content.span.end, content.span.zone),
        all_day=content.span.all_day,
        modified_at=event.modified_at,
    )
    return structs.asdict(side)


def _written(when: datetime | date, zone: str) -> str:
    """A date, or an instant with the offset of its zone, as CaseFlow writes them."""
    if not isinstance(when, datetime):
        return when.isoformat()
    return when.astimezone(ZoneInfo(zone if known(zone) else FALLBACK)).isoformat()
