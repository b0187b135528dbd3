"""What a link becomes once Graph has answered: only what was sent is agreed (C3, G7, K4, design.md 1)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET, structs

from shared.core.events import Content, Field
from shared.core.links import Base, Link, State, Todo
from shared.core.mask import Projection, project
from shared.core.plan_new import plan_pushed
from shared.core.policy import Mask
from shared.core.settle import (
    CROSSING,
    NO_SENSITIVITY,
    after_outlook,
    as_asked_in_vain,
    as_veiled_before,
)
from shared.core.steps import ChangeOutlook, Did, DropOutlook, Step
from shared.core.texts import MASK_TEXT
from shared.core.writes import (
    OutlookResult,
    Verdict,
)
from tests.core.answering import CONTENT, LINK, NOT_DONE, SEEN, SIDE, THEIRS, changing, making
from tests.core.ideal import RULES, case, event, hour


def outlook(step: Step, result: OutlookResult) -> Link:
    assert step.outlook is not None
    return after_outlook(step, step.outlook, "5.2", result)


def test_only_what_was_sent_is_agreed_not_what_was_answered() -> None:
    """C3: the answer may already hold a person's edit of the same field."""
    step = changing(Field.TITLE, Field.TIME)
    answered = event(Content("Edited since", hour(9)), change_key="k7")
    expected = dict(LINK.base)
    for field in (Field.TITLE, Field.TIME):
        expected[field] = Base(SIDE[field], SEEN[field])
    assert outlook(step, OutlookResult(Verdict.DONE, event=answered)) == structs.replace(
        LINK, change_key="k7", base=expected, nonce="5.2", todo=Todo.NONE, version=LINK.version
    )


def test_a_made_copy_is_agreed_in_every_field_with_its_version() -> None:
    step = making(version=4)
    answered = structs.replace(THEIRS, id="o9", change_key="k7")
    assert outlook(step, OutlookResult(Verdict.DONE, event=answered)) == structs.replace(
        step.link,
        outlook_id="o9",
        change_key="k7",
        base={field: Base(SIDE[field], SEEN[field]) for field in Field},
        nonce="5.2",
        version=4,
        todo=Todo.NONE,
    )


def test_a_create_that_may_have_happened_before_agrees_on_nothing() -> None:
    """testing.md 2, seed 44."""
    step = making(version=4, repeated=True)
    step = structs.replace(step, link=structs.replace(step.link, nonce="1.1", version=3))
    answered = structs.replace(THEIRS, id="o9", change_key="k7")
    assert outlook(step, OutlookResult(Verdict.DONE, event=answered)) == structs.replace(
        step.link, outlook_id="o9", change_key="k7", nonce="", version=0, todo=Todo.LOOK
    )


@pytest.mark.parametrize(
    "members", [{"matter_id": "m1"}, {"matter_id": "m1", "confidential": True}, {}], ids=["mask", "both", "open"]
)
def test_a_create_answered_with_another_look_agrees_on_nothing(members: dict[str, Any]) -> None:
    """E7: its row was lost with the tables, and Graph answers with the event of before, masked or not."""
    step = plan_pushed(case(CONTENT, version=4, **members), RULES)
    text, sensitivity = (CONTENT.text, "normal") if members else (MASK_TEXT, "confidential")
    before = event(structs.replace(CONTENT, text=text), sensitivity=sensitivity, change_key="k7")
    link = outlook(step, OutlookResult(Verdict.DONE, event=before))
    assert (link.todo, link.nonce, link.base) == (Todo.LOOK, "", {})


def test_an_update_that_is_repeated_is_agreed_as_any() -> None:
    step = structs.replace(changing(Field.TITLE), repeated=True)
    assert outlook(step, OutlookResult(Verdict.DONE, event=THEIRS)).nonce == "5.2"


@pytest.mark.parametrize("verdict", [*NOT_DONE, Verdict.DONE])
def test_an_unanswered_update_is_looked_at_again(verdict: Verdict) -> None:
    """design.md 5: UNKNOWN is the same as a crash."""
    assert outlook(changing(Field.TITLE), OutlookResult(verdict)) == structs.replace(LINK, todo=Todo.LOOK)


