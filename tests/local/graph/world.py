"""A small Graph for these tests: two people of one firm, a clock that stands still, and short ways to ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.graph.service import Answer, Caller, GraphService, Mailbox, Switches

IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}
JSON = {"Content-Type": "application/json"}
LINK = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name link"
SPAN = "startDateTime=2026-11-24T00:00:00Z&endDateTime=2027-01-31T00:00:00Z"
WEEKLY = {
    "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]},
    "range": {"type": "numbered", "startDate": "2026-12-01", "numberOfOccurrences": 4},
}


@dataclass
class Clock:
    """A time that moves only when told; UTC."""

    time: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, span: timedelta) -> None:
        self.time += span


def at(day: int, hour: int = 9, *, month: int = 12, zone: str = "UTC") -> dict[str, str]:
    """Return a `dateTimeTimeZone` in 2026."""
    return {"dateTime": f"2026-{month:02d}-{day:02d}T{hour:02d}:00:00", "timeZone": zone}


def event(subject: str = "Lunch", day: int = 1, hour: int = 9, **members: Any) -> dict[str, Any]:
    """Return the body of an event of one hour in December 2026."""
    return {"subject": subject, "start": at(day, hour), "end": at(day, hour + 1), **members}


def link(value: str) -> list[dict[str, str]]:
    """Return one extended property, as the app writes it."""
    return [{"id": LINK, "value": value}]


@dataclass
class World:
    """The service, its clock, and the mailboxes of Ann (through whom requests come) and Bob."""

    switches: Switches = field(default_factory=Switches)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.graph = GraphService(now=self.clock, switches=self.switches)
        self.ann = self.graph.add_mailbox("firm", "ann", "ann@firm.example", "Ann", "America/New_York")
        self.bob = self.graph.add_mailbox("firm", "bob", "bob@firm.example", "Bob")

    def ask(
        self,
        method: str,
        url: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        mailbox: Mailbox | None = None,
    ) -> Answer:
        """Answer a request of Ann's, or of another mailbox's owner."""
        store = (mailbox or self.ann).store
        caller = Caller(store.tid, store.oid, frozenset({"Calendars.ReadWrite", "User.Read"}))
        return self.graph.request(caller, method, url, IMMUTABLE if headers is None else headers, body)

    def good(self, method: str, url: str, body: Any = None, **rest: Any) -> dict[str, Any]:
        """Return the body of an answer that must be a success with one."""
        answer = self.ask(method, url, body, **rest)
        assert answer.status < 300, answer
        assert answer.body is not None
        return answer.body

    def refused(self, method: str, url: str, body: Any = None, **rest: Any) -> tuple[int, str]:
        """Return status and Graph's code of an answer that must be a refusal."""
        answer = self.ask(method, url, body, **rest)
        assert answer.status >= 400, answer
        assert answer.body is not None
        return answer.status, answer.body["error"]["code"]

    def create(self, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Make an event through the API."""
        return self.good("POST", "/me/events", body or event())

    def round(self, url: str | None = None, page: int = 50) -> tuple[list[dict[str, Any]], str]:
        """Return all rows of a delta round and its delta link."""
        headers = {"Prefer": f'IdType="ImmutableId", odata.maxpagesize={page}'}
        target = url or f"/me/calendarView/delta?{SPAN}"
        rows: list[dict[str, Any]] = []
        while True:
            body = self.good("GET", target, headers=headers)
            rows.extend(body["value"])
            if "@odata.deltaLink" in body:
                return rows, body["@odata.deltaLink"]
            target = body["@odata.nextLink"]


def removed(rows: list[dict[str, Any]]) -> list[str]:
    """Return the ids that a round reports as removed."""
    return [row["id"] for row in rows if "@removed" in row]


def standing(rows: list[dict[str, Any]]) -> list[str]:
    """Return the ids that a round reports as there."""
    return [row["id"] for row in rows if "@removed" not in row]
