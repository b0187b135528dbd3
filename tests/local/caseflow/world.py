"""A small firm in CaseFlow, and a client of its API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from local.caseflow.answers import Answer
from local.caseflow.service import CaseFlow

TOKEN = "service-token"
START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
MEDIA = {"POST": "application/json", "PATCH": "application/merge-patch+json"}


@dataclass
class Clock:
    """A clock that goes when told to."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class World:
    """A firm of two in New York with one matter, Ann on it."""

    clock: Clock = field(default_factory=Clock)
    path: str = ":memory:"

    def __post_init__(self) -> None:
        self.caseflow = CaseFlow(self.path, now=self.clock, service_token=TOKEN)
        self.firm = self.caseflow.add_firm("Reed & Marsh")["id"]
        self.ann = self.caseflow.add_staff(self.firm, "Ann Reed", "ann@reed.example", role="firm_admin")["id"]
        self.ben = self.caseflow.add_staff(self.firm, "Ben Marsh", "ben@reed.example")["id"]
        self.matter = self.caseflow.add_matter(self.firm, "Doe v. Roe", [self.ann], by=self.ann)["id"]

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Ask below the firm; header names with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        usual = {"Authorization": f"Bearer {TOKEN}", "X-Request-Id": "r1"}
        if method in MEDIA:
            usual["Content-Type"] = MEDIA[method]
        return self.caseflow.request(method, f"/firms/{self.firm}{path}", {**usual, **given}, body)

    def origin(self, **changes: str) -> dict[str, str]:
        return {"provider": "outlook", "mode": "sync", "staff_id": self.ann, "job_id": "job-1", **changes}

    def write(self, **changes: Any) -> dict[str, Any]:
        """A valid EventWrite."""
        return {
            "title": "Call",
            "start": "2026-03-05T10:00:00-05:00",
            "end": "2026-03-05T11:00:00-05:00",
            "all_day": False,
            "timezone": "America/New_York",
            "staff_ids": [self.ann],
            "origin": self.origin(),
            **changes,
        }

    def post(self, key: str = "k1", **changes: Any) -> Answer:
        return self.request("POST", "/events", self.write(**changes), Idempotency_Key=key)

    def patch(self, event_id: str, version: int, **changes: Any) -> Answer:
        body = {"origin": self.origin(), **changes}
        return self.request("PATCH", f"/events/{event_id}", body, If_Match=f'"{version}"')

    def changes(self, staff_id: str | None = None, **query: Any) -> Answer:
        return self.request("GET", f"/staff/{staff_id or self.ann}/changes?{urlencode(query)}")

    def snapshot(self, staff_id: str | None = None, since: str = "2026-03-02") -> tuple[list[dict[str, Any]], str]:
        """The items of a snapshot in one page, and the cursor after it."""
        answer = self.changes(staff_id, **{"from": since})
        assert answer.status == 200 and answer.body is not None
        return answer.body["items"], answer.body["next_cursor"]

    def since(self, cursor: str, staff_id: str | None = None) -> list[dict[str, Any]]:
        """The changes after a cursor."""
        answer = self.changes(staff_id, cursor=cursor)
        assert answer.status == 200 and answer.body is not None
        items: list[dict[str, Any]] = answer.body["items"]
        return items

    def event(self, **members: Any) -> str:
        """Let Ann make an event; return its id."""
        given = {name: value for name, value in self.write(**members).items() if name != "origin"}
        event_id: str = self.caseflow.create_event(self.firm, by=self.ann, **given)["id"]
        return event_id


def code(answer: Answer) -> tuple[int, str]:
    """Status and code of a problem."""
    assert answer.body is not None
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status, answer.body["code"]
