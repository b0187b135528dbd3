"""The directory and its switches: accounts, revocation, expiry, keys, persistence."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Any, TypeVar

import jwt
import msgspec

from local.entra import tokens
from local.entra.model import CONSUMER_TENANT, AccessToken, Account, Claims, InvalidToken, State
from local.faults import Faults
from local.identity import IdentityToken

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

FEDERATION_AUDIENCE = "api://AzureADTokenExchange"
APP_TOKEN_LIFE = timedelta(hours=24)
REMEMBERED = timedelta(days=180)
Kept = TypeVar("Kept")


@dataclass
class Registration:
    """The app registration. A certificate is PEM; `federated_subjects` are managed identities' ids."""

    client_id: str
    client_secret: str
    redirect_uris: list[str]
    certificate: bytes | None = None
    federated_subjects: tuple[str, ...] = ()
    secret_expired: bool = False


class Entra:
    """One directory with one app registration.

    `now` gives UTC-aware times, `seed` fixes every id and lifetime. `scripted` lets an authorize address
    approve by itself (`login_hint=EMAIL&auto_approve=1`). `base_url` may be set once the port is known.
    `admin_consent_error` is the `error` that accompanies AADSTS90094 (its exact form is not documented).
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        seed: int = 0,
        base_url: str,
        client_id: str,
        client_secret: str,
        redirect_uris: list[str],
        scripted: bool = False,
        admin_consent_error: str = "access_denied",
    ) -> None:
        self.now = now
        self.base_url = base_url
        self.registration = Registration(client_id, client_secret, list(redirect_uris))
        self.scripted = scripted
        self.admin_consent_error = admin_consent_error
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        self.state = State()
        self.lock = threading.RLock()
        self._seed = seed
        self._signer: jwt.PyJWK | None = None

    def add_account(
        self,
        *,
        tid: str,
        oid: str,
        email: str,
        name: str,
        mailbox: bool = True,
        consumer: bool = False,
        disabled: bool = False,
        needs_admin_consent: bool = False,
    ) -> Account:
        """Add a person, or replace the one with the same `oid`. Consumers are in Microsoft's own tenant.

        They sign in at an authority that ends in `/common` or `/consumers`, not at `/organizations`.
        """
        account = Account(
            tid=CONSUMER_TENANT if consumer else tid,
            oid=oid,
            email=email,
            name=name,
            mailbox=mailbox,
            consumer=consumer,
            needs_admin_consent=needs_admin_consent,
            refusal=50057 if disabled else None,
        )
        with self.lock:
            self.state.accounts[oid] = account
        return account

    def remove_account(self, oid: str) -> None:
        """Delete a person from the directory: AADSTS50034 from then on, access tokens revoked."""
        with self.lock:
            self.state.accounts.pop(oid, None)
        self._revoke_access(oid)

    def account(self, oid: str) -> Account:
        """Return a person by object id. Raises `KeyError` for an unknown one."""
        return self.state.accounts[oid]

    def find_account(self, key: str) -> Account | None:
        """Return a person by object id or by e-mail address, whatever its case."""
        with self.lock:
            accounts = list(self.state.accounts.values())
        by_email = (account for account in accounts if account.email.lower() == key.lower())
        return self.state.accounts.get(key) or next(by_email, None)

    def verify_access_token(self, token: str) -> Claims:
        """Tell whom a Graph access token speaks for. Raises `InvalidToken`."""
        known = self._live(token)
        if known.audience != tokens.GRAPH:
            raise InvalidToken("unknown")
        return Claims(known.tid, known.oid, frozenset(tokens.graph_permissions(known.scopes)))

    def verify_app_token(self, token: str, resource: str) -> str:
        """Return the object id of the managed identity behind a token for `resource`. Raises `InvalidToken`."""
        known = self._live(token)
        if known.audience != resource:
            raise InvalidToken("unknown")
        return known.oid

    def issue_app_token(self, resource: str, client_id: str | None = None) -> IdentityToken:
        """Issue what a managed identity gets for `resource`, good for 24 hours (`client_id`: user-assigned)."""
        audience = resource.removesuffix("/.default").rstrip("/")
        subject = client_id or str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.base_url}/identity"))
        tenant = str(uuid.uuid5(uuid.NAMESPACE_URL, self.base_url))
        claims = {"aud": audience, "oid": subject, "sub": subject, "tid": tenant, "idtyp": "app"}
        expires = self.now() + APP_TOKEN_LIFE
        record = AccessToken(tid=tenant, oid=subject, audience=audience, scopes=[], expires=expires)
        return IdentityToken(self.issue(claims, record), expires)

    def issue(self, claims: dict[str, Any], record: AccessToken) -> str:
        """Sign an access token, in the form of v1 as Graph and Azurite know it, and remember it."""
        with self.lock:
            issuer = f"https://sts.windows.net/{record.tid}/"
            times = tokens.lifetime(self.now(), record.expires)
            token = self.sign({"iss": issuer, "uti": self.fresh("uti"), "ver": "1.0"} | claims | times)
            self._forget()
            self.state.access[token] = record
        return token

    def sign(self, claims: dict[str, Any]) -> str:
        """Sign claims with the newest key."""
        newest = self.signing_keys()[-1]
        if self._signer is None or self._signer.key_id != newest["kid"]:
            # Reading a private key takes 30 ms, signing with it one.
            self._signer = jwt.PyJWK.from_dict(newest)
        return tokens.sign(claims, self._signer)

    def signing_keys(self) -> list[dict[str, str]]:
        """Return the signing keys, private and oldest first; the first one is made when it is needed."""
        with self.lock:
            if not self.state.keys:
                self.state.keys.append(tokens.new_key(self.fresh("kid")[:16]))
            return list(self.state.keys)

    def fresh(self, kind: str) -> str:
        """Return an id that was never given before and that the seed alone decides."""
        with self.lock:
            self.state.issued += 1
            return hashlib.sha256(f"{self._seed}/{kind}/{self.state.issued}".encode()).hexdigest()

    def revoke(self, oid: str, *, access_tokens: bool = True) -> None:
        """Revoke a person's sign-ins: AADSTS50173 at the next refresh; access tokens too unless told not to."""
        self._spoil(oid, 50173)
        if access_tokens:
            self._revoke_access(oid)

    def disable(self, oid: str) -> None:
        """Disable a person: AADSTS50057 at sign-in and refresh, access tokens revoked."""
        self.refuse(oid, 50057)
        self._revoke_access(oid)

    def refuse(self, oid: str, code: int | None) -> None:
        """Answer every sign-in and refresh of a person with an AADSTS code; None ends it."""
        with self.lock:
            self.state.accounts[oid].refusal = code

    def withdraw_consent(self, oid: str) -> None:
        """Take the person's consent away: AADSTS65001 at the next refresh, access tokens revoked."""
        with self.lock:
            self.state.accounts[oid].consented.clear()
        self._revoke_access(oid)

    def approve_for_tenant(self, tid: str) -> None:
        """Grant the administrator's consent for everybody of a tenant."""
        with self.lock:
            for account in self.state.accounts.values():
                if account.tid == tid:
                    account.needs_admin_consent = False

    def expire_access_tokens(self) -> None:
        """Let every access token end now."""
        with self.lock:
            for token in self.state.access.values():
                token.expires = min(token.expires, self.now())

    def expire_refresh_tokens(self, oid: str) -> None:
        """Let a person's refresh tokens end as if unused for 90 days: AADSTS700082."""
        self._spoil(oid, 700082)

    def rotate_signing_key(self) -> None:
        """Sign with a new key from now on; the JWKS document keeps showing the old ones."""
        with self.lock:
            self.state.keys = [*self.signing_keys(), tokens.new_key(self.fresh("kid")[:16])]

    def dump(self) -> dict[str, Any]:
        """Return everything to keep over a restart, ready for JSON. It holds live tokens and a private key."""
        with self.lock:
            return dict(msgspec.to_builtins(self.state))

    def load(self, data: dict[str, Any]) -> None:
        """Take back what `dump` gave. Raises `msgspec.ValidationError` for anything else."""
        with self.lock:
            self.state = msgspec.convert(data, State)

    def _live(self, token: str) -> AccessToken:
        known = self.state.access.get(token)
        if known is None:
            raise InvalidToken("unknown")
        if known.revoked:
            raise InvalidToken("revoked")
        if known.expires <= self.now():
            raise InvalidToken("expired")
        return known

    def _spoil(self, oid: str, code: int) -> None:
        with self.lock:
            for token in self.state.refresh.values():
                if token.oid == oid:
                    token.refusal = code

    def _revoke_access(self, oid: str) -> None:
        with self.lock:
            for token in self.state.access.values():
                token.revoked = token.revoked or token.oid == oid

    def _forget(self) -> None:
        """Drop what ended long ago. The tables are in order of issue, so only their beginnings are looked at."""
        limit = self.now() - REMEMBERED
        _drop_first(self.state.codes, lambda code: code.issued < limit)
        _drop_first(self.state.refresh, lambda token: token.issued < limit)
        _drop_first(self.state.access, lambda token: token.expires < self.now() - APP_TOKEN_LIFE)


def _drop_first(table: dict[str, Kept], is_old: Callable[[Kept], bool]) -> None:
    for key in list(takewhile(lambda key: is_old(table[key]), table)):
        del table[key]
