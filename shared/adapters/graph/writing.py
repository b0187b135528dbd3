"""One write as a request inside a batch, and its answer as a verdict (design.md 5)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from shared.adapters.graph import answers, wire
from shared.adapters.graph.answers import Fault, Inner
from shared.adapters.graph.channel import PREFER
from shared.adapters.http import MALFORMED, reference_of, retry_after
from shared.core.errors import Retry
from shared.core.writes import CreateOutlook, OutlookResult, OutlookWrite, PatchOutlook, Verdict

_DUPLICATE = "ErrorDuplicateTransactionId"
_CONFLICT = "ErrorIrresolvableConflict"


def event_path(event_id: str) -> str:
    """The path of one event; ids hold `/`, `+` and `=`."""
    return f"/me/events/{quote(event_id, safe='')}"


def request_of(key: str, write: OutlookWrite) -> dict[str, Any]:
    """One write as a request of a batch."""
    if isinstance(write, CreateOutlook):
        return _request(key, "POST", "/me/calendar/events", wire.create_body(write), "")
    if isinstance(write, PatchOutlook):
        return _request(key, "PATCH", event_path(write.event_id), wire.patch_body(write), write.change_key)
    return _request(key, "DELETE", event_path(write.event_id), None, write.change_key)


def _request(key: str, method: str, path: str, body: dict[str, Any] | None, change_key: str) -> dict[str, Any]:
    headers = {"Prefer": PREFER}
    if change_key:
        headers["If-Match"] = f'W/"{change_key}"'
    request: dict[str, Any] = {"id": key, "method": method, "url": path, "headers": headers}
    if body is not None:
        headers["Content-Type"] = "application/json"
        request["body"] = body
    return request


def unknown(fault: Retry) -> OutlookResult:
    """The result of every write in a batch whose answer is lost."""
    return OutlookResult(Verdict.UNKNOWN, code=fault.code, reference=fault.reference, after_seconds=fault.after_seconds)


def result_of(inner: Inner | None) -> OutlookResult:
    """The verdict on one write; without an answer it is unknown."""
    if inner is None:
        return OutlookResult(Verdict.UNKNOWN, code="no_answer")
    if 200 <= inner.status < 300:
        return _done(inner)
    headers = inner.lower_headers
    fault = answers.fault_of(inner.raw)
    verdict = _verdict(inner.status, fault)
    unsure = verdict is Verdict.UNKNOWN
    return OutlookResult(
        verdict,
        existing_id=fault.existing_id if fault.code == _DUPLICATE else None,
        code=answers.unsure_code(inner.status, fault.code) if unsure else fault.code or f"http_{inner.status}",
        reference=fault.reference or reference_of(headers),
        after_seconds=retry_after(headers) if unsure else None,
    )


def _done(inner: Inner) -> OutlookResult:
    if inner.status == 204:
        return OutlookResult(Verdict.DONE)
    event = wire.outlook_event(inner.raw)
    if event is None:
        return OutlookResult(Verdict.UNKNOWN, code=MALFORMED, reference=reference_of(inner.lower_headers))
    return OutlookResult(Verdict.DONE, event=event)


def _verdict(status: int, fault: Fault) -> Verdict:
    if fault.code == answers.NO_MAILBOX or answers.is_unsure(status, fault.code):
        return Verdict.UNKNOWN
    if status == 412 or fault.code in {_DUPLICATE, _CONFLICT}:
        return Verdict.STALE
    if status == 404 and fault.code == answers.NOT_FOUND:
        return Verdict.GONE
    return Verdict.REFUSED
