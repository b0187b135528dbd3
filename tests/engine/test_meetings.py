"""Meetings belong to Outlook (F3), and one meeting is one CaseFlow event (E3)."""

from __future__ import annotations

import pytest

from tests.engine.acts import body, is_quiet, meet, some
from tests.simulation.world import Person, World


def invite(world: World, ann: Person, title: str = "Board") -> str:
    """A meeting that the user organises, with somebody outside."""
    event_id = meet(ann, title, body=body("agenda"))
    ann.mailbox.invite(event_id, "client@else.example")
    return event_id


def mails(world: World) -> int:
    return len(world.graph.outbox)


def test_a_title_edited_in_caseflow_of_an_own_meeting_asks(world: World, ann: Person) -> None:
    """F3: organised by the user."""
    some(world)
    invite(world, ann)
    world.settle(ann)
    sent = mails(world)
    world.caseflow.edit_event(world.case("Board")["id"], by="ann", title="Board 2")
    world.settle(ann, 2)
    assert world.event(ann, "Board")
    assert [review.kind for review in world.reviews(ann)] == ["organizer_controlled"]
    assert mails(world) == sent
    assert is_quiet(world, ann)


def test_a_title_edited_in_caseflow_of_a_foreign_meeting_is_set_back(world: World, ann: Person) -> None:
    """F3: the losing value is kept as in H3."""
    some(world)
    bob = world.add_person("bob")
    bob.mailbox.invite(meet(bob, "Board"), ann.mailbox.email)
    world.settle(ann)
    world.caseflow.edit_event(world.case("Board")["id"], by="ann", title="Board 2")
    world.settle(ann, 2)
    assert world.case("Board")
    (review,) = world.reviews(ann)
    assert (review.state, review.kept) == ("resolved", "outlook")
    assert is_quiet(world, ann)


def test_an_organisers_meeting_moved_in_caseflow_moves_in_outlook(world: World, ann: Person) -> None:
    """F3: the one exception; Exchange mails the attendees."""
    some(world)
    invite(world, ann)
    world.settle(ann)
    world.caseflow.edit_event(
        world.case("Board")["id"], by="ann", start="2026-11-27T10:00:00-05:00", end="2026-11-27T11:00:00-05:00"
    )
    world.settle(ann, 2)
    assert world.event(ann, "Board")["start"]["dateTime"].startswith("2026-11-27T15:00")
    assert is_quiet(world, ann)


def test_a_description_edited_in_caseflow_stays(world: World, ann: Person) -> None:
    """F3: it is no longer overwritten by the meeting's text, and never goes out."""
    some(world)
    event_id = invite(world, ann)
    world.settle(ann)
    world.caseflow.edit_event(world.case("Board")["id"], by="ann", description_html="<p>our notes</p>")
    world.settle(ann, 2)
    ann.mailbox.edit(event_id, {"body": body("new agenda")})
    world.settle(ann, 2)
    assert "our notes" in world.case("Board")["description_html"]
    assert "our notes" not in str(world.event(ann, "Board"))
    assert is_quiet(world, ann)


def test_a_meeting_linked_to_a_matter_is_listed_as_not_fully_masked(world: World, ann: Person) -> None:
    """G7: nothing is written to it."""
    some(world)
    invite(world, ann)
    world.settle(ann)
    world.caseflow.link_matter(world.case("Board")["id"], "m1", by="ann")
    world.settle(ann, 2)
    assert world.event(ann, "Board")["sensitivity"] == "normal"
    assert world.row(ann).not_fully_masked == 1
    assert is_quiet(world, ann)


def test_an_own_meeting_deleted_in_caseflow_stays_and_asks(world: World, ann: Person) -> None:
    """F3."""
    some(world)
    invite(world, ann)
    world.settle(ann)
    sent = mails(world)
    world.caseflow.delete_event(world.case("Board")["id"], by="ann")
    world.settle(ann, 2)
    assert world.event(ann, "Board")
    assert [review.kind for review in world.reviews(ann)] == ["deleted_in_caseflow"]
    assert mails(world) == sent
    assert is_quiet(world, ann)


def two_mailboxes(world: World, ann: Person) -> tuple[Person, str]:
    some(world)
    bob = world.add_person("bob")
    world.connect(bob)
    event_id = meet(ann, "Board")
    ann.mailbox.invite(event_id, bob.mailbox.email)
    for _ in range(4):
        world.sync(ann)
        world.sync(bob)
    return bob, event_id


def test_a_meeting_in_two_mailboxes_is_one_event(world: World, ann: Person) -> None:
    """E3."""
    bob, _ = two_mailboxes(world, ann)
    assert sorted(world.case("Board")["staff_ids"]) == ["ann", "bob"]
    assert is_quiet(world, ann, bob)


def test_attendees_copies_that_differ_come_to_rest(world: World, ann: Person) -> None:
    """E3: only the leading copy's title enters CaseFlow."""
    bob, _ = two_mailboxes(world, ann)
    bob.mailbox.edit(world.event(bob, "Board")["id"], {"subject": "Boring"})
    for _ in range(3):
        world.sync(bob)
        world.sync(ann)
    assert world.case("Board")
    assert is_quiet(world, ann, bob)


