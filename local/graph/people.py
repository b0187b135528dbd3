"""The mailboxes as pages for people: what a person does in Outlook, by hand, in the local world."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import flask

from local.graph.errors import GraphError, bad_request
from local.graph.mailbox import Mailbox, Response
from local.graph.query import Prefer
from local.graph.service import GraphService
from local.graph.store import PRIMARY, SECONDARY
from local.graph.times import zone_info

_STATIC = Path(__file__).parent / "static"
_ASSETS = {
    "calendar.js": "fullcalendar/all/global.js",
    "calendar-theme.js": "fullcalendar/themes/classic/global.js",
    "temporal.js": "temporal-polyfill/global.js",
    "calendar.css": "fullcalendar/skeleton.css",
    "calendar-theme.css": "fullcalendar/themes/classic/theme.css",
    "calendar-palette.css": "fullcalendar/themes/classic/palette.css",
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RESPONSES: dict[str, Response] = {
    "accepted": "accepted",
    "tentativelyAccepted": "tentativelyAccepted",
    "declined": "declined",
}
Reply = dict[str, Any] | list[dict[str, Any]]


def blueprint(graph: GraphService, lock: threading.Lock, node_modules: Path) -> flask.Blueprint:
    """Return the pages and the JSON they call; `lock` is held while a mailbox is read or changed."""
    part = flask.Blueprint("people", __name__)

    @part.get("/")
    @part.get("/people/<oid>")
    def page(oid: str = "") -> flask.Response:
        del oid
        return flask.send_file(_STATIC / "people.html")

    @part.get("/assets/<name>")
    def asset(name: str) -> flask.Response:
        if name not in _ASSETS:
            flask.abort(404)
        return flask.send_file(node_modules / _ASSETS[name], max_age=3600)

    @part.get("/people")
    def everybody() -> flask.Response:
        return flask.jsonify([_person(mailbox) for mailbox in graph.mailboxes.values()])

    _add_event_routes(part, graph, lock)
    return part


def _add_event_routes(part: flask.Blueprint, graph: GraphService, lock: threading.Lock) -> None:
    def answer(oid: str, act: Callable[[Mailbox], Reply]) -> tuple[flask.Response, int]:
        with lock:
            mailbox = _mailbox(graph, oid)
            if mailbox is None:
                return flask.jsonify({"message": f"There is no mailbox of {oid}."}), 404
            try:
                return flask.jsonify(act(mailbox)), 200
            except GraphError as error:
                return flask.jsonify({"code": error.code, "message": error.message}), error.status

    @part.get("/people/<oid>/events")
    def events(oid: str) -> tuple[flask.Response, int]:
        return answer(oid, _events)

    @part.post("/people/<oid>/events")
    def create(oid: str) -> tuple[flask.Response, int]:
        sent = flask.request.get_json()
        return answer(oid, lambda mailbox: {"id": _create(mailbox, sent)})

    @part.patch("/people/<oid>/events/<event_id>")
    def edit(oid: str, event_id: str) -> tuple[flask.Response, int]:
        sent = flask.request.get_json()
        return answer(oid, lambda mailbox: {"id": _edit(mailbox, event_id, sent)})

    @part.delete("/people/<oid>/events/<event_id>")
    def delete(oid: str, event_id: str) -> tuple[flask.Response, int]:
        return answer(oid, lambda mailbox: _delete(mailbox, event_id))

    @part.post("/people/<oid>/events/<event_id>/<any(copy, accepted, tentativelyAccepted, declined):action>")
    def act(oid: str, event_id: str, action: str) -> tuple[flask.Response, int]:
        return answer(oid, lambda mailbox: _act(mailbox, event_id, action))


def _delete(mailbox: Mailbox, event_id: str) -> Reply:
    mailbox.delete(event_id)
    return {}


def _act(mailbox: Mailbox, event_id: str, action: str) -> Reply:
    if action == "copy":
        return {"id": mailbox.copy_event(event_id)}
    mailbox.respond(event_id, _RESPONSES[action])
    return {}


def _mailbox(graph: GraphService, oid: str) -> Mailbox | None:
    return next((mailbox for key, mailbox in graph.mailboxes.items() if key[1] == oid), None)


def _person(mailbox: Mailbox) -> dict[str, Any]:
    store = mailbox.store
    now = mailbox.office.now().astimezone(zone_info(store.zone)).replace(tzinfo=None)
    return {
        "oid": store.oid,
        "tid": store.tid,
        "name": store.name,
        "email": store.email,
        "zone": store.zone,
        "now": now.isoformat(timespec="seconds"),
    }


def _events(mailbox: Mailbox) -> list[dict[str, Any]]:
    start, end = _bound("start", mailbox), _bound("end", mailbox)
    return [
        _shown(mailbox, row["id"], calendar)
        for calendar in (PRIMARY, SECONDARY)
        for row in mailbox.events(start, end, calendar=calendar)
    ]


def _bound(name: str, mailbox: Mailbox) -> datetime:
    """Return a bound of the page's view, given as a wall clock time of the mailbox; a day's margin is harmless."""
    try:
        wall = datetime.fromisoformat(flask.request.args.get(name, "")).replace(tzinfo=None)
    except ValueError as error:
        raise bad_request("BadRequest", f"'{name}' must be a date and time.") from error
    margin = timedelta(days=1 if name == "end" else -1)
    return wall.replace(tzinfo=zone_info(mailbox.store.zone)).astimezone(UTC) + margin


def _shown(mailbox: Mailbox, event_id: str, calendar: str) -> dict[str, Any]:
    row = mailbox.event(event_id, Prefer(immutable=True, zone=mailbox.store.zone, text=True))
    return {
        "id": row["id"],
        "title": row["subject"],
        "start": row["start"]["dateTime"][:19],
        "end": row["end"]["dateTime"][:19],
        "allDay": row["isAllDay"],
        "place": row["location"]["displayName"],
        "text": row["body"]["content"],
        "sensitivity": row["sensitivity"],
        "showAs": row["showAs"],
        "attendees": [attendee["emailAddress"]["address"] for attendee in row["attendees"]],
        "organizer": row["organizer"]["emailAddress"]["address"],
        "isOrganizer": row["isOrganizer"],
        "isCancelled": row["isCancelled"],
        "response": row["responseStatus"]["response"],
        "type": row["type"],
        "seriesMasterId": row["seriesMasterId"],
        "calendar": calendar,
    }


def _create(mailbox: Mailbox, sent: dict[str, Any]) -> str:
    body = _as_graph(mailbox, sent)
    repeat = sent.get("repeat")
    if repeat in {"daily", "weekly"}:
        body["recurrence"] = _recurrence(repeat, datetime.fromisoformat(sent["start"]))
    return mailbox.create(body, calendar=sent.get("calendar", PRIMARY))


def _edit(mailbox: Mailbox, event_id: str, sent: dict[str, Any]) -> str:
    body = _as_graph(mailbox, sent)
    edited = mailbox.edit(event_id, body) if body else event_id
    if "calendar" in sent and sent["calendar"] != mailbox.place(edited):
        mailbox.move(edited, sent["calendar"])
    return edited


def _as_graph(mailbox: Mailbox, sent: dict[str, Any]) -> dict[str, Any]:
    """Return the page's members as Graph's; times are wall clock times in the mailbox's zone."""
    zone = mailbox.store.zone
    makers: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "title": ("subject", str),
        "start": ("start", lambda value: {"dateTime": value, "timeZone": zone}),
        "end": ("end", lambda value: {"dateTime": value, "timeZone": zone}),
        "allDay": ("isAllDay", bool),
        "place": ("location", lambda value: {"displayName": value}),
        "text": ("body", lambda value: {"contentType": "text", "content": value}),
        "sensitivity": ("sensitivity", str),
        "attendees": ("attendees", lambda value: [{"emailAddress": {"address": email}} for email in value]),
    }
    return {makers[name][0]: makers[name][1](value) for name, value in sent.items() if name in makers}


def _recurrence(repeat: str, start: datetime) -> dict[str, Any]:
    days = {"daysOfWeek": [_WEEKDAYS[start.weekday()]]} if repeat == "weekly" else {}
    return {
        "pattern": {"type": repeat, "interval": 1, **days},
        "range": {"type": "noEnd", "startDate": start.date().isoformat()},
    }
