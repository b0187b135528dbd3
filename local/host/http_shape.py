"""The shape in which HTTP requests reach Python and responses leave it (azure.md 1.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.cookies import Morsel, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote

from azure.functions.meta import Datum

_NO_HEADER = ("content-length", "transfer-encoding")  # the server sets these itself


@dataclass(frozen=True)
class Request:
    """A request as it came; `target` is scheme, host and decoded path; header names in any case."""

    method: str
    target: str
    query: str
    headers: Iterable[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Response:
    """What goes back to the client."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def request_datum(request: Request, parameters: Mapping[str, str]) -> Datum:
    """Return the request as the host sends it to the worker, with the reductions the host makes."""
    url = f"{request.target}?{request.query}" if request.query else request.target
    value = {
        "method": _text(request.method),
        "url": _text(url),
        "headers": _texts(_joined(request.headers, lower=True)),
        "query": _texts(query_values(request.query)),
        "params": _texts(parameters),
        "body": Datum(request.body, "bytes"),
    }
    return Datum(value, "http")


def query_values(query: str) -> dict[str, str]:
    """Return the query's members: repeated ones joined with a comma, empty ones dropped."""
    members = _joined(parse_qsl(query, keep_blank_values=True), lower=False)
    return {name: value for name, value in members.items() if value}


def response(returned: Datum | None) -> Response:
    """Return the response for an HTTP function's encoded return value.

    Raises ValueError for a cookie the host could not pass on (`Max-Age` no number, `Expires` malformed).
    """
    if returned is None or returned.type not in ("http", "string"):
        return Response(500)
    if returned.type == "string":
        return Response(200, (("Content-Type", "text/plain; charset=utf-8"),), returned.value.encode())
    value: Mapping[str, Any] = returned.value
    headers = [(name, datum.value) for name, datum in value["headers"].items()]
    headers = [(name, text) for name, text in headers if name.lower() not in _NO_HEADER]
    for cookie in value["cookies"] or ():
        headers.extend(("Set-Cookie", set_cookie(morsel)) for morsel in _morsels(cookie))
    return Response(int(value["status_code"].value), tuple(headers), value["body"].value)


def set_cookie(morsel: Morsel[str]) -> str:
    """Return a `Set-Cookie` value as ASP.NET writes it: the value percent-encoded, attributes in its order."""
    parts = [f"{morsel.key}={quote(morsel.value, safe='-_.~')}"]
    if morsel["expires"]:
        parts.append(f"expires={format_datetime(_expiry(morsel['expires']), usegmt=True)}")
    if morsel["max-age"] != "":
        parts.append(f"max-age={int(float(morsel['max-age']))}")
    parts.extend(f"{name}={morsel[name]}" for name in ("domain", "path") if morsel[name])
    if morsel["secure"]:
        parts.append("secure")
    if morsel["samesite"].lower() in ("lax", "strict", "none"):
        parts.append(f"samesite={morsel['samesite'].lower()}")
    if morsel["httponly"]:
        parts.append("httponly")
    return "; ".join(parts)


def _expiry(text: str) -> datetime:
    return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)


def _morsels(cookie: SimpleCookie) -> Iterable[Morsel[str]]:
    return cookie.values()


def _joined(pairs: Iterable[tuple[str, str]], *, lower: bool) -> dict[str, str]:
    """Join the values of equal names with a comma; names are equal in any case, the first spelling stays."""
    spelling: dict[str, str] = {}
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        key = name.lower()
        spelling.setdefault(key, key if lower else name)
        values.setdefault(key, []).append(value)
    return {spelling[key]: ",".join(found) for key, found in values.items()}


def _text(value: str) -> Datum:
    return Datum(value, "string")


def _texts(values: Mapping[str, str]) -> dict[str, Datum]:
    return {name: _text(value) for name, value in values.items()}
