"""What people do with review items in these stories, in a line each."""

from __future__ import annotations

from typing import Any

from shared.core.session import Session
from shared.flows import directory, reviews
from tests.engine.acts import book, meet
from tests.simulation.world import Person, World


def as_staff(staff_id: str = "ann", firm_id: str = "f1") -> Session:
    """A staff member's session."""
    return Session(staff_id, firm_id, "staff")


def as_admin(staff_id: str = "cleo", firm_id: str = "f1") -> Session:
    """A firm admin's session."""
    return Session(staff_id, firm_id, "firm_admin")


def listed(world: World, session: Session | None = None, state: str = "open", **who: Any) -> list[dict[str, Any]]:
    """What a caller's list shows; by default a staff member's own."""
    session = session or as_staff()
    own = None if session.role == "firm_admin" else session.staff_id
    return reviews.listed(world.ports, session, state, who.get("staff_id", own))


def only(world: World, session: Session | None = None, state: str = "open") -> dict[str, Any]:
    """The one item of a list."""
    (found,) = listed(world, session, state)
    return found


def resolve(world: World, keep: str, session: Session | None = None, review_id: str | None = None) -> dict[str, Any]:
    """Decide an item, by default the only open one."""
    session = session or as_staff()
    chosen = review_id or only(world, session)["id"]
    return reviews.resolve(world.ports, session, chosen, keep)


def known_to_the_firm(world: World, *people: Person) -> None:
    """List connections as the connect flow does, for a firm admin to find them."""
    for person in people:
        directory.list_connected(world.ports, person.firm_id, person.staff_id, paused=False)


def clash(world: World, ann: Person, *, later: str = "outlook", **members: Any) -> tuple[str, str]:
    """Both sides retitle one event and move it; their ids. The later edit comes five minutes after the other."""
    case_id = book(world, **members)
    world.settle(ann)
    event_id = str(world.event(ann, "Call")["id"])
    for side in ("caseflow", "outlook") if later == "outlook" else ("outlook", "caseflow"):
        world.clock.pass_(minutes=5)
        if side == "outlook":
            ann.mailbox.edit(event_id, {"subject": "From Outlook"})
        else:
            world.caseflow.edit_event(case_id, by="ann", title="From CaseFlow")
    world.settle(ann, 2)
    return case_id, event_id


def titles(world: World, person: Person) -> tuple[list[str], list[str]]:
    """The titles on both sides."""
    cases = [case["title"] for case in world.cases(person.firm_id)]
    return cases, [event["subject"] for event in world.outlook(person)]


def meeting(person: Person, title: str = "Team", *, organized: bool = True) -> str:
    """A meeting in somebody's mailbox, which they organise or are invited to."""
    guest = {"emailAddress": {"address": "guest@else.example", "name": "Guest"}, "type": "required"}
    event_id = meet(person, title, attendees=[guest])
    assert organized
    return event_id


def audit(world: World, person: Person, action: str) -> list[dict[str, Any]]:
    """The firm's audit records of one action."""
    from shared.flows import chain

    head = chain.head_of(world.ports, person.firm_id)
    records = [one for number in range(head.seq // chain.BLOCK + 1) for one in chain.block(world.ports, person.firm_id, number)]
    return [record for record in records if record["action"] == action]
