"""What people do in these stories, in a line each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.simulation.world import Person, World

DAY = datetime(2026, 11, 25)  # noqa: DTZ001 - wall clock of the mailbox
SECRET = "secret strategy"


def at(hour: int, day: int = 25) -> datetime:
    """A wall clock time in November 2026."""
    return DAY.replace(day=day, hour=hour)


def meet(person: Person, title: str = "Lunch", hour: int = 10, **members: Any) -> str:
    """An hour's appointment made in Outlook."""
    return person.mailbox.book(title, at(hour), at(hour + 1), "America/New_York", **members)


def book(world: World, title: str = "Call", staff: tuple[str, ...] = ("ann",), hour: int = 10, **members: Any) -> str:
    """An hour's event made in CaseFlow."""
    given = {
        "title": title, "start": f"2026-11-26T{hour}:00:00-05:00", "end": f"2026-11-26T{hour + 1}:00:00-05:00",
        "all_day": False, "staff_ids": list(staff), **members,
    }  # fmt: skip
    return str(world.caseflow.create_event("f1", by="ann", **given)["id"])


def some(world: World, count: int = 4) -> list[str]:
    """A few events that nothing happens to, so that the guard has something to compare with (E9)."""
    return [book(world, f"Standing {number}", hour=12 + number) for number in range(count)]


def body(text: str) -> dict[str, str]:
    """A text body as Graph takes it."""
    return {"contentType": "text", "content": text}


def is_write(request: tuple[str, str, str, bytes]) -> bool:
    """True for a request that changes a calendar."""
    service, method, _, content = request
    if service == "caseflow":
        return method != "GET"
    return any(f'"method":"{verb}"'.encode() in content for verb in ("POST", "PATCH", "DELETE"))


def is_quiet(world: World, *people: Person) -> bool:
    """A further run of everybody writes nothing to either calendar."""
    world.requests.clear()
    for person in people:
        world.sync(person)
    return not any(is_write(request) for request in world.requests)
