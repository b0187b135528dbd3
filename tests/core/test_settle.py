"""What a link becomes once CaseFlow has answered: only answered fields are agreed (C3, K4, design.md 1)."""

from __future__ import annotations

import pytest
from msgspec import structs

from shared.core.events import Content, Field
from shared.core.links import Base, State, Todo, idempotency_key
from shared.core.plan_new import plan_pulled
from shared.core.plan_removal import restored
from shared.core.settle import (
    TRIES_MAX,
    after_caseflow,
    looked_at_later,
    set_aside,
)
from shared.core.steps import Did, Step
from shared.core.writes import (
    CaseflowResult,
    CreateCaseflow,
    DeleteCaseflow,
    Verdict,
)
from tests.core.answering import AFTER, CONTENT, LINK, NOT_DONE, OURS, SEEN, THEIRS, patching
from tests.core.ideal import ME, PRINTER, RULES, case, event


def test_only_what_the_patch_sets_is_agreed() -> None:
    """C3: CaseFlow's print from its answer, Outlook's from what the plan saw."""
    step = patching(title="Long call", place="Court")
    answered = case(AFTER, version=5)
    done = after_caseflow(step, LINK, CaseflowResult(Verdict.DONE, event=answered), RULES)
    prints = PRINTER.all(AFTER)
    expected = dict(LINK.base)
    for field in (Field.TITLE, Field.PLACE):
        expected[field] = Base(prints[field], SEEN[field])
    assert done == structs.replace(step, link=structs.replace(LINK, base=expected, read_version=5), version=5)


@pytest.mark.parametrize(("now", "version"), [(structs.replace(CONTENT, title="Long call"), 5), (AFTER, 4)])
def test_a_version_is_agreed_only_where_every_field_is(now: Content, version: int) -> None:
    """Design.md 2: what CaseFlow's person has open would pass for our own writing after the next one (seed 1016744)."""
    answered = CaseflowResult(Verdict.DONE, event=case(now, version=5))
    assert after_caseflow(patching(title="Long call"), LINK, answered, RULES).link.version == version


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
    assert done == structs.replace(step, link=structs.replace(LINK, version=version, read_version=5), version=5)


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
