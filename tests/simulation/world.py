"""The world of the simulation and of the engine's stories: both calendars, the store and the clock, in one process."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from local.caseflow.service import CaseFlow
from local.graph.mailbox import Mailbox
from local.graph.service import Caller, GraphService
from local.graph.switches import Switches
from shared.adapters.caseflow.client import CaseflowClient
from shared.adapters.graph.client import GraphMailbox
from shared.adapters.http import Http, HttpAnswer
from shared.adapters.memory import MemoryStore
from shared.core import rows
from shared.core.jobs import JobMessage
from shared.core.links import Link
from shared.core.state import Account, Job, Review, StaffRow
from shared.flows import directory, sync
from shared.flows.sync.reading import line_of
from shared.ports import Grant, Insert, Ports
from tests.faces import CASEFLOW_URL, GRAPH_URL, CaseflowHttp, GraphHttp

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
ZONE = "America/New_York"
TOKEN = "service-token"
SCOPES = frozenset({"Calendars.ReadWrite"})
KEY = b"0123456789abcdef0123456789abcdef"
CATEGORIES = [
    ("Court Date", True), ("Hearing", True), ("Deposition", True), ("Filing Deadline", True),
    ("Statute of Limitations", True), ("Client meeting", False), ("Internal", False),
]  # fmt: skip


class Clock:
    """The virtual clock; it moves only when told to."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def __call__(self) -> datetime:
        """The present, in UTC."""
        return self._now

    def pass_(self, **delta: float) -> datetime:
        """Move on by a timedelta's arguments."""
        self._now += timedelta(**delta)
        return self._now


class Keys:
    """The firm's key; the simulation keeps no vault."""

    def firm_key(self, firm_id: str) -> bytes:
        """A key that differs from firm to firm."""
        return KEY + firm_id.encode()


@dataclass
class SignIn:
    """Microsoft's sign-in, at which `person` sits; the state is all there is to the flow."""

    person: Person | None = None

    def begin(self, state: str, login_hint: str | None) -> tuple[str, str]:
        """The state as the address."""
        return state, state

    def redeem(self, flow: str, params: dict[str, str]) -> Grant:
        """The person's mailbox; the cache names the person."""
        assert self.person is not None
        return Grant(self.person.tid, self.person.oid, self.person.mailbox.email, self.person.cache)


@dataclass
class Tokens:
    """The secret's name is the token; `granted` says whose it is.

    Dropping it stops nobody who has it: Microsoft honours an access token until it expires.
    """

    granted: dict[str, str] = field(default_factory=dict)

    def keep(self, secret: str, cache: str) -> None:
        """From now on the token is good."""
        self.granted[secret] = cache

    def access(self, secret: str) -> str:
        """The name of the secret."""
        return secret

    def drop(self, secret: str) -> None:
        """The token stays good for whoever holds it."""


@dataclass
class Letterbox:
    """The queue: messages in order."""

    messages: list[str] = field(default_factory=list)

    def send(self, message: str, delay_seconds: int = 0) -> None:
        """Keep one message."""
        self.messages.append(message)


class Wrap(Protocol):
    """Puts something between a client and a service: faults, a scheduler."""

    def __call__(self, http: Http, service: str) -> Http: ...


def plain(http: Http, service: str) -> Http:
    """Nothing in between."""
    return http


@dataclass
class Person:
    """A staff member with a mailbox."""

    firm_id: str
    staff_id: str
    tid: str
    oid: str
    mailbox: Mailbox

    @property
    def secret(self) -> str:
        """The token of the connection."""
        return f"token-{self.oid}"

    @property
    def cache(self) -> str:
        """What a token is kept as: whose it is, and for which account."""
        return f"{self.staff_id}|{self.oid}"


