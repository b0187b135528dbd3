"""What was not read, and what is repeated because its answer was lost (C3, C4, E3, E8, H4, L2)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from shared.core.events import Content, Kind, Removed
from shared.core.links import Born, Link, Todo
from shared.core.pairs import Rules
from shared.core.plan import Observed, plan_link
from shared.core.plan_new import plan_pulled, plan_pushed
from shared.core.plan_removal import restored
from shared.core.settle import looked_at_later, set_aside
from shared.core.steps import Did, Step, ended
from shared.core.writes import CreateCaseflow, PatchCaseflow
from tests.core.ideal import ME, RULES, agreed, case, event, hour

CONTENT = Content("Call", hour(2), "Office", "<p>agenda</p>")
OURS = case(CONTENT, version=4)
LINK, THEIRS = agreed(OURS, Born.OUTLOOK, event(CONTENT))
COPY, COPIED = agreed(OURS, Born.CASEFLOW)
MASKED, MASKED_EVENT = agreed(case(CONTENT, version=4, matter_id="m1"), Born.CASEFLOW)


def rules(**members: Any) -> Rules:
    return structs.replace(RULES, policy=structs.replace(RULES.policy, **members))


def skipped(link: Link, reason: str, todo: Todo = Todo.LOOK) -> Step:
    return Step(link=looked_at_later(link, todo), did=Did.SKIP, reason=reason)


def test_without_an_answer_nothing_is_decided() -> None:
    """C4, E8: an absence counts only where it is proved."""
    assert plan_link(LINK, Observed(events={"c1": OURS}), RULES) == skipped(LINK, "outlook_unread")
    assert plan_link(LINK, Observed(outlook={"o1": THEIRS}), RULES) == skipped(LINK, "caseflow_unread")
    joining = structs.replace(LINK, todo=Todo.JOINING)
    assert plan_link(joining, Observed(events={"c1": OURS}), RULES) == skipped(joining, "outlook_unread", Todo.JOINING)
    unknown = Observed(outlook={"o1": THEIRS}, unknown=frozenset({"c1"}))
    assert plan_link(LINK, unknown, RULES) == Step(
        link=set_aside(LINK, "caseflow_unknown"), did=Did.SKIP, reason="caseflow_unknown"
    )


def test_events_that_are_switched_off_are_left_alone() -> None:
    """L2."""
    gone = Observed(events={"c1": OURS}, gone=frozenset({"o1"}))
    assert plan_link(LINK, gone, rules(events=False)) == Step(link=LINK, did=Did.SKIP, reason="events_off")


@pytest.mark.parametrize("missing", ["removed", "unknown"])
def test_a_colleagues_event_that_cannot_be_joined_is_made_anew(missing: str) -> None:
    """E3."""
    link = structs.replace(LINK, todo=Todo.JOINING, attempt=2)
    gone = {"removed": {(Kind.EVENT, "c1"): Removed(Kind.EVENT, "c1", 5, "deleted")}, "unknown": frozenset({"c1"})}
    observed = Observed(outlook={"o1": THEIRS}, **{missing: gone[missing]})  # type: ignore[arg-type]
    assert plan_link(link, observed, RULES) == plan_pulled(THEIRS, RULES, 3)


def test_a_colleagues_event_is_joined() -> None:
    """E3."""
    link = structs.replace(LINK, todo=Todo.JOINING)
    ours = structs.replace(OURS, staff_ids=("bob",))
    step = plan_link(link, Observed(events={"c1": ours}, outlook={"o1": THEIRS}), RULES)
    assert step == Step(
        link=structs.replace(link, todo=Todo.LOOK), did=Did.UPDATE, before=CONTENT, caseflow_event=ours,
        caseflow=PatchCaseflow("c1", 4, staff_ids=("bob", ME)),
    )  # fmt: skip


def test_an_unanswered_copy_is_repeated_in_its_attempt() -> None:
    """C3."""
    link = structs.replace(plan_pushed(OURS, RULES, 2).link, tries=3)
    step = plan_link(link, Observed(events={"c1": OURS}), RULES)
    expected = plan_pushed(OURS, RULES, 2)
    assert step == structs.replace(expected, repeated=True, link=structs.replace(expected.link, tries=3))
    assert plan_link(link, Observed(), RULES) == skipped(link, "caseflow_unread", Todo.CREATING_OUTLOOK)
    unassigned = structs.replace(OURS, staff_ids=("bob",))
    assert plan_link(link, Observed(events={"c1": unassigned}), RULES) == ended(link, "unassigned")
    gone = Observed(removed={(Kind.EVENT, "c1"): Removed(Kind.EVENT, "c1", 5, "deleted")})
    assert plan_link(link, gone, RULES) == ended(link, "deleted")
    known = structs.replace(COPY, todo=Todo.CREATING_OUTLOOK)
    assert plan_link(known, Observed(events={"c1": OURS}, outlook={"o1": COPIED}), RULES).did is Did.AGREE


def test_an_unanswered_create_in_caseflow_is_repeated_in_its_attempt() -> None:
    """C3."""
    pulled = plan_pulled(THEIRS, RULES, 2)
    link = structs.replace(pulled.link, id="x9", tries=3)
    step = plan_link(link, Observed(outlook={"o1": THEIRS}), RULES)
    assert (step.link.id, step.link.tries, step.did, step.link.attempt) == ("x9", 3, Did.CREATE, 2)
    assert isinstance(step.caseflow, CreateCaseflow)
    assert step.caseflow.content == CONTENT
    assert plan_link(link, Observed(), RULES) == skipped(link, "outlook_unread", Todo.CREATING_CASEFLOW)


def test_a_repeated_create_keeps_its_key_whatever_the_event_has_become() -> None:
    """E3, J2: another key would make a second event."""
    first = plan_pulled(THEIRS, RULES, 2).link
    meeting = event(CONTENT, attendees=2, ical_uid="u1")
    step = plan_link(first, Observed(outlook={"o1": meeting}), RULES)
    assert isinstance(step.caseflow, CreateCaseflow)
    assert step.caseflow.key == step.link.create_key == first.create_key
    fresh = plan_link(structs.replace(first, create_key=""), Observed(outlook={"o1": meeting}), RULES)
    assert fresh.link.create_key != first.create_key
    assert plan_link(first, Observed(gone=frozenset({"o1"})), RULES) == ended(first, "gone")


def test_an_unanswered_restore_is_repeated() -> None:
    """H4."""
    link = restored(LINK, THEIRS, RULES).link
    assert plan_link(link, Observed(outlook={"o1": THEIRS}), RULES) == restored(link, THEIRS, RULES)
    assert plan_link(link, Observed(), RULES) == skipped(link, "outlook_unread", Todo.CREATING_CASEFLOW)
    assert plan_link(link, Observed(gone=frozenset({"o1"})), RULES) == ended(link, "gone")
