"""The world of the HTTP tests: a store in memory, small fakes, and functions called as the host calls them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, cast

import azure.functions as func
from msgspec import structs

from shared.adapters.memory import MemoryStore
from shared.core import rows
from shared.core.errors import Gone, Retry, SyncError
from shared.core.session import Session, Unauthorized
from shared.core.state import Account, StaffRow
from shared.ports import CategoryRow, Firm, Grant, Insert, Outlook, Ports, Put, Staff
from tests.http import promise

NOW = datetime(2026, 11, 24, 15, 42, tzinfo=UTC)
FIRM = "f-1"
STAFF = "s-1"
OWN_ORIGIN = "https://sync.example.com"
CASEFLOW_ORIGIN = "https://app.caseflow.example"

ENVIRONMENT = {
    "AzureWebJobsStorage": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=YQ==",
    "KEY_VAULT_URL": "https://kv.vault.azure.net",
    "ENTRA_CLIENT_ID": "client-1",
    "ENTRA_CLIENT_SECRET": "not-a-secret",
    "PUBLIC_BASE_URL": OWN_ORIGIN,
    "CASEFLOW_API_URL": "https://api.caseflow.example/v1",
    "CASEFLOW_API_TOKEN": "service-token",
    "CASEFLOW_JWKS_URL": f"{CASEFLOW_ORIGIN}/jwks.json",
    "CASEFLOW_ISSUER": CASEFLOW_ORIGIN,
    "CASEFLOW_APP_URL": CASEFLOW_ORIGIN,
    "SYNC_SCHEDULE": "0 */5 * * * *",
}


class FakeCaseflow:
    """One firm, whose answer tests set; `fault` is raised instead where it is set."""

    def __init__(self) -> None:
        categories = (CategoryRow("Hearing", protected=True), CategoryRow("Lunch", protected=False))
        self.record = Firm(FIRM, "Harbor Law", "multi_practice", True, "America/New_York", categories)
        self.fault: SyncError | None = None

    def firm(self, firm_id: str) -> Firm:
        """The firm."""
        if self.fault:
            raise self.fault
        if firm_id != FIRM:
            raise Gone("not_found")
        return self.record

    def staff(self, firm_id: str, staff_id: str) -> Staff:
        """Anybody asked for is an active member of the firm."""
        return Staff(staff_id, staff_id, f"{staff_id}@{firm_id}.example", "America/New_York", True, "staff")


class FakeQueue:
    """Keeps what is sent; `check` is the health page's look at it."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.fault: SyncError | None = None

    def send(self, message: str, delay_seconds: int = 0) -> None:
        """Keep one message."""
        if self.fault:
            raise self.fault
        self.sent.append(message)

    def check(self) -> None:
        """Answer as the service does."""
        if self.fault:
            raise self.fault


class FakeSignIn:
    """Microsoft's sign-in: always the same account, or the error that tests set."""

    def __init__(self) -> None:
        self.fault: SyncError | None = None

    def begin(self, state: str, login_hint: str | None) -> tuple[str, str]:
        """An address that carries the state."""
        return f"https://login.example/authorize?state={state}", "{}"

    def redeem(self, flow: str, params: dict[str, str]) -> Grant:
        """The account."""
        if self.fault:
            raise self.fault
        return Grant("t-1", "o-1", "dana@harbor-law.example", "cache")


class FakeTokens:
    """Secrets by name."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def keep(self, secret: str, cache: str) -> None:
        """Store a secret."""
        self.kept[secret] = cache

    def access(self, secret: str) -> str:
        """A token."""
        return "token"

    def drop(self, secret: str) -> None:
        """Forget a secret."""
        self.kept.pop(secret, None)


class FakeKeys:
    """One key for every firm."""

    def firm_key(self, firm_id: str) -> bytes:
        """The key."""
        return b"k" * 32


class SoundMailbox:
    """A mailbox whose calendar answers."""

    def is_sound(self) -> bool:
        """Always."""
        return True


class FakeSessions:
    """Tokens that say who they are: `role:staff:firm`."""

    def verify(self, token: str) -> Session:
        """The session of a token. Raises Unauthorized."""
        parts = token.split(":")
        if len(parts) != 3:
            raise Unauthorized("malformed")
        role, staff_id, firm_id = parts
        return Session(staff_id, firm_id, role)


class FakeVault:
    """A vault that answers, or does not."""

    def __init__(self) -> None:
        self.fault: SyncError | None = None

    def get(self, name: str) -> None:
        """There is no such secret."""
        if self.fault:
            raise self.fault


@dataclass(frozen=True)
class Answered:
    """What the health page's look at Graph gets."""

    status: int


