"""What a person's decision on a review item does to both sides (H2 to H4, E8, E9, F3, F4, G3, I4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec import UNSET, structs

from shared.core.decide_review import (
    Keep,
    Sides,
    decide,
    is_as_seen,
    lost_by,
)
from shared.core.events import CaseflowEvent, Content, Field, OutlookEvent
from shared.core.links import Born, Link, State, Todo
from shared.core.mask import Projection
from shared.core.plan_removal import (
    copied_again,
    removed_from_caseflow,
    restored,
)
from shared.core.state import Review
from shared.core.steps import ChangeOutlook, Did, DropOutlook, Step, ended
from shared.core.texts import ADDITION_MARK, MASK_TEXT
from shared.core.writes import PatchCaseflow
from tests.core.ideal import ME, NOW, PRINTER, RULES, agreed, case, event, hour

FIRST = Content("Call", hour(2), "Office", "<p>agenda</p>")
MINE = Content("Mine", hour(3), "My place", "<p>my words</p>")
ITS = Content("Its", hour(4), "Its place", "<p>its words</p>")


def waiting(born: Born = Born.OUTLOOK, first: Content = FIRST, **members: Any) -> tuple[Link, CaseflowEvent]:
    """A link in review, and CaseFlow's event as it is now."""
    before = case(first, version=4, **members)
    link, _ = agreed(before, born, event(first) if born is Born.OUTLOOK else None)
    link = structs.replace(link, state=State.REVIEW, review="r1", change_key="k1")
    return link, structs.replace(before, content=MINE, version=5)


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


# Is it still what the person looked at?


@pytest.mark.parametrize(
    ("version", "key", "shown", "same"),
    [
        (5, "k1", sides(case(FIRST, 5), event(FIRST)), True),
        (4, "k1", sides(case(FIRST, 5), event(FIRST)), False),
        (5, "k0", sides(case(FIRST, 5), event(FIRST)), False),
        (5, None, sides(case(FIRST, 5), event(FIRST)), False),
        (5, None, sides(case(FIRST, 5), None), True),
        (5, None, sides(case(FIRST, 5), event(FIRST, response="declined")), True),
        (5, "k1", sides(case(FIRST, 5), None), False),
        (5, "k1", sides(case(FIRST, 5), event(FIRST, response="declined")), True),
        (None, "k1", sides(None, event(FIRST)), True),
        (None, "k1", sides(case(FIRST, 5), event(FIRST), assigned=False), True),
        (None, "k1", sides(case(FIRST, 5), event(FIRST)), False),
        (5, "k1", sides(None, event(FIRST)), False),
    ],
)
def test_a_decision_holds_only_for_what_was_shown(
    version: int | None, key: str | None, shown: Sides, same: bool
) -> None:
    """H4: otherwise nothing is applied."""
    review = Review("r1", "edit_conflict", "l1", NOW, caseflow_version=version, outlook_id="o1", outlook_change_key=key)
    assert is_as_seen(review, shown) is same


def test_sides_say_what_stands_and_why_it_does_not() -> None:
    assert sides(None, None).reason == "deleted"
    assert sides(case(FIRST), None, assigned=False).reason == "unassigned"
    assert sides(case(FIRST), None, assigned=False).standing is None


# Both sides stand


@pytest.mark.parametrize("born", list(Born))
def test_keeping_outlook_brings_all_of_it_in(born: Born) -> None:
    """H4: the item is closed by the decision, not by the step."""
    link, mine = waiting(born)
    step = decide(link, sides(mine, event(ITS)), Keep.OUTLOOK, RULES)
    assert patch(step) == members(ITS)
    assert sent(step) == {}
    assert (step.link.state, step.link.review, step.closes, step.opened) == (State.LIVE, "r1", False, None)


@pytest.mark.parametrize("born", list(Born))
def test_keeping_caseflow_sends_all_of_it_out(born: Born) -> None:
    """H4."""
    link, mine = waiting(born)
    step = decide(link, sides(mine, event(ITS)), Keep.CASEFLOW, RULES)
    assert patch(step) == {}
    assert sent(step) == members(MINE)
    assert (step.link.state, step.link.review, step.closes) == (State.LIVE, "r1", False)


def test_only_what_differs_is_written() -> None:
    """F2."""
    link, mine = waiting()
    its = event(structs.replace(MINE, title="Its"))
    assert patch(decide(link, sides(mine, its), Keep.OUTLOOK, RULES)) == {"title": "Its"}
    assert sent(decide(link, sides(mine, its), Keep.CASEFLOW, RULES)) == {"title": "Mine"}


