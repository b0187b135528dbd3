"""Who is calling: the session token, from where it came, and what its role may do (sync-api.md, Who is calling)."""

from __future__ import annotations

from urllib.parse import urlsplit

import azure.functions as func

from shared import compose
from shared.boundary.problems import Problem, not_found
from shared.core.session import Session, Unauthorized

SESSION_COOKIE = "caseflow_session"
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def origin_of(url: str) -> str:
    """The origin of an absolute URL, as browsers send it."""
    parts = urlsplit(url)
    port = parts.port
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


def own_origins() -> tuple[str, str]:
    """The origins of this app and of CaseFlow's."""
    settings = compose.settings()
    return origin_of(settings.public_base_url), origin_of(settings.caseflow_app_url)


def cookie(request: func.HttpRequest, name: str) -> str | None:
    """The value of one cookie, or None; a malformed neighbour does not hide it."""
    pairs = (part.strip().partition("=") for part in request.headers.get("cookie", "").split(";"))
    return next((value for key, _, value in pairs if key == name), None)


def _unauthorized() -> Problem:
    detail = "Sign in to CaseFlow first: this needs a valid CaseFlow session token."
    return Problem(401, "unauthorized", detail, headers={"WWW-Authenticate": 'Bearer realm="outlook-sync"'})


def _bearer(request: func.HttpRequest) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _check_origin(request: func.HttpRequest) -> None:
    if request.method.upper() in CHANGING and request.headers.get("origin") not in own_origins():
        detail = "A changing request with the session cookie must come from CaseFlow's or this app's own pages."
        raise Problem(403, "origin_mismatch", detail)


def caller(request: func.HttpRequest) -> Session:
    """The session of a request. Raises Problem 401, or 403 `origin_mismatch` for a forged cookie request."""
    token = _bearer(request)
    by_cookie = None if "authorization" in request.headers else cookie(request, SESSION_COOKIE)
    if not (token or by_cookie):
        raise _unauthorized()
    try:
        session = compose.sessions().verify(token or by_cookie or "")
    except Unauthorized:
        raise _unauthorized() from None
    if token is None:
        _check_origin(request)
    return session


def check_role(session: Session, roles: frozenset[str]) -> None:
    """Refuse a role that may not use an endpoint. Raises Problem 403."""
    if session.role not in roles:
        raise Problem(403, "role_not_allowed", f"The role {session.role} may not do this.")


def own_or_firm(session: Session, staff_id: str | None) -> str | None:
    """Whose objects a list shows: the caller's own, for a firm admin the firm's (None) or one colleague's.

    Raises Problem 404 where somebody else asks for a colleague's.
    """
    if session.role == "firm_admin":
        return staff_id
    if staff_id not in (None, session.staff_id):
        raise not_found("staff member")
    return session.staff_id
