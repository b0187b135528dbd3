"""Confidentiality over time (G)."""

from __future__ import annotations

import pytest

from tests.engine.acts import SECRET, body, book, is_quiet, meet, some
from tests.simulation.world import Person, World


def test_linking_to_a_matter_masks_what_was_pushed(world: World, ann: Person) -> None:
    """G3."""
    case_id = book(world, description_html=f"<p>{SECRET}</p>", location="Room 5")
    world.settle(ann)
    assert SECRET in str(world.event(ann, "Call"))
    world.caseflow.link_matter(case_id, "m1", by="ann")
    world.settle(ann, 2)
    event = world.event(ann, "Call")
    assert event["sensitivity"] == "confidential"
    assert SECRET not in str(event)
    assert "Room 5" not in str(event)
    assert SECRET in world.case("Call")["description_html"]
    assert is_quiet(world, ann)


def test_protecting_a_category_masks_what_was_pushed(world: World, ann: Person) -> None:
    """G3: the firm edits its list."""
    book(world, category="Client meeting", description_html=f"<p>{SECRET}</p>")
    world.settle(ann)
    world.caseflow.protect_category("f1", "Client meeting", by="ann")
    world.settle(ann, 2)
    assert SECRET not in str(world.event(ann, "Call"))
    assert is_quiet(world, ann)


def test_lowered_sensitivity_is_set_back(world: World, ann: Person) -> None:
    """G3."""
    book(world, matter_id="m1")
    world.settle(ann)
    ann.mailbox.edit(world.event(ann, "Call")["id"], {"sensitivity": "normal"})
    world.settle(ann, 2)
    assert world.event(ann, "Call")["sensitivity"] == "confidential"
    assert is_quiet(world, ann)


def test_text_typed_into_a_mask_is_pulled_before_it_is_set_back(world: World, ann: Person) -> None:
    """G3, G4."""
    book(world, matter_id="m1", description_html="<p>plan</p>")
    world.settle(ann)
    ann.mailbox.edit(world.event(ann, "Call")["id"], {"body": body("Confidential\nbring the file")})
    world.settle(ann, 2)
    description = world.case("Call")["description_html"]
    assert description.startswith("<p>plan</p>")
    assert "Added in Outlook, 2026-11-24" in description
    assert "bring the file" in description
    assert "Confidential" not in description
    assert "bring the file" not in str(world.event(ann, "Call"))
    assert is_quiet(world, ann)


def test_a_place_typed_into_a_masked_event_becomes_caseflows(world: World, ann: Person) -> None:
    """G3: where CaseFlow has none."""
    book(world, matter_id="m1")
    world.settle(ann)
    ann.mailbox.edit(world.event(ann, "Call")["id"], {"location": {"displayName": "Court 5"}})
    world.settle(ann, 2)
    assert world.case("Call")["location"] == "Court 5"
    assert world.event(ann, "Call")["location"]["displayName"] == ""
    assert is_quiet(world, ann)


def test_unlinking_publishes_nothing(world: World, ann: Person) -> None:
    """G8."""
    case_id = book(world, matter_id="m1", description_html=f"<p>{SECRET}</p>")
    world.settle(ann)
    world.caseflow.link_matter(case_id, None, by="ann")
    world.settle(ann, 3)
    event = world.event(ann, "Call")
    assert event["sensitivity"] == "normal"
    assert SECRET not in str(event)
    assert is_quiet(world, ann)


def test_a_description_edited_after_unlinking_goes_out(world: World, ann: Person) -> None:
    """G8: by a person, after a run has seen the event unmasked."""
    case_id = book(world, matter_id="m1", description_html=f"<p>{SECRET}</p>")
    world.settle(ann)
    world.caseflow.link_matter(case_id, None, by="ann")
    world.settle(ann, 2)
    world.caseflow.edit_event(case_id, by="ann", description_html="<p>open words</p>")
    world.settle(ann, 2)
    assert "open words" in world.event(ann, "Call")["body"]["content"]
    assert is_quiet(world, ann)


def test_an_outlook_appointment_is_masked_once_caseflow_holds_its_text(world: World, ann: Person) -> None:
    """G7."""
    meet(ann, body=body("notes of mine"), location={"displayName": "Cafe"})
    world.settle(ann)
    world.caseflow.link_matter(world.case("Lunch")["id"], "m1", by="ann")
    world.settle(ann, 2)
    event = world.event(ann, "Lunch")
    assert event["sensitivity"] == "confidential"
    assert "notes" not in str(event)
    assert "notes of mine" in world.case("Lunch")["description_html"]
    assert world.case("Lunch")["location"] == "Cafe"
    assert is_quiet(world, ann)


def test_an_outlook_appointment_with_an_attachment_keeps_its_body(world: World, ann: Person) -> None:
    """G7: counted as not fully masked."""
    meet(ann, body={"contentType": "html", "content": '<p>notes</p><img src="cid:1">'})
    world.settle(ann)
    world.caseflow.link_matter(world.case("Lunch")["id"], "m1", by="ann")
    world.settle(ann, 2)
    event = world.event(ann, "Lunch")
    assert event["sensitivity"] == "confidential"
    assert "notes" in event["body"]["content"]
    assert world.row(ann).not_fully_masked == 1
    assert is_quiet(world, ann)


def test_a_private_event_of_caseflow_goes_out_private(world: World, ann: Person) -> None:
    """G1: `visibility = private`."""
    book(world, visibility="private", description_html=f"<p>{SECRET}</p>")
    world.settle(ann)
    event = world.event(ann, "Call")
    assert event["sensitivity"] == "private"
    assert SECRET not in str(event)


@pytest.mark.parametrize("category", ["Hearing", "Unheard of"])
def test_protected_and_unknown_categories_mask(world: World, ann: Person, category: str) -> None:
    """G1."""
    if category == "Unheard of":
        world.caseflow.set_categories("f1", [("Unheard of", False), ("Hearing", True)], by="ann")
    book(world, category=category, description_html=f"<p>{SECRET}</p>")
    if category == "Unheard of":
        world.caseflow.set_categories("f1", [("Hearing", True)], by="ann")
    world.settle(ann)
    assert SECRET not in str(world.event(ann, "Call"))


def test_a_mask_holds_while_a_review_is_open(world: World, ann: Person) -> None:
    """H4: masking is never held back."""
    some(world)
    case_id = book(world, category="Hearing")
    world.settle(ann)
    ann.mailbox.edit(world.event(ann, "Call")["id"], {"subject": "Call A"})
    world.caseflow.edit_event(case_id, by="ann", title="Call B")
    world.settle(ann, 2)
    assert [review.kind for review in world.reviews(ann)] == ["edit_conflict"]
    ann.mailbox.edit(world.event(ann, "Call A")["id"], {"sensitivity": "normal", "body": body("Confidential\nmore")})
    world.settle(ann, 2)
    event = world.event(ann, "Call A")
    assert event["sensitivity"] == "confidential"
    assert "more" not in event["body"]["content"]
    assert "more" in world.case("Call B")["description_html"]
    assert is_quiet(world, ann)
