"""The host's HTTP side: the app's routes and the host's own `/admin` pages, as one WSGI application."""

from __future__ import annotations

import hmac
import http
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from azure.functions.meta import Datum

from local.host.errors import HostError
from local.host.http_shape import Request, Response, request_datum, response
from local.host.indexing import IndexedFunction
from local.host.invoking import Outcome
from local.host.routes import RouteTable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KEY_SETTING = "LOCAL_HOST_KEY"
_BODILESS = (204, 304)
_LOG = logging.getLogger("Host.Http")

Run = Callable[[IndexedFunction, Datum, str], "Future[Outcome]"]
RunByHand = Callable[[str, str], bool]


class WebApp:
    """Answers every request; `run` starts an HTTP function, `run_by_hand` any other by name and input.

    `key` (setting LOCAL_HOST_KEY) opens functions of a level other than anonymous; without one they stay
    shut. The `/admin` pages ask for it only where it is set, as local hosts ask for none.
    """

    def __init__(self, routes: RouteTable, run: Run, run_by_hand: RunByHand, key: str | None) -> None:
        self._routes = routes
        self._run = run
        self._run_by_hand = run_by_hand
        self._key = key

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        try:
            answer = self._answer(environ)
        except HostError:
            answer = Response(503)
        bodiless = answer.status in _BODILESS
        headers = list(answer.headers)
        if not bodiless:
            headers.append(("Content-Length", str(len(answer.body))))
        start_response(f"{answer.status} {_phrase(answer.status)}", headers)
        return [] if bodiless or environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _answer(self, environ: WSGIEnvironment) -> Response:
        request = read_request(environ)
        path = _path(environ)
        if path.lower().startswith("/admin/"):
            return self._admin(request, path)
        match = self._routes.match(request.method, path)
        if match is None:
            return Response(404)
        if not self._may_call(match.function, request):
            return Response(401)
        reason = "This function was programmatically called via the host APIs."
        outcome = self._run(match.function, request_datum(request, match.parameters), reason).result()
        if outcome.error is not None:
            return Response(500)
        try:
            return response(outcome.returned)
        except ValueError as error:
            _LOG.error("The response of '%s' cannot be sent: %s", match.function.name, error)
            return Response(500)

    def _may_call(self, function: IndexedFunction, request: Request) -> bool:
        level = str(function.trigger.get("authLevel") or "function").lower()
        return level == "anonymous" or (self._key is not None and self._has_key(request))

    def _has_key(self, request: Request) -> bool:
        given = dict(request.headers).get("x-functions-key", "")
        return hmac.compare_digest(given.encode(), (self._key or "").encode())

    def _admin(self, request: Request, path: str) -> Response:
        if self._key is not None and not self._has_key(request):
            return Response(401)
        parts = path.lower().strip("/").split("/")
        if parts == ["admin", "host", "status"]:
            return _json(200, {"id": "local", "state": "Running", "version": "4.0.0.0", "instanceId": "local"})
        if parts == ["admin", "host", "ping"]:
            return Response(200)
        if parts[:2] == ["admin", "functions"] and len(parts) == 3 and request.method == "POST":
            return self._start(path.strip("/").split("/")[2], request.body)
        return Response(404)

    def _start(self, name: str, body: bytes) -> Response:
        given = _input(body)
        if given is None:
            return _json(400, {"error": 'The body must be JSON of the form {"input": "..."}.'})
        return Response(202) if self._run_by_hand(name, given) else Response(404)


def read_request(environ: WSGIEnvironment) -> Request:
    """Return the request; its body only where Content-Length says there is one (azure.md 1.4)."""
    length = environ.get("CONTENT_LENGTH") or "0"
    sent = environ["wsgi.input"].read()
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return Request(
        method=environ["REQUEST_METHOD"],
        target=f"{environ['wsgi.url_scheme']}://{host}{_path(environ)}",
        query=environ.get("QUERY_STRING", ""),
        headers=tuple(_headers(environ)),
        body=sent if length.isdigit() and int(length) > 0 else b"",
    )


def _path(environ: WSGIEnvironment) -> str:
    raw: str = environ.get("PATH_INFO", "")
    return raw.encode("latin-1").decode(errors="replace")


def _headers(environ: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in environ.items():
        if name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if value:
                yield name.replace("_", "-").lower(), value
        elif name.startswith("HTTP_"):
            yield name[5:].replace("_", "-").lower(), value


def _input(body: bytes) -> str | None:
    if not body:
        return ""
    try:
        given = json.loads(body)
    except ValueError:
        return None
    found = given.get("input", "") if isinstance(given, dict) else None
    return found if isinstance(found, str) else None


def _json(status: int, value: Any) -> Response:
    return Response(status, (("Content-Type", "application/json"),), json.dumps(value).encode())


def _phrase(status: int) -> str:
    return http.HTTPStatus(status).phrase if status in list(http.HTTPStatus) else "Unknown"
