"""Events that come without a live link, on both sides, and what becomes of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec import structs

from shared.core.events import CaseflowEvent, Content, Kind, MirrorItem, OutlookEvent
from shared.core.index import Index
from shared.core.links import Born, Link, State, caseflow_link_id, outlook_link_id, transaction_id
from shared.core.newcomers import Newcomers
from tests.core.ideal import NOW, RULES, case, event, hour

CONTENT = Content("Call", hour(2), "Office", "<p>agenda</p>")
MARK = caseflow_link_id(Kind.EVENT, "c1")
TASK = MirrorItem(Kind.TASK, "t1", 3, "Brief", NOW.date() + timedelta(days=3), "m1")
TASK_MARK = caseflow_link_id(Kind.TASK, "t1")
POLICY = RULES.policy


def ours(name: str = "c1", content: Content = CONTENT, **members: Any) -> CaseflowEvent:
    return structs.replace(case(content, **members), id=name)


def theirs(name: str = "o1", content: Content = CONTENT, **members: Any) -> OutlookEvent:
    return structs.replace(event(content, **members), id=name)


def marked(mark: str = MARK, attempt: int = 0, **members: Any) -> OutlookEvent:
    return theirs(link_mark=mark, transaction_id=transaction_id(mark, attempt), **members)


def ended(event_: OutlookEvent, reason: str | None = "left_outlook", **members: Any) -> Link:
    link = Link(outlook_link_id(event_), Kind.EVENT, Born.OUTLOOK, outlook_id=event_.id, state=State.ENDED)
    return structs.replace(link, reason=reason, **members)


def sorting(
    outlook: list[OutlookEvent],
    caseflow: list[CaseflowEvent],
    live: list[Link] | None = None,
    over: list[Link] | None = None,
    later: list[OutlookEvent] | None = None,
    *,
    gone: frozenset[str] = frozenset(),
) -> Newcomers:
    new = Newcomers(Index(live or []), Index(over or []), RULES, gone)
    new.sort({one.id: one for one in outlook}, caseflow, [TASK], later or [])
    return new


def result(new: Newcomers) -> dict[str, Any]:
    """What is not empty."""
    parts = {
        "paired": new.paired, "woken": new.woken, "reassigned": new.reassigned, "steps": new.steps,
        "skipped": {reason: count for reason, count in new.skipped.items() if count},
    }  # fmt: skip
    return {name: part for name, part in parts.items() if part}
