"""What the directory remembers: accounts, codes and tokens. All times are UTC-aware."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

CONSUMER_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"


class Account(msgspec.Struct, kw_only=True):
    """A person who can sign in. `refusal` is the AADSTS code that every sign-in and refresh gets."""

    tid: str
    oid: str
    email: str
    name: str
    mailbox: bool = True
    consumer: bool = False
    needs_admin_consent: bool = False
    refusal: int | None = None
    consented: list[str] = msgspec.field(default_factory=list)


class AuthorizationCode(msgspec.Struct, kw_only=True):
    """A code handed to the redirect URI; good once, for ten minutes."""

    oid: str
    client_id: str
    redirect_uri: str
    scopes: list[str]
    challenge: str
    nonce: str | None
    issued: datetime
    used: bool = False


class RefreshToken(msgspec.Struct, kw_only=True):
    """A refresh token; its use gives a new one and leaves this one good, as Entra does."""

    oid: str
    client_id: str
    scopes: list[str]
    issued: datetime
    refusal: int | None = None


class AccessToken(msgspec.Struct, kw_only=True):
    """An access token for Graph, or for another resource when it belongs to an application."""

    tid: str
    oid: str
    audience: str
    scopes: list[str]
    expires: datetime
    revoked: bool = False


class State(msgspec.Struct, kw_only=True):
    """Everything that survives a restart. `issued` numbers what was handed out, so that nothing repeats."""

    issued: int = 0
    keys: list[dict[str, str]] = msgspec.field(default_factory=list)
    accounts: dict[str, Account] = msgspec.field(default_factory=dict)
    codes: dict[str, AuthorizationCode] = msgspec.field(default_factory=dict)
    refresh: dict[str, RefreshToken] = msgspec.field(default_factory=dict)
    access: dict[str, AccessToken] = msgspec.field(default_factory=dict)


@dataclass(frozen=True)
class Claims:
    """Whom an access token speaks for, and the delegated permissions it carries."""

    tid: str
    oid: str
    scopes: frozenset[str]


Reason = Literal["unknown", "expired", "revoked"]


class InvalidToken(Exception):
    """A resource must refuse this token; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"the access token is {reason}; get a new one")
        self.reason = reason
