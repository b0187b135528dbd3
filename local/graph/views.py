"""Lists and views: events, calendar view, instances, with filter, order, selection and pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from local.graph.call import Call
from local.graph.errors import bad_request
from local.graph.query import Find
from local.graph.store import PRIMARY, Item, Showing, showings, whole
from local.graph.times import Window, read_window

DEFAULT_PAGE = 10

_SORT_KEYS: dict[str, Callable[[Showing], Any]] = {
    "start/dateTime": lambda showing: showing.start.utc,
    "end/dateTime": lambda showing: showing.end.utc,
    "createdDateTime": lambda showing: showing.item.created,
    "lastModifiedDateTime": lambda showing: showing.item.modified,
    "subject": lambda showing: showing.content["subject"],
}


def list_events(call: Call) -> dict[str, Any]:
    """Return single events and series masters of one calendar, the primary one unless another is named."""
    items = call.store.in_calendar(call.place or PRIMARY)
    found = [whole(item) for item in items if _matches(call, item)]
    return _page(call, found, "events")


def calendar_view(call: Call) -> dict[str, Any]:
    """Return what shows in a window, series as their occurrences; raises GraphError 400 as `read_window`."""
    window = _window(call)
    found: list[Showing] = []
    for item in call.store.in_calendar(call.place or PRIMARY):
        if _matches(call, item):
            found.extend(showings(item, window))
    body = _page(call, found, "calendarView")
    if call.office.switches.views_hold_an_empty_id and body["value"]:
        body["value"].append({**body["value"][-1], "id": ""})
    return body


def instances(call: Call) -> dict[str, Any]:
    """Return a series' occurrences in a window; raises GraphError 400 for an event that is no series."""
    showing = call.showing(call.rest[1])
    window = _window(call)
    if showing.kind != "seriesMaster":
        raise bad_request("ErrorInvalidRequest", "Instances can be listed of a series master only.")
    return _page(call, showings(showing.item, window), "events")


def _window(call: Call) -> Window:
    return read_window(call.query.get("startDateTime"), call.query.get("endDateTime"))


def _matches(call: Call, item: Item) -> bool:
    find = call.query.find
    if find is None:
        return True
    if find.extended:
        finds = call.office.switches.filter_on_properties_finds
        return finds and item.properties.get(find.name) == find.value
    return _plain_member(item, find) == find.value


def _plain_member(item: Item, find: Find) -> str:
    return item.uid if find.name == "iCalUId" else str(item.content["subject"])


def _page(call: Call, found: list[Showing], what: str) -> dict[str, Any]:
    query = call.query
    if query.order is not None:
        found = sorted(found, key=_SORT_KEYS[query.order[0]], reverse=query.order[1])
    size = query.top or call.prefer.page or DEFAULT_PAGE
    shown = found[query.skip : query.skip + size]
    writer = call.writer
    body: dict[str, Any] = {"@odata.context": call.context(what)}
    if "$count" in query.options:
        body["@odata.count"] = len(found)
    body["value"] = [writer.event(showing) for showing in shown]
    if query.skip + size < len(found):
        body["@odata.nextLink"] = _next_link(call, query.skip + size)
    return body


def _next_link(call: Call, skip: int) -> str:
    kept = [(name, value) for name, value in call.query.sent if name.lower() != "$skip"]
    pairs = [*kept, ("$skip", str(skip))]
    path = "/".join(quote(part, safe="") for part in call.query.path)
    return f"{call.base_url}/{path}?" + "&".join(f"{quote(name, safe='$')}={quote(value)}" for name, value in pairs)