@pytest.mark.parametrize("verdict", NOT_DONE)
def test_an_event_in_an_answer_that_is_not_done_is_not_taken(verdict: Verdict) -> None:
    answered = structs.replace(THEIRS, id="o9")
    assert outlook(changing(Field.TITLE), OutlookResult(verdict, event=answered)).outlook_id == "o1"


def test_an_unanswered_create_is_owed_with_the_event_graph_names() -> None:
    step = making()
    assert outlook(step, OutlookResult(Verdict.UNKNOWN)) == structs.replace(step.link, todo=Todo.CREATING_OUTLOOK)
    known = outlook(step, OutlookResult(Verdict.STALE, existing_id="o8"))
    assert known == structs.replace(step.link, outlook_id="o8", todo=Todo.CREATING_OUTLOOK)


@pytest.mark.parametrize(
    ("step", "todo"), [(making(), Todo.CREATING_OUTLOOK), (changing(Field.TITLE), Todo.LOOK)], ids=["create", "update"]
)
def test_a_refused_write_is_set_aside(step: Step, todo: Todo) -> None:
    """K4."""
    expected = structs.replace(step.link, state=State.ASIDE, reason="ErrorInvalid", tries=1, todo=todo)
    assert outlook(step, OutlookResult(Verdict.REFUSED, code="ErrorInvalid")) == expected


def test_an_occurrence_that_may_not_move_is_asked_about() -> None:
    """D4: an occurrence moved past its neighbour."""
    expected = structs.replace(LINK, state=State.REVIEW, reason="ErrorOccurrenceCrossingBoundary")
    assert outlook(changing(Field.TIME), OutlookResult(Verdict.REFUSED, code=CROSSING)) == expected


@pytest.mark.parametrize(
    ("mask", "members", "todo"),
    [
        ("confidential", {"text": MASK_TEXT}, Todo.LOOK),
        ("confidential", {"place": ""}, Todo.LOOK),
        ("confidential", {"sensitivity": "confidential"}, Todo.LOOK),
        ("confidential", {}, Todo.NONE),
        ("none", {"sensitivity": "normal"}, Todo.NONE),
        ("", {"text": "agenda"}, Todo.NONE),
    ],
)
def test_a_mask_that_was_refused_with_a_time_goes_out_next(mask: str, members: dict[str, Any], todo: Todo) -> None:
    """G3: it does not wait for the answer to the question."""
    step = Step(structs.replace(LINK, mask=mask), Did.UPDATE, outlook=ChangeOutlook(Projection(Mask.NONE, **members)))
    link = outlook(step, OutlookResult(Verdict.REFUSED, code=CROSSING))
    assert (link.state, link.reason, link.todo) == (State.REVIEW, CROSSING, todo)


@pytest.mark.parametrize(
    ("verdict", "over"), [(Verdict.DONE, True), (Verdict.GONE, True), (Verdict.STALE, False), (Verdict.UNKNOWN, False)]
)
def test_a_removal_is_over_once_outlook_has_answered(verdict: Verdict, over: bool) -> None:
    ended = structs.replace(LINK, state=State.ENDED, reason="deleted")
    step = Step(link=ended, did=Did.REMOVE, outlook=DropOutlook())
    again = structs.replace(ended, state=State.LIVE, todo=Todo.LOOK)
    assert outlook(step, OutlookResult(verdict)) == (ended if over else again)


