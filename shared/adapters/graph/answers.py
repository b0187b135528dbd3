"""Graph's envelopes: pages, batches and error bodies, and what an error means to the caller (graph.md, "Limits")."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from shared.adapters.http import (
    HttpAnswer,
    is_passing,
    passing_code,
    reference_of,
    refuse_passing,
    retry_after,
    safe_code,
)
from shared.core.errors import Expired, Reconnect, Rejected, Retry

NO_MAILBOX = "MailboxNotEnabledForRESTAPI"
NOT_FOUND = "ErrorItemNotFound"
_PASSING_CODES = frozenset({"MailboxInfoStale", "ErrorServerBusy", "ErrorMailboxStoreUnavailable"})
_EXPIRED_CODES = frozenset({"syncstateinvalid", "syncstatenotfound", "resyncrequired"})
_EXISTING = "@event.existingEventId"


class Page(Struct, frozen=True):
    """One page of a collection; the links are whole URLs and never taken apart."""

    value: list[Raw] = []
    next_link: str | None = field(default=None, name="@odata.nextLink")
    delta_link: str | None = field(default=None, name="@odata.deltaLink")


class Inner(Struct, frozen=True):
    """One answer inside a batch."""

    id: str
    status: int
    headers: dict[str, Any] | None = None
    body: Raw = Raw()

    @property
    def lower_headers(self) -> dict[str, str]:
        """The headers, names in lower case."""
        return {name.lower(): str(value) for name, value in (self.headers or {}).items()}

    @property
    def raw(self) -> bytes:
        """The body's JSON; empty where there is none."""
        return bytes(self.body)


class Batch(Struct, frozen=True):
    """The answer to a `$batch`, in any order."""

    responses: list[Inner]


class _InnerError(Struct, frozen=True):
    request_id: str | None = field(default=None, name="request-id")
    existing: str | None = field(default=None, name=_EXISTING)


class _Error(Struct, frozen=True, rename="camel"):
    code: str | None = None
    inner_error: _InnerError | None = None
    existing: str | None = field(default=None, name=_EXISTING)


class _ErrorBody(Struct, frozen=True):
    error: _Error
    existing: str | None = field(default=None, name=_EXISTING)


class Fault(Struct, frozen=True):
    """What an error body says: Graph's code, the request id, the event an earlier create had made. No free text."""

    code: str = ""
    reference: str | None = None
    existing_id: str | None = None


def fault_of(body: bytes) -> Fault:
    """The fault in an error body; an empty one where it is not Graph's form."""
    try:
        told = msgspec.json.decode(body, type=_ErrorBody)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Fault()
    inner = told.error.inner_error or _InnerError()
    return Fault(
        code=safe_code(told.error.code),
        reference=safe_code(inner.request_id) or None,
        existing_id=told.error.existing or inner.existing or told.existing,
    )


def is_unsure(status: int, code: str) -> bool:
    """True if nobody can say whether the request was done: never read it as "not done" (design.md 5)."""
    return status in {401, 424} or is_passing(status) or code in _PASSING_CODES


def unsure_code(status: int, code: str) -> str:
    """The code to keep for an unsure answer."""
    return code or passing_code(status)


def is_unknown(status: int, body: bytes) -> bool:
    """True if Graph says that the event asked for is not there; a missing mailbox proves nothing."""
    return status == 404 and fault_of(body).code == NOT_FOUND


def is_no_series(status: int, body: bytes) -> bool:
    """True if Graph refuses to list instances for good: the event is no series (any more)."""
    return status == 400 and fault_of(body).code not in _PASSING_CODES


def refuse(answer: HttpAnswer) -> None:
    """Raise what an answer other than 2xx means: Retry, Expired, Reconnect or Rejected."""
    if 200 <= answer.status < 300:
        return
    fault = fault_of(answer.body)
    reference = fault.reference or reference_of(answer.headers)
    refuse_passing(answer, reference)
    if fault.code in _PASSING_CODES:
        raise Retry(fault.code, after_seconds=retry_after(answer.headers), reference=reference)
    if answer.status == 410 or fault.code.lower() in _EXPIRED_CODES:
        raise Expired(fault.code or "gone", reference=reference)
    refuse_for_user(answer.status, fault.code, reference)
    raise Rejected(fault.code or f"http_{answer.status}", reference=reference)


def refuse_for_user(status: int, code: str, reference: str | None) -> None:
    """Raise Reconnect where only the user can help: no mailbox, access withdrawn (K3)."""
    if code == NO_MAILBOX:
        raise Reconnect("no_mailbox", reference=reference)
    if status == 403:
        raise Reconnect("access_denied", reference=reference)
