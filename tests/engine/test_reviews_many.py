"""A person answers a question about many removals, for exactly those events (E9)."""

from __future__ import annotations

import pytest

from shared.core import rows
from shared.core.errors import Retry
from shared.flows.reviews import many
from tests.engine.acts import book, is_quiet, meet
from tests.engine.reviewing import as_admin, known_to_the_firm, listed, only, resolve, titles
from tests.simulation.world import Person, World


def held_in_outlook(world: World, ann: Person, gone: int = 12) -> list[str]:
    """Twenty events born in Outlook, of which many are deleted there; what still stands."""
    for number in range(20):
        meet(ann, f"Event {number:02}", hour=number % 12 + 8)
    world.settle(ann)
    for number in range(gone):
        ann.mailbox.delete(world.event(ann, f"Event {number:02}")["id"])
    world.settle(ann, 3)
    return [f"Event {number:02}" for number in range(gone, 20)]


def held_in_caseflow(world: World, ann: Person, gone: int = 12) -> list[str]:
    """Twenty events born in CaseFlow, of which many are deleted there; what still stands."""
    ids = [book(world, f"Event {number:02}", hour=10 + number % 8) for number in range(20)]
    world.settle(ann)
    for case_id in ids[:gone]:
        world.caseflow.delete_event(case_id, by="ann")
    world.settle(ann, 3)
    return [f"Event {number:02}" for number in range(gone, 20)]


def both(world: World, ann: Person) -> tuple[list[str], list[str]]:
    """The titles on both sides, sorted."""
    ours, theirs = titles(world, ann)
    return sorted(ours), sorted(theirs)


def everything() -> list[str]:
    return [f"Event {number:02}" for number in range(20)]


def test_the_item_lists_the_events(world: World, ann: Person) -> None:
    held_in_outlook(world, ann)
    item = only(world)
    assert (item["kind"], item["count"], item["caseflow"], item["outlook"]) == ("mass_deletion", 12, None, None)
    assert sorted(event["title"] for event in item["events"]) == everything()[:12]
    known = {case["id"]: case for case in world.cases()}
    assert all(known[event["event_id"]]["start"] == event["start"] for event in item["events"])


def test_events_gone_from_caseflow_are_listed_from_outlook(world: World, ann: Person) -> None:
    held_in_caseflow(world, ann)
    assert sorted(event["title"] for event in only(world)["events"]) == everything()[:12]


def test_outlooks_deletion_kept_is_carried_out(world: World, ann: Person) -> None:
    left = held_in_outlook(world, ann)
    answer = resolve(world, "outlook")
    assert (answer["state"], answer["kept"]) == ("resolved", "outlook")
    assert both(world, ann) == (left, left)
    assert is_quiet(world, ann)
    assert (listed(world), world.row(ann).reviews_open) == ([], 0)


def test_caseflows_events_kept_are_copied_again(world: World, ann: Person) -> None:
    held_in_outlook(world, ann)
    resolve(world, "caseflow")
    assert both(world, ann) == (everything(), everything())
    assert is_quiet(world, ann)


def test_caseflows_deletion_kept_is_carried_out(world: World, ann: Person) -> None:
    left = held_in_caseflow(world, ann)
    resolve(world, "caseflow")
    assert both(world, ann) == (left, left)
    assert is_quiet(world, ann)


def test_outlooks_events_kept_are_restored(world: World, ann: Person) -> None:
    held_in_caseflow(world, ann)
    resolve(world, "outlook")
    assert both(world, ann) == (everything(), everything())
    assert is_quiet(world, ann)


def test_what_was_protected_or_edited_since_is_asked_alone(world: World, ann: Person) -> None:
    """E8, always-true 8: it was not on the list that the person saw."""
    held_in_outlook(world, ann)
    review_id = only(world)["id"]
    world.caseflow.edit_event(world.case("Event 00")["id"], by="ann", category="Hearing")
    world.caseflow.edit_event(world.case("Event 01")["id"], by="ann", title="Event 01, edited")
    resolve(world, "outlook", review_id=review_id)
    assert {"Event 00", "Event 01, edited"} < set(both(world, ann)[0])
    assert len(world.cases()) == 10
    world.settle(ann, 2)
    assert "Event 01, edited" in both(world, ann)[1]
    assert only(world)["kind"] == "deleted_in_outlook"
    assert is_quiet(world, ann)


