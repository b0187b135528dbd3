"""CaseFlow: the contract's operations behind one `request`, and the operations that tests need."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from local.caseflow import api
from local.caseflow.answers import Answer, Refused, invalid, problem
from local.caseflow.calendars import CalendarActions
from local.caseflow.events import Behaviour
from local.caseflow.store import Store

__all__ = ["Answer", "Behaviour", "CaseFlow", "Refused"]


class CaseFlow(CalendarActions):
    """One CaseFlow installation; thread-safe.

    `path` is a SQLite file or `:memory:`; `now` gives aware UTC times; `seed` fixes the ids it gives out.
    `faults` is asked before every operation (each one of a batch too) with method and path: what it answers is
    answered instead. `behaviour` sets what the contract leaves open.
    """

    def __init__(
        self, path: str = ":memory:", *, now: Callable[[], datetime], seed: int = 0, service_token: str
    ) -> None:
        super().__init__(Store(path, seed), now, Behaviour())
        self.faults: Callable[[str, str], Answer | None] | None = None
        self._token = service_token
        self._throttle: tuple[int, int] = (0, 0)

    def request(self, method: str, url: str, headers: Mapping[str, str], body: Any | None) -> Answer:
        """Answer one API request; `url` is the contract's path with its query, `body` a JSON value."""
        parts = urlsplit(url)
        lower = {name.lower(): value for name, value in headers.items()}
        with self._lock:
            try:
                self._admit(lower)
                refused = self._throttled() or self._faulty(method, parts.path)
                return refused or api.dispatch(self._desk(), method, parts, lower, body)
            except Refused as refusal:
                return problem(refusal.status, refusal.code, refusal.detail)

    def _desk(self) -> api.Desk:
        return api.Desk(self._store, self.behaviour, self._now(), self._faulty)

    def _admit(self, headers: dict[str, str]) -> None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        known = hmac.compare_digest(token.encode(), self._token.encode())
        if scheme.lower() != "bearer" or not known:
            raise Refused(401, "unauthorized", "Give the service token as `Authorization: Bearer …`.")
        if not headers.get("x-request-id"):
            raise invalid("The header `X-Request-Id` is missing.")

    def _faulty(self, method: str, path: str) -> Answer | None:
        return self.faults(method, path) if self.faults else None

    def _throttled(self) -> Answer | None:
        count, retry_after = self._throttle
        if count == 0:
            return None
        self._throttle = (count - 1, retry_after)
        return problem(429, "throttled", "Too many requests.", {"Retry-After": str(retry_after)})

    # For tests

    def throttle(self, count: int, retry_after: int) -> None:
        """Answer the next `count` requests with 429 and `Retry-After` (seconds)."""
        with self._lock:
            self._throttle = (count, retry_after)

    def expire_cursors(self) -> None:
        """Expire every cursor given out so far: 410 `cursor_expired`."""
        with self._lock:
            self._store.new_timeline(self._store.meta("timeline") + 1, None)

    def backup(self) -> bytes:
        """Copy everything CaseFlow holds."""
        with self._lock:
            return self._store.backup()

    def restore(self, backup: bytes) -> None:
        """Go back to a backup.

        Cursors given out since answer 410, events made since are `not_found`, versions and idempotency keys are
        those of the backup (rule C4).
        """
        with self._lock:
            timeline = self._store.meta("timeline") + 1
            self._store.restore(backup)
            accepted = (self._store.meta("timeline"), self._store.meta("serial"))
            self._store.new_timeline(timeline, accepted)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._store.close()
