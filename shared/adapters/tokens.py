"""Access tokens of connections, by MSAL, with the refresh tokens in Key Vault only (B7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from msgspec import Struct

from shared.adapters.entra import SCOPES, EntraClients, talking, token_cache
from shared.adapters.entra_errors import refresh_error
from shared.adapters.http import Http, HttpAnswer
from shared.adapters.vault import Kept, Vault
from shared.core.errors import Reconnect, SyncError

SPARE = timedelta(minutes=5)


class _Access(Struct, frozen=True):
    token: str
    until: datetime


class Watched:
    """An Http of one mailbox that tells `refused` of every 401, so that no refused token is used again."""

    def __init__(self, http: Http, refused: Callable[[], None]) -> None:
        self._http = http
        self._refused = refused

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        """Send one request. Raises as the Http behind it."""
        answer = self._http.send(method, url, headers=headers, body=body)
        if answer.status == 401:
            self._refused()
        return answer


class VaultTokens:
    """The port Tokens. An access token is remembered in this process until 5 minutes before it ends."""

    def __init__(self, vault: Vault, clients: EntraClients, now: Callable[[], datetime]) -> None:
        self._vault = vault
        self._clients = clients
        self._now = now
        self._remembered: dict[str, _Access] = {}
        self._refused: set[str] = set()
        self._locks: dict[str, Lock] = {}
        self._guard = Lock()

    def keep(self, secret: str, cache: str) -> None:
        """Store the token cache of a new connection. Raises Retry."""
        self._vault.put(secret, cache)

    def access(self, secret: str) -> str:
        """A token good for at least a few minutes. Raises Reconnect, or Retry."""
        if token := self._recall(secret):
            return token
        with self._lock_of(secret):
            return self._recall(secret) or self._renew(secret)

    def refused(self, secret: str) -> None:
        """Graph answered 401: the next `access` asks Entra for another token, which mends it or says what is wrong."""
        with self._guard:
            self._remembered.pop(secret, None)
            self._refused.add(secret)

    def drop(self, secret: str) -> None:
        """Delete the secret, and purge it where allowed. Raises Retry while either is still to be done."""
        with self._guard:
            self._remembered.pop(secret, None)
            self._refused.discard(secret)
            self._locks.pop(secret, None)
        self._vault.drop(secret)

    def _recall(self, secret: str) -> str | None:
        known = self._remembered.get(secret)
        return known.token if known and self._now() < known.until else None

    def _lock_of(self, secret: str) -> Lock:
        with self._guard:
            return self._locks.setdefault(secret, Lock())

    def _renew(self, secret: str) -> str:
        kept, force = self._read(secret), secret in self._refused
        answer, cache = self._ask(kept, force=force)
        if answer.get("error") == "invalid_grant":
            # Another process may have rotated the refresh token since; its successor lies in the vault.
            newer = self._read(secret)
            if newer.version != kept.version:
                kept = newer
                answer, cache = self._ask(kept, force=force)
        if "access_token" not in answer:
            raise refresh_error(answer)
        if cache.has_state_changed:
            self._store(secret, kept, cache.serialize())
        return self._remember(secret, answer)

    def _read(self, secret: str) -> Kept:
        kept = self._vault.get(secret)
        if kept is None:
            raise Reconnect("token_missing")
        return kept

    def _ask(self, kept: Kept, *, force: bool) -> tuple[dict[str, Any], Any]:
        """MSAL's answer from the stored cache: the token in it while it lasts, else a refreshed one."""
        cache = token_cache(kept.value)
        client = self._clients.client(cache)
        with talking():
            account = next(iter(client.get_accounts()), None)
            answer = client.acquire_token_silent_with_error(SCOPES, account, force_refresh=force)
        if answer is None:
            raise Reconnect("token_missing")
        return answer, cache

    def _store(self, secret: str, kept: Kept, cache: str) -> None:
        """Store the rotated token before anything is done with the answer (B7), then shut the version before it."""
        self._vault.put(secret, cache)
        try:
            self._vault.disable(secret, kept.version)
        except SyncError:
            return  # the old version ends with the secret; a second try is not worth a failed job

    def _remember(self, secret: str, answer: dict[str, Any]) -> str:
        token = str(answer["access_token"])
        lasts = timedelta(seconds=int(answer.get("expires_in", 0)))
        with self._guard:
            self._remembered[secret] = _Access(token, self._now() + lasts - SPARE)
            self._refused.discard(secret)
        return token
