"""The pure decision: what each button means for each state of a pair, without a service (H4)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET, structs

from shared.core.decide_review import Keep, Sides, decide, decide_among_many, is_as_seen
from shared.core.events import Author, CaseflowEvent, Content, Field, Kind, OutlookEvent
from shared.core.links import Born, Link, State, Todo
from shared.core.plan import Observed, plan_link
from shared.core.state import Review
from shared.core.steps import ChangeOutlook, Did, DropOutlook, MakeOutlook, Step
from shared.core.texts import MASK_TEXT
from shared.core.writes import CreateCaseflow, DeleteCaseflow, PatchCaseflow
from tests.core.ideal import ME, NOW, RULES, agreed, case, event, hour, performed

OURS = Content("Ours", hour(50), "Court 5", "<p>secret strategy</p>")
THEIRS = Content("Theirs", hour(60), "Cafe", "<p>typed</p>")
AGREED = Content("Agreed", hour(40), "Office", "<p>agenda</p>")
MASKS: list[dict[str, Any]] = [
    {"matter_id": "m1"},
    {"category": "Hearing"},
    {"category": "Gone"},
    {"confidential": True},
]
SHAPES: list[dict[str, Any]] = [{}, *MASKS, {"visibility": "private"}]


def waiting(link: Link) -> Link:
    return structs.replace(link, state=State.REVIEW, review="r1")


def clashing(born: Born, **members: Any) -> tuple[Link, CaseflowEvent, OutlookEvent]:
    """A pair in which a person changed every field on either side; the mask of the body is left alone."""
    before = case(AGREED, **members)
    link, seen = agreed(before, born)
    body = seen.content.text if link.veiled else THEIRS.text
    place = seen.content.place if link.veiled else THEIRS.place
    theirs = structs.replace(THEIRS, text=body, place=place)
    after = structs.replace(before, content=OURS, version=2, updated_by=Author("staff", ME))
    return waiting(link), after, structs.replace(seen, content=theirs, change_key="k9", modified_at=NOW)


def again(link: Link, caseflow: CaseflowEvent, outlook: OutlookEvent) -> Step:
    """What the next run decides."""
    return plan_link(link, Observed(events={caseflow.id: caseflow}, outlook={outlook.id: outlook}), RULES)


@pytest.mark.parametrize("keep", list(Keep))
@pytest.mark.parametrize("born", list(Born))
@pytest.mark.parametrize("members", SHAPES, ids=str)
def test_after_a_decision_the_next_run_has_nothing_to_do(members: dict[str, Any], born: Born, keep: Keep) -> None:
    link, caseflow, outlook = clashing(born, **members)
    step = decide(link, Sides(caseflow, outlook, assigned=True), keep, RULES)
    assert (step.link.state, step.link.review, step.opened, step.closes) == (State.LIVE, "r1", None, False)
    decided, ours, theirs = performed(step, caseflow, outlook)
    kept = OURS if keep is Keep.CASEFLOW else THEIRS
    assert (ours.content.title, theirs.content.title) == (kept.title, kept.title)
    assert ours.content.span == theirs.content.span == kept.span
    following = again(structs.replace(decided, review=None), ours, theirs)
    assert (following.writes, following.opened) == (False, None)


@pytest.mark.parametrize("born", list(Born))
@pytest.mark.parametrize("members", MASKS, ids=str)
def test_keeping_outlook_of_a_masked_event_takes_neither_body_nor_place(members: dict[str, Any], born: Born) -> None:
    link, caseflow, outlook = clashing(born, **members)
    step = decide(link, Sides(caseflow, outlook, assigned=True), Keep.OUTLOOK, RULES)
    assert isinstance(step.caseflow, PatchCaseflow)
    assert step.caseflow.fields() == {Field.TITLE, Field.TIME}


@pytest.mark.parametrize("born", list(Born))
@pytest.mark.parametrize("members", SHAPES[1:], ids=str)
def test_keeping_caseflow_of_a_masked_event_sends_no_word_of_it(members: dict[str, Any], born: Born) -> None:
    link, caseflow, outlook = clashing(born, **members)
    step = decide(link, Sides(caseflow, outlook, assigned=True), Keep.CASEFLOW, RULES)
    assert isinstance(step.outlook, ChangeOutlook)
    sent = step.outlook.projection
    assert sent.text in {MASK_TEXT, UNSET}
    assert sent.place in {"", UNSET}


def test_what_outlook_leads_stays_different_and_is_agreed_so() -> None:
    """E10: several places in Outlook are never overwritten, nor asked about again."""
    link, caseflow, outlook = clashing(Born.CASEFLOW)
    outlook = structs.replace(outlook, places=2)
    step = decide(link, Sides(caseflow, outlook, assigned=True), Keep.CASEFLOW, RULES)
    decided, ours, theirs = performed(step, caseflow, outlook)
    assert (ours.content.place, theirs.content.place) == ("Court 5", "Cafe")
    following = again(structs.replace(decided, review=None), ours, structs.replace(theirs, places=2))
    assert (following.writes, following.opened) == (False, None)


@pytest.mark.parametrize("keep", list(Keep))
def test_a_meeting_is_never_written_to(keep: Keep) -> None:
    before = case(AGREED)
    link, seen = agreed(before, Born.OUTLOOK, event(AGREED, attendees=2))
    after = structs.replace(before, content=OURS, version=2)
    step = decide(waiting(link), Sides(after, seen, assigned=True), keep, RULES)
    assert step.outlook is None
    assert (step.caseflow is None) == (keep is Keep.CASEFLOW)


def pair(**members: Any) -> tuple[Link, CaseflowEvent, OutlookEvent]:
    caseflow = case(AGREED, **members)
    link, seen = agreed(caseflow, Born.CASEFLOW)
    return waiting(link), caseflow, seen


def test_gone_from_outlook_means_a_copy_or_a_deletion() -> None:
    link, caseflow, _ = pair(matter_id="m1")
    gone = Sides(caseflow, None, assigned=True)
    copied = decide(link, gone, Keep.CASEFLOW, RULES)
    assert isinstance(copied.outlook, MakeOutlook)
    assert (copied.link.attempt, copied.link.state, copied.drops) == (link.attempt + 1, State.LIVE, link.id)
    deleted = decide(link, gone, Keep.OUTLOOK, RULES)
    assert deleted.caseflow == DeleteCaseflow(caseflow.id, caseflow.version)


def test_others_assigned_means_unassign() -> None:
    link, caseflow, _ = pair(matter_id="m1", staff_ids=(ME, "bob"))
    step = decide(link, Sides(caseflow, None, assigned=True), Keep.OUTLOOK, RULES)
    assert step.caseflow == PatchCaseflow(caseflow.id, caseflow.version, staff_ids=("bob",))


def test_gone_from_caseflow_means_a_removal_or_a_restore() -> None:
    link, _, seen = pair(matter_id="m1", category="Hearing", confidential=True)
    link = structs.replace(link, confidential=True)
    gone = Sides(None, seen, assigned=False)
    assert isinstance(decide(link, gone, Keep.CASEFLOW, RULES).outlook, DropOutlook)
    step = decide(link, gone, Keep.OUTLOOK, RULES)
    assert isinstance(step.caseflow, CreateCaseflow)
    assert (step.caseflow.matter_id, step.caseflow.category, step.caseflow.confidential) == ("m1", "Hearing", True)
    assert (step.caseflow.content.text, step.link.todo) == ("", Todo.CREATING_CASEFLOW)


def test_two_restores_of_one_event_have_two_keys() -> None:
    """A key that CaseFlow knows answers that the event is gone."""
    link, _, seen = pair()
    gone = Sides(None, seen, assigned=False)
    first = decide(link, gone, Keep.OUTLOOK, RULES)
    second = decide(first.link, gone, Keep.OUTLOOK, RULES)
    assert isinstance(first.caseflow, CreateCaseflow)
    assert isinstance(second.caseflow, CreateCaseflow)
    assert first.caseflow.key != second.caseflow.key


@pytest.mark.parametrize("visibility", ["firm", "private"])
def test_an_event_is_restored_for_those_who_saw_it(visibility: str) -> None:
    link, _, seen = pair(visibility=visibility)
    link = structs.replace(link, visibility=visibility)
    step = decide(link, Sides(None, seen, assigned=False), Keep.OUTLOOK, RULES)
    assert isinstance(step.caseflow, CreateCaseflow)
    assert step.caseflow.visibility == visibility


def test_a_standing_meeting_is_left_when_caseflow_dropped_it() -> None:
    link, _, seen = pair()
    step = decide(link, Sides(None, structs.replace(seen, attendees=1), assigned=False), Keep.CASEFLOW, RULES)
    assert (step.writes, step.link.state, step.link.reason) == (False, State.ENDED, "deleted")


def test_nothing_on_either_side_ends_the_link() -> None:
    link, _, _ = pair()
    step = decide(link, Sides(None, None, assigned=False), Keep.OUTLOOK, RULES)
    assert (step.did, step.link.state) == (Did.END, State.ENDED)


@pytest.mark.parametrize(
    ("version", "key", "same"),
    [(1, "k1", True), (2, "k1", False), (1, "k2", False), (None, "k1", False), (1, None, False)],
)
def test_an_item_is_as_seen_only_with_both_versions(version: int | None, key: str | None, same: bool) -> None:
    caseflow = case(AGREED)
    item = Review("r1", "edit_conflict", "l1", NOW, caseflow_version=version, outlook_change_key=key)
    assert is_as_seen(item, Sides(caseflow, event(AGREED), assigned=True)) is same


def test_a_side_that_was_gone_must_still_be_gone() -> None:
    caseflow, seen = case(AGREED), event(AGREED)
    left_outlook = Review("r1", "deleted_in_outlook", "l1", NOW, caseflow_version=1)
    assert is_as_seen(left_outlook, Sides(caseflow, None, assigned=True))
    assert is_as_seen(left_outlook, Sides(caseflow, structs.replace(seen, response="declined"), assigned=True))
    assert not is_as_seen(left_outlook, Sides(caseflow, seen, assigned=True))
    left_caseflow = Review("r1", "deleted_in_caseflow", "l1", NOW, outlook_change_key="k1")
    assert is_as_seen(left_caseflow, Sides(None, seen, assigned=False))
    assert is_as_seen(left_caseflow, Sides(caseflow, seen, assigned=False))
    assert not is_as_seen(left_caseflow, Sides(caseflow, seen, assigned=True))


@pytest.mark.parametrize("members", [{"matter_id": "m1"}, {"category": "Hearing"}], ids=str)
def test_among_many_a_protected_event_is_asked_alone(members: dict[str, Any]) -> None:
    link, caseflow, _ = pair(**members)
    step = decide_among_many(link, Sides(caseflow, None, assigned=True), Keep.OUTLOOK, RULES)
    assert step.opened is not None
    assert (step.opened.kind, step.writes) == ("deleted_in_outlook", False)


def test_among_many_a_pause_does_not_unmake_the_answer() -> None:
    """L3 is about what nobody was asked about."""
    link, caseflow, _ = pair()
    off = structs.replace(RULES, policy=structs.replace(RULES.policy, off_since=NOW))
    step = decide_among_many(link, Sides(caseflow, None, assigned=True), Keep.OUTLOOK, off)
    assert isinstance(step.caseflow, DeleteCaseflow)


def test_among_many_what_stands_on_both_sides_is_left_to_the_next_run() -> None:
    link, caseflow, seen = pair()
    step = decide_among_many(link, Sides(caseflow, seen, assigned=True), Keep.OUTLOOK, RULES)
    assert (step.writes, step.link.state, step.link.todo) == (False, State.LIVE, Todo.LOOK)


@pytest.mark.parametrize(("keep", "drops"), [(Keep.CASEFLOW, True), (Keep.OUTLOOK, False)])
def test_among_many_a_mirror_goes_or_stays(keep: Keep, drops: bool) -> None:
    link, _, seen = pair()
    mirror = structs.replace(link, kind=Kind.TASK)
    step = decide_among_many(mirror, Sides(None, seen, assigned=False), keep, RULES)
    assert (isinstance(step.outlook, DropOutlook), step.link.state) == (drops, State.ENDED)
