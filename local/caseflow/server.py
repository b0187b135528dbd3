"""CaseFlow as a local web application: the API for Outlook sync, session keys, and pages for people."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import flask

from local.caseflow import pages
from local.caseflow.answers import Answer, Refused, invalid, problem
from local.caseflow.service import CaseFlow
from local.caseflow.sessions import InvalidSession, Session, Sessions

COOKIE = "caseflow_session"
_TTL = timedelta(hours=12)
_AFTER_LOGIN = {"/calendar", "/side-by-side"}
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def create_app(
    caseflow: CaseFlow,
    sessions: Sessions,
    *,
    settings_url: str,
    outlook_url: Callable[[dict[str, Any]], str],
    node_modules: Path,
) -> flask.Flask:
    """Build the application.

    The API lies under `/api` (so `CASEFLOW_API_URL` is this server's address plus `/api`), the keys at
    `/.well-known/jwks.json`. `settings_url` is Outlook sync's settings page; `outlook_url` gives the page of a
    staff member's mailbox; `node_modules` holds fullcalendar and temporal-polyfill.
    """
    app = flask.Flask(__name__)
    app.url_map.merge_slashes = False
    packages = node_modules.resolve()
    app.register_blueprint(_machine(caseflow, sessions))
    app.register_blueprint(_doors(caseflow, sessions))
    app.register_blueprint(pages.blueprint(caseflow, _signed_in(sessions), settings_url, outlook_url))
    app.register_error_handler(Refused, lambda refusal: _response(_refused(refusal)))
    app.register_error_handler(InvalidSession, _to_login)
    app.register_error_handler(404, lambda _: _response(problem(404, "not_found", "There is nothing at this address.")))
    app.add_url_rule("/npm/<path:name>", "npm", lambda name: flask.send_from_directory(packages, name))
    return app


def _machine(caseflow: CaseFlow, sessions: Sessions) -> flask.Blueprint:
    part = flask.Blueprint("machine", __name__)

    @part.route("/api/<path:path>", methods=_METHODS)
    def api(path: str) -> flask.Response:
        request = flask.request
        url = f"/{quote(path, safe='/:')}?{request.query_string.decode('latin-1')}"
        return _response(caseflow.request(request.method, url, dict(request.headers), json_body()))

    @part.get("/.well-known/jwks.json")
    def jwks() -> dict[str, Any]:
        return sessions.jwks()

    return part


def _doors(caseflow: CaseFlow, sessions: Sessions) -> flask.Blueprint:
    part = flask.Blueprint("doors", __name__)

    def token(staff_id: str) -> str:
        staff = caseflow.staff_member(staff_id)
        return sessions.issue(staff["id"], staff["firm_id"], staff["role"], _TTL)

    @part.get("/")
    def choose() -> str:
        firms = [(firm, caseflow.staff(firm["id"])) for firm in caseflow.firms()]
        return flask.render_template("people.html", firms=firms)

    @part.post("/demo/login")
    def login() -> flask.Response:
        after = flask.request.form.get("next", "/calendar")
        if after not in _AFTER_LOGIN:
            raise invalid(f"`next` must be one of {', '.join(sorted(_AFTER_LOGIN))}.")
        answer = flask.make_response(flask.redirect(after, 303))
        session = token(flask.request.form.get("staff_id", ""))
        answer.set_cookie(COOKIE, session, max_age=_TTL, httponly=True, samesite="Lax", path="/")
        return answer

    @part.post("/demo/session")
    def session() -> dict[str, str]:
        body = json_body()
        if not isinstance(body, dict) or not isinstance(body.get("staff_id"), str):
            raise invalid("`staff_id` is missing: give the id of a staff member.")
        return {"token": token(body["staff_id"])}

    return part


def _signed_in(sessions: Sessions) -> Callable[[], Session]:
    def session() -> Session:
        return sessions.verify(flask.request.cookies.get(COOKIE, ""))

    return session


def json_body() -> Any | None:
    """Read the request's body as JSON, None when there is none. Raises Refused 422."""
    raw = flask.request.get_data()
    if not raw:
        return None
    try:
        return json.loads(raw, object_pairs_hook=_no_repeats, parse_float=_integral, parse_constant=_not_json)
    except (ValueError, RecursionError):
        raise invalid("The body is not JSON (RFC 8259, each member once).") from None


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("repeated member")
    return dict(pairs)


def _integral(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() else number


def _not_json(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")


def _refused(refusal: Refused) -> Answer:
    return problem(refusal.status, refusal.code, refusal.detail)


def _response(answer: Answer) -> flask.Response:
    text = "" if answer.body is None else json.dumps(answer.body)
    return flask.Response(text, answer.status, answer.headers)


def _to_login(fault: InvalidSession) -> flask.typing.ResponseReturnValue:
    if flask.request.path.startswith("/calendar/"):
        return _response(problem(401, "unauthorized", str(fault)))
    return flask.redirect("/", 303)
