"""What was decided by itself can be resolved the other way for 30 days (H3)."""

from __future__ import annotations

from typing import Any

import pytest

from shared.core.errors import Rejected
from shared.flows import housekeeping
from shared.flows.reviews import ChangedSince
from shared.flows.reviews.notices import CASEFLOW_ONLY, SENDS_MAIL
from tests.engine.acts import is_quiet, meet, some
from tests.engine.reviewing import audit, clash, known_to_the_firm, listed, only, resolve, titles
from tests.simulation.world import Person, World


def decided(world: World) -> str:
    """The id of the one item that `system` resolved."""
    return str(only(world, state="resolved")["id"])


def test_it_is_listed_as_resolved_with_what_lost(world: World, ann: Person) -> None:
    clash(world, ann)
    assert listed(world) == []
    item = only(world, state="resolved")
    assert (item["kept"], item["resolved_by"]) == ("outlook", {"kind": "system", "id": None})
    assert (item["caseflow"]["title"], item["outlook"]["title"]) == ("From CaseFlow", "From Outlook")
    assert (item["reversible"], item["meeting"], item["notice"]) == (True, False, None)


@pytest.mark.parametrize(("later", "keep"), [("outlook", "caseflow"), ("caseflow", "outlook")])
def test_the_losing_title_comes_back_on_both_sides(world: World, ann: Person, later: str, keep: str) -> None:
    clash(world, ann, later=later)
    back = "From CaseFlow" if keep == "caseflow" else "From Outlook"
    assert titles(world, ann)[0] != [back]
    answer = resolve(world, keep, review_id=decided(world))
    assert (answer["kept"], answer["resolved_by"]) == (keep, {"kind": "staff", "id": "ann"})
    assert answer["reversible"] is False
    assert titles(world, ann) == ([back], [back])
    assert is_quiet(world, ann)
    assert len(audit(world, ann, "review.resolved")) == 1


def test_only_the_fields_that_lost_come_back(world: World, ann: Person) -> None:
    case_id, event_id = clash(world, ann)
    ann.mailbox.edit(event_id, {"location": {"displayName": "Cafe"}})
    world.settle(ann, 2)
    resolve(world, "caseflow", review_id=decided(world))
    assert world.caseflow.event(case_id)["location"] == "Cafe"  # type: ignore[index]
    assert world.event(ann, "From CaseFlow")["location"]["displayName"] == "Cafe"
    assert is_quiet(world, ann)


def test_it_cannot_be_resolved_as_it_was_or_twice(world: World, ann: Person) -> None:
    clash(world, ann)
    review_id = decided(world)
    with pytest.raises(Rejected, match="already_resolved"):
        resolve(world, "outlook", review_id=review_id)
    resolve(world, "caseflow", review_id=review_id)
    with pytest.raises(Rejected, match="already_resolved"):
        resolve(world, "outlook", review_id=review_id)


@pytest.mark.parametrize("days", [30, 31])
def test_after_30_days_it_stays(world: World, ann: Person, days: int) -> None:
    clash(world, ann)
    review_id = decided(world)
    world.clock.pass_(days=days)
    with pytest.raises(Rejected, match="already_resolved"):
        resolve(world, "caseflow", review_id=review_id)


def test_purged_values_cannot_come_back(world: World, ann: Person) -> None:
    known_to_the_firm(world, ann)
    clash(world, ann)
    world.clock.pass_(days=32)
    assert housekeeping.run(world.ports).values == 1
    assert only(world, state="resolved")["caseflow"] is None


def test_a_newer_edit_is_told_before_it_is_overwritten(world: World, ann: Person) -> None:
    case_id, _ = clash(world, ann)
    review_id = decided(world)
    world.caseflow.edit_event(case_id, by="ann", title="Newest")
    world.settle(ann, 2)
    with pytest.raises(ChangedSince):
        resolve(world, "caseflow", review_id=review_id)
    assert titles(world, ann) == (["Newest"], ["Newest"])
    resolve(world, "caseflow", review_id=review_id)
    assert titles(world, ann) == (["From CaseFlow"], ["From CaseFlow"])


