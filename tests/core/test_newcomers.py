"""Events without a live link: found by mark, woken, adopted, copied, or new (D1 to D6, E5, E7, E11, F1, J5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core.events import CaseflowEvent, Content, Kind, OutlookEvent, days, timed
from shared.core.links import Born, Link, State, Todo, transaction_id
from shared.core.newcomers import LOST_ATTEMPTS_MAX
from shared.core.plan_new import (
    adopted,
    caseflow_skip,
    found,
    found_mirror,
    mirror_skip,
    outlook_skip,
    plan_pulled,
    plan_pushed,
)
from tests.core.arriving import CONTENT, MARK, POLICY, TASK, TASK_MARK, ended, marked, ours, result, sorting, theirs
from tests.core.ideal import NOW, RULES, hour


def test_what_is_new_on_one_side_is_made_on_the_other() -> None:
    """E1, F1; Outlook's in the order of their ids."""
    second, first = theirs("o2", Content("Two", hour(5))), theirs("o1", Content("One", hour(4)))
    new = sorting([second, first], [ours()])
    assert result(new) == {"steps": [plan_pulled(first, RULES), plan_pulled(second, RULES), plan_pushed(ours(), RULES)]}
    assert not new.waiting


def test_an_event_with_a_live_link_is_no_newcomer() -> None:
    link = Link(MARK, Kind.EVENT, Born.CASEFLOW, caseflow_id="c1")
    assert result(sorting([], [ours()], live=[link])) == {}


def test_equal_events_on_both_sides_are_one() -> None:
    """E7."""
    new = sorting([theirs()], [ours()])
    assert result(new) == {"paired": [(adopted(ours(), theirs(), RULES), theirs())]}


@pytest.mark.parametrize(
    ("outlook", "caseflow"),
    [
        ([theirs("o1"), theirs("o2")], [ours()]),
        ([theirs()], [ours("c1"), ours("c2")]),
        ([theirs(content=structs.replace(CONTENT, title="Other"))], [ours()]),
        ([theirs(content=structs.replace(CONTENT, span=hour(3)))], [ours()]),
        ([theirs(sensitivity="private")], [ours()]),
    ],
)
def test_unequal_or_several_candidates_stay_apart(outlook: list[OutlookEvent], caseflow: list[CaseflowEvent]) -> None:
    """E7: exactly one on each side."""
    pulled = [plan_pulled(one, RULES) for one in outlook]
    assert result(sorting(outlook, caseflow)) == {"steps": [*pulled, *(plan_pushed(one, RULES) for one in caseflow)]}


def test_titles_are_equal_whatever_their_case_and_blanks() -> None:
    """E7: normalised title."""
    new = sorting([theirs(content=structs.replace(CONTENT, title="  CALL "))], [ours()])
    assert list(result(new)) == ["paired"]


def test_an_event_of_a_later_slice_counts_and_caseflow_waits_for_it() -> None:
    """E7."""
    assert result(sorting([theirs("o1")], [ours()], later=[theirs("o2")])) == {"steps": [plan_pulled(theirs(), RULES)]}
    other = theirs("o2", Content("Other", hour(9)))
    assert list(result(sorting([theirs("o1")], [ours()], later=[other]))) == ["paired"]
    assert result(sorting([other], [ours()], later=[theirs("o1")])) == {"steps": [plan_pulled(other, RULES)]}


def test_caseflow_waits_while_a_create_there_is_unanswered() -> None:
    """design.md 4.4."""
    waiting = Link("x", Kind.EVENT, Born.OUTLOOK, todo=Todo.CREATING_CASEFLOW)
    new = sorting([theirs()], [ours()], live=[waiting])
    assert new.waiting
    assert result(new) == {"steps": [plan_pulled(theirs(), RULES)]}
    other = structs.replace(waiting, todo=Todo.CREATING_OUTLOOK)
    assert not sorting([], [], live=[other]).waiting


# Out of scope


