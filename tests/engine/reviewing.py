"""What people do with review items in these stories, in a line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.adapters.http import Http, HttpAnswer
from shared.core.errors import Retry
from shared.core.session import Session
from shared.flows import chain, directory, reviews
from tests.engine.acts import book, is_write
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


@dataclass
class Lossy:
    """A network that loses the answer to the next write of a service, once it was done."""

    service: str | None = None

    def next_write(self, service: str) -> None:
        """Lose one answer of `caseflow` or `graph`."""
        self.service = service

    def wrap(self, http: Http, service: str) -> Http:
        """Stand between a client and a service."""
        return _Losing(self, http, service)


@dataclass
class _Losing:
    lossy: Lossy
    http: Http
    service: str

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        """Send, and lose the answer where that was asked for."""
        answer = self.http.send(method, url, headers=headers, body=body)
        if self.lossy.service == self.service and is_write((self.service, method, url, body or b"")):
            self.lossy.service = None
            raise Retry("timeout")
        return answer


def lossy_world() -> tuple[World, Lossy]:
    """A world whose network can lose an answer."""
    lossy = Lossy()
    world = World(wrap=lossy.wrap)
    world.add_firm()
    world.caseflow.add_matter("f1", "Doe v. Acme", [], by="system", matter_id="m1")
    return world, lossy


def connected(world: World, staff_id: str = "ann") -> Person:
    """A connected staff member."""
    person = world.add_person(staff_id)
    world.connect(person)
    return person


def audit(world: World, person: Person, action: str) -> list[dict[str, Any]]:
    """The firm's audit records of one action."""
    head = chain.head_of(world.ports, person.firm_id)
    blocks = range(head.seq // chain.BLOCK + 1)
    records = [record for number in blocks for record in chain.block(world.ports, person.firm_id, number)]
    return [record for record in records if record["action"] == action]
