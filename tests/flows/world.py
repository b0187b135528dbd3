"""A small world for the connection flows: the Store in memory, and ports that do as the test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NoReturn

from msgspec import structs

from shared.adapters.memory import MemoryStore
from shared.core import rows
from shared.core.errors import Gone, Retry, SyncError
from shared.core.jobs import JobMessage, decoded
from shared.core.session import Session
from shared.core.state import StaffRow
from shared.flows import connect
from shared.ports import Firm, Grant, Ports, Put, Row, Staff

START = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
FIRM = Firm("f1", "Firm", "multi_practice", True, "America/New_York", ())
ANNA = Session("s1", "f1", "staff")
BEN = Session("s2", "f1", "staff")
CARA = Session("s3", "f1", "staff")


class FakeCaseflow:
    def __init__(self) -> None:
        self.firms = {"f1": FIRM}
        self.people = {
            ("f1", name): Staff(name, name, f"{name}@firm.example", "America/New_York", True, "staff")
            for name in ("s1", "s2", "s3")
        }
        self.fault: SyncError | None = None
        self.asked = 0

    def firm(self, firm_id: str) -> Firm:
        self.asked += 1
        if self.fault:
            raise self.fault
        if firm_id not in self.firms:
            raise Gone("not_found")
        return self.firms[firm_id]

    def staff(self, firm_id: str, staff_id: str) -> Staff:
        if self.fault:
            raise self.fault
        return self.people[firm_id, staff_id]

    def changes(self, firm_id: str, staff_id: str, cursor: str | None, since: date | None) -> NoReturn:
        raise AssertionError("no flow here reads changes")

    def event(self, firm_id: str, event_id: str) -> NoReturn:
        raise AssertionError("no flow here reads events")

    def write(self, firm_id: str, writes: Sequence[Any], origin: Any) -> NoReturn:
        raise AssertionError("no flow here writes events")


@dataclass
class FakeMicrosoft:
    """Sign-in, tokens and mailboxes; `accounts` maps a code of the callback to whose account it is."""

    accounts: dict[str, Grant] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    refusal: SyncError | None = None
    mailbox_fault: SyncError | None = None
    vault_fault: SyncError | None = None
    drop_fault: SyncError | None = None
    is_well: bool = True
    hints: list[str | None] = field(default_factory=list)
    on_keep: Callable[[], None] = lambda: None

    def begin(self, state: str, login_hint: str | None) -> tuple[str, str]:
        self.hints.append(login_hint)
        return f"https://login.example/authorize?state={state}", json.dumps({"state": state})

    def redeem(self, flow: str, params: dict[str, str]) -> Grant:
        assert json.loads(flow)["state"] == params["state"]
        if self.refusal:
            raise self.refusal
        return self.accounts[params["code"]]

    def keep(self, secret: str, cache: str) -> None:
        if self.vault_fault:
            raise self.vault_fault
        self.kept[secret] = cache
        self.on_keep()

    def access(self, secret: str) -> str:
        return self.kept[secret]

    def drop(self, secret: str) -> None:
        if self.drop_fault:
            raise self.drop_fault
        self.dropped.append(secret)
        self.kept.pop(secret, None)

    def is_sound(self) -> bool:
        if self.mailbox_fault:
            raise self.mailbox_fault
        return self.is_well


class FakeQueue:
    def __init__(self) -> None:
        self.sent: list[tuple[JobMessage, int]] = []
        self.refuse: Callable[[JobMessage], bool] = lambda _: False

    def send(self, message: str, delay_seconds: int = 0) -> None:
        job = decoded(message)
        if self.refuse(job):
            raise Retry("queues_unreachable")
        self.sent.append((job, delay_seconds))


class FakeArchive:
    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.fault: SyncError | None = None

    def seal(self, name: str, body: bytes, retain_until: datetime) -> bool:
        if self.fault:
            raise self.fault
        if name in self.objects:
            return False
        self.objects[name] = (body, retain_until)
        return True


class FakeKeys:
    def firm_key(self, firm_id: str) -> bytes:
        return firm_id.encode().ljust(32, b"k")


class World:
    def __init__(self) -> None:
        self.time = START
        self.ids = 0
        self.store = MemoryStore()
        self.caseflow = FakeCaseflow()
        self.microsoft = FakeMicrosoft()
        self.queue = FakeQueue()
        self.archive = FakeArchive()
        outlook: Any = self.microsoft
        self.ports = Ports(
            store=self.store,
            caseflow=self.caseflow,
            outlook=lambda _: outlook,
            sign_in=self.microsoft,
            tokens=self.microsoft,
            keys=FakeKeys(),
            queue=self.queue,
            now=lambda: self.time,
            new_id=self._new_id,
            archive=self.archive,
        )
        self.grant("anna", "t1", "o-anna")
        self.grant("ben", "t1", "o-ben")
        self.grant("cara", "t1", "o-cara")

    def _new_id(self) -> str:
        self.ids += 1
        return f"{self.ids:032x}"

    def pass_time(self, **span: float) -> None:
        self.time += timedelta(**span)

    def grant(self, code: str, tid: str, oid: str) -> None:
        self.microsoft.accounts[code] = Grant(tid, oid, f"{code}@outlook.example", f"cache of {code}")

    def begin(self, who: Session = ANNA) -> tuple[dict[str, str], str]:
        """Begin a sign-in: the callback's `state`, and the cookie."""
        begun = connect.begin(self.ports, who)
        return {"state": begun.authorization_url.partition("state=")[2]}, begun.cookie

    def connect(self, who: Session = ANNA, code: str = "anna") -> str | None:
        """A whole sign-in; its callback code."""
        params, cookie = self.begin(who)
        return connect.finish(self.ports, {**params, "code": code}, cookie).code

    def staff(self, who: Session = ANNA) -> StaffRow:
        row = self.store.get(rows.staff_partition(who.firm_id, who.staff_id), rows.STAFF_KEY)
        assert row is not None
        return rows.decoded(row.data, StaffRow)

    def edit_staff(self, who: Session = ANNA, **members: Any) -> None:
        """What a job would write into the staff row."""
        edited = structs.replace(self.staff(who), **members)
        self.store.commit(self.partition(who), [Put(rows.STAFF_KEY, rows.encoded(edited))])

    def partition(self, who: Session = ANNA) -> str:
        return rows.staff_partition(who.firm_id, who.staff_id)

    def put(self, key: str, value: Any, who: Session = ANNA) -> None:
        self.store.commit(self.partition(who), [Put(key, rows.encoded(value))])

    def keys(self, who: Session = ANNA, prefix: str = "") -> list[str]:
        return [row.key for row in self.store.scan(self.partition(who), prefix)]

    def rows_under(self, partition: str) -> list[Row]:
        return self.store.scan(partition, "")

    def timer_list(self) -> list[str]:
        shards = [self.rows_under(rows.connection_shard(number)) for number in range(rows.SHARDS)]
        return [row.key for shard in shards for row in shard]

    def actions(self) -> list[str]:
        """The firm's chained audit actions, in order."""
        found = self.store.scan(rows.firm_partition("f1"), rows.CHAIN_PREFIX)
        return [json.loads(row.data)["action"] for row in found]
