"""What an import says about itself (J4): created, already there, skipped and why; each event once."""

from __future__ import annotations

from datetime import datetime

from shared.core.state import Job
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
