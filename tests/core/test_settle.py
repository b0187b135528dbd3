"""What a link becomes once a service has answered: only answered fields are agreed (C3, K4, design.md 1)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET, structs

from shared.core.events import Content, Field
from shared.core.links import Base, Born, Link, State, Todo, idempotency_key
from shared.core.mask import project, project_fields
from shared.core.plan_new import plan_pulled, plan_pushed
from shared.core.plan_removal import restored
from shared.core.policy import Mask
from shared.core.settle import (
    CROSSING,
    TRIES_MAX,
    after_caseflow,
    after_outlook,
    as_veiled_before,
    looked_at_later,
    set_aside,
)
from shared.core.steps import ChangeOutlook, Did, DropOutlook, Opened, Step
from shared.core.texts import MASK_TEXT
from shared.core.writes import (
    CaseflowResult,
    CreateCaseflow,
    DeleteCaseflow,
    OutlookResult,
    PatchCaseflow,
    Verdict,
)
from tests.core.ideal import ME, PRINTER, RULES, agreed, case, event, hour

CONTENT = Content("Call", hour(2), "Office", "<p>agenda</p>")
AFTER = Content("Long call", hour(3), "Court", "<p>more</p>")
OURS = case(CONTENT, version=4)
LINK, THEIRS = agreed(OURS, Born.CASEFLOW)
SIDE = {field: f"c-{field.value}" for field in Field}
SEEN = {field: f"o-{field.value}" for field in Field}
NOT_DONE = [Verdict.STALE, Verdict.GONE, Verdict.UNKNOWN]


def patching(**members: Any) -> Step:
    patch = PatchCaseflow("c1", 4, **members)
    sent = project_fields(AFTER, Mask.NONE, frozenset({Field.TITLE}), (), None)
    return Step(
        link=LINK, did=Did.UPDATE, caseflow=patch, outlook=ChangeOutlook(sent), version=4, caseflow_side=SIDE,
        outlook_side=SEEN, opened=Opened("edit_conflict", kept="outlook"),
    )  # fmt: skip


def changing(*fields: Field, link: Link = LINK) -> Step:
    sent = project_fields(AFTER, Mask.NONE, frozenset(fields), (), None)
    return Step(
        link=link, did=Did.UPDATE, outlook=ChangeOutlook(sent), version=9, caseflow_side=SIDE, outlook_side=SEEN
    )


def making(**members: Any) -> Step:
    step = plan_pushed(OURS, RULES, 2)
    return structs.replace(step, caseflow_side=SIDE, outlook_side=SEEN, **members)


# CaseFlow's answers


def test_only_what_the_patch_sets_is_agreed() -> None:
    """C3: CaseFlow's print from its answer, Outlook's from what the plan saw."""
    step = patching(title="Long call", place="Court")
    answered = case(AFTER, version=5)
    done = after_caseflow(step, LINK, CaseflowResult(Verdict.DONE, event=answered), RULES)
    prints = PRINTER.all(AFTER)
    expected = dict(LINK.base)
    for field in (Field.TITLE, Field.PLACE):
        expected[field] = Base(prints[field], SEEN[field])
    assert done == structs.replace(step, link=structs.replace(LINK, base=expected), version=5)


@pytest.mark.parametrize(("now", "version"), [(structs.replace(CONTENT, title="Long call"), 5), (AFTER, 4)])
def test_a_version_is_agreed_only_where_every_field_is(now: Content, version: int) -> None:
    """Design.md 2: what CaseFlow's person has open would pass for our own writing after the next one (seed 1016744)."""
    answered = CaseflowResult(Verdict.DONE, event=case(now, version=5))
    assert after_caseflow(patching(title="Long call"), LINK, answered, RULES).link.version == version


@pytest.mark.parametrize("left", [Field.TITLE, None])
def test_outlooks_answer_agrees_on_the_version_with_the_last_open_field(left: Field | None) -> None:
    """Design.md 2."""
    fields = [field for field in Field if field is not left]
    done = outlook(changing(*fields), OutlookResult(Verdict.DONE, event=structs.replace(THEIRS, id="o1")))
    assert done.version == (LINK.version if left else 9)


def test_a_print_that_the_plan_did_not_see_stays() -> None:
    step = structs.replace(patching(title="Long call"), outlook_side={})
    done = after_caseflow(step, LINK, CaseflowResult(Verdict.DONE, event=case(AFTER, version=5)), RULES)
    title = done.link.base[Field.TITLE]
    assert title == Base(PRINTER.field(AFTER, Field.TITLE), LINK.base[Field.TITLE].outlook)


def test_a_pair_in_review_keeps_its_version() -> None:
    """H4: what a person must still decide is compared with what was agreed before."""
    step = patching(title="Long call")
    waiting = structs.replace(step, link=structs.replace(LINK, state=State.REVIEW))
    done = after_caseflow(waiting, LINK, CaseflowResult(Verdict.DONE, event=case(AFTER, version=5)), RULES)
    assert done.link.version == 4
    assert done.link.base[Field.TITLE].caseflow == PRINTER.field(AFTER, Field.TITLE)