def test_of_a_masked_event_outlooks_title_and_times_come_in() -> None:
    """H4: never body or place, the mask wrote those."""
    link, mine = waiting(Born.CASEFLOW, matter_id="m1")
    its = event(structs.replace(ITS, place="", text=MASK_TEXT), sensitivity="confidential")
    assert patch(decide(link, sides(mine, its), Keep.OUTLOOK, RULES)) == members(ITS, "title", "span")
    assert sent(decide(link, sides(mine, its), Keep.CASEFLOW, RULES)) == members(MINE, "title", "span")


def test_words_typed_into_a_mask_are_added_before_it_is_set_back() -> None:
    """G3, H4: whatever the decision."""
    link, mine = waiting(Born.CASEFLOW, matter_id="m1")
    its = event(structs.replace(ITS, place="", text="<p>Confidential</p><p>bring it</p>"), sensitivity="confidential")
    for keep in Keep:
        step = decide(link, sides(mine, its), keep, RULES)
        assert patch(step)["text"] == f"<p>my words</p>{ADDITION_MARK}2026-11-24</strong></p><p>bring it</p>"
        assert sent(step)["text"] == MASK_TEXT


def test_words_of_an_event_masked_meanwhile_are_added() -> None:
    """G3: edited on both sides as masking begins."""
    link, mine = waiting(Born.OUTLOOK)
    masked = structs.replace(mine, matter_id="m1")
    for keep in Keep:
        step = decide(link, sides(masked, event(ITS)), keep, RULES)
        assert "<p>its words</p>" in patch(step)["text"]
        assert "Its place" in patch(step)["text"]
        assert (sent(step)["text"], sent(step)["place"]) == (MASK_TEXT, "")


def test_a_veil_stays_whatever_is_kept() -> None:
    """G4, G8: what the mask shows is no text of Outlook's."""
    link, mine = waiting()
    veiled = structs.replace(link, veiled=(Field.PLACE, Field.TEXT))
    its = event(structs.replace(ITS, place="", text=MASK_TEXT))
    assert patch(decide(veiled, sides(mine, its), Keep.OUTLOOK, RULES)) == members(ITS, "title", "span")


def test_a_days_own_text_is_kept() -> None:
    """D4, F3."""
    link, mine = waiting()
    own = structs.replace(link, own_text=True)
    step = decide(own, sides(mine, event(ITS)), Keep.OUTLOOK, RULES)
    assert patch(step) == members(ITS, "title", "span", "place")


def test_what_outlook_leads_is_agreed_as_it_is() -> None:
    """E10, H4: CaseFlow keeps its text, Outlook its own, and nothing stays open."""
    link, mine = waiting()
    its = event(ITS, attachments=True)
    step = decide(link, sides(mine, its), Keep.CASEFLOW, RULES)
    assert sent(step) == members(MINE, "title", "span", "place")
    assert step.link.base[Field.TEXT].caseflow == PRINTER.field(MINE, Field.TEXT)
    assert step.link.base[Field.TEXT].outlook == PRINTER.field(ITS, Field.TEXT)


@pytest.mark.parametrize("organiser", [True, False])
def test_nothing_goes_out_to_a_meeting(organiser: bool) -> None:
    """F3, H4: keeping CaseFlow's keeps it in CaseFlow only."""
    link, mine = waiting()
    meeting = event(ITS, attendees=2, is_organizer=organiser)
    step = decide(link, sides(mine, meeting), Keep.CASEFLOW, RULES)
    assert (patch(step), sent(step)) == ({}, {})
    ours, theirs = PRINTER.all(MINE), PRINTER.all(ITS)
    assert {field: (base.caseflow, base.outlook) for field, base in step.link.base.items()} == {
        field: (ours[field], theirs[field]) for field in Field
    }
    assert step.link.version == 5
    assert patch(decide(link, sides(mine, meeting), Keep.OUTLOOK, RULES)) == members(ITS)


def test_a_masked_meetings_words_are_not_added_to_caseflow() -> None:
    """G7: nothing of a meeting is masked, so nothing must be saved."""
    link, mine = waiting()
    masked = structs.replace(mine, matter_id="m1")
    step = decide(link, sides(masked, event(ITS, attendees=2)), Keep.OUTLOOK, RULES)
    assert patch(step) == members(ITS, "title", "span")


# One side stands


