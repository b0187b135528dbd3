"""A pair in agreement, what either side shows now, and what the plan decides and writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec import UNSET, structs

from shared.core.events import CaseflowEvent, Content, Field, OutlookEvent
from shared.core.links import Born, Link
from shared.core.pairs import Rules
from shared.core.plan import Observed, plan_link
from shared.core.steps import ChangeOutlook, Step
from tests.core.ideal import NOW, RULES, agreed, case, event, hour

FIRST = Content("Call", hour(2), "Office", "<p>agenda</p>")
MINE = Content("Mine", hour(3), "My place", "<p>my words</p>")
ITS = Content("Its", hour(4), "Its place", "<p>its words</p>")
ALL = frozenset(Field)
EDITED = NOW - timedelta(hours=1)
LATER = structs.replace(RULES, policy=structs.replace(RULES.policy, now=NOW + timedelta(days=40)))
NAMES = {Field.TITLE: "title", Field.TIME: "span", Field.PLACE: "place", Field.TEXT: "text"}


def plan(
    ours: Content = FIRST, its: Content = FIRST, *, link: dict[str, Any] | None = None, rules: Rules = RULES,
    before: dict[str, Any] | None = None, told: dict[str, Any] | None = None, leads: bool = False, **members: Any
) -> tuple[Step, Link, CaseflowEvent, OutlookEvent]:  # fmt: skip
    """The step for a pair in agreement on FIRST that shows `ours` and `its` now; `before` is CaseFlow's side then."""
    old = case(FIRST, version=4, **(before or {}))
    born = (link or {}).get("born", Born.OUTLOOK)
    agreed_link, seen = agreed(old, born, event(FIRST, **members) if born is Born.OUTLOOK else None)
    agreed_link = structs.replace(agreed_link, **{"change_key": "k1", **(link or {})})
    now = structs.replace(old, content=ours, version=5 if ours != FIRST or told else 4, **(told or {}))
    shown = structs.replace(seen, content=its if its != FIRST else seen.content, **members)
    lead = frozenset({"l1"}) if leads else frozenset()
    found = Observed(events={"c1": now}, outlook={"o1": shown}, new_leaders=lead)
    return plan_link(agreed_link, found, rules), agreed_link, now, shown


def members_of(write: Any) -> dict[str, Any]:
    names = ("title", "span", "place", "text", "sensitivity", "series_id")
    return {name: value for name in names if (value := getattr(write, name, UNSET)) is not UNSET}


def patch(step: Step) -> dict[str, Any]:
    return members_of(step.caseflow)


def sent(step: Step) -> dict[str, Any]:
    return members_of(step.outlook.projection) if isinstance(step.outlook, ChangeOutlook) else {}


def of(content: Content, *fields: Field) -> dict[str, Any]:
    return {NAMES[field]: getattr(content, NAMES[field]) for field in fields or Field}


def only(field: Field, content: Content) -> Content:
    return structs.replace(FIRST, **of(content, field))
