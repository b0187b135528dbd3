"""A mailbox of the stand-in behind the client, a person who uses it, and requests to send."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.graph.service import Answer, Caller, GraphService
from local.graph.switches import Switches
from shared.adapters.graph.client import GraphMailbox
from shared.adapters.http import HttpAnswer
from shared.core.events import Content, Span, timed
from shared.core.links import transaction_id
from shared.core.marks import Stamp
from shared.core.mask import Projection, project
from shared.core.policy import Mask
from shared.core.writes import CreateOutlook, DeleteOutlook, OutlookResult, OutlookWrite, PatchOutlook
from tests.faces import GRAPH_URL, GraphHttp

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
START, END = NOW - timedelta(days=1), NOW + timedelta(days=700)
CALLER = Caller("tid", "oid", frozenset({"Calendars.ReadWrite"}))
HOUR = timedelta(hours=1)
PLAIN = Content(
    title="Lunch", span=timed(NOW + HOUR, NOW + 2 * HOUR, "America/New_York"), place="Cafe", text="<p>x</p>"
)


def span(hours: int = 1, zone: str = "America/New_York") -> Span:
    """An hour that begins `hours` from now."""
    return timed(NOW + hours * HOUR, NOW + (hours + 1) * HOUR, zone)


def local(year: int, month: int, day: int, hour: int) -> datetime:
    """A wall clock time, as a person's acts take it."""
    return datetime(year, month, day, hour)  # noqa: DTZ001 - its zone is told beside it


def create(link: str = "link-1", content: Content = PLAIN, mask: Mask = Mask.NONE, attempt: int = 0) -> CreateOutlook:
    """A create as the flows make it."""
    stamp = Stamp("1.1", 1, {"title": "abc"})
    return CreateOutlook(project(content, mask), transaction_id(link, attempt), link, stamp)


def patch(event_id: str, change_key: str, **members: Any) -> PatchOutlook:
    """An update of the named members."""
    return PatchOutlook(event_id, change_key, Projection(Mask.NONE, **members), "link-1", Stamp("1.2", 2, {}))


@dataclass
class World:
    """One mailbox in one Graph; every request of the client is kept in `sent`."""

    switches: Switches = field(default_factory=Switches)
    sent: list[tuple[str, str]] = field(default_factory=list)
    token: str = "good"

    def __post_init__(self) -> None:
        self.graph = GraphService(now=lambda: NOW, switches=self.switches)
        self.mailbox = self.graph.add_mailbox("tid", "oid", "ann@firm.example", "Ann Reed")
        self._http = GraphHttp(self.graph, {"good": CALLER}.get)
        ids = itertools.count()
        self.client = GraphMailbox(self, GRAPH_URL, lambda: self.token, new_id=lambda: f"request-{next(ids)}")

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        self.sent.append((method, url))
        return self._http.send(method, url, headers=headers, body=body)

    def one(self, write: OutlookWrite) -> OutlookResult:
        """The result of one write."""
        return self.client.write([write])[0]

    def made(self, write: CreateOutlook | None = None) -> tuple[str, str]:
        """Id and change key of an event that we made."""
        event = self.one(write or create()).event
        assert event is not None
        return event.id, event.change_key

    def delete(self, event_id: str, change_key: str = "") -> OutlookResult:
        """The result of a deletion."""
        return self.one(DeleteOutlook(event_id, change_key))

    def fault_once(self, answer: Answer, *paths: str) -> None:
        """Answer the next request whose path holds one of `paths` with `answer`."""
        left = [answer]

        def faults(caller: Caller, method: str, path: str) -> Answer | None:
            return left.pop() if left and any(part in path for part in paths) else None

        self.graph.faults = faults


def error(status: int, code: str, headers: dict[str, str] | None = None) -> Answer:
    """Graph's error answer."""
    inner = {"request-id": "ref-1", "date": "2026-11-24T09:00:00"}
    return Answer(status, headers or {}, {"error": {"code": code, "message": "secret words", "innerError": inner}})
