"""Both sides edited (H)."""

from __future__ import annotations

from typing import Any

from shared.core import rows
from tests.engine.acts import body, book, is_quiet, meet, some
from tests.simulation.world import Person, World


def conflict(world: World, ann: Person, *, later: str = "outlook", minutes: int = 5, **members: Any) -> str:
    """Both sides retitle the same event, one of them later."""
    case_id = book(world, **members)
    world.settle(ann)
    event_id = world.event(ann, "Call")["id"]
    first, second = ("caseflow", "outlook") if later == "outlook" else ("outlook", "caseflow")
    for side in (first, second):
        world.clock.pass_(minutes=minutes if side == second else 0)
        if side == "outlook":
            ann.mailbox.edit(event_id, {"subject": "From Outlook"})
        else:
            world.caseflow.edit_event(case_id, by="ann", title="From CaseFlow")
    world.settle(ann, 2)
    return case_id


def titles(world: World, ann: Person) -> tuple[str, str]:
    return world.cases()[0]["title"], world.outlook(ann)[0]["subject"]


def test_the_later_edit_wins(world: World, ann: Person) -> None:
    """H3."""
    conflict(world, ann)
    assert titles(world, ann) == ("From Outlook", "From Outlook")
    (review,) = world.reviews(ann)
    assert (review.state, review.kept, review.kind) == ("resolved", "outlook", "edit_conflict")
    assert is_quiet(world, ann)


def test_the_losing_value_is_kept(world: World, ann: Person) -> None:
    """H3: it can be resolved the other way for 30 days."""
    conflict(world, ann)
    (row,) = world.store.scan(world.partition(ann), rows.LOSER_PREFIX)
    assert "From CaseFlow" in row.data


def test_within_two_minutes_caseflow_wins(world: World, ann: Person) -> None:
    """H3."""
    conflict(world, ann, minutes=1)
    assert titles(world, ann) == ("From CaseFlow", "From CaseFlow")


def test_fields_changed_on_one_side_only_are_merged(world: World, ann: Person) -> None:
    """H3."""
    case_id = book(world)
    world.settle(ann)
    ann.mailbox.edit(world.event(ann, "Call")["id"], {"location": {"displayName": "Cafe"}})
    world.caseflow.edit_event(case_id, by="ann", title="Long call")
    world.settle(ann, 2)
    assert world.case("Long call")["location"] == "Cafe"
    assert world.event(ann, "Long call")["location"]["displayName"] == "Cafe"
    assert world.reviews(ann) == []


def test_equal_results_are_no_conflict(world: World, ann: Person) -> None:
    """H1."""
    case_id = book(world, category="Hearing")
    world.settle(ann)
    ann.mailbox.edit(world.event(ann, "Call")["id"], {"subject": "Same"})
    world.caseflow.edit_event(case_id, by="ann", title="Same")
    world.settle(ann, 2)
    assert world.reviews(ann) == []
    assert is_quiet(world, ann)


def test_a_protected_conflict_overwrites_nothing(world: World, ann: Person) -> None:
    """H2."""
    conflict(world, ann, category="Hearing")
    assert titles(world, ann) == ("From CaseFlow", "From Outlook")
    (review,) = world.reviews(ann)
    assert (review.state, review.kind) == ("open", "edit_conflict")
    assert world.row(ann).reviews_open == 1
    assert is_quiet(world, ann)


def test_further_edits_refresh_the_one_item(world: World, ann: Person) -> None:
    """H4."""
    case_id = conflict(world, ann, category="Hearing")
    world.caseflow.edit_event(case_id, by="ann", title="Again")
    world.settle(ann, 2)
    (review,) = world.reviews(ann)
    assert review.caseflow_version == world.case("Again")["version"]


def test_an_item_closes_when_both_sides_agree_again(world: World, ann: Person) -> None:
    """H4."""
    case_id = conflict(world, ann, category="Hearing")
    world.caseflow.edit_event(case_id, by="ann", title="From Outlook")
    world.settle(ann, 2)
    (review,) = world.reviews(ann)
    assert (review.state, review.resolved_by) == ("resolved", {"kind": "system", "id": None})
    assert world.row(ann).reviews_open == 0
    assert is_quiet(world, ann)


def test_an_edit_on_one_side_of_a_protected_event_is_carried(world: World, ann: Person) -> None:
    """H1."""
    book(world, category="Hearing")
    world.settle(ann)
    ann.mailbox.edit(world.event(ann, "Call")["id"], {"subject": "Moved call"})
    world.settle(ann, 2)
    assert world.case("Moved call")


def test_text_is_not_pushed_over_pictures(world: World, ann: Person) -> None:
    """E10: there Outlook leads for the text."""
    meet(ann, body={"contentType": "html", "content": '<p>mine</p><img src="cid:1">'})
    world.settle(ann)
    world.caseflow.edit_event(world.case("Lunch")["id"], by="ann", description_html="<p>new</p>")
    world.settle(ann, 2)
    assert "mine" in world.event(ann, "Lunch")["body"]["content"]
    assert "new" in world.case("Lunch")["description_html"]
    assert is_quiet(world, ann)


def test_a_text_edited_in_caseflow_is_pushed(world: World, ann: Person) -> None:
    """E10."""
    meet(ann, body=body("mine"))
    some(world, 1)
    world.settle(ann)
    world.caseflow.edit_event(world.case("Lunch")["id"], by="ann", description_html="<p>new</p>")
    world.settle(ann, 2)
    assert "new" in world.event(ann, "Lunch")["body"]["content"]
    assert is_quiet(world, ann)