def test_the_organisers_copy_leads_whoever_came_first(world: World, ann: Person) -> None:
    """E3."""
    some(world)
    bob = world.add_person("bob")
    world.connect(bob)
    event_id = meet(ann, "Board")
    ann.mailbox.invite(event_id, bob.mailbox.email)
    world.settle(bob)
    world.settle(ann)
    world.settle(bob, 2)
    ann.mailbox.edit(event_id, {"location": {"displayName": "Room 1"}})
    for _ in range(3):
        world.sync(bob)
        world.sync(ann)
    bob.mailbox.edit(world.event(bob, "Board")["id"], {"subject": "Boring"})
    for _ in range(3):
        world.sync(bob)
        world.sync(ann)
    assert world.case("Board")["location"] == "Room 1"
    assert is_quiet(world, ann, bob)


def test_when_the_leader_leaves_the_next_leads(world: World, ann: Person) -> None:
    """E3."""
    bob, event_id = two_mailboxes(world, ann)
    meet(ann, "Other", hour=15)
    ann.mailbox.to_secondary(event_id)
    for _ in range(3):
        world.sync(ann)
        world.sync(bob)
    assert world.case("Board")["staff_ids"] == ["bob"]
    bob.mailbox.edit(world.event(bob, "Board")["id"], {"subject": "Boring"})
    for _ in range(3):
        world.sync(bob)
        world.sync(ann)
    assert world.case("Boring")["staff_ids"] == ["bob"]
    assert is_quiet(world, ann, bob)


def test_a_removed_invitation_is_not_copied_for_an_edit_in_caseflow(world: World, ann: Person) -> None:
    """E3: its owner's assignment ends; a copy would stand beside the meeting when it is sent again."""
    bob, event_id = two_mailboxes(world, ann)
    meet(bob, "Other", hour=15)
    bob.mailbox.delete(world.event(bob, "Board")["id"])
    world.caseflow.edit_event(world.case("Board")["id"], by="ann", start="2026-11-25T16:00:00-05:00",
                              end="2026-11-25T17:00:00-05:00")  # fmt: skip
    world.sync(bob)
    assert "Board" not in [event["subject"] for event in world.outlook(bob)]
    assert world.case("Board")["staff_ids"] == ["ann"]
    assert event_id in [event["id"] for event in world.outlook(ann)]


def test_an_invitation_that_comes_back_is_the_same_meeting(world: World, ann: Person) -> None:
    """E3, D1: Exchange shows it under a new id once the organiser changes it."""
    bob, event_id = two_mailboxes(world, ann)
    bob.mailbox.delete(world.event(bob, "Board")["id"])
    ann.mailbox.edit(event_id, {"location": {"displayName": "Room 1"}})
    for _ in range(4):
        world.sync(bob)
        world.sync(ann)
    assert [event["subject"] for event in world.outlook(bob)].count("Board") == 1
    assert sorted(world.case("Board")["staff_ids"]) == ["ann", "bob"]
    assert is_quiet(world, ann, bob)


@pytest.mark.parametrize("known_first", [True, False])
def test_an_organiser_assigned_to_the_event_made_anew_keeps_one_meeting(
    world: World, ann: Person, known_first: bool
) -> None:
    """E3, F3: a colleague's mailbox makes the event that was deleted in CaseFlow, and the organiser is assigned."""
    bob = world.add_person("bob")
    world.connect(bob)
    some(world)
    event_id = meet(ann, "Board")
    ann.mailbox.invite(event_id, bob.mailbox.email)
    world.settle(ann)
    world.caseflow.delete_event(world.case("Board")["id"], by="ann")
    if known_first:
        world.sync(ann)
    world.settle(bob)
    case = world.case("Board")
    world.caseflow.assign(case["id"], "ann", by="ann")
    for _ in range(4):
        world.sync(ann)
        world.sync(bob)
    assert [event["id"] for event in world.outlook(ann) if event["subject"] == "Board"] == [event_id]
    assert [review.state for review in world.reviews(ann)] == ["resolved"] * known_first
    assert is_quiet(world, ann, bob)


def test_an_attendee_who_declines_is_unassigned(world: World, ann: Person) -> None:
    """E3, E5."""
    bob, _ = two_mailboxes(world, ann)
    meet(bob, "Other", hour=15)
    bob.mailbox.respond(world.event(bob, "Board")["id"], "declined")
    for _ in range(3):
        world.sync(bob)
        world.sync(ann)
    assert world.case("Board")["staff_ids"] == ["ann"]
    assert is_quiet(world, ann, bob)


def test_a_cancelled_meeting_leaves_caseflow(world: World, ann: Person) -> None:
    """E5."""
    some(world)
    bob = world.add_person("bob")
    event_id = meet(bob, "Board")
    bob.mailbox.invite(event_id, ann.mailbox.email)
    world.settle(ann)
    bob.mailbox.delete(event_id)
    world.settle(ann, 2)
    assert "Board" not in [case["title"] for case in world.cases()]
    assert is_quiet(world, ann)