@pytest.mark.parametrize(("now", "version"), [(CONTENT, 5), (AFTER, 4)])
def test_a_patch_without_fields_agrees_on_the_version_alone(now: Content, version: int) -> None:
    """Where a person's edit is open, not even on that."""
    step = patching(staff_ids=(ME, "bob"))
    done = after_caseflow(step, LINK, CaseflowResult(Verdict.DONE, event=case(now, version=5)), RULES)
    assert done == structs.replace(step, link=structs.replace(LINK, version=version), version=5)


@pytest.mark.parametrize("verdict", [*NOT_DONE, Verdict.DONE])
def test_without_an_answer_the_old_base_stands_and_outlook_is_not_written(verdict: Verdict) -> None:
    """G3, design.md 5: also a "done" that brings no event proves nothing."""
    step = patching(title="Long call")
    old = structs.replace(LINK, version=3)
    done = after_caseflow(step, old, CaseflowResult(verdict), RULES)
    assert done == structs.replace(
        step, link=structs.replace(old, todo=Todo.LOOK), outlook=None, opened=None
    )  # fmt: skip


@pytest.mark.parametrize("verdict", NOT_DONE)
def test_an_answer_that_is_not_done_agrees_on_nothing(verdict: Verdict) -> None:
    step = patching(title="Long call")
    done = after_caseflow(step, None, CaseflowResult(verdict, event=case(AFTER, version=5)), RULES)
    assert done.link == structs.replace(LINK, todo=Todo.LOOK)
    assert done.outlook is None


@pytest.mark.parametrize("verdict", [*NOT_DONE, Verdict.REFUSED])
def test_an_assignment_without_an_answer_is_still_owed(verdict: Verdict) -> None:
    """E3, D1: else the next job would read "not assigned" as a person's act (seed 900891)."""
    mine = after_caseflow(patching(staff_ids=("bob", ME)), None, CaseflowResult(verdict), RULES)
    assert mine.link.todo is Todo.JOINING
    others = after_caseflow(patching(staff_ids=("bob",)), None, CaseflowResult(verdict), RULES)
    assert others.link.todo is Todo.LOOK


def test_a_refused_patch_is_set_aside_with_its_reason() -> None:
    """K4."""
    step = patching(title="Long call")
    done = after_caseflow(step, LINK, CaseflowResult(Verdict.REFUSED, code="too_long"), RULES)
    aside = structs.replace(LINK, state=State.ASIDE, reason="too_long", tries=1, todo=Todo.LOOK)
    assert done == structs.replace(step, link=aside, outlook=None, opened=None)


@pytest.mark.parametrize(
    ("result", "stays"),
    [
        (CaseflowResult(Verdict.DONE), True),
        (CaseflowResult(Verdict.GONE, code="gone"), True),
        (CaseflowResult(Verdict.GONE, code="not_found"), False),
        (CaseflowResult(Verdict.STALE), False),
        (CaseflowResult(Verdict.UNKNOWN), False),
    ],
)
def test_a_deletion_counts_when_caseflow_says_deleted(result: CaseflowResult, stays: bool) -> None:
    """C4: any other 404 proves nothing."""
    over = structs.replace(LINK, state=State.ENDED, reason="deleted_in_outlook")
    step = Step(link=over, did=Did.REMOVE, caseflow=DeleteCaseflow("c1", 4))
    done = after_caseflow(step, LINK, result, RULES)
    assert done == (step if stays else structs.replace(step, link=structs.replace(LINK, todo=Todo.LOOK)))


def test_a_refused_deletion_is_set_aside() -> None:
    step = Step(link=LINK, did=Did.REMOVE, caseflow=DeleteCaseflow("c1", 4))
    done = after_caseflow(step, LINK, CaseflowResult(Verdict.REFUSED, code="locked"), RULES)
    assert done.link == structs.replace(LINK, state=State.ASIDE, reason="locked", tries=1, todo=Todo.LOOK)


def created(result: CaseflowResult) -> tuple[Step, Step]:
    step = plan_pulled(event(CONTENT), RULES, 3)
    return step, after_caseflow(step, None, result, RULES)


def test_a_created_event_is_agreed_as_caseflow_answered_it() -> None:
    """C3."""
    answered = case(AFTER, version=7, matter_id="m1", category="Internal")
    step, done = created(CaseflowResult(Verdict.DONE, event=answered))
    ours, theirs = PRINTER.all(AFTER), PRINTER.all(CONTENT)
    assert done.link == structs.replace(
        step.link,
        caseflow_id="c1",
        matter_id="m1",
        category="Internal",
        base={field: Base(ours[field], theirs[field]) for field in Field},
        version=7,
        todo=Todo.NONE,
        create_key="",
    )
    assert done.caseflow == step.caseflow


