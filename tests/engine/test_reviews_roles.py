"""Who sees and decides which review items (sync-api.md, "Who is calling"; always-true 10)."""

from __future__ import annotations

import pytest

from shared.core.errors import Gone, NotEligible, Rejected, Retry
from shared.core.session import Session
from tests.engine.acts import book, meet
from tests.engine.reviewing import (
    as_admin,
    as_staff,
    audit,
    clash,
    connected,
    known_to_the_firm,
    listed,
    only,
    resolve,
    titles,
)
from tests.engine.test_removals import put_row
from tests.simulation.world import Person, World


def test_a_colleague_neither_sees_nor_decides(world: World, ann: Person) -> None:
    known_to_the_firm(world, ann, connected(world, "bob"))
    clash(world, ann, category="Hearing")
    review_id = only(world)["id"]
    assert listed(world, as_staff("bob")) == []
    with pytest.raises(Gone):
        resolve(world, "outlook", as_staff("bob"), review_id)


def test_a_firm_admin_sees_and_decides_for_a_colleague(world: World, ann: Person) -> None:
    known_to_the_firm(world, ann)
    clash(world, ann, category="Hearing")
    assert only(world, as_admin())["staff_id"] == "ann"
    assert listed(world, as_admin(), staff_id="ann") == listed(world, as_admin())
    answer = resolve(world, "outlook", as_admin())
    assert answer["resolved_by"] == {"kind": "staff", "id": "cleo"}
    assert titles(world, ann) == (["From Outlook"], ["From Outlook"])
    (record,) = audit(world, ann, "review.resolved")
    assert (record["actor"]["id"], record["staff_id"]) == ("cleo", "ann")


def test_another_firms_admin_finds_nothing(world: World, ann: Person) -> None:
    known_to_the_firm(world, ann)
    world.add_firm("f2")
    clash(world, ann, category="Hearing")
    review_id = only(world)["id"]
    assert listed(world, as_admin(firm_id="f2")) == []
    with pytest.raises(Gone):
        resolve(world, "outlook", as_admin(firm_id="f2"), review_id)


def test_what_is_private_to_others_is_not_there_for_a_firm_admin(world: World, ann: Person) -> None:
    known_to_the_firm(world, ann)
    clash(world, ann, category="Hearing", visibility="private")
    review_id = only(world)["id"]
    assert listed(world, as_admin()) == []
    with pytest.raises(Gone):
        resolve(world, "outlook", as_admin(), review_id)
    assert only(world)["caseflow"]["title"] == "From CaseFlow"


def test_a_deleted_private_event_stays_private(world: World, ann: Person) -> None:
    known_to_the_firm(world, ann)
    case_id = book(world, visibility="private")
    book(world, "Standing")
    world.settle(ann)
    ann.mailbox.edit(world.event(ann, "Call")["id"], {"subject": "Call, later"})
    world.caseflow.delete_event(case_id, by="ann")
    world.settle(ann, 2)
    assert only(world)["kind"] == "deleted_in_caseflow"
    assert listed(world, as_admin()) == []


def test_a_firm_admins_own_private_items_are_their_own(world: World) -> None:
    cleo = connected(world, "cleo")
    known_to_the_firm(world, cleo)
    case_id = book(world, staff=("cleo",), category="Hearing", visibility="private")
    world.settle(cleo)
    cleo.mailbox.edit(world.event(cleo, "Call")["id"], {"subject": "From Outlook"})
    world.caseflow.edit_event(case_id, by="cleo", title="From CaseFlow")
    world.settle(cleo, 2)
    assert only(world, as_admin())["staff_id"] == "cleo"


def test_an_outlook_private_appointment_shows_nobody_its_words(world: World, ann: Person) -> None:
    """E4: their text never enters CaseFlow."""
    known_to_the_firm(world, ann)
    event_id = meet(ann, "Doctor")
    world.settle(ann)
    world.caseflow.edit_event(world.case("Doctor")["id"], by="ann", matter_id="m1")
    world.settle(ann, 2)
    ann.mailbox.edit(event_id, {"sensitivity": "private", "subject": "Oncologist"})
    world.settle(ann, 2)
    for session in (as_staff(), as_admin()):
        assert only(world, session)["outlook"]["title"] == "Private appointment"


@pytest.mark.parametrize("review_id", ["", "nothing", "../s", "a|b", "r|1", "\u00e9"])
def test_an_unknown_item_is_not_there(world: World, ann: Person, review_id: str) -> None:
    for session in (as_staff(), as_admin(), Session("ann", "f1", "firm_admin")):
        with pytest.raises(Gone):
            resolve(world, "outlook", session, review_id or "x")


def test_a_job_under_way_goes_first(world: World, ann: Person) -> None:
    """C2."""
    clash(world, ann, category="Hearing")
    review_id = only(world)["id"]
    put_row(world, ann, lease_until=world.clock().replace(year=2030))
    with pytest.raises(Retry, match="row_contended"):
        resolve(world, "outlook", review_id=review_id)
    assert titles(world, ann) == (["From CaseFlow"], ["From Outlook"])


@pytest.mark.parametrize(
    ("connection", "code"), [("disconnected", "not_connected"), ("needs_reconnect", "not_connected")]
)
def test_without_a_mailbox_nothing_is_decided(world: World, ann: Person, connection: str, code: str) -> None:
    clash(world, ann, category="Hearing")
    put_row(world, ann, connection=connection)
    item = only(world)
    assert (item["outlook"], item["caseflow"]["title"]) == (None, "From CaseFlow")
    with pytest.raises(Rejected, match=code):
        resolve(world, "outlook", review_id=item["id"])


def test_paused_means_paused(world: World, ann: Person) -> None:
    clash(world, ann, category="Hearing")
    paused = world.row(ann).preferences
    for member in ("sync_enabled", "calendar_events"):
        put_row(world, ann, preferences=type(paused)(**{**_members(paused), member: False}))
        with pytest.raises(Rejected, match="sync_paused"):
            resolve(world, "outlook")


def _members(preferences: object) -> dict[str, bool]:
    return {name: getattr(preferences, name) for name in ("sync_enabled", "calendar_events", "tasks", "deadlines")}


def test_a_firm_that_is_not_eligible_decides_nothing(world: World, ann: Person) -> None:
    """A1."""
    clash(world, ann, category="Hearing")
    world.caseflow.set_plan("f1", "solo")
    world.clock.pass_(minutes=2)
    with pytest.raises(NotEligible, match="plan_required"):
        resolve(world, "outlook")


def test_the_newest_item_comes_first(world: World, ann: Person) -> None:
    for title, hour in (("Call", 10), ("Talk", 12)):
        case_id = book(world, title, hour=hour, category="Hearing")
        world.settle(ann)
        ann.mailbox.edit(world.event(ann, title)["id"], {"subject": f"{title} in Outlook"})
        world.caseflow.edit_event(case_id, by="ann", title=f"{title} in CaseFlow")
        world.settle(ann, 2)
    assert [item["caseflow"]["title"] for item in listed(world)] == ["Talk in CaseFlow", "Call in CaseFlow"]
