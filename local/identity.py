"""The managed identity endpoint of App Service (`IDENTITY_ENDPOINT`, `IDENTITY_HEADER`; azure.md 4)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, jsonify, request

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Response

API_VERSION = "2019-08-01"


@dataclass(frozen=True)
class IdentityToken:
    """A token for one resource and the UTC time at which it ends."""

    token: str
    expires_at: datetime


def create_app(secret: str, issue_token: Callable[[str, str | None], IdentityToken]) -> Flask:
    """Serve tokens at any path to callers that know `secret`.

    `issue_token(resource, client_id)` makes them; it raises `LookupError` for an identity that the app does
    not have. A wrong `X-IDENTITY-HEADER` is answered 401, a malformed request 400.
    """
    app = Flask(__name__, static_folder=None)

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def token(path: str) -> Response:  # noqa: ARG001 - any path serves, as the platform gives an opaque one
        if not hmac.compare_digest(request.headers.get("X-IDENTITY-HEADER", "").encode(), secret.encode()):
            return _fault(401, "X-IDENTITY-HEADER is missing or wrong; send the value of IDENTITY_HEADER")
        if request.args.get("api-version") != API_VERSION:
            return _fault(400, f"api-version must be {API_VERSION}")
        resource = request.args.get("resource", "")
        if not resource:
            return _fault(400, "resource is missing")
        client_id = request.args.get("client_id")
        try:
            return _answer(issue_token(resource, client_id), resource, client_id)
        except LookupError:
            return _fault(400, "No User Assigned or Delegated Managed Identity found for specified ClientId")

    return app


def _answer(issued: IdentityToken, resource: str, client_id: str | None) -> Response:
    return jsonify(
        access_token=issued.token,
        expires_on=str(int(issued.expires_at.timestamp())),
        resource=resource,
        token_type="Bearer",
        client_id=client_id or "system-assigned",
    )


def _fault(status: int, message: str) -> Response:
    answer = jsonify(statusCode=status, message=message)
    answer.status_code = status
    return answer
