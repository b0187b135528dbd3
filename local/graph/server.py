"""The stand-in over HTTP: Graph below `/v1.0`, and the mailboxes as pages for people."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import flask

from local.graph import people
from local.graph.batch import check_content_type
from local.graph.call import Answer, Caller
from local.graph.errors import GraphError, bad_request
from local.graph.gate import Gate
from local.graph.service import GraphService

NODE_MODULES = Path(__file__).parent.parent / "node_modules"
_METHODS = ["GET", "POST", "PATCH", "DELETE", "PUT"]


class InvalidToken(Exception):
    """A bearer token that Graph would refuse: the code inside its error, and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def create_app(
    graph: GraphService,
    authorize: Callable[[str], Caller],
    *,
    lock: threading.Lock | None = None,
    hold: Callable[[Caller], None] | None = None,
    node_modules: Path = NODE_MODULES,
) -> flask.Flask:
    """Return the WSGI application.

    `authorize` turns a bearer token into its caller or raises InvalidToken. Requests are performed one at a time
    under `lock`, which whoever reads `graph` from another thread holds too;
    `hold`, when given, is called while a request counts as under way and before it is performed, so that a test
    can have several at once.
    """
    app = flask.Flask(__name__, static_folder=str(Path(__file__).parent / "static"), static_url_path="/static")
    turn = lock or threading.Lock()
    app.register_blueprint(people.blueprint(graph, turn, node_modules))

    @app.route("/v1.0/<path:path>", methods=_METHODS)
    def graph_request(path: str) -> flask.Response:
        headers = _headers()
        try:
            caller = _caller(authorize, headers)
            with _under_way(graph, turn, caller) as gate:
                if hold is not None:
                    hold(caller)
                body = _body(headers)
                with turn:
                    beside = gate.under_way - 1 if gate else 0
                    method, url = flask.request.method, _url(path)
                    return _respond(graph.request(caller, method, url, headers, body, beside=beside))
        except GraphError as error:
            with turn:
                return _respond(graph.refuse(error, headers))

    return app


def _headers() -> dict[str, str]:
    """Return the headers by name; one that was sent several times is joined by commas."""
    sent: dict[str, str] = {}
    for name, value in flask.request.headers:
        key = name.lower()
        sent[key] = f"{sent[key]}, {value}" if key in sent else value
    return sent


def _caller(authorize: Callable[[str], Caller], headers: dict[str, str]) -> Caller:
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise _unauthorized("Access token is empty.")
    try:
        return authorize(token.strip())
    except InvalidToken as error:
        raise _unauthorized(f"{error.code}: {error.message}") from error


def _unauthorized(message: str) -> GraphError:
    challenge = 'Bearer realm="", error="invalid_token"'
    return GraphError(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": challenge})


@contextmanager
def _under_way(graph: GraphService, lock: threading.Lock, caller: Caller) -> Iterator[Gate | None]:
    """Count a request as one of the mailbox's at a time; raises GraphError 429 for the fifth (graph.md, Limits)."""
    mailbox = graph.mailboxes.get((caller.tid, caller.oid))
    if mailbox is None:
        yield None
        return
    with lock:
        mailbox.gate.enter()
    try:
        yield mailbox.gate
    finally:
        with lock:
            mailbox.gate.leave()


def _url(path: str) -> str:
    query = flask.request.query_string.decode()
    below = f"/{quote(path, safe='/$')}"
    return f"{below}?{query}" if query else below


def _body(headers: dict[str, str]) -> Any:
    raw = flask.request.get_data()
    if not raw:
        return None
    check_content_type(flask.request.method, headers, raw)
    try:
        return json.loads(raw)
    except ValueError as error:
        raise bad_request("BadRequest", "Unable to read JSON request payload.") from error


def _respond(answer: Answer) -> flask.Response:
    body = b"" if answer.body is None else json.dumps(answer.body, ensure_ascii=False).encode()
    return flask.Response(body, status=answer.status, headers=answer.headers)
