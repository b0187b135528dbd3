"""Answers of the HTTP functions, with the headers that every one of them carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import azure.functions as func
import msgspec

from shared.boundary.problems import Problem

SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
}
NO_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'"


def answer(
    body: bytes, mimetype: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    """An answer with the safe headers; `headers` are added to them or replace them."""
    merged = {**SAFE_HEADERS, "Content-Security-Policy": NO_CONTENT_POLICY, **(headers or {})}
    return func.HttpResponse(body, status_code=status, headers=merged, mimetype=mimetype)


def json_answer(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> func.HttpResponse:
    """A value as JSON; times are RFC 3339 in UTC."""
    return answer(msgspec.json.encode(value), "application/json", status=status, headers=headers)


def problem_answer(problem: Problem) -> func.HttpResponse:
    """A problem as application/problem+json."""
    body = msgspec.json.encode(problem.body())
    return answer(body, "application/problem+json", status=problem.status, headers=problem.headers)


def redirect(url: str) -> func.HttpResponse:
    """A 302 to `url`."""
    return answer(b"", "text/plain", status=302, headers={"Location": url})
