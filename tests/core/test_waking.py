"""Ended and imported links whose event shows up again (D1, D6, E5, F1, J5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core.events import timed
from shared.core.links import Born, State, Todo
from shared.core.plan_new import plan_pulled, plan_pushed
from shared.core.plan_wake import may_wake, plan_assigned_again, plan_wake
from shared.core.steps import Did, Step
from shared.core.writes import PatchCaseflow
from tests.core.arriving import CONTENT, MARK, POLICY, ended, ours, result, sorting, theirs
from tests.core.ideal import ME, NOW, RULES

LEFT = ["declined", "deleted_in_outlook", "left_outlook", "gone", "rests"]
BEFORE = timed(POLICY.line - timedelta(hours=2), POLICY.line)


# Ended and imported links


@pytest.mark.parametrize("reason", LEFT)
def test_what_ended_in_outlook_may_wake(reason: str) -> None:
    """D1, E5."""
    link = ended(theirs(), reason)
    assert may_wake(link)
    assert result(sorting([theirs()], [], over=[link])) == {"woken": [(link, theirs())]}
    assert not may_wake(structs.replace(link, state=State.LIVE))


@pytest.mark.parametrize("reason", ["deleted", "unassigned", "toggled_off", None])
def test_what_ended_in_caseflow_is_not_pulled_again(reason: str | None) -> None:
    """F1."""
    link = ended(theirs(), reason)
    assert result(sorting([theirs()], [], over=[link])) == {"skipped": {"ended": 1}}


def test_an_ended_occurrence_is_known_by_its_start() -> None:
    """D4."""
    day = theirs("o7", master_id="s1", original_start=NOW)
    link = structs.replace(ended(day, "deleted"), outlook_id=None)
    assert result(sorting([day], [], over=[link])) == {"skipped": {"ended": 1}}
    single = structs.replace(ended(theirs(), "deleted"), outlook_id=None)
    assert result(sorting([theirs()], [], over=[single])) == {"skipped": {"ended": 1}}


def test_an_imported_event_wakes_once_it_lies_ahead() -> None:
    """J5."""
    past = theirs(content=structs.replace(CONTENT, span=timed(NOW - timedelta(hours=1), NOW)))
    link = structs.replace(ended(past), state=State.IMPORTED, reason=None)
    assert result(sorting([past], [], over=[link])) == {"skipped": {"imported": 1}}
    assert result(sorting([theirs()], [], over=[link])) == {"woken": [(link, theirs())]}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"born": Born.OUTLOOK}, "reassigned"),
        ({"born": Born.CASEFLOW}, "reassigned"),
        ({"born": Born.CASEFLOW, "outlook_id": None}, "pushed"),
        ({"born": Born.OUTLOOK, "state": State.IMPORTED}, "imported"),
    ],
)
def test_caseflow_shows_an_event_whose_link_had_ended(members: dict[str, Any], expected: str) -> None:
    """D1, F1, J5: its old event is asked for first; a new copy is a new attempt."""
    old = structs.replace(ended(theirs(), "unassigned"), caseflow_id="c1", attempt=4, **members)
    results: dict[str, dict[str, Any]] = {
        "reassigned": {"reassigned": [(old, ours())]},
        "pushed": {"steps": [plan_pushed(ours(), RULES, 5)]},
        "imported": {"skipped": {"push_imported": 1}},
    }
    assert result(sorting([], [ours()], over=[old])) == results[expected]
    adoptable = theirs("o5")
    assert sorting([adoptable], [ours()], over=[old]).paired == []


# Waking


def test_a_woken_pair_is_planned_as_one() -> None:
    """D1: the same link wakes."""
    link = ended(theirs(), "left_outlook", caseflow_id="c1", attempt=2)
    live = structs.replace(link, state=State.LIVE, reason=None, todo=Todo.NONE)
    assert plan_wake(structs.replace(link, outlook_id="o0", todo=Todo.LOOK), ours(), theirs(), RULES) == live


def test_only_the_assignment_is_restored_where_caseflows_event_stands() -> None:
    """D1."""
    link = ended(theirs(), "left_outlook", caseflow_id="c1")
    one = ours(staff_ids=("bob",), version=6)
    expected = Step(
        link=structs.replace(link, state=State.LIVE, reason=None, todo=Todo.LOOK),
        did=Did.UPDATE,
        caseflow=PatchCaseflow("c1", 6, staff_ids=("bob", ME)),
        before=CONTENT,
        caseflow_event=one,
    )
    assert plan_wake(link, one, theirs(), RULES) == expected


def test_what_caseflow_no_longer_has_is_made_anew() -> None:
    """D1, E5: under the same link, in a new attempt."""
    link = ended(theirs(), "declined", attempt=2)
    assert plan_wake(link, None, theirs(), RULES) == plan_pulled(theirs(), RULES, 3)
    other = structs.replace(link, id="x1")
    assert plan_wake(other, None, theirs(), RULES) == structs.replace(plan_pulled(theirs(), RULES, 3), drops="x1")


def test_what_is_out_of_scope_does_not_wake() -> None:
    """D2: neither where CaseFlow's event is out of scope, too, or somebody else's."""
    link = ended(theirs())
    before = structs.replace(CONTENT, span=BEFORE)
    gone = theirs(content=before)
    skipped = Step(link=link, did=Did.SKIP, reason="not_in_scope")
    for one in (None, ours(content=before), ours(staff_ids=("bob",))):
        assert plan_wake(link, one, gone, RULES) == skipped
    assert plan_wake(link, ours(), theirs(response="declined"), RULES) == skipped


def test_caseflows_new_time_wakes_what_ended() -> None:
    """D6: else a copy would be made beside the one that a person has put back (seed 904427)."""
    link = ended(theirs(), "left_outlook", caseflow_id="c1")
    old = theirs(content=structs.replace(CONTENT, span=BEFORE))
    assert plan_wake(link, ours(), old, RULES) == structs.replace(link, state=State.LIVE, reason=None)


def test_an_event_assigned_again_finds_its_outlook_event_or_gets_a_copy() -> None:
    """F1."""
    link = structs.replace(ended(theirs(), "unassigned"), attempt=2, todo=Todo.LOOK)
    awake = structs.replace(link, state=State.LIVE, reason=None, todo=Todo.NONE)
    assert plan_assigned_again(link, ours(), theirs(), RULES) == awake
    copy = structs.replace(plan_pushed(ours(), RULES, 3), drops=link.id)
    assert plan_assigned_again(link, ours(), None, RULES) == copy
    assert plan_assigned_again(link, ours(), theirs(response="declined"), RULES) == copy
    asked = structs.replace(link, state=State.REVIEW)
    assert plan_assigned_again(asked, ours(), theirs(), RULES) == structs.replace(awake, state=State.REVIEW)
    same = structs.replace(link, id=MARK)
    assert plan_assigned_again(same, ours(), None, RULES) == plan_pushed(ours(), RULES, 3)