def reviewed(step: Step, link: Link) -> Step:
    """A step of a plan, as a decision returns it."""
    return structs.replace(step, closes=False, link=structs.replace(step.link, review=link.review))


@pytest.mark.parametrize("outlook", [None, event(ITS, response="declined"), event(ITS, cancelled=True)])
def test_an_event_that_left_outlook_is_copied_again_or_removed(outlook: OutlookEvent | None) -> None:
    """E5, E8, H4: also a protected one, now that a person decided."""
    link, mine = waiting(matter_id="m1")
    both = sides(mine, outlook)
    reason = "declined" if outlook else "deleted_in_outlook"
    assert decide(link, both, Keep.CASEFLOW, RULES) == reviewed(copied_again(link, mine, RULES), link)
    assert decide(link, both, Keep.OUTLOOK, RULES) == reviewed(removed_from_caseflow(link, mine, RULES, reason), link)


@pytest.mark.parametrize(
    ("both", "reason"),
    [(sides(None, event(ITS)), "deleted"), (sides(case(MINE, 5), event(ITS), assigned=False), "unassigned")],
)
def test_what_left_caseflow_is_removed_in_outlook(both: Sides, reason: str) -> None:
    """F4, H4."""
    link, _ = waiting()
    removal = structs.replace(ended(link, reason), did=Did.REMOVE, outlook=DropOutlook(), seen=event(ITS), before=ITS)
    assert decide(link, both, Keep.CASEFLOW, RULES) == reviewed(removal, link)


def test_a_meeting_that_left_caseflow_is_never_cancelled() -> None:
    """F3."""
    link, _ = waiting()
    step = decide(link, sides(None, event(ITS, attendees=2)), Keep.CASEFLOW, RULES)
    assert step == reviewed(ended(link, "deleted"), link)


def test_what_was_deleted_in_caseflow_is_restored_in_a_new_attempt() -> None:
    """H4."""
    link, _ = waiting()
    again = structs.replace(link, attempt=link.attempt + 1)
    step = decide(link, sides(None, event(ITS)), Keep.OUTLOOK, RULES)
    assert step == reviewed(restored(again, event(ITS), RULES), link)


def test_where_caseflows_event_stands_only_the_assignment_comes_back() -> None:
    """H4, D1."""
    link, mine = waiting()
    owing = structs.replace(link, tries=3, reason="x")
    foreign = structs.replace(mine, staff_ids=("bob",))
    step = decide(owing, sides(foreign, event(ITS), assigned=False), Keep.OUTLOOK, RULES)
    assert step == Step(
        link=structs.replace(link, state=State.LIVE, todo=Todo.LOOK),
        did=Did.UPDATE,
        caseflow=PatchCaseflow("c1", 5, staff_ids=("bob", ME)),
        before=MINE,
        caseflow_event=foreign,
    )


@pytest.mark.parametrize("keep", list(Keep))
def test_gone_from_both_sides_ends_the_link(keep: Keep) -> None:
    """H4."""
    link, mine = waiting()
    for both in (sides(None, None), sides(mine, None, assigned=False)):
        assert decide(link, both, keep, RULES) == reviewed(ended(link, "gone"), link)


# What is lost by a decision, and the decision of `system` the other way


def test_the_side_that_a_decision_overwrites_is_named() -> None:
    """H3: stored before it is overwritten."""
    link, mine = waiting()
    both = sides(mine, event(ITS))
    assert lost_by(both, Keep.OUTLOOK, link, RULES) == (MINE, ITS)
    assert lost_by(both, Keep.CASEFLOW, link, RULES) == (ITS, MINE)
    assert lost_by(sides(None, event(ITS)), Keep.OUTLOOK, link, RULES) is None
    assert lost_by(sides(mine, None), Keep.OUTLOOK, link, RULES) is None
    assert lost_by(sides(mine, event(ITS, response="declined")), Keep.OUTLOOK, link, RULES) is None


def test_a_projection_of_a_decision_is_masked_like_any() -> None:
    """G5."""
    link, mine = waiting(Born.CASEFLOW, matter_id="m1")
    its = event(structs.replace(ITS, place="", text=MASK_TEXT), sensitivity="normal", modified_at=NOW - timedelta(1))
    step = decide(link, sides(mine, its), Keep.CASEFLOW, RULES)
    assert isinstance(step.outlook, ChangeOutlook)
    assert step.outlook.projection == Projection(
        mask=step.outlook.projection.mask, title="Mine", span=hour(3), sensitivity="confidential"
    )
    assert step.outlook.projection.mask.value == "confidential"
