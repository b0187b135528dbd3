"""Private events of Outlook (E4), copies that a person makes (E11) and adoption (E7)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from shared.core import rows
from shared.core.state import StaffRow
from shared.flows import preferences
from tests.engine.acts import SECRET, body, book, is_quiet, meet, some
from tests.engine.reviewing import as_staff
from tests.simulation.world import Person, World


def test_a_private_event_arrives_as_a_busy_block(world: World, ann: Person) -> None:
    """E4."""
    meet(ann, SECRET, sensitivity="private", body=body(SECRET), location={"displayName": SECRET})
    world.settle(ann)
    case = world.case("Private appointment")
    assert (case["description_html"] or "", case["location"] or "") == ("", "")
    assert not [r for r in world.requests if r[0] == "caseflow" and SECRET.encode() in r[3]]
    assert is_quiet(world, ann)


def test_a_private_events_move_in_caseflow_pushes_only_times(world: World, ann: Person) -> None:
    """E4."""
    meet(ann, SECRET, sensitivity="private")
    world.settle(ann)
    world.caseflow.edit_event(
        world.case("Private appointment")["id"], by="ann", title="Busy", description_html="<p>x</p>",
        start="2026-11-25T14:00:00-05:00", end="2026-11-25T15:00:00-05:00",
    )  # fmt: skip
    world.settle(ann, 2)
    event = world.event(ann, SECRET)
    assert event["start"]["dateTime"].startswith("2026-11-25T19:00")
    assert event["sensitivity"] == "private"
    assert is_quiet(world, ann)


def test_an_event_that_becomes_private_is_reduced(world: World, ann: Person) -> None:
    """E4."""
    event_id = meet(ann, "Doctor", body=body("knee"))
    world.settle(ann)
    ann.mailbox.edit(event_id, {"sensitivity": "private"})
    world.settle(ann, 2)
    assert [(case["title"], case["description_html"] or "") for case in world.cases()] == [("Private appointment", "")]
    ann.mailbox.edit(event_id, {"sensitivity": "normal"})
    world.settle(ann, 2)
    assert world.case("Doctor")["description_html"] == "knee" or "knee" in world.case("Doctor")["description_html"]
    assert is_quiet(world, ann)


def test_a_matter_event_that_becomes_private_asks(world: World, ann: Person) -> None:
    """E4."""
    event_id = meet(ann, "Client", body={"contentType": "html", "content": "<p>x</p><img src='cid:1'>"})
    world.settle(ann)
    world.caseflow.link_matter(world.case("Client")["id"], "m1", by="ann")
    world.settle(ann, 2)
    ann.mailbox.edit(event_id, {"sensitivity": "private"})
    world.settle(ann, 2)
    assert world.case("Client")
    assert [review.kind for review in world.reviews(ann)] == ["edit_conflict"]
    assert is_quiet(world, ann)


def test_a_copy_that_a_person_makes_is_a_new_event(world: World, ann: Person) -> None:
    """E11: and a copy of a masked event arrives without the mask as its text (G4)."""
    book(world, matter_id="m1", description_html=f"<p>{SECRET}</p>")
    world.settle(ann)
    copied = ann.mailbox.copy_event(world.event(ann, "Call")["id"])
    ann.mailbox.edit(copied, {"subject": "Call, copied"})
    world.settle(ann)
    case = world.case("Call, copied")
    assert (case["description_html"] or "") == ""
    assert len(world.cases()) == 2
    assert is_quiet(world, ann)


def test_a_copied_mirror_is_not_pulled(world: World, ann: Person) -> None:
    """E11."""
    world.graph.office.switches = type(world.graph.office.switches)(copies_carry_marks=True)
    world.caseflow.create_task("f1", by="ann", topic="File", due_date="2026-11-27", assignee_ids=["ann"])
    world.settle(ann)
    ann.mailbox.copy_event(world.event(ann, "Task: File")["id"])
    world.settle(ann)
    assert world.cases() == []
    assert is_quiet(world, ann)


def lose_rows(world: World, person: Person, *, row_too: bool) -> None:
    """All link rows are lost; with `row_too` the staff row knows nothing of them either, as after a reconnect."""
    partition = world.store.partitions[world.partition(person)]
    for key in [key for key in partition if key.startswith((rows.LINK_PREFIX, rows.ENDED_PREFIX))]:
        del partition[key]
    if row_too:
        import msgspec

        row: StaffRow = msgspec.structs.replace(world.row(person), links=0, delta_link=None, cursor=None)
        partition["s"] = msgspec.structs.replace(partition["s"], data=rows.encoded(row))


def everything(world: World, ann: Person) -> tuple[list[Any], list[Any]]:
    shown = [(event["id"], event["subject"], event["body"]["content"]) for event in world.outlook(ann)]
    return shown, [(case["id"], case["title"], case["description_html"]) for case in world.cases()]


def test_lost_rows_are_found_again_without_a_duplicate(world: World, ann: Person) -> None:
    """E7: by mark, then by content."""
    for row_too in (False, True):
        meet(ann, f"Lunch {row_too}", body=body("mine"))
        book(world, f"Call {row_too}", matter_id="m1", description_html=f"<p>{SECRET}</p>")
        world.caseflow.create_task("f1", by="ann", topic="File", due_date="2026-11-27", assignee_ids=["ann"])
        world.settle(ann)
        before = everything(world, ann)
        lose_rows(world, ann, row_too=row_too)
        meet(ann, f"New {row_too}", hour=16)
        world.settle(ann, 5)
        after = everything(world, ann)
        assert set(before[0]) <= set(after[0])
        assert set(before[1]) <= set(after[1])
        assert len(after[0]) == len(before[0]) + 1
        assert len(after[1]) == len(before[1]) + 1
        assert is_quiet(world, ann)


def test_equal_events_of_both_sides_are_one(world: World, ann: Person) -> None:
    """E7."""
    meet(ann, "Call", hour=10, body=body("mine"))
    world.caseflow.create_event(
        "f1", by="ann", title="Call", start="2026-11-25T10:00:00-05:00", end="2026-11-25T11:00:00-05:00",
        all_day=False, staff_ids=["ann"], location="Office",
    )  # fmt: skip
    world.settle(ann)
    assert len(world.cases()) == len(world.outlook(ann)) == 1
    assert world.case("Call")["description_html"]
    assert world.event(ann, "Call")["location"]["displayName"] == "Office"
    assert is_quiet(world, ann)


def test_an_expired_delta_link_and_cursor_cost_a_full_round_only(world: World, ann: Person) -> None:
    """410 on either side."""
    meet(ann)
    book(world)
    some(world)
    world.settle(ann)
    before = everything(world, ann)
    ann.mailbox.expire_delta_links()
    world.caseflow.expire_cursors()
    assert is_quiet(world, ann)
    assert everything(world, ann) == before


def test_a_restored_caseflow_is_compared_anew(world: World, ann: Person) -> None:
    """C4."""
    case_id = book(world)
    some(world)
    world.settle(ann)
    backup = world.caseflow.backup()
    world.caseflow.edit_event(case_id, by="ann", title="Call 2")
    world.settle(ann)
    world.caseflow.restore(backup)
    world.settle(ann, 3)
    assert len([event for event in world.outlook(ann) if event["subject"].startswith("Call")]) == 1
    assert len([case for case in world.cases() if case["title"].startswith("Call")]) == 1
    assert is_quiet(world, ann)


def test_the_window_is_renewed_every_week(world: World, ann: Person) -> None:
    """D3: events that were beyond its end arrive then."""
    some(world)
    world.settle(ann)
    far = world.caseflow.create_event(
        "f1", by="ann", title="Far", start="2028-12-14T10:00:00-05:00", end="2028-12-14T11:00:00-05:00",
        all_day=False, staff_ids=["ann"],
    )  # fmt: skip
    world.settle(ann, 2)
    assert "Far" not in [event["subject"] for event in world.outlook(ann)]
    world.clock.pass_(days=8)
    world.settle(ann, 2)
    assert far
    assert "Far" in [event["subject"] for event in person_events(ann)]
    assert is_quiet(world, ann)


def person_events(person: Person) -> list[dict[str, Any]]:
    """Everything of a mailbox, far ahead too."""
    from datetime import UTC, datetime

    return person.mailbox.events(datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))


def test_a_dragged_deadline_is_set_back(world: World, ann: Person) -> None:
    """I3."""
    world.caseflow.set_matter_staff("m1", ["ann"], by="system")
    world.caseflow.create_deadline("f1", by="ann", name="Answer", date="2026-12-01", matter_id="m1")
    some(world)
    world.settle(ann)
    day = {"dateTime": "2026-12-05T00:00:00", "timeZone": "UTC"}, {"dateTime": "2026-12-06T00:00:00", "timeZone": "UTC"}
    ann.mailbox.edit(world.event(ann, "Deadline: Answer")["id"], {"start": day[0], "end": day[1], "isAllDay": True})
    world.settle(ann, 2)
    assert world.event(ann, "Deadline: Answer")["start"]["dateTime"].startswith("2026-12-01")
    assert is_quiet(world, ann)


def test_a_deleted_deadline_is_put_back_and_a_deleted_task_stays_away(world: World, ann: Person) -> None:
    """I3."""
    world.caseflow.set_matter_staff("m1", ["ann"], by="system")
    world.caseflow.create_deadline("f1", by="ann", name="Answer", date="2026-12-01", matter_id="m1")
    task = world.caseflow.create_task("f1", by="ann", topic="File", due_date="2026-11-27", assignee_ids=["ann"])
    some(world)
    world.settle(ann)
    ann.mailbox.delete(world.event(ann, "Deadline: Answer")["id"])
    ann.mailbox.delete(world.event(ann, "Task: File")["id"])
    world.settle(ann, 3)
    titles = [event["subject"] for event in world.outlook(ann)]
    assert "Deadline: Answer" in titles
    assert "Task: File" not in titles
    assert is_quiet(world, ann)
    world.caseflow.edit_task(task["id"], by="ann", due_date="2026-11-30")
    world.settle(ann, 2)
    assert "Task: File" in [event["subject"] for event in world.outlook(ann)]


def test_a_done_task_loses_its_mirror(world: World, ann: Person) -> None:
    """I4."""
    task = world.caseflow.create_task("f1", by="ann", topic="File", due_date="2026-11-27", assignee_ids=["ann"])
    some(world)
    world.settle(ann)
    world.caseflow.complete_task(task["id"], by="ann")
    world.settle(ann, 2)
    assert "Task: File" not in [event["subject"] for event in world.outlook(ann)]
    assert is_quiet(world, ann)


@pytest.mark.parametrize("off", [True, False])
def test_a_past_mirror_is_moved_when_its_item_comes_back(world: World, ann: Person, off: bool) -> None:
    """L2, I4: it was left where it stood, and is not made a second time (seeds 1105831, 1018632)."""
    world.caseflow.set_matter_staff("m1", ["ann"], by="system")
    item = world.caseflow.create_deadline("f1", by="ann", name="Answer", date="2026-11-27", matter_id="m1")
    some(world)
    world.settle(ann)
    world.clock.pass_(days=40)
    before = preferences.get(world.ports, as_staff())
    if off:
        preferences.put(world.ports, as_staff(), structs.replace(before, deadlines=False))
    else:
        world.caseflow.edit_deadline(item["id"], by="ann", date=None)
    world.settle(ann, 2)
    world.caseflow.edit_deadline(item["id"], by="ann", date="2027-02-01")
    preferences.put(world.ports, as_staff(), before)
    world.settle(ann, 3)
    days = [event["start"]["dateTime"][:10] for event in world.outlook(ann) if event["subject"] == "Deadline: Answer"]
    assert days == ["2027-02-01"]
    assert is_quiet(world, ann)
