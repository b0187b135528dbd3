"""An `Http` that gives the answers of a script, in order, and keeps what it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shared.adapters.http import HttpAnswer
from shared.core.errors import SyncError


@dataclass
class Request:
    """One request; `body` is its JSON value."""

    method: str
    url: str
    headers: dict[str, str]
    body: Any


@dataclass
class Script:
    """Answers are statuses with JSON (or bytes) and headers, or errors to raise."""

    answers: list[HttpAnswer | SyncError]
    sent: list[Request] = field(default_factory=list)

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        self.sent.append(Request(method, url, dict(headers), None if body is None else msgspec.json.decode(body)))
        answer = self.answers.pop(0)
        if isinstance(answer, SyncError):
            raise answer
        return answer


def answer(status: int, body: Any = None, **headers: str) -> HttpAnswer:
    """An answer; header names with underscores."""
    raw = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
    return HttpAnswer(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)
