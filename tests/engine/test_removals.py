"""What leaves one side (E5, E8, E9, D1, F1, F4, L3)."""

from __future__ import annotations

from typing import Any

import pytest

from shared.core import rows
from shared.core.state import StaffRow
from shared.ports import Put
from tests.engine.acts import body, book, is_quiet, meet, some
from tests.simulation.world import Person, World


def put_row(world: World, person: Person, **changes: Any) -> None:
    """Change the staff row as a flow of the page does."""
    import msgspec

    row: StaffRow = msgspec.structs.replace(world.row(person), **changes)
    world.store.commit(world.partition(person), [Put(rows.STAFF_KEY, rows.encoded(row))])


def test_others_assigned_means_unassign(world: World, ann: Person) -> None:
    """E8."""
    some(world)
    world.add_person("bob")
    book(world, staff=("ann", "bob"))
    world.settle(ann)
    ann.mailbox.delete(world.event(ann, "Call")["id"])
    world.settle(ann, 2)
    assert world.case("Call")["staff_ids"] == ["bob"]
    assert is_quiet(world, ann)


@pytest.mark.parametrize("members", [{"matter_id": "m1"}, {"category": "Hearing"}])
def test_a_protected_event_is_never_deleted_silently(world: World, ann: Person, members: dict[str, Any]) -> None:
    """E8, always-true 8."""
    some(world)
    book(world, **members)
    world.settle(ann)
    ann.mailbox.delete(world.event(ann, "Call")["id"])
    world.settle(ann, 2)
    assert world.case("Call")["staff_ids"] == ["ann"]
    assert [(review.kind, review.state) for review in world.reviews(ann)] == [("deleted_in_outlook", "open")]
    assert is_quiet(world, ann)


def test_an_edit_in_caseflow_beats_the_deletion(world: World, ann: Person) -> None:
    """E8: the copy is made again."""
    some(world)
    case_id = book(world)
    world.settle(ann)
    ann.mailbox.delete(world.event(ann, "Call")["id"])
    world.caseflow.edit_event(case_id, by="ann", title="Call 2")
    world.settle(ann, 3)
    assert world.event(ann, "Call 2")
    assert is_quiet(world, ann)


def test_an_outlook_born_event_edited_in_caseflow_becomes_caseflow_born(world: World, ann: Person) -> None:
    """E8."""
    some(world)
    event_id = meet(ann)
    world.settle(ann)
    ann.mailbox.delete(event_id)
    world.caseflow.edit_event(world.case("Lunch")["id"], by="ann", title="Lunch 2")
    world.settle(ann, 3)
    assert world.event(ann, "Lunch 2")
    (link,) = [link for link in world.links(ann) if link.caseflow_id == world.case("Lunch 2")["id"]]
    assert link.born.value == "caseflow"
    assert is_quiet(world, ann)


def test_moved_to_the_second_calendar_has_left_and_wakes_when_moved_back(world: World, ann: Person) -> None:
    """D1."""
    some(world)
    event_id = meet(ann)
    world.settle(ann)
    ann.mailbox.to_secondary(event_id)
    world.settle(ann, 2)
    assert "Lunch" not in [case["title"] for case in world.cases()]
    ann.mailbox.back(event_id)
    world.settle(ann, 3)
    assert world.case("Lunch")["staff_ids"] == ["ann"]
    assert is_quiet(world, ann)


def test_a_shared_event_moved_back_only_restores_the_assignment(world: World, ann: Person) -> None:
    """D1."""
    some(world)
    world.add_person("bob")
    case_id = book(world, staff=("ann", "bob"))
    world.settle(ann)
    event_id = world.event(ann, "Call")["id"]
    ann.mailbox.to_secondary(event_id)
    world.settle(ann, 2)
    assert world.case("Call")["staff_ids"] == ["bob"]
    ann.mailbox.back(event_id)
    world.settle(ann, 3)
    assert world.case("Call")["id"] == case_id
    assert sorted(world.case("Call")["staff_ids"]) == ["ann", "bob"]
    assert len([event for event in world.outlook(ann) if event["subject"] == "Call"]) == 1
    assert is_quiet(world, ann)


def test_all_gone_removes_nothing_and_asks(world: World, ann: Person) -> None:
    """E9: all of three or more; an emptied mailbox is unsound (E8)."""
    some(world, 4)
    world.settle(ann)
    for event in world.outlook(ann):
        ann.mailbox.delete(event["id"])
    world.settle(ann, 3)
    assert len(world.cases()) == 4


def test_more_than_ten_and_a_fifth_are_held_back(world: World, ann: Person) -> None:
    """E9."""
    for number in range(20):
        meet(ann, f"Event {number}", hour=number % 12 + 8)
    world.settle(ann)
    for event in world.outlook(ann)[:12]:
        ann.mailbox.delete(event["id"])
    world.settle(ann, 3)
    assert len(world.cases()) == 20
    (review,) = world.reviews(ann)
    assert (review.kind, review.state, len(review.links)) == ("mass_deletion", "open", 12)
    assert is_quiet(world, ann)


def test_the_guard_watches_caseflows_deletions_too(world: World, ann: Person) -> None:
    """E9, each direction."""
    ids = some(world, 5)
    world.settle(ann)
    for case_id in ids:
        world.caseflow.delete_event(case_id, by="ann")
    world.settle(ann, 3)
    assert len(world.outlook(ann)) == 5
    assert [review.kind for review in world.reviews(ann)] == ["mass_deletion"]
    assert is_quiet(world, ann)


