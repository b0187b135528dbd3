"""The files of `web/`, with their types, an ETag and a strict content policy."""

from __future__ import annotations

import functools
import hashlib
import html
from pathlib import Path
from string import Template

import azure.functions as func
from msgspec import Struct

from shared.boundary.answers import answer
from shared.boundary.problems import not_found

FOLDER = Path(__file__).resolve().parents[2] / "web"
PAGE = "settings.html"
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


class _File(Struct, frozen=True):
    body: bytes
    type: str
    etag: str


@functools.cache
def _files() -> dict[str, _File]:
    """Every file of `web/`, read once a process: only names found here are served."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in TYPES:
            found[path.name] = _file(path.read_bytes(), path.suffix)
    return found


def _file(body: bytes, suffix: str) -> _File:
    return _File(body, TYPES[suffix], f'"{hashlib.sha256(body).hexdigest()[:32]}"')


class PageValues(Struct, frozen=True):
    """What the page must know of this installation: two links, and the origins that may show it in a frame."""

    caseflow_app_url: str
    admin_consent_url: str
    frames: tuple[str, ...]


def page(request: func.HttpRequest, values: PageValues) -> func.HttpResponse:
    """The settings page with this installation's links."""
    text = Template(_files()[PAGE].body.decode()).substitute(
        caseflow_app_url=html.escape(values.caseflow_app_url), admin_consent_url=html.escape(values.admin_consent_url)
    )
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {' '.join(dict.fromkeys(values.frames))}"
    )
    return _served(request, _file(text.encode(), ".html"), {"Content-Security-Policy": policy})


def asset(request: func.HttpRequest, name: str) -> func.HttpResponse:
    """One script or style. Raises Problem 404."""
    found = _files().get(name)
    if found is None or name == PAGE:
        raise not_found("file")
    return _served(request, found, {})


def _served(request: func.HttpRequest, file: _File, headers: dict[str, str]) -> func.HttpResponse:
    merged = {"Cache-Control": "no-cache", "ETag": file.etag, **headers}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if file.etag in known:
        return answer(b"", file.type, status=304, headers=merged)
    return answer(file.body, file.type, headers=merged)
