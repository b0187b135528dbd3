"""Errors as a caller sees them: RFC 9457 problem details with our codes (sync-api.md, Errors)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from msgspec import Struct

from shared.core import errors, messages

RETRY_AFTER_SECONDS = 5


class ProblemDetails(Struct, frozen=True):
    """The body of every error answer."""

    type: str
    title: str
    status: int
    code: str
    detail: str


class Problem(Exception):
    """An answer that is an error. `extra` holds further members of the body, `headers` further headers."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The members of the problem, the standard ones first."""
        title = HTTPStatus(self.status).phrase
        standard = {"type": "about:blank", "title": title, "status": self.status, "code": self.code}
        return {**standard, "detail": self.detail, **self.extra}


def invalid(detail: str) -> Problem:
    """A request that is refused for what it says; `detail` names the member."""
    return Problem(422, "invalid_request", detail)


def not_found(what: str) -> Problem:
    """Not there, or another's: a caller cannot tell which (product.md, always true 10)."""
    return Problem(404, "not_found", f"There is no such {what}.")


def changed_since(review: Mapping[str, Any]) -> Problem:
    """A decision about what is no longer there; the refreshed item stands beside it as `review`."""
    return Problem(409, "changed_since", messages.message("changed_since").text, extra={"review": review})


_STATUS: tuple[tuple[type[errors.SyncError], int], ...] = (
    (errors.Retry, 503),
    (errors.Expired, 503),
    (errors.NotEligible, 403),
    (errors.Inactive, 403),
    (errors.Gone, 404),
    (errors.Stale, 409),
    (errors.Reconnect, 409),
    (errors.Rejected, 409),
)


_NOT_FOUND = "There is no such thing here, or it is somebody else's."


def of_sync_error(error: errors.SyncError) -> Problem:
    """The problem that stands for an error of the engine, with a plain sentence for its code."""
    status = next((number for kind, number in _STATUS if isinstance(error, kind)), 500)
    code = "not_found" if status == 404 else error.code
    sentence = _sentence(error)
    headers = {}
    if status == 503:
        wished = getattr(error, "after_seconds", None)
        headers["Retry-After"] = str(max(1, math.ceil(wished or RETRY_AFTER_SECONDS)))
    extra = {"reference": error.reference} if error.reference else {}
    return Problem(status, code, sentence, extra=extra, headers=headers)


def _sentence(error: errors.SyncError) -> str:
    if isinstance(error, errors.Gone):
        return _NOT_FOUND
    if isinstance(error, errors.Rejected) and error.code not in messages.codes():
        return f"The change was refused, with the code {error.code}."
    return messages.message(error.code).text
