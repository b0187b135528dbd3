"""What CaseFlow answers, and the refusals it raises on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; `body` is a JSON value, or None for an answer without a body."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: Any | None = None


class Refused(Exception):
    """A request CaseFlow does not carry out: HTTP status, machine-readable code, and the fault in words."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


class Outdated(Exception):
    """A write against a version that is no longer the newest; carries the event as it is now (412)."""

    def __init__(self, event: Document) -> None:
        super().__init__("If-Match does not name the newest version")
        self.event = event


def invalid(detail: str) -> Refused:
    """Make the 422 of a faulty request; `detail` names the member and the fault."""
    return Refused(422, "invalid_request", detail)


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> Answer:
    """Make an RFC 9457 answer with CaseFlow's `code`."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    return Answer(status, {"Content-Type": "application/problem+json", **(headers or {})}, body)


def etag_of(event: Document) -> str:
    """The entity tag of an event: its version in quotes."""
    return f'"{event["version"]}"'


def event_answer(status: int, event: Document) -> Answer:
    """Answer with an event and its entity tag."""
    return Answer(status, {"Content-Type": "application/json", "ETag": etag_of(event)}, event)