def test_one_of_many_that_comes_again_alone_still_waits(world: World, ann: Person) -> None:
    """E9: nothing is removed piecemeal while the question stands."""
    held_in_outlook(world, ann)
    world.add_person("bob")
    world.caseflow.assign(world.case("Event 00")["id"], "bob", by="ann")
    world.settle(ann, 2)
    assert world.case("Event 00")["staff_ids"] == ["ann", "bob"]
    assert only(world)["count"] == 12


def test_one_of_many_that_comes_back_leaves_the_question_to_the_others(world: World, ann: Person) -> None:
    """H4."""
    for number in range(20):
        meet(ann, f"Event {number:02}", hour=number % 12 + 8)
    world.settle(ann)
    ids = [world.event(ann, f"Event {number:02}")["id"] for number in range(12)]
    for event_id in ids:
        ann.mailbox.delete(event_id)
    world.settle(ann, 3)
    ann.mailbox.undelete(ids[0])
    world.settle(ann, 2)
    item = only(world)
    assert (item["state"], item["count"]) == ("open", 11)
    resolve(world, "outlook")
    assert both(world, ann)[0] == ["Event 00", *everything()[12:]]
    assert is_quiet(world, ann)


def test_an_answer_that_does_not_fit_goes_on_where_it_ended(
    world: World, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done stays done, and is written down; the rest waits."""
    held_in_outlook(world, ann)
    monkeypatch.setattr(many, "PART", 5)
    clock, written = world.clock, world.caseflow.faults
    seen: list[str] = []

    def slow(method: str, path: str) -> None:
        seen.append(method)
        if method == "DELETE" and seen.count("DELETE") == 5:
            clock.pass_(seconds=30)

    world.caseflow.faults = slow
    with pytest.raises(Retry, match="partly_applied"):
        resolve(world, "outlook")
    world.caseflow.faults = written
    assert len(world.cases()) == 15
    assert only(world)["count"] == 7
    world.settle(ann, 2)
    assert len(world.cases()) == 15
    assert resolve(world, "outlook")["state"] == "resolved"
    assert len(world.cases()) == 8
    assert is_quiet(world, ann)


def test_done_tasks_held_back_lose_their_mirrors_or_keep_them(world: World, ann: Person) -> None:
    """I4, E9."""
    tasks = [
        world.caseflow.create_task("f1", by="ann", topic=f"Task {n}", due_date="2026-11-27", assignee_ids=["ann"])["id"]
        for n in range(4)
    ]
    world.settle(ann)
    for task_id in tasks:
        world.caseflow.complete_task(task_id, by="ann")
    world.settle(ann, 2)
    assert only(world)["count"] == 4
    resolve(world, "caseflow")
    assert world.outlook(ann) == []
    assert is_quiet(world, ann)


def test_mirrors_kept_in_outlook_stay_there_unlinked(world: World, ann: Person) -> None:
    for n in range(4):
        world.caseflow.create_task("f1", by="ann", topic=f"Task {n}", due_date="2026-11-27", assignee_ids=["ann"])
    world.settle(ann)
    for link in world.links(ann):
        world.caseflow.complete_task(str(link.caseflow_id), by="ann")
    world.settle(ann, 2)
    resolve(world, "outlook")
    assert len(world.outlook(ann)) == 4
    assert len(world.links(ann, rows.ENDED_PREFIX)) == 4
    assert world.cases() == []
    assert is_quiet(world, ann)


def test_a_firm_admin_answers_but_for_what_is_private(world: World, ann: Person) -> None:
    """sync-api.md: without visibility private events of others."""
    known_to_the_firm(world, ann)
    ids = [book(world, f"Event {number:02}", hour=10 + number % 8) for number in range(20)]
    world.caseflow.set_visibility(ids[0], "private", by="ann")
    world.settle(ann)
    for case_id in ids[:12]:
        world.caseflow.delete_event(case_id, by="ann")
    world.settle(ann, 3)
    item = only(world, as_admin())
    assert (item["count"], len(item["events"])) == (11, 11)
    assert "Event 00" not in str(item)
    resolve(world, "caseflow", as_admin())
    assert both(world, ann)[1] == ["Event 00", *everything()[12:]]
    assert listed(world, as_admin()) == []
    assert only(world)["count"] == 1