@dataclass
class FakeHttp:
    """Answers everything with one status."""

    status: int = 401

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> Answered:
        """The status."""
        return Answered(self.status)


@dataclass
class World:
    """Everything behind the functions, as tests set and see it."""

    functions: dict[str, Any]
    now: datetime = NOW
    store: MemoryStore = field(default_factory=MemoryStore)
    caseflow: FakeCaseflow = field(default_factory=FakeCaseflow)
    queue: FakeQueue = field(default_factory=FakeQueue)
    sign_in: FakeSignIn = field(default_factory=FakeSignIn)
    tokens: FakeTokens = field(default_factory=FakeTokens)
    vault: FakeVault = field(default_factory=FakeVault)
    http: FakeHttp = field(default_factory=FakeHttp)
    numbers: Any = field(default_factory=count)

    @property
    def ports(self) -> Ports:
        """The ports on this world."""
        return Ports(
            store=self.store,
            caseflow=cast(Any, self.caseflow),
            outlook=lambda _: cast(Outlook, SoundMailbox()),
            sign_in=self.sign_in,
            tokens=self.tokens,
            keys=FakeKeys(),
            queue=self.queue,
            now=lambda: self.now,
            new_id=lambda: f"id-{next(self.numbers)}",
        )

    def staff(self, staff_id: str = STAFF, firm_id: str = FIRM, **members: Any) -> StaffRow:
        """Write a connected staff row with some members set, and list it as connected."""
        usual = {
            "connection": "connected",
            "account": Account("t-1", f"o-{staff_id}", f"{staff_id}@harbor-law.example"),
            "secret": f"ot-{staff_id}",
            "last_success_at": self.now,
        }
        row = structs.replace(StaffRow(firm_id=firm_id, staff_id=staff_id), **{**usual, **members})
        partition = rows.staff_partition(firm_id, staff_id)
        self.store.commit(partition, [Put(rows.STAFF_KEY, rows.encoded(row))])
        listed = rows.encoded(rows.Connection(firm_id, staff_id))
        shard = rows.connection_partition(firm_id, staff_id)
        self.store.commit(shard, [Put(rows.connection_key(firm_id, staff_id), listed)])
        return row

    def stored(self, staff_id: str = STAFF, firm_id: str = FIRM) -> StaffRow:
        """The staff row as it is stored now."""
        row = self.store.get(rows.staff_partition(firm_id, staff_id), rows.STAFF_KEY)
        assert row is not None
        return rows.decoded(row.data, StaffRow)

    def put_job(self, job: Any, at: datetime, staff_id: str = STAFF, firm_id: str = FIRM) -> None:
        """Write a job row."""
        change = Insert(rows.job_key(job.id, at), rows.encoded(job))
        self.store.commit(rows.staff_partition(firm_id, staff_id), [change])

    def call(
        self,
        name: str,
        *,
        role: str | None = "staff",
        staff_id: str = STAFF,
        firm_id: str = FIRM,
        body: Any = None,
        raw: bytes | None = None,
        params: Mapping[str, str] | None = None,
        route: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call an HTTP function as the host does; `role` None sends no token, `raw` is a body as it is."""
        function = self.functions[name]
        trigger = function.get_trigger().get_dict_repr()
        sent = {key.lower(): value for key, value in (headers or {}).items()}
        if role:
            sent.setdefault("authorization", f"Bearer {role}:{staff_id}:{firm_id}")
        if body is not None:
            raw = json.dumps(body).encode()
        if raw:
            sent.setdefault("content-type", "application/json")
        request = func.HttpRequest(
            method=str(getattr(trigger["methods"][0], "value", trigger["methods"][0])),
            url=f"{OWN_ORIGIN}/api/{trigger['route']}",
            headers=sent,
            params=dict(params or {}),
            route_params=dict(route or {}),
            body=raw or b"",
        )
        answer = Answer(function.get_user_function()(request))
        promise.check(name, answer.response)
        return answer

    def run(self, name: str, argument: Any = None) -> None:
        """Call a timer or queue function; every one of them answers nothing."""
        assert self.functions[name].get_user_function()(argument) is None


class Answer:
    """An HTTP answer, with its JSON."""

    def __init__(self, response: func.HttpResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.headers = response.headers

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.response.get_body())

    @property
    def text(self) -> str:
        """The body as text."""
        return self.response.get_body().decode("utf-8-sig")

    @property
    def code(self) -> str:
        """The code of a problem; the body must be one."""
        assert self.response.mimetype == "application/problem+json"
        body = self.json
        assert body["status"] == self.status
        assert {"type", "title", "status", "code", "detail"} <= body.keys()
        return str(body["code"])


DOWN = Retry("caseflow_unavailable", after_seconds=7)
