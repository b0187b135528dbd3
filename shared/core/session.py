"""Who is calling (sync-api.md, "Who is calling")."""

from __future__ import annotations

from msgspec import Struct

ROLES = frozenset({"staff", "firm_admin", "support"})


class Unauthorized(Exception):
    """No session token, or one that does not hold; `reason` says why, for our log, never the token itself."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Session(Struct, frozen=True):
    """A verified session; `role` is one of ROLES."""

    staff_id: str
    firm_id: str
    role: str
