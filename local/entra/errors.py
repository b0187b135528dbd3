"""Refusals with their AADSTS codes (Microsoft's reference of error codes; azure.md 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime


class Refusal(NamedTuple):
    """How one AADSTS code is answered."""

    status: int
    error: str
    text: str
    suberror: str = ""


_REFUSALS: dict[int, Refusal] = {
    50011: Refusal(
        400,
        "invalid_request",
        "The redirect URI specified in the request does not match the redirect URIs configured for the application.",
    ),
    50020: Refusal(400, "invalid_grant", "The user account does not exist in this tenant and cannot sign in."),
    50034: Refusal(400, "invalid_grant", "The user account does not exist in the directory."),
    50055: Refusal(400, "invalid_grant", "The password is expired.", "user_password_expired"),
    50057: Refusal(400, "invalid_grant", "The user account is disabled."),
    50058: Refusal(400, "login_required", "Session information is not sufficient for single-sign-on."),
    50076: Refusal(
        400,
        "invalid_grant",
        "Due to a configuration change made by your administrator, you must use multi-factor authentication.",
        "basic_action",
    ),
    50148: Refusal(400, "invalid_request", "The code_verifier of the authorization request is missing."),
    50173: Refusal(
        400,
        "invalid_grant",
        "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
        "bad_token",
    ),
    53003: Refusal(400, "invalid_grant", "Access has been blocked by Conditional Access policies.", "message_only"),
    54005: Refusal(
        400, "invalid_grant", "OAuth2 authorization code was already redeemed, please retry with a new code."
    ),
    65001: Refusal(
        400,
        "invalid_grant",
        "The user or administrator has not consented to use the application.",
        "consent_required",
    ),
    65004: Refusal(400, "access_denied", "User declined to consent to access the app."),
    70000: Refusal(400, "invalid_grant", "Provided grant is invalid or malformed."),
    70003: Refusal(400, "unsupported_grant_type", "The app requested an unsupported grant type."),
    70007: Refusal(400, "invalid_request", "The response_mode is not supported; use query."),
    70008: Refusal(400, "invalid_grant", "The provided authorization code or refresh token has expired."),
    70011: Refusal(400, "invalid_scope", "The provided value for the input parameter 'scope' is not valid."),
    70043: Refusal(
        400,
        "invalid_grant",
        "The refresh token has expired or is invalid due to sign-in frequency checks.",
        "token_expired",
    ),
    90014: Refusal(400, "invalid_request", "A required field is missing from the request."),
    90033: Refusal(503, "temporarily_unavailable", "A transient error has occurred. Please try again."),
    90055: Refusal(
        429,
        "temporarily_unavailable",
        "The server is terminating a user request due to excessive request rate.",
    ),
    90094: Refusal(
        400, "access_denied", "An administrator of the organization must grant the application its permissions."
    ),
    501481: Refusal(
        400,
        "invalid_grant",
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    ),
    700016: Refusal(400, "unauthorized_client", "The application was not found in the directory."),
    700027: Refusal(401, "invalid_client", "The certificate or federated assertion failed its verification."),
    700054: Refusal(400, "unsupported_response_type", "The response_type is not enabled; use code."),
    700082: Refusal(400, "invalid_grant", "The refresh token has expired due to inactivity.", "token_expired"),
    7000215: Refusal(401, "invalid_client", "Invalid client secret provided."),
    7000218: Refusal(
        401,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    7000222: Refusal(401, "invalid_client", "The provided client secret keys are expired."),
    9002325: Refusal(400, "invalid_request", "Proof Key for Code Exchange (code_challenge, method S256) is required."),
}


class EntraError(Exception):
    """A refused request. Carries the AADSTS code, the status and, when throttled, seconds to wait."""

    def __init__(self, code: int, detail: str = "", *, status: int | None = None, error: str = "") -> None:
        known = _REFUSALS.get(code, Refusal(400, "invalid_grant", "The request was refused."))
        self.code = code
        self.status = status or known.status
        self.error = error or known.error
        self.suberror = known.suberror
        self.description = f"AADSTS{code}: {known.text}{' ' + detail if detail else ''}"
        super().__init__(self.description)

    def body(self, at: datetime, trace_id: str, correlation_id: str) -> dict[str, Any]:
        """Return the JSON that the token endpoint sends."""
        stamp = at.strftime("%Y-%m-%d %H:%M:%SZ")
        tail = f" Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {stamp}"
        answer: dict[str, Any] = {
            "error": self.error,
            "error_description": self.description + tail,
            "error_codes": [self.code],
            "timestamp": stamp,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.code}",
        }
        return answer | ({"suberror": self.suberror} if self.suberror else {})
