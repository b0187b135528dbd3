"""A scripted API behind the real page: the files come from the app's own code with their real headers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import azure.functions as func
from playwright.sync_api import Page, Route, expect

from shared.boundary import pages
from shared.boundary.problems import Problem

BASE = "https://sync.example.com"
ROOT = "/api/outlook/"
PAGE = f"{BASE}{ROOT}settings"
CASEFLOW = "https://app.caseflow.example"
CONSENT = "https://login.microsoftonline.com/organizations/v2.0/adminconsent?client_id=c-1&scope=s"
VALUES = pages.PageValues(CASEFLOW, CONSENT, (BASE, CASEFLOW))

COUNTS = {"created": 0, "updated": 0, "removed": 0, "unchanged": 0, "skipped": 0}
PREFERENCES = {"sync_enabled": True, "calendar_events": True, "tasks": True, "deadlines": True}


def job(**members: Any) -> dict[str, Any]:
    """A finished job with three events pulled, unless told otherwise."""
    usual = {
        "id": "j-1",
        "kind": "sync",
        "state": "succeeded",
        "started_at": "2026-11-24T15:40:02Z",
        "finished_at": "2026-11-24T15:40:05Z",
        "progress": {"done": 3, "total": 3},
        "result": {
            "pulled": {**COUNTS, "created": 2, "updated": 1},
            "pushed": {**COUNTS, "updated": 4},
            "reviews_opened": 0,
        },
        "error": None,
        "message": None,
        "skipped": {},
    }
    return {**usual, **members}


def status(**members: Any) -> dict[str, Any]:
    """A connected staff member with whom all is well, unless told otherwise."""
    usual = {
        "availability": "available",
        "connection": "connected",
        "account_email": "dana.ortiz@harbor-law.example",
        "sync": "idle",
        "preferences": dict(PREFERENCES),
        "last_sync": job(),
        "last_success_at": "2026-11-24T15:40:05Z",
        "next_sync_at": "2026-11-24T15:45:00Z",
        "error": None,
        "import": None,
        "reviews_open": 0,
        "set_aside": 0,
        "not_fully_masked": 0,
    }
    return {**usual, **members}


DISCONNECTED = status(
    connection="disconnected", account_email=None, last_sync=None, last_success_at=None, next_sync_at=None
)


@dataclass
class Script:
    """What the API answers: `answers` maps "METHOD path" to (status, body), or to a list of them in turn."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def bodies(self, what: str) -> list[Any]:
        """The bodies of every request of one kind, in order."""
        return [body for name, body in self.asked if name == what]

    def _answer(self, what: str) -> tuple[int, Any]:
        planned = self.answers[what]
        if isinstance(planned, list):
            planned = planned.pop(0) if len(planned) > 1 else planned[0]
        code, body = planned
        return code, body

    def serve(self, route: Route) -> None:
        """Answer one request of the browser."""
        request = route.request
        path = urlsplit(request.url).path.removeprefix(ROOT)
        if path == "settings" or path.startswith("assets/"):
            _file(route, path)
            return
        resolved = "state=resolved" in urlsplit(request.url).query
        what = f"{request.method} {path}{'?state=resolved' if resolved else ''}"
        body = request.post_data_json if request.post_data else None
        self.asked.append((what, body))
        code, answer = self._answer(what)
        kind = "application/json" if code < 400 else "application/problem+json"
        route.fulfill(status=code, content_type=kind, body=json.dumps(answer))


def _file(route: Route, path: str) -> None:
    request = func.HttpRequest("GET", route.request.url, headers={}, params={}, route_params={}, body=b"")
    try:
        if path == "settings":
            answer = pages.page(request, VALUES)
        else:
            answer = pages.asset(request, path.removeprefix("assets/"))
    except Problem as problem:
        route.fulfill(status=problem.status, body=problem.code)
        return
    headers = {**dict(answer.headers), "Content-Type": f"{answer.mimetype}; charset=utf-8"}
    route.fulfill(status=answer.status_code, headers=headers, body=answer.get_body())


def script(shown: dict[str, Any], **answers: Any) -> Script:
    """A script with a status, three jobs and no reviews; `answers` add to it or replace."""
    usual: dict[str, Any] = {
        "GET status": (200, shown),
        "GET jobs": (200, {"jobs": [job(id="j-3", kind="manual"), job(id="j-2")]}),
        "GET reviews": (200, {"reviews": []}),
        "GET reviews?state=resolved": (200, {"reviews": []}),
    }
    return Script({**usual, **answers})


def open_page(page: Page, played: Script, query: str = "") -> None:
    """Open the settings page on a script, and wait until it has shown a first answer."""
    page.route(f"{BASE}/**", played.serve)
    page.goto(PAGE + query)
    expect(page.locator("#line-text")).not_to_have_text("Loading…", timeout=10_000)