def test_a_repeated_answer_agrees_on_nothing() -> None:
    """testing.md 2: the event may have been edited since."""
    answered = case(AFTER, version=7, staff_ids=(ME, "bob"))
    step, done = created(CaseflowResult(Verdict.DONE, event=answered, replayed=True))
    assert done.link == structs.replace(
        step.link, caseflow_id="c1", shared=True, todo=Todo.LOOK, version=0, create_key="", base={}
    )


def test_a_colleagues_meeting_is_to_be_joined() -> None:
    """E3: the key is the meeting's, so the answer is the event that a colleague's mailbox made."""
    meeting = event(CONTENT, attendees=2, ical_uid="uid")
    step = plan_pulled(meeting, RULES, 3)
    step = structs.replace(step, link=structs.replace(step.link, version=4))
    answered = case(AFTER, version=7, staff_ids=("bob",))
    done = after_caseflow(step, None, CaseflowResult(Verdict.DONE, event=answered, replayed=True), RULES)
    assert (done.link.todo, done.link.caseflow_id, done.link.version) == (Todo.JOINING, "c1", 0)


def test_who_was_taken_off_before_the_answer_is_not_put_back() -> None:
    """F1: the key is the link's own, so only a person can have unassigned the staff member."""
    answered = case(AFTER, version=7, staff_ids=("bob",))
    _, done = created(CaseflowResult(Verdict.DONE, event=answered, replayed=True))
    assert (done.link.state, done.link.reason) == (State.ENDED, "unassigned")


def test_a_repeated_restore_agrees_on_nothing() -> None:
    """H4: the version that was agreed is another event's."""
    step = restored(structs.replace(LINK, caseflow_id="c0"), THEIRS, RULES)
    done = after_caseflow(step, None, CaseflowResult(Verdict.DONE, event=OURS, replayed=True), RULES)
    assert (done.link.version, done.link.todo, done.link.caseflow_id) == (0, Todo.LOOK, "c1")


def test_a_key_that_says_deleted_gets_a_new_attempt() -> None:
    """testing.md 2, seed 418."""
    step, done = created(CaseflowResult(Verdict.GONE, code="gone"))
    assert done.link == structs.replace(step.link, attempt=4, create_key="", todo=Todo.CREATING_CASEFLOW)
    assert done.caseflow is None


def test_an_appointment_that_became_a_meeting_goes_on_under_the_meetings_key() -> None:
    """E3: a colleague's mailbox asks under the key of this attempt, which was not used here yet."""
    step = plan_pulled(event(CONTENT, attendees=2, ical_uid="uid"), RULES, 3)
    assert isinstance(step.caseflow, CreateCaseflow)
    for key, attempt in ((idempotency_key(step.link.id, 3), 3), (step.caseflow.key, 4)):
        asked = structs.replace(step, caseflow=structs.replace(step.caseflow, key=key))
        done = after_caseflow(asked, None, CaseflowResult(Verdict.GONE, code="gone"), RULES)
        assert (done.link.attempt, done.link.create_key) == (attempt, "")


@pytest.mark.parametrize(
    "result",
    [
        CaseflowResult(Verdict.UNKNOWN, code="timeout"),
        CaseflowResult(Verdict.UNKNOWN, event=OURS),
        CaseflowResult(Verdict.UNKNOWN, code="gone"),
        CaseflowResult(Verdict.GONE, code="not_found"),
        CaseflowResult(Verdict.DONE),
    ],
)
def test_a_create_without_an_answer_is_asked_again_with_its_key(result: CaseflowResult) -> None:
    """J2, design.md 4.4."""
    step, done = created(result)
    assert done == structs.replace(step, outlook=None)
    assert done.link.todo is Todo.CREATING_CASEFLOW
    assert done.link.create_key


def test_a_refused_create_is_set_aside_and_still_owed() -> None:
    """K4."""
    step, done = created(CaseflowResult(Verdict.REFUSED, code="too_long"))
    assert done.link == structs.replace(
        step.link, state=State.ASIDE, reason="too_long", tries=1, todo=Todo.CREATING_CASEFLOW
    )


def test_tries_are_counted_up_to_a_bound() -> None:
    """K4: the wait that follows from them must not grow for ever."""
    assert TRIES_MAX == 12
    assert set_aside(structs.replace(LINK, tries=10), "x").tries == 11
    assert set_aside(structs.replace(LINK, tries=12), "x").tries == 12
    assert set_aside(LINK, "x") == structs.replace(LINK, state=State.ASIDE, reason="x", tries=1, todo=Todo.LOOK)
    assert looked_at_later(LINK) == structs.replace(LINK, todo=Todo.LOOK)


# Outlook's answers


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
