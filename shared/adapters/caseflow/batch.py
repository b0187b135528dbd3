"""`events:batch`: writes as operations, and its results as verdicts (design.md 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct

from shared.adapters.caseflow import wire
from shared.adapters.caseflow.problems import code_of
from shared.adapters.http import HttpAnswer, decoded, is_passing, passing_code, reference_of
from shared.core.errors import Retry
from shared.core.events import CaseflowEvent
from shared.core.writes import CaseflowResult, CaseflowWrite, CreateCaseflow, DeleteCaseflow, PatchCaseflow, Verdict
from shared.ports import Origin

BATCH_MAX = 90


class _Result(Struct, frozen=True):
    status: int
    body: Raw = Raw()


class _Results(Struct, frozen=True):
    results: list[_Result]


def body_of(writes: Sequence[CaseflowWrite], origin: Origin) -> bytes:
    """The request's body. Raises ValueError for more than 90 writes."""
    if len(writes) > BATCH_MAX:
        raise ValueError(f"CaseFlow is sent at most {BATCH_MAX} writes in one request, not {len(writes)}")
    return msgspec.json.encode({"operations": [_operation(write, origin) for write in writes]})


def _operation(write: CaseflowWrite, origin: Origin) -> dict[str, Any]:
    if isinstance(write, CreateCaseflow):
        return {"method": "POST", "idempotency_key": write.key, "body": wire.create_body(write, origin)}
    body = wire.patch_body(write, origin) if isinstance(write, PatchCaseflow) else {"origin": wire.origin_body(origin)}
    method = "DELETE" if isinstance(write, DeleteCaseflow) else "PATCH"
    return {"method": method, "event_id": write.event_id, "if_match": write.version, "body": body}


def unknown(fault: Retry) -> CaseflowResult:
    """The result of every write in a request whose answer is lost."""
    return CaseflowResult(
        Verdict.UNKNOWN, code=fault.code, reference=fault.reference, after_seconds=fault.after_seconds
    )


def results_of(writes: Sequence[CaseflowWrite], answer: HttpAnswer) -> list[CaseflowResult]:
    """One verdict a write, in order; what the answer leaves out is unknown. Raises Retry for another form."""
    reference = reference_of(answer.headers)
    told = decoded(answer.body, _Results, reference).results
    missing: list[_Result | None] = [None] * max(0, len(writes) - len(told))
    return [_result(write, one, reference) for write, one in zip(writes, [*told, *missing], strict=False)]


def _result(write: CaseflowWrite, told: _Result | None, reference: str | None) -> CaseflowResult:
    if told is None:
        return CaseflowResult(Verdict.UNKNOWN, code="no_answer", reference=reference)
    try:
        if 200 <= told.status < 300:
            return _done(write, told)
        if told.status == 412:
            return _overtaken(write, _event(told))
    except Retry as fault:
        return CaseflowResult(Verdict.UNKNOWN, code=fault.code, reference=reference)
    return _refused(told, reference)


def _done(write: CaseflowWrite, told: _Result) -> CaseflowResult:
    if isinstance(write, DeleteCaseflow):
        return CaseflowResult(Verdict.DONE)
    replayed = isinstance(write, CreateCaseflow) and told.status == 200
    return CaseflowResult(Verdict.DONE, event=_event(told), replayed=replayed)


def _overtaken(write: CaseflowWrite, event: CaseflowEvent) -> CaseflowResult:
    # A 412 that shows what was sent is the echo of our own first try (caseflow-api.yaml, events:batch).
    if isinstance(write, PatchCaseflow) and wire.holds(event, write):
        return CaseflowResult(Verdict.DONE, event=event)
    return CaseflowResult(Verdict.STALE, event=event)


def _event(told: _Result) -> CaseflowEvent:
    return wire.event(told.body)


def _refused(told: _Result, reference: str | None) -> CaseflowResult:
    code = code_of(told.body)
    if told.status == 401 or is_passing(told.status):
        return CaseflowResult(Verdict.UNKNOWN, code=code or passing_code(told.status), reference=reference)
    verdict = Verdict.GONE if told.status == 404 else Verdict.REFUSED
    fallback = "not_found" if told.status == 404 else f"http_{told.status}"
    return CaseflowResult(verdict, code=code or fallback, reference=reference)
