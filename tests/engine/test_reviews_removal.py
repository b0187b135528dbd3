"""A person decides about an event that left one side (E8, F3, F4, H4)."""

from __future__ import annotations

from typing import Any

import pytest

from shared.core import rows
from shared.flows.reviews import ChangedSince
from shared.flows.reviews.notices import NO_DESCRIPTION, STAYS_IN_OUTLOOK
from tests.engine.acts import body, book, is_quiet, meet, some
from tests.engine.reviewing import connected, listed, lossy_world, only, resolve, titles
from tests.simulation.world import Person, World


def deleted_in_outlook(world: World, ann: Person, staff: tuple[str, ...] = ("ann",), **members: Any) -> str:
    """A matter's event whose copy somebody deletes in Outlook."""
    some(world, 3)
    given = {"matter_id": "m1", "description_html": "<p>secret strategy</p>", **members}
    case_id = book(world, staff=staff, **given)
    world.settle(ann)
    ann.mailbox.delete(world.event(ann, "Call")["id"])
    world.settle(ann, 2)
    return case_id


def deleted_in_caseflow(world: World, ann: Person, *, typed: str = "", **members: Any) -> str:
    """A CaseFlow event deleted there after its copy was edited in Outlook; the copy's id."""
    some(world, 3)
    case_id = book(world, **members)
    world.settle(ann)
    event_id = str(world.event(ann, "Call")["id"])
    changes: dict[str, Any] = {"subject": "Call, later"}
    if typed:
        changes["body"] = body(typed)
    ann.mailbox.edit(event_id, changes)
    world.caseflow.delete_event(case_id, by="ann")
    world.settle(ann, 2)
    return event_id


def calls(world: World, ann: Person) -> tuple[list[str], list[str]]:
    """The titles on both sides, without the standing events."""
    ours, theirs = titles(world, ann)
    return [t for t in ours if "Standing" not in t], [t for t in theirs if "Standing" not in t]


def test_the_side_that_is_gone_is_null(world: World, ann: Person) -> None:
    case_id = deleted_in_outlook(world, ann)
    item = only(world)
    assert item["kind"] == "deleted_in_outlook"
    assert (item["outlook"], item["caseflow"]["event_id"], item["caseflow"]["matter_linked"]) == (None, case_id, True)


def test_keeping_caseflow_makes_the_copy_again_masked(world: World, ann: Person) -> None:
    deleted_in_outlook(world, ann)
    assert resolve(world, "caseflow")["kept"] == "caseflow"
    assert calls(world, ann) == (["Call"], ["Call"])
    copy = world.event(ann, "Call")
    assert copy["sensitivity"] == "confidential"
    assert not [r for r in world.requests if r[0] == "graph" and b"secret" in r[3]]
    assert is_quiet(world, ann)
    assert listed(world) == []
    assert world.row(ann).reviews_open == 0


def test_an_outlook_born_event_kept_in_caseflow_is_caseflow_born_from_then_on(world: World, ann: Person) -> None:
    some(world, 3)
    event_id = meet(ann, "Call")
    world.settle(ann)
    world.caseflow.edit_event(world.case("Call")["id"], by="ann", matter_id="m1")
    world.settle(ann, 2)
    ann.mailbox.delete(event_id)
    world.settle(ann, 2)
    resolve(world, "caseflow")
    assert calls(world, ann) == (["Call"], ["Call"])
    (link,) = [link for link in world.links(ann) if link.caseflow_id == world.case("Call")["id"]]
    assert (link.born, link.review, link.state) == ("caseflow", None, "live")
    assert is_quiet(world, ann)


def test_keeping_outlook_deletes_in_caseflow(world: World, ann: Person) -> None:
    deleted_in_outlook(world, ann)
    answer = resolve(world, "outlook")
    assert (answer["state"], answer["kept"], answer["caseflow"], answer["outlook"]) == (
        "resolved", "outlook", None, None,
    )  # fmt: skip
    assert calls(world, ann) == ([], [])
    assert is_quiet(world, ann)
    assert world.row(ann).reviews_open == 0


def test_keeping_outlook_of_a_shared_event_only_unassigns(world: World, ann: Person) -> None:
    """E8."""
    world.add_person("bob")
    deleted_in_outlook(world, ann, staff=("ann", "bob"))
    resolve(world, "outlook")
    assert world.case("Call")["staff_ids"] == ["bob"]
    assert is_quiet(world, ann)


def test_an_event_that_is_back_in_outlook_is_told_first(world: World, ann: Person) -> None:
    some(world, 3)
    book(world, category="Hearing")
    world.settle(ann)
    event_id = world.event(ann, "Call")["id"]
    ann.mailbox.delete(event_id)
    world.settle(ann, 2)
    ann.mailbox.undelete(event_id)
    with pytest.raises(ChangedSince) as refused:
        resolve(world, "outlook")
    assert refused.value.review["state"] == "resolved"
    assert calls(world, ann)[0] == ["Call"]


def test_an_edit_in_caseflow_since_is_told_before_anything_is_deleted(world: World, ann: Person) -> None:
    case_id = deleted_in_outlook(world, ann)
    world.caseflow.edit_event(case_id, by="ann", title="Call 2")
    with pytest.raises(ChangedSince) as refused:
        resolve(world, "outlook")
    assert refused.value.review["caseflow"]["title"] == "Call 2"
    assert world.case("Call 2")
    resolve(world, "outlook")
    assert calls(world, ann) == ([], [])


def test_keeping_caseflows_deletion_removes_the_copy(world: World, ann: Person) -> None:
    event_id = deleted_in_caseflow(world, ann)
    assert only(world)["outlook"]["title"] == "Call, later"
    resolve(world, "caseflow")
    assert calls(world, ann) == ([], [])
    assert ann.mailbox.place(event_id) == "deleted"
    assert is_quiet(world, ann)


