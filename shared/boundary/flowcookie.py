"""The cookie that binds a sign-in to the browser that began it (product.md B2)."""

from __future__ import annotations

import azure.functions as func

from shared import compose
from shared.boundary.callers import cookie

NAME = "outlook_flow"
SECONDS_MAX = 600


def read(request: func.HttpRequest) -> str | None:
    """What the browser brought back, or None."""
    return cookie(request, NAME)


def put(response: func.HttpResponse, value: str) -> None:
    """Give the cookie to the browser; `value` is URL-safe (azure.md 1.4)."""
    response.headers.add("Set-Cookie", _cookie(value, SECONDS_MAX))


def end(response: func.HttpResponse) -> None:
    """Take the cookie away: a flow is used once."""
    response.headers.add("Set-Cookie", _cookie("", 0))


def _cookie(value: str, seconds: int) -> str:
    secure = "; Secure" if compose.settings().public_base_url.startswith("https:") else ""
    # Lax, not Strict: Microsoft's redirect back is a navigation from another site
    return f"{NAME}={value}; Max-Age={seconds}; Path=/api/outlook; HttpOnly; SameSite=Lax{secure}"
