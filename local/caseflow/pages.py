"""The calendar that CaseFlow's users see, and the page that shows it beside Outlook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask

from local.caseflow.answers import Document, Refused
from local.caseflow.service import CaseFlow
from local.caseflow.sessions import Session

_Actions = dict[str, Callable[..., Any]]


def blueprint(
    caseflow: CaseFlow,
    session: Callable[[], Session],
    settings_url: str,
    outlook_url: Callable[[dict[str, Any]], str],
) -> flask.Blueprint:
    """Build the pages; `session` tells who is signed in."""
    part = flask.Blueprint("pages", __name__)
    creators, editors, deleters = _actions(caseflow)

    @part.get("/calendar")
    def calendar() -> str:
        me = caseflow.staff_member(session().staff_id)
        firm = caseflow.firm(me["firm_id"])
        return flask.render_template("calendar.html", me=me, firm=firm, settings_url=settings_url)

    @part.get("/side-by-side")
    def side_by_side() -> str:
        me = caseflow.staff_member(session().staff_id)
        people = [one for one in caseflow.staff(me["firm_id"]) if one["active"]]
        urls = {"settings_url": settings_url, "outlook_url": outlook_url(me)}
        return flask.render_template("side_by_side.html", me=me, people=people, **urls)

    @part.get("/calendar/data")
    def data() -> Document:
        return _data(caseflow, session())

    @part.post("/calendar/<any(event, task, deadline):kind>")
    def create(kind: str) -> Any:
        who = session()
        return creators[kind](who.firm_id, by=who.staff_id, **_members())

    @part.patch("/calendar/<any(event, task, deadline):kind>/<item_id>")
    def edit(kind: str, item_id: str) -> Any:
        who = session()
        _check_access(caseflow, who, kind, item_id)
        return editors[kind](item_id, by=who.staff_id, **_members())

    @part.delete("/calendar/<any(event, task, deadline):kind>/<item_id>")
    def delete(kind: str, item_id: str) -> tuple[str, int]:
        who = session()
        _check_access(caseflow, who, kind, item_id)
        deleters[kind](item_id, by=who.staff_id)
        return "", 204

    return part


def _actions(caseflow: CaseFlow) -> tuple[_Actions, _Actions, _Actions]:
    creators: _Actions = {
        "event": caseflow.create_event,
        "task": caseflow.create_task,
        "deadline": caseflow.create_deadline,
    }
    editors: _Actions = {
        "event": caseflow.edit_event,
        "task": caseflow.edit_task,
        "deadline": caseflow.edit_deadline,
    }
    deleters: _Actions = {
        "event": caseflow.delete_event,
        "task": caseflow.delete_task,
        "deadline": caseflow.delete_deadline,
    }
    return creators, editors, deleters


def _data(caseflow: CaseFlow, who: Session) -> Document:
    firm_id = who.firm_id
    return {
        "categories": caseflow.firm(firm_id)["event_categories"],
        "staff": [{name: one[name] for name in ("id", "name", "active")} for one in caseflow.staff(firm_id)],
        "matters": caseflow.matters(firm_id),
        "event": [event for event in caseflow.events(firm_id) if _visible(event, who)],
        "task": caseflow.tasks(firm_id),
        "deadline": caseflow.deadlines(firm_id),
    }


def _visible(event: Document, who: Session) -> bool:
    """`visibility = private` is shown to the event's own staff alone."""
    return event["visibility"] == "firm" or who.staff_id in event["staff_ids"]


def _check_access(caseflow: CaseFlow, who: Session, kind: str, item_id: str) -> None:
    if all(item["id"] != item_id for item in _data(caseflow, who)[kind]):
        raise Refused(404, "not_found", f"There is no {kind} {item_id!r} on the firm's calendar: reload the page.")


def _members() -> dict[str, Any]:
    # Only a script of this origin can send JSON with the cookie, so no other site can write here.
    body = flask.request.get_json()
    if not isinstance(body, dict) or {"by", "firm_id"} & body.keys():
        raise Refused(422, "invalid_request", "The body must be an object of the item's members.")
    return body
