"""A decision of `system` made the other way, and one of a question about many (E9, F3, H3, I4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec import UNSET, structs

from shared.core.decide_review import (
    Keep,
    Sides,
    decide,
    decide_among_many,
    decide_back,
    is_edited_since,
)
from shared.core.events import CaseflowEvent, Content, Field, Kind, OutlookEvent, Removed
from shared.core.links import Born, Link, State, Todo
from shared.core.losers import Lost, lost
from shared.core.pairs import pair_of
from shared.core.plan_event import facts_of
from shared.core.plan_removal import (
    plan_left_caseflow,
    plan_left_outlook,
)
from shared.core.steps import ChangeOutlook, Did, DropOutlook, Step, ended
from shared.core.writes import PatchCaseflow
from tests.core.ideal import NOW, PRINTER, RULES, agreed, case, event, hour

FIRST = Content("Call", hour(2), "Office", "<p>agenda</p>")
MINE = Content("Mine", hour(3), "My place", "<p>my words</p>")
ITS = Content("Its", hour(4), "Its place", "<p>its words</p>")
ALL = frozenset(Field)


def sides(caseflow: CaseflowEvent | None, outlook: OutlookEvent | None, assigned: bool = True) -> Sides:
    return Sides(caseflow, outlook, assigned and caseflow is not None)


def patch(step: Step) -> dict[str, Any]:
    """The members that CaseFlow is sent."""
    if step.caseflow is None:
        return {}
    assert isinstance(step.caseflow, PatchCaseflow)
    names = ("title", "span", "place", "text", "staff_ids")
    return {name: value for name in names if (value := getattr(step.caseflow, name)) is not UNSET}


def sent(step: Step) -> dict[str, Any]:
    """The members that Outlook is sent."""
    if step.outlook is None:
        return {}
    assert isinstance(step.outlook, ChangeOutlook)
    names = ("title", "span", "place", "text", "sensitivity")
    return {name: value for name in names if (value := getattr(step.outlook.projection, name)) is not UNSET}


def members(content: Content, *names: str) -> dict[str, Any]:
    return {name: getattr(content, name) for name in names or ("title", "span", "place", "text")}


def reviewed(step: Step, link: Link) -> Step:
    """A step of a plan, as a decision returns it."""
    return structs.replace(step, closes=False, link=structs.replace(step.link, review=link.review))


def settled(
    won: Content, loser: Content, fields: frozenset[Field] = ALL, **members: Any
) -> tuple[Link, CaseflowEvent, OutlookEvent, Lost]:
    """A pair on which `system` decided for `won`, and what lost."""
    ours = case(won, version=6, **{name: value for name, value in members.items() if name in {"matter_id"}})
    its = event(won, **{name: value for name, value in members.items() if name not in {"matter_id"}})
    link, its = agreed(ours, Born.OUTLOOK, its)
    return link, ours, its, lost(loser, fields, PRINTER.all(won))


def back(link: Link, ours: CaseflowEvent, its: OutlookEvent, loser: Lost, keep: Keep) -> Step:
    return decide_back(facts_of(pair_of(link, ours, its, RULES), RULES), loser, keep, RULES)


@pytest.mark.parametrize("keep", list(Keep))
@pytest.mark.parametrize("fields", [ALL, frozenset({Field.TITLE}), frozenset({Field.TIME, Field.TEXT})])
def test_the_values_that_lost_come_back_on_both_sides(keep: Keep, fields: frozenset[Field]) -> None:
    """H3."""
    names = {Field.TITLE: "title", Field.TIME: "span", Field.PLACE: "place", Field.TEXT: "text"}
    step = back(*settled(ITS, MINE, fields), keep)
    expected = members(MINE, *(names[field] for field in fields))
    assert patch(step) == expected
    assert sent(step) == expected


@pytest.mark.parametrize(("keep", "organiser", "moved"), [
    (Keep.OUTLOOK, True, True), (Keep.OUTLOOK, False, False), (Keep.CASEFLOW, True, False),
])  # fmt: skip
def test_a_meeting_goes_back_in_time_only_where_caseflow_had_moved_it(keep: Keep, organiser: bool, moved: bool) -> None:
    """F3: the person organises it, and CaseFlow's time had been pushed."""
    step = back(*settled(MINE, ITS, frozenset({Field.TIME}), attendees=2, is_organizer=organiser), keep)
    assert patch(step) == members(ITS, "span")
    assert sent(step) == (members(ITS, "span") if moved else {})


def test_of_a_meeting_that_goes_back_only_the_time_goes_out() -> None:
    """F3: title and place are never written."""
    step = back(*settled(MINE, ITS, attendees=2), Keep.OUTLOOK)
    assert (patch(step), sent(step)) == (members(ITS), members(ITS, "span"))


def test_a_masked_meeting_is_not_moved() -> None:
    """F3."""
    step = back(*settled(MINE, ITS, frozenset({Field.TIME}), attendees=2, matter_id="m1"), Keep.OUTLOOK)
    assert (patch(step), sent(step)) == (members(ITS, "span"), {})


def test_of_a_masked_event_body_and_place_do_not_come_back_from_outlook() -> None:
    """H4."""
    step = back(*settled(MINE, ITS, matter_id="m1"), Keep.OUTLOOK)
    assert {"title": "Its", "span": hour(4)}.items() <= patch(step).items()
    assert patch(step).get("place", "My place") == "My place"
    assert "its words" not in patch(step).get("text", "")