class World:
    """Two calendars, any number of people, one store."""

    def __init__(
        self,
        *,
        seed: int = 0,
        switches: Switches | None = None,
        wrap: Wrap = plain,
        start: datetime = START,
    ) -> None:
        self.clock = Clock(start)
        self.random = random.Random(seed)  # noqa: S311 - seeded on purpose
        self.graph = GraphService(now=self.clock, seed=seed, switches=switches or Switches())
        self.caseflow = CaseFlow(now=self.clock, seed=seed, service_token=TOKEN)
        self.store = MemoryStore(self.count_table)
        self.letters = Letterbox()
        self.people: dict[str, Person] = {}
        self.tokens = Tokens()
        self.sign_in = SignIn()
        self.requests: list[tuple[str, str, str, bytes]] = []
        self.table_operations: list[str] = []
        self._numbers = 0
        self._graph_http = wrap(_Kept(GraphHttp(self.graph, self.graph_caller), "graph", self.requests), "graph")
        self._caseflow_http = wrap(_Kept(CaseflowHttp(self.caseflow), "caseflow", self.requests), "caseflow")
        self.ports = self._ports()

    def count_table(self, operation: str) -> None:
        """Hear one table operation."""
        self.table_operations.append(operation)

    def _ports(self) -> Ports:
        client = CaseflowClient(self._caseflow_http, CASEFLOW_URL, TOKEN, now=self.clock, new_id=self.new_id)
        return Ports(
            store=self.store,
            caseflow=client,
            outlook=lambda secret: GraphMailbox(self._graph_http, GRAPH_URL, lambda: secret, new_id=self.new_id),
            sign_in=self.sign_in,
            tokens=self.tokens,
            keys=Keys(),
            queue=self.letters,
            now=self.clock,
            new_id=self.new_id,
        )

    def new_id(self) -> str:
        """The next id; the same in every run of a seed."""
        self._numbers += 1
        return f"id{self._numbers:06d}"

    def graph_caller(self, token: str) -> Caller | None:
        """Whose token it is; None for one that Graph refuses."""
        _, _, oid = self.tokens.granted.get(token, "").partition("|")
        return Caller("tid", oid, SCOPES) if oid else None

    def add_firm(self, firm_id: str = "f1") -> None:
        """An eligible firm with the default categories and a matter."""
        self.caseflow.add_firm("Reed & Partners", firm_id=firm_id, timezone=ZONE, plan="multi_practice",
                                      outlook_sync=True)  # fmt: skip
        self.caseflow.set_categories(firm_id, CATEGORIES, by="system")

    def add_person(self, staff_id: str = "ann", firm_id: str = "f1") -> Person:
        """A staff member of a firm with a mailbox, not yet connected."""
        email = f"{staff_id}@{firm_id}.example"
        self.caseflow.add_staff(firm_id, staff_id.title(), email, staff_id=staff_id, timezone=ZONE)
        mailbox = self.graph.add_mailbox("tid", f"oid-{staff_id}", email, staff_id.title())
        person = Person(firm_id, staff_id, "tid", f"oid-{staff_id}", mailbox)
        self.people[staff_id] = person
        self.tokens.keep(person.secret, person.cache)
        return person

    def other_account(self, staff_id: str) -> Person:
        """From now on the staff member signs in with another account, which has a mailbox of its own."""
        before = self.people[staff_id]
        oid = f"{before.oid}+"
        mailbox = self.graph.add_mailbox(before.tid, oid, f"{oid}@{before.firm_id}.example", staff_id.title())
        mailbox.store.numbers = before.mailbox.store.numbers + 1000  # no item is taken for one of the other mailbox
        self.people[staff_id] = replace(before, oid=oid, mailbox=mailbox)
        return self.people[staff_id]

    def connect(self, person: Person) -> None:
        """Write the row as the connect flow does."""
        now = self.clock()
        row = StaffRow(
            firm_id=person.firm_id, staff_id=person.staff_id, connection="connected", generation=1,
            account=Account(person.tid, person.oid, person.mailbox.email), secret=person.secret, zone=ZONE,
            line=line_of(now, ZONE),
        )  # fmt: skip
        self.store.commit(self.partition(person), [Insert(rows.STAFF_KEY, rows.encoded(row))])
        directory.list_connected(self.ports, person.firm_id, person.staff_id, paused=False)

    def partition(self, person: Person) -> str:
        """Where the rows of a person lie."""
        return rows.staff_partition(person.firm_id, person.staff_id)

    def row(self, person: Person) -> StaffRow:
        """The staff row now, read past the store: who judges must not be stopped, nor counted."""
        return rows.decoded(self.store.partitions[self.partition(person)][rows.STAFF_KEY].data, StaffRow)

    def message(self, person: Person, kind: str = "sync", days: int | None = None) -> JobMessage:
        """A message for one job, sent now."""
        return JobMessage(person.firm_id, person.staff_id, kind, self.new_id(), self.clock(), days)

    def sync(self, person: Person, kind: str = "sync", days: int | None = None) -> Job | None:
        """Five minutes later, one job."""
        self.clock.pass_(minutes=5)
        return sync.run(self.ports, self.message(person, kind, days))

    def settle(self, person: Person, rounds: int = 4) -> None:
        """Jobs until nothing is left to do."""
        for _ in range(rounds):
            self.sync(person)

    def links(self, person: Person, prefix: str = rows.LINK_PREFIX) -> list[Link]:
        """The link rows of one list."""
        return [rows.decoded(row.data, Link) for row in self.store.scan(self.partition(person), prefix)]

    def reviews(self, person: Person) -> list[Review]:
        """All review items, read past the store."""
        found = sorted(self.store.partitions.get(self.partition(person), {}).items())
        return [rows.decoded(row.data, Review) for key, row in found if key.startswith(rows.REVIEW_PREFIX)]

    def outlook(self, person: Person, calendar: str = "primary") -> list[dict[str, Any]]:
        """What stands in a calendar of a mailbox, as Graph shows it, in order of time and title."""
        events = person.mailbox.events(START - timedelta(days=400), START + timedelta(days=1000), calendar=calendar)
        return sorted(events, key=lambda event: (event["start"]["dateTime"], event["subject"] or "", event["id"]))

    def event(self, person: Person, title: str) -> dict[str, Any]:
        """The one Outlook event of a title."""
        (found,) = [event for event in self.outlook(person) if event["subject"] == title]
        return found

    def cases(self, firm_id: str = "f1") -> list[dict[str, Any]]:
        """The firm's events in CaseFlow, in order of time and title."""
        return sorted(self.caseflow.events(firm_id), key=lambda event: (event["start"], event["title"]))

    def case(self, title: str, firm_id: str = "f1") -> dict[str, Any]:
        """The one CaseFlow event of a title."""
        (found,) = [event for event in self.cases(firm_id) if event["title"] == title]
        return found


class _Kept:
    """Keeps every request that leaves, for the leak search and for counting."""

    def __init__(self, http: Http, service: str, kept: list[tuple[str, str, str, bytes]]) -> None:
        self._http = http
        self._service = service
        self._kept = kept

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        """Keep and send one request."""
        self._kept.append((self._service, method, url, body or b""))
        return self._http.send(method, url, headers=headers, body=body)