BEFORE = timed(POLICY.line - timedelta(hours=2), POLICY.line)
RESTING = timed(NOW - timedelta(days=31), NOW - timedelta(days=30))
BEYOND = timed(POLICY.window_end, POLICY.window_end + timedelta(hours=1))
LATE = timed(POLICY.series_end, POLICY.series_end + timedelta(hours=1))
OLD_RULES = structs.replace(RULES, policy=structs.replace(POLICY, line=NOW - timedelta(days=100)))


@pytest.mark.parametrize(
    ("span", "members", "reason"),
    [
        (BEFORE, {}, "before_line"),
        (BEYOND, {}, "beyond_window"),
        (LATE, {}, None),
        (LATE, {"master_id": "s1"}, "beyond_window"),
        (hour(2), {"response": "declined"}, "declined"),
        (hour(2), {"cancelled": True}, "declined"),
        (hour(2), {"response": "accepted"}, None),
    ],
)
def test_what_is_out_of_scope_is_not_pulled(span: Any, members: dict[str, Any], reason: str | None) -> None:
    """D2, D3, D4, E5."""
    one = theirs(content=structs.replace(CONTENT, span=span), **members)
    assert outlook_skip(one, RULES) == reason
    steps = {"steps": [plan_pulled(one, RULES)]} if reason is None else {"skipped": {f"pull_{reason}": 1}}
    assert result(sorting([one], [])) == steps
    with_equal = sorting([one], [ours(content=structs.replace(CONTENT, title="x"))])
    assert with_equal.skipped[f"pull_{reason}"] == (reason is not None)


@pytest.mark.parametrize(
    ("span", "reason"), [(BEFORE, "before_line"), (BEYOND, "beyond_window"), (LATE, None), (hour(2), None)]
)
def test_what_is_out_of_scope_is_not_pushed(span: Any, reason: str | None) -> None:
    """D2, D3."""
    one = ours(content=structs.replace(CONTENT, span=span))
    assert caseflow_skip(one, RULES) == reason
    steps = {"steps": [plan_pushed(one, RULES)]} if reason is None else {"skipped": {f"push_{reason}": 1}}
    assert result(sorting([], [one])) == steps


def test_what_rests_is_out_of_scope_on_both_sides() -> None:
    """D6."""
    content = structs.replace(CONTENT, span=RESTING)
    assert outlook_skip(theirs(content=content), OLD_RULES) == "rests"
    assert caseflow_skip(ours(content=content), OLD_RULES) == "rests"
    old = structs.replace(TASK, date=NOW.date() - timedelta(days=40))
    assert mirror_skip(old, OLD_RULES) == "rests"
    assert mirror_skip(old, RULES) == "before_line"
    assert mirror_skip(TASK, RULES) is None
    assert (
        mirror_skip(structs.replace(TASK, date=POLICY.window_end.date() + timedelta(days=1)), RULES) == "beyond_window"
    )


def test_what_is_out_of_scope_in_outlook_is_not_adopted() -> None:
    """E7: nor does it stand in the way of one that is in scope."""
    declined = theirs("o2", response="declined")
    new = sorting([theirs("o1"), declined], [ours()])
    assert new.paired == [(adopted(ours(), theirs("o1"), RULES), theirs("o1"))]
    assert new.skipped == {"pull_declined": 1}