@pytest.mark.parametrize(
    ("ours", "its", "edited"),
    [
        (ITS, ITS, False),
        (structs.replace(ITS, title="x"), ITS, True),
        (ITS, structs.replace(ITS, title="x"), True),
        (structs.replace(ITS, place="x"), ITS, False),
        (ITS, structs.replace(ITS, text="x"), False),
    ],
)
def test_an_edit_since_is_seen_in_the_fields_that_lost(ours: Content, its: Content, edited: bool) -> None:
    """H3."""
    link, mine, outlook, loser = settled(ITS, MINE, frozenset({Field.TITLE}))
    now = structs.replace(mine, content=ours, version=7 if ours != ITS else 6)
    pair = pair_of(link, now, structs.replace(outlook, content=its), RULES)
    assert is_edited_since(pair, loser, RULES) is edited


def test_a_field_whose_winner_nobody_knows_counts_as_edited() -> None:
    link, mine, outlook, loser = settled(ITS, MINE)
    pair = pair_of(link, mine, outlook, RULES)
    assert not is_edited_since(pair, loser, RULES)
    assert is_edited_since(pair, structs.replace(loser, winner={}), RULES)


# One of many


def in_question() -> tuple[Link, CaseflowEvent, OutlookEvent]:
    link, its = agreed(case(FIRST, version=5), Born.CASEFLOW)
    return structs.replace(link, state=State.REVIEW, review="r9", change_key="k1"), case(FIRST, version=5), its


@pytest.mark.parametrize("keep", list(Keep))
def test_where_nothing_is_missing_the_next_run_decides(keep: Keep) -> None:
    """E9."""
    link, ours, its = in_question()
    owing = structs.replace(link, tries=2, reason="x")
    expected = Step(link=structs.replace(link, state=State.LIVE, todo=Todo.LOOK), did=Did.AGREE)
    for both in (sides(ours, its), sides(None, None), sides(None, structs.replace(its, response="declined"))):
        assert decide_among_many(owing, both, keep, RULES) == expected


def test_a_removal_is_carried_as_a_rule_would() -> None:
    """E9: also in a run that would still take the absence for a pause (L3)."""
    link, ours, its = in_question()
    paused = structs.replace(RULES, policy=structs.replace(RULES.policy, off_since=NOW))
    gone = decide_among_many(link, sides(ours, None), Keep.OUTLOOK, paused)
    assert gone == reviewed(plan_left_outlook(link, ours, RULES), link)
    assert gone.did is Did.REMOVE
    declined = structs.replace(its, response="declined")
    step = decide_among_many(link, sides(ours, declined), Keep.OUTLOOK, RULES)
    assert step == reviewed(plan_left_outlook(link, ours, RULES, by_user=True), link)
    removed = Removed(Kind.EVENT, "c1", 5, "deleted")
    left = decide_among_many(link, sides(None, its), Keep.CASEFLOW, RULES)
    assert left == reviewed(plan_left_caseflow(link, removed, its, RULES), link)
    assert left.did is Did.REMOVE


def test_what_has_ended_meanwhile_is_not_deleted_in_caseflow() -> None:
    """D6, E9: whatever was answered about many."""
    link, ours, _ = in_question()
    later = structs.replace(RULES, policy=structs.replace(RULES.policy, now=NOW + timedelta(days=1)))
    step = decide_among_many(link, sides(ours, None), Keep.OUTLOOK, later)
    assert step == reviewed(ended(link, "left_outlook"), link)


def test_a_removal_that_a_rule_would_ask_about_is_asked_alone() -> None:
    """E8, E9, F4."""
    link, ours, its = in_question()
    protected = structs.replace(ours, matter_id="m1")
    step = decide_among_many(link, sides(protected, None), Keep.OUTLOOK, RULES)
    assert step == plan_left_outlook(link, protected, RULES)
    edited = structs.replace(its, content=structs.replace(FIRST, title="x"))
    asked = decide_among_many(link, sides(None, edited), Keep.CASEFLOW, RULES)
    assert asked.opened is not None
    assert asked.opened.kind == "deleted_in_caseflow"


@pytest.mark.parametrize("side", ["left_outlook", "left_caseflow"])
def test_a_removal_that_is_refused_puts_the_event_back(side: str) -> None:
    """E9."""
    link, ours, its = in_question()
    both = sides(ours, None) if side == "left_outlook" else sides(None, its)
    keep = Keep.CASEFLOW if side == "left_outlook" else Keep.OUTLOOK
    assert decide_among_many(link, both, keep, RULES) == decide(link, both, keep, RULES)
    assert decide_among_many(link, both, keep, RULES).did is Did.CREATE


def test_a_mirror_goes_or_stays_in_outlook() -> None:
    """E9, I4: its task cannot be put back."""
    link, _, its = in_question()
    mirror = structs.replace(link, kind=Kind.TASK)
    removal = structs.replace(ended(mirror, "removed"), did=Did.REMOVE, outlook=DropOutlook(), seen=its)
    assert decide_among_many(mirror, sides(None, its), Keep.CASEFLOW, RULES) == reviewed(removal, link)
    kept = decide_among_many(mirror, sides(None, its), Keep.OUTLOOK, RULES)
    assert kept == reviewed(ended(mirror, "kept_in_outlook"), link)
    declined = structs.replace(its, response="declined")
    assert decide_among_many(mirror, sides(None, declined), Keep.CASEFLOW, RULES).did is Did.REMOVE
    gone = decide_among_many(mirror, sides(None, None), Keep.OUTLOOK, RULES)
    assert gone.link == structs.replace(mirror, state=State.LIVE, todo=Todo.LOOK)
