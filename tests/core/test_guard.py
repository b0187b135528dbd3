"""The guard against many removals, at its very limits (E9)."""

from __future__ import annotations

import pytest
from msgspec import structs

from shared.core.events import Content, Kind
from shared.core.guard import held_back
from shared.core.links import Born, Link
from shared.core.mask import project
from shared.core.policy import Mask
from shared.core.steps import ChangeOutlook, Did, DropOutlook, Step
from shared.core.writes import DeleteCaseflow, PatchCaseflow
from tests.core.ideal import hour


def links(count: int, master_id: str | None = None) -> list[Link]:
    return [Link(f"l{number:03d}", Kind.EVENT, Born.OUTLOOK, master_id=master_id) for number in range(count)]


def deleting(link: Link) -> Step:
    return Step(link=link, did=Did.REMOVE, caseflow=DeleteCaseflow("c", 1))


def dropping(link: Link) -> Step:
    return Step(link=link, did=Did.REMOVE, outlook=DropOutlook())


@pytest.mark.parametrize(
    ("removed", "of", "held"),
    [
        (10, 49, False),
        (11, 54, True),
        (11, 55, False),
        (11, 56, False),
        (12, 59, True),
        (2, 2, False),
        (3, 3, True),
        (3, 4, False),
        (4, 4, True),
        (1, 1, False),
        (0, 0, False),
        (3, 2, True),
    ],
)
def test_more_than_ten_and_a_fifth_or_all_of_three_are_asked(removed: int, of: int, held: bool) -> None:
    """E9."""
    known = links(max(removed, of))
    for number, making in enumerate((deleting, dropping)):
        steps = [making(link) for link in known[:removed]]
        answer = held_back(steps, known[:of])
        assert answer[number] == (steps if held else [])
        assert answer[1 - number] == []


def test_each_direction_is_counted_for_itself() -> None:
    """E9."""
    known = links(6)
    steps = [deleting(link) for link in known[:3]] + [dropping(link) for link in known[3:]]
    assert held_back(steps, known) == ([], [])
    assert held_back(steps, known[:3]) == (steps[:3], steps[3:])


def test_a_series_counts_once() -> None:
    """E9."""
    series = links(30, "master")
    steps = [deleting(link) for link in series]
    assert held_back(steps, series) == ([], [])
    others = [structs.replace(link, id=f"x{link.id}", master_id=None) for link in series[:2]]
    steps += [deleting(link) for link in others]
    assert held_back(steps, series + others) == (steps, [])


def test_an_unassignment_is_a_removal_but_not_every_patch() -> None:
    known = links(3)
    patch = PatchCaseflow("c", 1, staff_ids=("bob",))
    leaving = [Step(link=link, did=Did.UNASSIGN, caseflow=patch) for link in known]
    joining = [Step(link=link, did=Did.UPDATE, caseflow=patch) for link in known]
    ending = [Step(link=link, did=Did.UNASSIGN) for link in known]
    assert held_back(leaving, known) == (leaving, [])
    assert held_back(joining, known) == ([], [])
    assert held_back(ending, known) == ([], [])


def test_what_a_toggle_removes_is_not_asked() -> None:
    """L2."""
    known = links(3)
    steps = [structs.replace(dropping(link), by_preference=True) for link in known]
    assert held_back(steps, known) == ([], [])
    sent = ChangeOutlook(project(Content("Call", hour(1)), Mask.NONE))
    assert held_back([Step(link=link, did=Did.UPDATE, outlook=sent) for link in known], known) == ([], [])
