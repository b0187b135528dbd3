"""A firm of the stand-in behind the client; every request of the client is kept."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from local.caseflow.service import CaseFlow
from shared.adapters.caseflow.client import CaseflowClient
from shared.adapters.http import HttpAnswer
from shared.core.events import CaseflowEvent, Content, timed
from shared.core.policy import Mode
from shared.core.writes import CaseflowResult, CaseflowWrite, CreateCaseflow
from shared.ports import Origin
from tests.faces import CASEFLOW_URL, CaseflowHttp

NOW = datetime(2026, 11, 24, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
HEARING = Content("Hearing", timed(NOW + HOUR, NOW + 2 * HOUR, "America/New_York"), "Court 3", "<p>Bring file</p>")


@dataclass
class Request:
    """One request as the client sent it."""

    method: str
    url: str
    headers: dict[str, str]
    body: Any


@dataclass
class World:
    """A firm with two staff members and one matter; `lost` answers are received by nobody."""

    at: datetime = NOW
    sent: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.caseflow = CaseFlow(now=lambda: self.at, service_token="token")
        self.firm = self.caseflow.add_firm("Reed & Marsh")["id"]
        self.ann = self.caseflow.add_staff(self.firm, "Ann Reed", "ann@reed.example", role="firm_admin")["id"]
        self.ben = self.caseflow.add_staff(self.firm, "Ben Marsh", "ben@reed.example")["id"]
        self.matter = self.caseflow.add_matter(self.firm, "Doe v. Roe", [self.ann], by=self.ann)["id"]
        self.origin = Origin(Mode.SYNC, self.ann, "job-1")
        self._http = CaseflowHttp(self.caseflow)
        ids = itertools.count()
        self.client = CaseflowClient(
            self, CASEFLOW_URL, "token", now=lambda: self.at, new_id=lambda: f"request-{next(ids)}"
        )

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        self.sent.append(Request(method, url, dict(headers), None if body is None else msgspec.json.decode(body)))
        return self._http.send(method, url, headers=headers, body=body)

    def create(self, key: str = "key-1", content: Content = HEARING, **members: Any) -> CreateCaseflow:
        """A create for Ann."""
        return CreateCaseflow(key, content, (self.ann,), **members)

    def one(self, write: CaseflowWrite) -> CaseflowResult:
        """The result of one write."""
        return self.client.write(self.firm, [write], self.origin)[0]

    def made(self, **members: Any) -> CaseflowEvent:
        """An event that the sync made."""
        event = self.one(self.create(**members)).event
        assert event is not None
        return event

    def everything(self) -> tuple[list[Any], str]:
        """What a snapshot from today holds, and the cursor after it."""
        page = self.client.changes(self.firm, self.ann, None, NOW.date())
        return [*page.events, *page.mirrors, *page.removed], page.next_cursor
