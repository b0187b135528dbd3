"""What Entra's refusals mean for us (azure.md 5, Microsoft's reference of AADSTS codes)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shared.core.errors import Reconnect, Retry

_CODE = re.compile(r"AADSTS(\d+)")
_ADMIN_CONSENT = {90094, 90095}
_NOT_ALLOWED = {50020, 90072, 500200}
_RECONNECT: dict[str, set[int]] = {
    "consent_withdrawn": {65001},
    "admin_consent_required": _ADMIN_CONSENT,
    "password_expired": {50055, 50144},
    "sign_in_required": {50072, 50074, 50076, 50078, 50079, 50158, 53004, 70043},
    "account_disabled": {50057, 50034, 51004, 16000, 50105},
    "blocked_by_policy": {53000, 53001, 53002, 53003, 50131, 530032, 530035, 53011, 530003, 65005, 700016, 500011},
    "account_not_allowed": _NOT_ALLOWED,
}
_OURS = {7000215, 7000222, 700027, 70002, 7000218, 700005, 50011, 70011, 7000112}
_PASSING = {90033, 90006, 90012, 90024, 90055, 90090, 50033, 50087, 50196}
_BY_AADSTS = {number: code for code, numbers in _RECONNECT.items() for number in numbers}
_OUR_FAULT = {"invalid_client", "unauthorized_client", "invalid_scope", "invalid_request"}
_INTERACTION = {"interaction_required", "login_required", "consent_required"}


def codes_of(answer: Mapping[str, Any]) -> list[int]:
    """The AADSTS numbers of an answer: from `error_codes`, else from the text, most telling first."""
    listed = [int(code) for code in answer.get("error_codes") or [] if str(code).isdigit()]
    return listed or [int(number) for number in _CODE.findall(str(answer.get("error_description", "")))]


def callback_code(answer: Mapping[str, Any]) -> str:
    """The contract's callback code for a refused sign-in: by number first, then by `error`."""
    numbers, error = set(codes_of(answer)), answer.get("error")
    if 65004 in numbers:
        return "access_denied"
    if numbers & (_ADMIN_CONSENT | {65001}) or error == "consent_required":
        return "admin_consent_required"
    if numbers & _NOT_ALLOWED:
        return "account_not_allowed"
    return "access_denied" if error == "access_denied" and not numbers else "provider_error"


def refresh_error(answer: Mapping[str, Any]) -> Reconnect | Retry:
    """The error of a refused refresh: the user's to mend, ours, or passing."""
    reference, numbers, error = answer.get("correlation_id"), codes_of(answer), str(answer.get("error", ""))
    if set(numbers) & _PASSING or error == "temporarily_unavailable":
        return Retry("sign_in_unavailable", reference=reference)
    for number in numbers:
        if number in _BY_AADSTS:
            return Reconnect(_BY_AADSTS[number], reference=reference)
    if set(numbers) & _OURS or error in _OUR_FAULT:
        return Retry("app_registration", reference=reference)
    if error in _INTERACTION:
        return Reconnect("sign_in_required", reference=reference)
    if error == "invalid_grant":
        return Reconnect("sign_in_expired", reference=reference)
    return Retry("sign_in_unavailable", reference=reference)
