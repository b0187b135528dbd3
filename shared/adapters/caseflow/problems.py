"""CaseFlow's problem answers (RFC 9457) as our errors."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from shared.adapters.http import HttpAnswer, reference_of, refuse_passing, safe_code
from shared.core.errors import Expired, Gone, Rejected, Retry


class _Problem(Struct, frozen=True):
    code: str = ""


def code_of(body: bytes | msgspec.Raw) -> str:
    """The machine-readable code of a problem; "" where there is none."""
    try:
        return safe_code(msgspec.json.decode(body, type=_Problem).code)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def refuse(answer: HttpAnswer) -> None:
    """Raise what an answer other than 2xx means: Retry, Gone, Expired or Rejected."""
    if 200 <= answer.status < 300:
        return
    refuse_passing(answer)
    code = code_of(answer.body)
    reference = reference_of(answer.headers)
    if answer.status == 401:
        # The service token is operations' to mend; no user could, so no mailbox is switched off for it.
        raise Retry("caseflow_unauthorized", reference=reference)
    if answer.status == 404:
        # Only `gone` is a proof (C4); a 404 of a proxy is none.
        raise Gone(code or "not_found", reference=reference)
    if answer.status == 410:
        raise Expired(code or "cursor_expired", reference=reference)
    raise Rejected(code or f"http_{answer.status}", reference=reference)
