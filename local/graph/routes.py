"""Which request goes where: the resources of v1.0 that the stand-in knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.graph import delta, views, writes
from local.graph.call import Call, place_of
from local.graph.errors import GraphError, bad_request
from local.graph.rows import calendar
from local.graph.store import PRIMARY, SECONDARY, Store


def scope(store: Store, path: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """Return the calendar that a path names, if any, and what comes after it; raises GraphError 400 or 404."""
    if path[0] != "me" or len(path) < 2:
        raise _no_segment(path[0])
    if path[1] == "calendar":
        return PRIMARY, path[2:]
    if path[1] == "calendars" and len(path) > 2:
        return place_of(store, path[2]), path[3:]
    return None, path[1:]


def _no_segment(segment: str) -> GraphError:
    return bad_request("BadRequest", f"Resource not found for the segment '{segment}'.")


Handler = Callable[[Call], dict[str, Any] | None]


def _calendar(call: Call) -> dict[str, Any]:
    return {"@odata.context": call.context("calendar/$entity"), **calendar(call.store, call.place or PRIMARY)}


def _calendars(call: Call) -> dict[str, Any]:
    found = [calendar(call.store, place) for place in (PRIMARY, SECONDARY)]
    return {"@odata.context": call.context("calendars"), "value": found}


_ROUTES: dict[tuple[str, str], tuple[int, Handler]] = {
    ("GET", ""): (200, _calendar),
    ("GET", "calendars"): (200, _calendars),
    ("GET", "calendarView"): (200, views.calendar_view),
    ("GET", "calendarView/delta"): (200, delta.delta),
    ("GET", "events"): (200, views.list_events),
    ("POST", "events"): (201, writes.create),
    ("GET", "events/*"): (200, writes.entity),
    ("PATCH", "events/*"): (200, writes.update),
    ("DELETE", "events/*"): (204, writes.delete),
    ("GET", "events/*/instances"): (200, views.instances),
    **{("POST", f"events/*/{action}"): (202, writes.act) for action in (*writes.ACTIONS, "cancel")},
}
_KNOWN_PATHS = {path for _, path in _ROUTES}


def route(call: Call) -> tuple[int, dict[str, Any] | None]:
    """Perform a request and return its status and body; raises GraphError, 405 or 400 for an unknown resource."""
    rest = call.rest
    pattern = _pattern(rest)
    found = _ROUTES.get((call.method, pattern))
    if found is None:
        if pattern in _KNOWN_PATHS:
            raise GraphError(405, "Request_BadRequest", f"{call.method} is not known for this resource.")
        raise _no_segment(rest[-1])
    return found[0], found[1](call)


def _pattern(rest: tuple[str, ...]) -> str:
    if len(rest) > 1 and rest[0] == "events":
        return "/".join(("events", "*", *rest[2:]))
    return "/".join(part.removeprefix("microsoft.graph.").removesuffix("()") for part in rest)