def test_keeping_outlook_restores_with_matter_and_category(world: World, ann: Person) -> None:
    deleted_in_caseflow(world, ann, matter_id="m1", category="Hearing", confidential=True)
    resolve(world, "outlook")
    case = world.case("Call, later")
    assert (case["matter_id"], case["category"], case["confidential"], case["staff_ids"]) == (
        "m1", "Hearing", True, ["ann"],
    )  # fmt: skip
    assert calls(world, ann) == (["Call, later"], ["Call, later"])
    assert is_quiet(world, ann)
    assert listed(world) == []


def test_a_restored_masked_event_says_first_that_its_description_is_lost(world: World, ann: Person) -> None:
    """H4; the mask itself never becomes a description (G4)."""
    deleted_in_caseflow(world, ann, matter_id="m1", description_html="<p>secret strategy</p>", typed="call back")
    item = only(world)
    assert item["notice"] == NO_DESCRIPTION
    assert resolve(world, "outlook")["notice"] is None
    restored = world.case("Call, later")
    assert "Confidential" not in restored["description_html"]
    assert "call back" in restored["description_html"]
    world.settle(ann, 2)
    assert world.event(ann, "Call, later")["sensitivity"] == "confidential"


def test_an_unmasked_event_is_restored_whole_and_without_a_notice(world: World, ann: Person) -> None:
    deleted_in_caseflow(world, ann, description_html="<p>agenda</p>")
    assert only(world)["notice"] is None
    resolve(world, "outlook")
    assert "agenda" in world.case("Call, later")["description_html"]
    assert is_quiet(world, ann)


def test_a_restore_whose_answer_is_lost_is_repeated_with_its_matter() -> None:
    """C3: one event, and still linked to the matter."""
    world, lossy = lossy_world()
    ann = connected(world)
    deleted_in_caseflow(world, ann, matter_id="m1")
    lossy.next_write("caseflow")
    assert resolve(world, "outlook")["state"] == "resolved"
    world.settle(ann, 3)
    assert calls(world, ann) == (["Call, later"], ["Call, later"])
    assert world.case("Call, later")["matter_id"] == "m1"
    assert is_quiet(world, ann)


def test_an_unassigned_event_is_assigned_again(world: World, ann: Person) -> None:
    some(world, 3)
    world.add_person("bob")
    case_id = book(world, staff=("ann", "bob"), description_html="<p>agenda</p>")
    world.settle(ann)
    ann.mailbox.edit(world.event(ann, "Call")["id"], {"subject": "Call, later"})
    world.caseflow.unassign(case_id, "ann", by="bob")
    world.settle(ann, 2)
    assert only(world)["kind"] == "deleted_in_caseflow"
    resolve(world, "outlook")
    world.settle(ann, 2)
    case = world.case("Call, later")
    assert (case["id"], sorted(case["staff_ids"])) == (case_id, ["ann", "bob"])
    assert is_quiet(world, ann)


def test_what_its_staff_alone_may_see_is_restored_for_them_alone(world: World, ann: Person) -> None:
    """H4: the firm sees no more of it than before."""
    deleted_in_caseflow(world, ann, visibility="private")
    assert resolve(world, "outlook")["state"] == "resolved"
    assert world.case("Call, later")["visibility"] == "private"
    assert calls(world, ann) == (["Call, later"], ["Call, later"])
    assert world.event(ann, "Call, later")["sensitivity"] == "private"
    assert is_quiet(world, ann)


def test_an_own_meeting_kept_as_caseflow_left_it_still_stands_in_outlook(world: World, ann: Person) -> None:
    """F3: we never cancel a meeting."""
    some(world, 3)
    ann.mailbox.invite(meet(ann, "Board"), "client@else.example")
    world.settle(ann)
    world.caseflow.delete_event(world.case("Board")["id"], by="ann")
    world.settle(ann, 2)
    mails = len(world.graph.outbox)
    assert (only(world)["notice"], only(world)["meeting"]) == (STAYS_IN_OUTLOOK, True)
    resolve(world, "caseflow")
    assert calls(world, ann) == ([], ["Board"])
    assert len(world.graph.outbox) == mails
    assert is_quiet(world, ann)
    assert [link.state for link in world.links(ann, rows.ENDED_PREFIX)] == ["ended"]


def test_an_own_meeting_is_restored_in_caseflow(world: World, ann: Person) -> None:
    """F3."""
    some(world, 3)
    ann.mailbox.invite(meet(ann, "Board", body=body("agenda")), "client@else.example")
    world.settle(ann)
    world.caseflow.delete_event(world.case("Board")["id"], by="ann")
    world.settle(ann, 2)
    resolve(world, "outlook")
    assert calls(world, ann) == (["Board"], ["Board"])
    assert is_quiet(world, ann)


def test_a_declined_hearing_kept_in_caseflow_gets_a_copy(world: World, ann: Person) -> None:
    """E5, E8."""
    some(world, 3)
    bob = world.add_person("bob")
    bob.mailbox.invite(meet(bob, "Board"), ann.mailbox.email)
    world.settle(ann)
    world.caseflow.edit_event(world.case("Board")["id"], by="ann", category="Hearing")
    world.settle(ann, 2)
    ann.mailbox.respond(world.event(ann, "Board")["id"], "declined", send=False)
    world.settle(ann, 2)
    item = only(world)
    assert item["kind"] == "deleted_in_outlook"
    resolve(world, "caseflow")
    assert len(calls(world, ann)[0]) == 1
    assert is_quiet(world, ann)
