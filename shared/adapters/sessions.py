"""CaseFlow's session tokens: JWTs checked against its published keys (sync-api.md, azure.md 6)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import jwt

from shared.adapters.http import Http
from shared.core.errors import Retry, SyncError
from shared.core.session import ROLES, Session, Unauthorized

AUDIENCE = "outlook-sync"
KEEP = timedelta(seconds=300)
COOL_DOWN = timedelta(seconds=30)
LEEWAY_SECONDS = 30


class Sessions:
    """Verifies session tokens. Keys are kept 300 seconds and asked for at most every 30; old ones serve meanwhile."""

    def __init__(self, http: Http, jwks_url: str, issuer: str, now: Callable[[], datetime]) -> None:
        self._http = http
        self._url = jwks_url
        self._issuer = issuer
        self._now = now
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched: datetime | None = None
        self._tried: datetime | None = None
        self._lock = Lock()

    def verify(self, token: str) -> Session:
        """The session of a token. Raises Unauthorized, or Retry while no keys can be had."""
        try:
            claims = jwt.decode(
                token,
                self._key(str(jwt.get_unverified_header(token).get("kid", ""))),
                algorithms=["RS256", "ES256"],
                audience=AUDIENCE,
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise Unauthorized(type(error).__name__) from error
        return _session(claims)

    def _key(self, kid: str) -> jwt.PyJWK:
        known = self._keys.get(kid)
        if known is not None and self._is_fresh():
            return known
        # One caller asks for keys; the others go on with the key at hand, or wait if it is unknown.
        if not self._lock.acquire(blocking=known is None) and known is not None:
            return known
        try:
            return self._looked_up(kid)
        finally:
            self._lock.release()

    def _is_fresh(self) -> bool:
        return self._fetched is not None and self._now() - self._fetched < KEEP

    def _looked_up(self, kid: str) -> jwt.PyJWK:
        if kid not in self._keys or not self._is_fresh():
            self._refetch()
        if self._fetched is None:
            raise Retry("caseflow_keys_unavailable")
        if kid not in self._keys:
            raise Unauthorized("unknown_key")
        return self._keys[kid]

    def _refetch(self) -> None:
        if self._tried is not None and self._now() - self._tried < COOL_DOWN:
            return
        self._tried = self._now()
        try:
            answer = self._http.send("GET", self._url, headers={"accept": "application/json"}, body=None)
            if answer.status != 200:
                return
            keys = jwt.PyJWKSet.from_dict(json.loads(answer.body)).keys
        except (SyncError, ValueError, jwt.PyJWTError):
            return  # the keys at hand go on serving
        self._keys = {key.key_id: key for key in keys if key.key_id}
        self._fetched = self._now()


def _session(claims: dict[str, Any]) -> Session:
    staff_id, firm_id, role = claims.get("sub"), claims.get("firm_id"), claims.get("role")
    if not (isinstance(staff_id, str) and staff_id and isinstance(firm_id, str) and firm_id):
        raise Unauthorized("no_subject")
    if role not in ROLES:
        raise Unauthorized("unknown_role")
    return Session(staff_id, firm_id, role)
