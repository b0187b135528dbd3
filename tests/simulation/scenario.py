"""A scenario: the world's answers to open questions, and a list of small operations, all from one seed."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Operation(Struct, frozen=True, omit_defaults=True):
    """One thing that happens. `number` is unique in a scenario and makes the values it writes unique.

    An operation that does not apply when its turn comes does nothing, so that any of them may be left out.
    """

    do: str
    number: int = 0
    who: str = ""
    event: str = ""
    side: str = ""
    job: str = ""
    kind: str = ""
    fault: str = ""
    call: str = ""
    steps: int = 0
    reach: str = "near"

    def words(self) -> str:
        """The operation as a line of a trace."""
        parts = [f"{name}={value}" for name, value in self._members().items() if value]
        return " ".join([self.do, *parts])

    def _members(self) -> dict[str, Any]:
        names = ("number", "who", "event", "side", "job", "kind", "call", "fault", "steps")
        members = {name: getattr(self, name) for name in names}
        return {**members, "reach": "" if self.reach == "near" else self.reach}


class Scenario(Struct, frozen=True):
    """What one run does: `people` are the connected staff, `switches` differ from the stand-in's defaults.

    `restore` switches everything on again before the rest is judged, `renewal` looks once more a week later.
    """

    seed: int
    people: tuple[str, ...]
    switches: dict[str, Any]
    operations: tuple[Operation, ...]
    renewal: bool = False
    restore: bool = False


def forgets(scenario: Scenario) -> bool:
    """True where Graph may forget that it made an event."""
    switches = scenario.switches
    return "transaction_id_remembered" in switches or switches.get("deleted_transaction") == "forgotten"


def hides(scenario: Scenario) -> bool:
    """True where Graph may hide what it has just made: with `forgets`, a duplicate is not promised away."""
    switches = scenario.switches
    return bool(switches.get("stale_delta_rows")) or switches.get("filter_on_properties_finds") is False
