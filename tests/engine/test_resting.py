"""Events that ended more than 30 days ago rest (D6)."""

from __future__ import annotations

import pytest

from shared.core import rows
from tests.engine.acts import SECRET, book, is_quiet, meet, some
from tests.simulation.world import Person, World


@pytest.fixture
def rested(world: World, ann: Person) -> str:
    """An event of CaseFlow's that ended 40 days ago, and its CaseFlow id."""
    meet(ann)
    case_id = book(world, category="Client meeting", description_html=f"<p>{SECRET}</p>")
    world.settle(ann)
    world.clock.pass_(days=40)
    some(world)
    world.settle(ann, 3)
    return case_id


def test_their_links_leave_the_list_that_every_job_reads(world: World, ann: Person, rested: str) -> None:
    assert {link.caseflow_id for link in world.links(ann, rows.RESTING_PREFIX)} >= {rested}
    assert rested not in {link.caseflow_id for link in world.links(ann)}
    assert is_quiet(world, ann)


def test_nothing_crosses_any_more(world: World, ann: Person, rested: str) -> None:
    world.caseflow.edit_event(rested, by="ann", title="Call, as it was")
    ann.mailbox.edit(world.event(ann, "Lunch")["id"], {"subject": "Lunch, as it was"})
    world.settle(ann, 2)
    assert world.event(ann, "Call")
    assert world.case("Lunch")
    assert is_quiet(world, ann)


def test_masking_still_reaches_them(world: World, ann: Person, rested: str) -> None:
    assert SECRET in str(world.event(ann, "Call"))
    world.caseflow.protect_category("f1", "Client meeting", by="ann")
    world.settle(ann, 2)
    assert SECRET not in str(world.event(ann, "Call"))
    assert is_quiet(world, ann)


def test_moved_into_the_future_they_wake_and_their_changes_count(world: World, ann: Person, rested: str) -> None:
    ann.mailbox.edit(world.event(ann, "Call")["id"], {"subject": "Call again"})
    world.settle(ann, 2)
    world.caseflow.edit_event(rested, by="ann", start="2027-02-01T10:00:00-05:00", end="2027-02-01T11:00:00-05:00")
    world.settle(ann, 3)
    event = world.event(ann, "Call again")
    assert event["start"]["dateTime"].startswith("2027-02-01T15:00")
    assert world.case("Call again")["id"] == rested
    assert is_quiet(world, ann)


def test_a_deletion_in_outlook_deletes_nothing(world: World, ann: Person, rested: str) -> None:
    ann.mailbox.delete(world.event(ann, "Call")["id"])
    world.settle(ann, 2)
    assert world.case("Call")["id"] == rested
    assert is_quiet(world, ann)