def test_unassigned_in_caseflow_leaves_an_outlook_born_event(world: World, ann: Person) -> None:
    """F1: the link ends, and it is not pulled again."""
    some(world)
    world.add_person("bob")
    event_id = meet(ann)
    world.settle(ann)
    case_id = world.case("Lunch")["id"]
    world.caseflow.assign(case_id, "bob", by="ann")
    world.caseflow.unassign(case_id, "ann", by="ann")
    world.settle(ann, 2)
    assert world.event(ann, "Lunch")
    ann.mailbox.edit(event_id, {"subject": "Lunch 2"})
    world.settle(ann, 2)
    assert world.case("Lunch")["staff_ids"] == ["bob"]
    assert is_quiet(world, ann)


def test_an_outlook_born_event_deleted_in_caseflow_is_removed(world: World, ann: Person) -> None:
    """F1."""
    some(world)
    meet(ann)
    world.settle(ann)
    world.caseflow.delete_event(world.case("Lunch")["id"], by="ann")
    world.settle(ann, 2)
    assert "Lunch" not in [event["subject"] for event in world.outlook(ann)]
    assert is_quiet(world, ann)


def test_deleted_in_caseflow_and_edited_in_outlook_asks(world: World, ann: Person) -> None:
    """F4."""
    some(world)
    event_id = meet(ann)
    world.settle(ann)
    ann.mailbox.edit(event_id, {"subject": "Lunch, moved"})
    world.caseflow.delete_event(world.case("Lunch")["id"], by="ann")
    world.settle(ann, 2)
    assert world.event(ann, "Lunch, moved")
    assert [review.kind for review in world.reviews(ann)] == ["deleted_in_caseflow"]
    assert is_quiet(world, ann)


def test_assigned_again_wakes_the_original(world: World, ann: Person) -> None:
    """F1: no second event for an Outlook-born one."""
    some(world)
    world.add_person("bob")
    meet(ann)
    world.settle(ann)
    case_id = world.case("Lunch")["id"]
    world.caseflow.assign(case_id, "bob", by="ann")
    world.caseflow.unassign(case_id, "ann", by="ann")
    world.settle(ann, 2)
    world.caseflow.assign(case_id, "ann", by="ann")
    world.settle(ann, 3)
    assert len([event for event in world.outlook(ann) if event["subject"] == "Lunch"]) == 1
    assert is_quiet(world, ann)


def test_what_is_removed_during_a_pause_is_made_again(world: World, ann: Person) -> None:
    """L3."""
    some(world)
    book(world)
    world.settle(ann)
    put_row(world, ann, off_since=world.clock(), delta_link=None, cursor=None)
    ann.mailbox.delete(world.event(ann, "Call")["id"])
    world.settle(ann, 3)
    assert "Call" in [event["subject"] for event in world.outlook(ann)]
    assert world.row(ann).off_since is None
    assert is_quiet(world, ann)


def test_a_past_event_is_never_deleted_in_caseflow(world: World, ann: Person) -> None:
    """D6."""
    some(world)
    meet(ann)
    world.settle(ann)
    world.clock.pass_(days=3)
    ann.mailbox.delete(world.event(ann, "Lunch")["id"])
    world.settle(ann, 2)
    assert world.case("Lunch")
    assert is_quiet(world, ann)


def test_declined_leaves_caseflow_and_comes_back_when_accepted(world: World, ann: Person) -> None:
    """E5."""
    some(world)
    bob = world.add_person("bob")
    event_id = meet(bob, "Board", body=body("x"))
    bob.mailbox.invite(event_id, ann.mailbox.email)
    world.settle(ann)
    assert world.case("Board")["staff_ids"] == ["ann"]
    ann.mailbox.respond(world.event(ann, "Board")["id"], "declined")
    world.settle(ann, 2)
    assert "Board" not in [case["title"] for case in world.cases()]
    ann.mailbox.respond(world.event(ann, "Board")["id"], "accepted")
    world.settle(ann, 3)
    assert world.case("Board")
    assert is_quiet(world, ann)


def test_an_unsound_mailbox_asks_after_a_day(world: World, ann: Person) -> None:
    """E8: not one of three or more linked events can be found."""
    some(world, 4)
    world.settle(ann)
    for event in world.outlook(ann):
        ann.mailbox.delete(event["id"])
    world.settle(ann, 2)
    assert world.reviews(ann) == []
    world.clock.pass_(hours=25)
    world.settle(ann, 2)
    assert [(review.kind, len(review.links)) for review in world.reviews(ann)] == [("mass_deletion", 4)]
    assert len(world.cases()) == 4


def test_another_calendars_events_make_no_mailbox_sound(world: World, ann: Person) -> None:
    """E8, D1: they answer by id, yet not one stands in the primary calendar."""
    some(world, 4)
    world.settle(ann)
    for event in world.outlook(ann):
        ann.mailbox.to_secondary(event["id"])
    world.settle(ann, 2)
    world.clock.pass_(hours=25)
    world.settle(ann, 2)
    assert [(review.kind, len(review.links)) for review in world.reviews(ann)] == [("mass_deletion", 4)]
    assert is_quiet(world, ann)
    assert world.outlook(ann) == []


def test_an_event_that_caseflow_forgot_is_set_aside(world: World, ann: Person) -> None:
    """C4: a 404 `not_found` proves nothing."""
    some(world)
    world.settle(ann)
    backup = world.caseflow.backup()
    book(world)
    world.settle(ann)
    world.caseflow.restore(backup)
    world.settle(ann, 2)
    assert world.event(ann, "Call")
    assert world.row(ann).set_aside == 1
    assert is_quiet(world, ann)
