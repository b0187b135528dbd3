"""A decision may be stopped at any instruction (C3): nothing is lost, nothing doubled, and it can be made again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

import pytest

from shared.adapters.http import Http, HttpAnswer
from shared.core.errors import Rejected
from shared.flows.reviews import ChangedSince
from tests.engine.acts import book, is_quiet, some
from tests.engine.reviewing import clash, connected, listed, resolve, titles
from tests.simulation.world import Person, World

STEPS_MAX = 60


class Stopped(BaseException):
    """The process was killed."""


class Killer:
    """Kills the process before or after its nth request or table operation."""

    def __init__(self) -> None:
        self.left: int | None = None

    def step(self) -> None:
        """One instruction more."""
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            self.left = None
            raise Stopped

    def wrap(self, http: Http, service: str) -> Http:
        """Stand between a client and a service."""
        return _Killing(self, http)


class _Killing:
    def __init__(self, killer: Killer, http: Http) -> None:
        self._killer = killer
        self._http = http

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        """Send; the process may die before, or before it hears the answer."""
        self._killer.step()
        answer = self._http.send(method, url, headers=headers, body=body)
        self._killer.step()
        return answer


class Mortal(World):
    """A world whose process can be killed."""

    def __init__(self) -> None:
        self.killer = Killer()
        super().__init__(wrap=self.killer.wrap)
        self.add_firm()
        self.caseflow.add_matter("f1", "Doe v. Acme", [], by="system", matter_id="m1")

    def count_table(self, operation: str) -> None:
        """The process may die before any table operation."""
        self.killer.step()
        super().count_table(operation)


def in_conflict(world: World, ann: Person) -> None:
    """Both sides retitled one hearing."""
    clash(world, ann, category="Hearing")


def left_outlook(world: World, ann: Person) -> None:
    """A matter's event deleted in Outlook."""
    some(world, 3)
    book(world, matter_id="m1")
    world.settle(ann)
    ann.mailbox.delete(world.event(ann, "Call")["id"])
    world.settle(ann, 2)


def left_caseflow(world: World, ann: Person) -> None:
    """A matter's event deleted in CaseFlow, and edited in Outlook."""
    some(world, 3)
    case_id = book(world, matter_id="m1")
    world.settle(ann)
    ann.mailbox.edit(world.event(ann, "Call")["id"], {"subject": "Call, later"})
    world.caseflow.delete_event(case_id, by="ann")
    world.settle(ann, 2)


def many_left_caseflow(world: World, ann: Person) -> None:
    """All events deleted in CaseFlow at once."""
    ids = [book(world, f"Call {number}", hour=10 + number) for number in range(3)]
    world.settle(ann)
    for case_id in ids:
        world.caseflow.delete_event(case_id, by="ann")
    world.settle(ann, 3)


def decided_by_itself(world: World, ann: Person) -> None:
    """A conflict that the later edit won."""
    clash(world, ann)


def shown(world: World, ann: Person) -> tuple[list[str], list[str]]:
    ours, theirs = titles(world, ann)
    return [t for t in ours if "Standing" not in t], [t for t in theirs if "Standing" not in t]


def waiting(world: World) -> list[str]:
    """The ids of items that no person has decided yet."""
    items = [*listed(world), *listed(world, state="resolved")]
    return [item["id"] for item in items if (item["resolved_by"] or {}).get("kind") != "staff"]


def decide_until_it_holds(world: World, keep: str) -> None:
    """A person presses again while the item is not decided."""
    for _ in range(3):
        for review_id in waiting(world):
            with suppress(ChangedSince, Rejected):
                resolve(world, keep, review_id=review_id)


@pytest.mark.parametrize(
    ("story", "keep", "kept"),
    [
        (in_conflict, "caseflow", ["From CaseFlow"]),
        (in_conflict, "outlook", ["From Outlook"]),
        (left_outlook, "caseflow", ["Call"]),
        (left_outlook, "outlook", []),
        (left_caseflow, "caseflow", []),
        (left_caseflow, "outlook", ["Call, later"]),
        (many_left_caseflow, "caseflow", []),
        (many_left_caseflow, "outlook", ["Call 0", "Call 1", "Call 2"]),
        (decided_by_itself, "caseflow", ["From CaseFlow"]),
    ],
)
def test_a_decision_stopped_anywhere_ends_as_decided(
    story: Callable[[World, Person], None], keep: str, kept: list[str]
) -> None:
    for number in range(1, STEPS_MAX):
        world = Mortal()
        ann = connected(world)
        story(world, ann)
        (review_id,) = waiting(world)
        world.killer.left = number
        try:
            resolve(world, keep, review_id=review_id)
        except Stopped:
            pass
        else:
            assert number > 20
            return
        world.settle(ann, 2)
        decide_until_it_holds(world, keep)
        world.settle(ann, 3)
        assert (number, shown(world, ann)) == (number, (kept, kept))
        assert listed(world) == []
        assert is_quiet(world, ann)
    raise AssertionError("a decision takes more instructions than this story allows")