def test_what_is_skipped_is_counted_by_reason() -> None:
    """D3: the page shows how many of each."""
    late, early = structs.replace(CONTENT, span=BEYOND), structs.replace(CONTENT, span=BEFORE)
    copy = structs.replace(marked(TASK_MARK), transaction_id=None)
    link = Link("l9", Kind.EVENT, Born.CASEFLOW, caseflow_id="c9", outlook_id="o99", attempt=2)
    old = theirs(link_mark="l9", transaction_id=transaction_id("l9", 0))
    over = [ended(theirs(name), "deleted") for name in ("o7", "o8")]
    outlook = [
        theirs("o1", late), theirs("o2", early), theirs("o3", late), structs.replace(copy, id="o4"),
        structs.replace(copy, id="o5"), structs.replace(marked(), id="o6"), theirs("o7"), theirs("o8"),
        structs.replace(marked(attempt=1), id="o9"), structs.replace(old, id="p1"), structs.replace(old, id="p2"),
    ]  # fmt: skip
    caseflow = [ours("c5", late), ours("c6", early), ours("c7", late)]
    assert sorting(outlook, caseflow, live=[link], over=over).skipped == {
        "pull_beyond_window": 2, "pull_before_line": 1, "copied_mirror": 2, "orphan": 2, "ended": 2, "old_attempt": 2,
        "push_beyond_window": 2, "push_before_line": 1,
    }  # fmt: skip


def test_days_begin_in_the_persons_zone_where_the_window_ends() -> None:
    """D3, D5."""
    first = days(date(2026, 12, 1), date(2026, 12, 2), "UTC")
    near = structs.replace(RULES, policy=structs.replace(POLICY, window_end=datetime(2026, 12, 1, 2, tzinfo=UTC)))
    assert outlook_skip(theirs(content=structs.replace(CONTENT, span=first)), near) == "beyond_window"


# Our marks


def test_our_copy_without_a_row_finds_its_source() -> None:
    """E7: first by our mark."""
    moved = marked(content=Content("Moved", hour(9)))
    assert result(sorting([moved], [ours()])) == {"paired": [(found(ours(), moved, RULES, 0), moved)]}
    last = marked(attempt=LOST_ATTEMPTS_MAX)
    assert list(result(sorting([last], [ours()]))) == ["paired"]


def test_a_copy_whose_source_is_gone_or_taken_is_an_orphan() -> None:
    """E7: never pulled."""
    assert result(sorting([marked()], [])) == {"skipped": {"orphan": 1}}
    twins = [marked(), structs.replace(marked(attempt=1), id="o2")]
    assert result(sorting(twins, [ours()])) == {
        "paired": [(found(ours(), twins[0], RULES, 0), twins[0])], "skipped": {"orphan": 1},
    }  # fmt: skip


def test_a_mirror_without_a_row_finds_its_item_once() -> None:
    """E7: mirrors too."""
    mirror = marked(TASK_MARK)
    twin = structs.replace(marked(TASK_MARK, 1), id="o2")
    assert result(sorting([mirror], [])) == {"paired": [(found_mirror(TASK, mirror), mirror)]}
    assert result(sorting([mirror, twin], [])) == {
        "paired": [(found_mirror(TASK, mirror), mirror)], "skipped": {"orphan": 1},
    }  # fmt: skip


@pytest.mark.parametrize("transaction", [None, "a person's", transaction_id(MARK, LOST_ATTEMPTS_MAX + 1)])
def test_a_copy_that_a_person_made_is_a_new_event(transaction: str | None) -> None:
    """E11."""
    copy = structs.replace(marked(content=Content("Copy", hour(9))), transaction_id=transaction)
    assert result(sorting([copy], [])) == {"steps": [plan_pulled(copy, RULES)]}


def test_a_copied_mirror_is_not_pulled() -> None:
    """E11: whether its item still stands or only its link."""
    copy = structs.replace(marked(TASK_MARK), transaction_id=None)
    assert result(sorting([copy], [])) == {"skipped": {"copied_mirror": 1}}
    gone = structs.replace(copy, link_mark="x1")
    link = Link("x1", Kind.DEADLINE, Born.CASEFLOW)
    assert result(sorting([gone], [], live=[link])) == {"skipped": {"copied_mirror": 1}}
    assert result(sorting([gone], [], over=[structs.replace(link, state=State.ENDED)])) == {
        "skipped": {"copied_mirror": 1}
    }


