"""A person decides about a meeting, which belongs to Outlook (F3, H4)."""

from __future__ import annotations

from typing import Any

import pytest

from shared.flows.reviews.notices import CASEFLOW_ONLY
from tests.engine.acts import is_quiet, meet, some
from tests.engine.reviewing import listed, only, resolve
from tests.simulation.world import Person, World


def retitled(world: World, ann: Person, **members: Any) -> str:
    """A meeting that ann organises, retitled and re-placed in CaseFlow."""
    some(world, 3)
    ann.mailbox.invite(meet(ann, "Board"), "client@else.example")
    world.settle(ann)
    case_id = str(world.case("Board")["id"])
    if members:
        world.caseflow.edit_event(case_id, by="ann", **members)
        world.settle(ann, 2)
    world.caseflow.edit_event(case_id, by="ann", title="Board 2", location="Room 9")
    world.settle(ann, 2)
    return case_id


@pytest.mark.parametrize("members", [{}, {"matter_id": "m1"}, {"category": "Hearing"}])
def test_keeping_caseflow_keeps_it_in_caseflow_only(world: World, ann: Person, members: dict[str, Any]) -> None:
    case_id = retitled(world, ann, **members)
    assert (only(world)["kind"], only(world)["notice"]) == ("organizer_controlled", CASEFLOW_ONLY)
    mails = len(world.graph.outbox)
    world.requests.clear()
    resolve(world, "caseflow")
    assert not [r for r in world.requests if r[0] == "graph" and b"PATCH" in r[3]]
    assert (world.case("Board 2")["id"], world.event(ann, "Board")["location"]["displayName"]) == (case_id, "")
    assert len(world.graph.outbox) == mails
    assert is_quiet(world, ann)
    assert listed(world) == []


def test_a_later_title_in_outlook_still_comes_in(world: World, ann: Person) -> None:
    retitled(world, ann)
    resolve(world, "caseflow")
    ann.mailbox.edit(world.event(ann, "Board")["id"], {"subject": "Board, final"})
    world.settle(ann, 2)
    assert world.case("Board, final")["location"] == "Room 9"


def test_keeping_outlook_sets_caseflow_back(world: World, ann: Person) -> None:
    retitled(world, ann)
    resolve(world, "outlook")
    assert (world.case("Board")["location"] or "") == ""
    assert is_quiet(world, ann)


def test_of_a_masked_meeting_only_title_and_times_are_set_back(world: World, ann: Person) -> None:
    """H4: never body or place."""
    retitled(world, ann, matter_id="m1")
    resolve(world, "outlook")
    assert world.case("Board")["location"] == "Room 9"
    assert is_quiet(world, ann)
