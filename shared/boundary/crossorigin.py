"""CaseFlow's own pages may call this interface from their origin, and no other page may (product.md K3)."""

from __future__ import annotations

import azure.functions as func

from shared.boundary.answers import answer
from shared.boundary.callers import own_origins

AGE_SECONDS = 600
METHODS = "GET, POST, PUT"
HEADERS = "Authorization, Content-Type, X-Request-Id"


def allow(request: func.HttpRequest, response: func.HttpResponse) -> None:
    """Let a page of CaseFlow's origin read the answer; its cookie goes with the request."""
    origin = request.headers.get("origin")
    response.headers["Vary"] = "Origin"
    if origin and origin == own_origins()[1]:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Expose-Headers"] = "Retry-After, X-Request-Id"


def preflight() -> func.HttpResponse:
    """The answer to a browser that asks first; whether the origin is allowed is added to it as to every answer."""
    headers = {
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": HEADERS,
        "Access-Control-Max-Age": str(AGE_SECONDS),
    }
    return answer(b"", "text/plain", status=204, headers=headers)