def test_an_event_of_ours_whose_link_stands_is_planned_with_it() -> None:
    """C3: the answer to our create was lost."""
    link = Link(MARK, Kind.EVENT, Born.CASEFLOW, caseflow_id="c1", todo=Todo.CREATING_OUTLOOK)
    looked = structs.replace(link, outlook_id="o1", todo=Todo.LOOK)
    assert result(sorting([marked()], [ours()], live=[link])) == {"paired": [(looked, marked())]}
    known = structs.replace(link, outlook_id="o1")
    assert result(sorting([marked()], [ours()], live=[known])) == {"paired": [(looked, marked())]}


@pytest.mark.parametrize("instead", [None, "o9"])
def test_what_a_person_brought_back_is_the_one_unless_another_was_made_instead(instead: str | None) -> None:
    """E8, seed 1014967: nothing is made beside it; an unanswered create is not asked again. Outlook's (E4)."""
    link = Link(MARK, Kind.EVENT, Born.CASEFLOW, "c1", instead, former="o1", attempt=1, todo=Todo.CREATING_OUTLOOK)
    back = structs.replace(link, born=Born.OUTLOOK, outlook_id="o1", former=None, attempt=2, todo=Todo.LOOK)
    expected = {"paired": [(back, theirs())]} if instead is None else {"steps": [plan_pulled(theirs(), RULES)]}
    assert result(sorting([theirs()], [], live=[link])) == expected


def test_what_was_a_mirror_is_never_pulled() -> None:
    """I1: also where guests were invited to it, so that it was left to the person (seed 1006884)."""
    old = Link(TASK_MARK, Kind.TASK, Born.CASEFLOW, "t1", "o1", state=State.ENDED, reason="outside")
    assert result(sorting([marked(TASK_MARK, attendees=1)], [], over=[old])) == {"skipped": {"ended": 1}}


def test_an_old_attempt_or_an_attempt_to_come_is_not_planned() -> None:
    """testing.md 2, seed 418."""
    link = Link(MARK, Kind.EVENT, Born.CASEFLOW, caseflow_id="c1", outlook_id="o9", attempt=1)
    assert result(sorting([marked()], [], live=[link])) == {"skipped": {"old_attempt": 1}}
    future = marked(attempt=2, content=Content("Copy", hour(9)))
    assert result(sorting([future], [], live=[link])) == {"skipped": {"old_attempt": 1}}


def test_a_copy_with_all_our_marks_is_a_new_event() -> None:
    """E11: Outlook copies the transaction id as well."""
    link = Link(MARK, Kind.EVENT, Born.CASEFLOW, caseflow_id="c1", outlook_id="o9", attempt=1)
    copy = marked(attempt=1, content=Content("Copy", hour(9)))
    assert result(sorting([copy], [], live=[link])) == {"steps": [plan_pulled(copy, RULES)]}
    mirror = structs.replace(link, kind=Kind.TASK)
    assert result(sorting([copy], [], live=[mirror])) == {"skipped": {"copied_mirror": 1}}


@pytest.mark.parametrize(("reason", "wakes"), [("left_outlook", True), ("unassigned", False)])
def test_an_ended_copy_of_ours_wakes_or_rests_for_good(reason: str, wakes: bool) -> None:
    """D1, F1."""
    link = Link(MARK, Kind.EVENT, Born.CASEFLOW, caseflow_id="c1", outlook_id="o1", state=State.ENDED, reason=reason)
    assert result(sorting([marked()], [], over=[link])) == ({"woken": [(link, marked())]} if wakes else {})


def test_a_copied_mirror_with_all_our_marks_outlives_the_mirror() -> None:
    """E11: an attempt makes one event, so another one of the same attempt is a copy that a person made."""
    known = Link(TASK_MARK, Kind.TASK, Born.CASEFLOW, "t1", "gone1")
    assert result(sorting([marked(TASK_MARK)], [], live=[known], gone=frozenset({"gone1"}))) == {
        "skipped": {"copied_mirror": 1}
    }