@pytest.mark.parametrize(
    ("mask", "sensitivity", "text", "answered", "listed"),
    [
        ("confidential", "confidential", MASK_TEXT, ("confidential", MASK_TEXT), False),
        ("confidential", "confidential", MASK_TEXT, ("confidential", "<div>Confidential</div>"), False),
        ("confidential", "confidential", MASK_TEXT, ("normal", MASK_TEXT), True),
        ("confidential", "confidential", MASK_TEXT, ("private", MASK_TEXT), False),
        ("confidential", "confidential", MASK_TEXT, ("confidential", "typed"), True),
        ("confidential", "confidential", None, ("confidential", "typed"), False),
        ("confidential", None, MASK_TEXT, ("normal", MASK_TEXT), False),
        ("none", "normal", "typed", ("confidential", "other"), False),
        ("", "normal", "typed", ("confidential", "other"), False),
    ],
)
def test_a_mask_that_the_answer_does_not_carry_is_listed(
    mask: str, sensitivity: str | None, text: str | None, answered: tuple[str, str], listed: bool
) -> None:
    """G7: asked for, and not fully masked."""
    link = structs.replace(LINK, mask=mask)
    sent = project(Content("Call", hour(2), "", text or ""), Mask.NONE)
    sent = structs.replace(sent, sensitivity=UNSET if sensitivity is None else sensitivity)
    sent = structs.replace(sent, text=UNSET if text is None else text)
    step = Step(link=link, did=Did.UPDATE, outlook=ChangeOutlook(sent), caseflow_side=SIDE, outlook_side=SEEN)
    shown = event(Content("Call", hour(2), "", answered[1]), sensitivity=answered[0])
    assert outlook(step, OutlookResult(Verdict.DONE, event=shown)).not_masked is listed


def test_what_is_listed_as_not_masked_stays_so() -> None:
    """G7."""
    step = changing(Field.TITLE, link=structs.replace(LINK, not_masked=True))
    assert outlook(step, OutlookResult(Verdict.DONE, event=THEIRS)).not_masked


def test_a_mask_that_is_not_known_to_be_written_hides_no_words() -> None:
    """G3: until Outlook has answered, the link says what it said before."""
    masked = structs.replace(LINK, mask="confidential", veiled=(Field.PLACE, Field.TEXT), made_private=True, version=9)
    assert as_veiled_before(masked, LINK) == structs.replace(LINK, version=9)
    assert as_veiled_before(masked, None) == masked


@pytest.mark.parametrize("left", [Field.TITLE, None])
def test_outlooks_answer_agrees_on_the_version_with_the_last_open_field(left: Field | None) -> None:
    """Design.md 2."""
    fields = [field for field in Field if field is not left]
    done = outlook(changing(*fields), OutlookResult(Verdict.DONE, event=structs.replace(THEIRS, id="o1")))
    assert done.version == (LINK.version if left else 9)


@pytest.mark.parametrize(
    ("day", "asked", "code", "alone"),
    [
        (True, True, NO_SENSITIVITY, True),
        (False, True, NO_SENSITIVITY, False),
        (True, False, NO_SENSITIVITY, False),
        (True, True, "ErrorInvalid", False),
    ],
)
def test_a_day_that_takes_no_sensitivity_is_masked_without_it(day: bool, asked: bool, code: str, alone: bool) -> None:
    """G7: the rest goes out next, and the day is listed as not fully masked; anything else is set aside (K4)."""
    step = changing(Field.TEXT)
    assert isinstance(step.outlook, ChangeOutlook)
    sent = structs.replace(step.outlook.projection, sensitivity="confidential" if asked else UNSET)
    seen = event(CONTENT, master_id="s1" if day else None)
    link = outlook(
        structs.replace(step, seen=seen, outlook=ChangeOutlook(sent)), OutlookResult(Verdict.REFUSED, code=code)
    )
    assert (link.state, link.todo, link.not_masked) == ((State.LIVE if alone else State.ASIDE), Todo.LOOK, alone)


@pytest.mark.parametrize(("code", "mask"), [(NO_SENSITIVITY, "confidential"), ("ErrorInvalid", "none")])
def test_a_sensitivity_that_was_refused_is_remembered_as_asked(code: str, mask: str) -> None:
    """G7: it is not asked for again."""
    step = Step(structs.replace(LINK, mask="confidential"), Did.UPDATE)
    before = structs.replace(LINK, mask="none")
    assert as_asked_in_vain(before, step, code) == structs.replace(before, mask=mask)
