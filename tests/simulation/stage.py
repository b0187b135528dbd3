"""Where people act: who acts, and what an act is about, found by content."""

from __future__ import annotations

from typing import Any

from local.graph.store import Item
from shared.ports import Row
from tests.simulation.names import family
from tests.simulation.scenario import Operation
from tests.simulation.seen import Seen
from tests.simulation.watch import Watch
from tests.simulation.world import Person, World


class Stage:
    """One world and what is seen of it."""

    def __init__(self, world: World, watch: Watch) -> None:
        self.world = world
        self.watch = watch
        self.tables: dict[str, dict[str, Row]] = {}
        self.caseflow: bytes | None = None
        self.mailboxes: dict[str, dict[str, Any]] = {}

    def person(self, operation: Operation) -> Person:
        """Who acts."""
        return self.world.people[operation.who]

    def outlook(self, operation: Operation, where: str = "primary") -> Seen | None:
        """The event in the person's mailbox."""
        found = [
            seen for seen in self.watch.now.values()
            if seen.side == "outlook" and seen.owner == operation.who and family(seen.token) == operation.event
            and seen.where == where
        ]  # fmt: skip
        return found[operation.number % len(found)] if found else None

    def case(self, operation: Operation, kind: str = "event") -> Seen | None:
        """The event in CaseFlow, in the person's firm."""
        firm = self.person(operation).firm_id
        found = [
            seen for seen in self.watch.now.values()
            if seen.side == "caseflow" and seen.kind == kind and seen.owner == firm
            and family(seen.token) == operation.event
        ]  # fmt: skip
        found = [seen for seen in found if seen.stands or kind != "event"]
        return found[operation.number % len(found)] if found else None

    def id_of(self, seen: Seen) -> str:
        """The Outlook id of what was seen."""
        return self.watch.mailboxes.id_of(seen)

    def item_of(self, seen: Seen) -> Item:
        """The series that a day belongs to, or the single event, as the mailbox holds it."""
        return self.watch.mailboxes.item_of(seen)

    def whole_of(self, seen: Seen) -> str:
        """The Outlook id of the series that a day belongs to, or of the single event."""
        return self.watch.mailboxes.master_of(seen)
