"""CaseFlow's calendar API: the port `Caseflow` (caseflow-api.yaml)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode

from msgspec import Struct

from shared.adapters.caseflow import batch, wire
from shared.adapters.caseflow.problems import code_of, refuse
from shared.adapters.http import Http, HttpAnswer
from shared.core.errors import Gone, Inactive, Retry
from shared.core.events import CaseflowEvent
from shared.core.writes import CaseflowResult, CaseflowWrite
from shared.ports import ChangePage, Firm, Origin, Staff

FIRM_AGE = timedelta(seconds=60)
PAGE_SIZE = 500


class _Copy(Struct, frozen=True):
    firm: Firm
    etag: str
    read_at: datetime


class CaseflowClient:
    """Implements `Caseflow`. `token` is the service token; firms are kept 60 seconds, in this process."""

    def __init__(
        self, http: Http, base_url: str, token: str, *, now: Callable[[], datetime], new_id: Callable[[], str]
    ) -> None:
        self._http = http
        self._base = base_url.rstrip("/")
        self._token = token
        self._now = now
        self._new_id = new_id
        self._firms: dict[str, _Copy] = {}
        self._lock = Lock()

    def firm(self, firm_id: str) -> Firm:
        """The firm, from a copy at most 60 seconds old. Raises Gone, Retry, Rejected."""
        with self._lock:
            copy = self._firms.get(firm_id)
        now = self._now()
        if copy and timedelta(0) <= now - copy.read_at < FIRM_AGE:
            return copy.firm
        answer = self._get(f"/firms/{_part(firm_id)}", {"If-None-Match": copy.etag} if copy and copy.etag else {})
        fresh = self._fresh(firm_id, copy, answer, now)
        with self._lock:
            self._firms[firm_id] = fresh
        return fresh.firm

    def _fresh(self, firm_id: str, copy: _Copy | None, answer: HttpAnswer, now: datetime) -> _Copy:
        if answer.status == 304 and copy:
            return _Copy(copy.firm, copy.etag, now)
        try:
            refuse(answer)
        except Gone:
            with self._lock:
                self._firms.pop(firm_id, None)
            raise
        return _Copy(wire.firm(answer.body), answer.headers.get("etag", ""), now)

    def staff(self, firm_id: str, staff_id: str) -> Staff:
        """One staff member, read now. Raises Gone, Retry, Rejected."""
        answer = self._get(f"/firms/{_part(firm_id)}/staff/{_part(staff_id)}")
        refuse(answer)
        return wire.staff(answer.body)

    def changes(self, firm_id: str, staff_id: str, cursor: str | None, since: date | None) -> ChangePage:
        """A page of the change feed. Raises Expired, Inactive, Retry, Rejected; ValueError without any start."""
        query: dict[str, Any] = {"limit": PAGE_SIZE}
        if cursor is not None:
            query["cursor"] = cursor
        elif since is not None:
            query["from"] = since.isoformat()
        else:
            raise ValueError("changes needs a cursor, or the date from which a snapshot is wanted")
        answer = self._get(f"/firms/{_part(firm_id)}/staff/{_part(staff_id)}/changes?{urlencode(query)}")
        code = code_of(answer.body)
        if (answer.status, code) in {(403, "staff_inactive"), (404, "staff_not_found")}:
            raise Inactive(code)
        refuse(answer)
        return wire.page(answer.body)

    def event(self, firm_id: str, event_id: str) -> CaseflowEvent:
        """One event as it is now. Raises Gone with `gone` or `not_found`, Retry, Rejected."""
        answer = self._get(f"/firms/{_part(firm_id)}/events/{_part(event_id)}")
        refuse(answer)
        return wire.event(answer.body)

    def write(self, firm_id: str, writes: Sequence[CaseflowWrite], origin: Origin) -> list[CaseflowResult]:
        """At most 90 writes in one request; a lost answer is UNKNOWN for all. Raises Gone, Rejected for the whole."""
        if not writes:
            return []
        body = batch.body_of(writes, origin)
        try:
            answer = self._send(
                "POST", f"/firms/{_part(firm_id)}/events:batch", {"Content-Type": "application/json"}, body
            )
            refuse(answer)
            return batch.results_of(writes, answer)
        except Retry as fault:
            return [batch.unknown(fault)] * len(writes)

    def _get(self, path: str, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        return self._send("GET", path, headers or {}, None)

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        told = {
            "Authorization": f"Bearer {self._token}",
            "X-Request-Id": self._new_id(),
            "Accept": "application/json, application/problem+json",
            **headers,
        }
        return self._http.send(method, self._base + path, headers=told, body=body)


def _part(text: str) -> str:
    return quote(text, safe="")
