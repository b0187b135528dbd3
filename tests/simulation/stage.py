"""Where people act: who acts, and what an act is about, found by content."""

from __future__ import annotations

from local.graph.store import whole
from tests.simulation.scenario import Operation
from tests.simulation.watch import Seen, Watch
from tests.simulation.world import Person, World


class Stage:
    """One world and what is seen of it."""

    def __init__(self, world: World, watch: Watch) -> None:
        self.world = world
        self.watch = watch

    def person(self, operation: Operation) -> Person:
        """Who acts."""
        return self.world.people[operation.who]

    def outlook(self, operation: Operation, where: str = "primary") -> Seen | None:
        """The event in the person's mailbox."""
        found = [
            seen for seen in self.watch.now.values()
            if seen.side == "outlook" and seen.owner == operation.who and seen.token == operation.event
            and seen.where == where
        ]  # fmt: skip
        return found[operation.number % len(found)] if found else None

    def case(self, operation: Operation, kind: str = "event") -> Seen | None:
        """The event in CaseFlow, in the person's firm."""
        firm = self.person(operation).firm_id
        found = [
            seen for seen in self.watch.now.values()
            if seen.side == "caseflow" and seen.kind == kind and seen.owner == firm and seen.token == operation.event
        ]  # fmt: skip
        found = [seen for seen in found if seen.stands or kind != "event"]
        return found[operation.number % len(found)] if found else None

    def id_of(self, seen: Seen) -> str:
        """The Outlook id of what was seen."""
        mailbox = self.world.people[seen.owner].mailbox
        number = int(seen.id.partition("/")[2])
        item = mailbox.store.items[number]
        return mailbox._id(whole(item))