def test_an_edit_not_yet_synced_is_told_too(world: World, ann: Person) -> None:
    _, event_id = clash(world, ann)
    ann.mailbox.edit(event_id, {"subject": "Newest"})
    with pytest.raises(ChangedSince):
        resolve(world, "caseflow", review_id=decided(world))
    world.settle(ann, 2)
    assert titles(world, ann) == (["Newest"], ["Newest"])


def test_a_matters_losing_title_comes_back_without_its_text(world: World, ann: Person) -> None:
    """Always-true 3."""
    clash(world, ann, matter_id="m1", description_html="<p>secret strategy</p>")
    resolve(world, "caseflow", review_id=decided(world))
    assert titles(world, ann) == (["From CaseFlow"], ["From CaseFlow"])
    assert world.cases()[0]["description_html"] == "<p>secret strategy</p>"
    assert not [r for r in world.requests if r[0] == "graph" and b"secret" in r[3]]


def test_a_foreign_meetings_title_comes_back_in_caseflow_only(world: World, ann: Person) -> None:
    """F3."""
    some(world, 3)
    bob = world.add_person("bob")
    bob.mailbox.invite(meet(bob, "Board"), ann.mailbox.email)
    world.settle(ann)
    world.caseflow.edit_event(world.case("Board")["id"], by="ann", title="Board 2")
    world.settle(ann, 2)
    assert world.case("Board")
    assert only(world, state="resolved")["notice"] == CASEFLOW_ONLY
    mails = len(world.graph.outbox)
    resolve(world, "caseflow", review_id=decided(world))
    assert len(world.graph.outbox) == mails
    assert (world.case("Board 2")["staff_ids"], world.event(ann, "Board")["isOrganizer"]) == (["ann"], False)
    assert is_quiet(world, ann)


FRIDAY = {"start": "2026-11-27T10:00:00-05:00", "end": "2026-11-27T11:00:00-05:00"}
EVENING = {
    "start": {"dateTime": "2026-11-25T18:00:00", "timeZone": "America/New_York"},
    "end": {"dateTime": "2026-11-25T19:00:00", "timeZone": "America/New_York"},
}


def moved_on_both_sides(world: World, ann: Person, later: str, **members: Any) -> None:
    """An own meeting moved in both calendars, which `system` has decided."""
    some(world, 3)
    event_id = meet(ann, "Board")
    ann.mailbox.invite(event_id, "client@else.example")
    world.settle(ann)
    case_id = str(world.case("Board")["id"])
    for side in ("caseflow", "outlook") if later == "outlook" else ("outlook", "caseflow"):
        world.clock.pass_(minutes=5)
        if side == "outlook":
            ann.mailbox.edit(event_id, EVENING)
        else:
            world.caseflow.edit_event(case_id, by="ann", **FRIDAY)
    world.settle(ann, 2)
    if members:
        world.caseflow.edit_event(case_id, by="ann", **members)
        world.settle(ann, 2)


@pytest.mark.parametrize(
    ("later", "members", "told"),
    [
        ("caseflow", {}, (SENDS_MAIL, 1)),
        ("caseflow", {"matter_id": "m1"}, (None, 0)),
        ("caseflow", {"confidential": True}, (None, 0)),
        ("caseflow", {"visibility": "private"}, (None, 0)),
        ("outlook", {}, (CASEFLOW_ONLY, 0)),
    ],
)
def test_who_is_mailed_by_bringing_back_a_time_is_said_first(
    world: World, ann: Person, later: str, members: dict[str, Any], told: tuple[str | None, int]
) -> None:
    """Always-true 7."""
    moved_on_both_sides(world, ann, later, **members)
    item = only(world, state="resolved")
    assert (item["kept"], item["meeting"], item["notice"]) == (later, True, told[0])
    before = len(world.graph.outbox)
    resolve(world, "outlook" if later == "caseflow" else "caseflow", review_id=item["id"])
    assert len(world.graph.outbox) - before == told[1]
    assert is_quiet(world, ann)
