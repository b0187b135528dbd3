"""What an import says about itself (J4): created, already there, skipped and why; each event once."""

from __future__ import annotations

from datetime import datetime

import pytest

from shared.core import rows
from shared.core.state import Job
from shared.core.writes import CaseflowResult, Verdict
from tests.engine.acts import is_quiet
from tests.simulation.world import Person, World


def held(person: Person, title: str, day: int) -> str:
    """An hour's appointment of an earlier day of the month."""
    start = datetime(2026, 11, day, 10)  # noqa: DTZ001 - wall clock of the mailbox
    return person.mailbox.book(title, start, start.replace(hour=11), "America/New_York")


def imported(world: World, person: Person, days: int = 30) -> Job:
    job = world.sync(person, "import", days)
    assert job is not None
    assert sum(job.skipped.values()) == job.result.pulled.skipped
    return job


def test_what_is_already_there_is_not_skipped_as_well(world: World, ann: Person) -> None:
    held(ann, "Old", 3)
    world.settle(ann)
    imported(world, ann)
    held(ann, "Another", 4)
    again = imported(world, ann)
    pulled = again.result.pulled
    assert (pulled.created, pulled.unchanged, pulled.skipped, again.skipped) == (1, 1, 0, {})


def test_what_caseflow_deleted_since_is_skipped_and_says_why(world: World, ann: Person) -> None:
    """J5: it stays deleted."""
    held(ann, "Old", 3)
    held(ann, "Older", 2)
    world.settle(ann)
    imported(world, ann)
    world.caseflow.delete_event(world.case("Old")["id"], by="ann")
    for _ in range(2):
        again = imported(world, ann)
        pulled = again.result.pulled
        assert (pulled.created, pulled.unchanged, again.skipped) == (0, 1, {"deleted_in_caseflow": 1})
    assert [case["title"] for case in world.cases()] == ["Older"]
    assert is_quiet(world, ann)


def test_importing_again_changes_nothing_of_what_was_edited_in_caseflow(world: World, ann: Person) -> None:
    """J5: a copy, not a pair."""
    event_id = held(ann, "Old", 3)
    world.settle(ann)
    imported(world, ann)
    case_id = world.case("Old")["id"]
    world.caseflow.edit_event(case_id, by="ann", title="Ours", category="Hearing")
    ann.mailbox.edit(event_id, {"subject": "Theirs"})
    version = world.case("Ours")["version"]
    assert imported(world, ann).result.pulled.unchanged == 1
    assert (world.case("Ours")["id"], world.case("Ours")["version"]) == (case_id, version)
    assert world.event(ann, "Theirs")
    assert is_quiet(world, ann)


def test_an_answer_that_never_came_loses_nothing(world: World, ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """J2: what an import had found stays known."""
    held(ann, "Old", 3)
    world.settle(ann)
    imported(world, ann)
    links = world.links(ann, rows.IMPORTED_PREFIX)
    with monkeypatch.context() as patch:
        patch.setattr(world.ports.caseflow, "write", lambda *_: [CaseflowResult(Verdict.UNKNOWN, code="timeout")])
        assert imported(world, ann).skipped == {"timeout": 1}
    assert world.links(ann, rows.IMPORTED_PREFIX) == links
    assert imported(world, ann).result.pulled.unchanged == 1


def test_what_caseflow_refuses_says_why(world: World, ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """J4."""
    held(ann, "Old", 3)
    world.settle(ann)
    refused = CaseflowResult(Verdict.REFUSED, code="invalid_request")
    with monkeypatch.context() as patch:
        patch.setattr(world.ports.caseflow, "write", lambda *_: [refused])
        assert imported(world, ann).skipped == {"invalid_request": 1}
    assert imported(world, ann).result.pulled.created == 1


def test_each_event_is_counted_once(world: World, ann: Person) -> None:
    bob = world.add_person("bob")
    declined = held(bob, "Declined", 5)
    bob.mailbox.invite(declined, ann.mailbox.email)
    ann.mailbox.respond(world.event(ann, "Declined")["id"], "declined", send=False)
    held(ann, "Old", 3)
    world.settle(ann)
    job = imported(world, ann)
    pulled = job.result.pulled
    assert (pulled.created, pulled.unchanged, job.skipped) == (1, 0, {"declined": 1})
