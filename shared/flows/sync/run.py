"""One running job: the ports it uses, the row it holds by etag, its links in memory and what it has done."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from msgspec import structs

from shared.core import rows
from shared.core.errors import Stale
from shared.core.index import Index
from shared.core.jobs import JobMessage
from shared.core.links import Link, State
from shared.core.pairs import Rules
from shared.core.state import AuditNote, Counts, Result, StaffRow
from shared.flows import directory, staffrow
from shared.ports import Firm, Origin, Outlook, Ports, Put, Remove, Replace, RowChange

LEASE = timedelta(seconds=120)
LEASE_MARGIN = timedelta(seconds=20)
ROWS_MAX = 90
_PREFIXES = {
    State.ENDED: rows.ENDED_PREFIX,
    State.IMPORTED: rows.IMPORTED_PREFIX,
    State.RESTING: rows.RESTING_PREFIX,
}
_OTHER_LISTS = {rows.ENDED_PREFIX, rows.IMPORTED_PREFIX}


OnRecord = Callable[[Link], tuple[Link, list[RowChange]]]


class OutOfTime(Exception):
    """The slice is used up: nothing more is begun, the next message goes on."""


def list_hash(firm: Firm) -> str:
    """Names the firm's list of categories: a change of it is work (G3)."""
    text = "|".join(sorted(f"{category.name}={category.protected}" for category in firm.categories))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Run:
    """What one job carries from its lease to its last transaction."""

    def __init__(self, ports: Ports, message: JobMessage, row: StaffRow, etag: str, rules: Rules) -> None:
        self.ports = ports
        self.message = message
        self.row = row
        self.rules = rules
        self.index = Index([])
        self.ended = Index([])
        self.outlook: Outlook = ports.outlook(row.secret or "")
        self.stops_at = ports.now()
        self._etag = etag
        self._partition = rows.staff_partition(row.firm_id, row.staff_id)
        self._notes: list[AuditNote] = []
        self._numbers = 0
        self._pulled: Counter[str] = Counter()
        self._pushed: Counter[str] = Counter()
        self.reviews_opened = 0
        self.skipped: Counter[str] = Counter()
        self.unfinished = False
        self.goes_on = False
        self.list_hash = ""
        self.on_record: OnRecord | None = None
        self.unsaved: set[str] = set()
        self.unsure = False
        self._colleagues: dict[str, StaffRow] | None = None

    @property
    def origin(self) -> Origin:
        """Stamped into CaseFlow's audit log."""
        return Origin(self.rules.policy.mode, self.row.staff_id, self.message.job_id)

    def now(self) -> datetime:
        """The present, in UTC."""
        return self.ports.now()

    def next_number(self) -> int:
        """The running number of a write in this lease."""
        self._numbers += 1
        return self._numbers

    def count(self, pulled: bool, what: str) -> None:
        """Count one event; `pulled` means towards CaseFlow."""
        (self._pulled if pulled else self._pushed)[what] += 1

    def note(self, note: AuditNote) -> None:
        """Keep an audit note for the next transaction (N1)."""
        self._notes.append(note)

    def result(self) -> Result:
        """What the job has done so far."""
        return Result(Counts(**self._pulled), Counts(**self._pushed), self.reviews_opened)

    def colleagues(self) -> dict[str, StaffRow]:
        """The firm's connected staff by the address of their mailbox, read once a job. Raises Retry."""
        if self._colleagues is None:
            people = directory.connected(self.ports, self.row.firm_id)
            read = [staffrow.read(self.ports, person.firm_id, person.staff_id) for person in people]
            self._colleagues = {row.account.email.lower(): row for row in read if row.account is not None}
        return self._colleagues

    def take(self) -> None:
        """Take the lease: fails if anything was recorded since the row was read (design.md 4.3). Raises Stale."""
        self.row = structs.replace(self.row, fence=self.row.fence + 1, lease_until=self.now() + LEASE)
        self._commit([])

    def give_back(self) -> None:
        """Overtaken by a person's change: the lease is given back, else nobody could run until it ends."""
        found = self.ports.store.get(self._partition, rows.STAFF_KEY)
        row = rows.decoded(found.data, StaffRow) if found is not None else None
        if found is None or row is None or row.fence != self.row.fence or row.lease_until is None:
            return
        freed = rows.encoded(structs.replace(row, lease_until=None))
        with suppress(Stale):
            self.ports.store.commit(self._partition, [Replace(rows.STAFF_KEY, freed, found.etag)])

    def check(self) -> None:
        """Before a batch of writes: time is left, and nobody has taken the row. Raises OutOfTime, Stale."""
        now = self.now()
        lease = self.row.lease_until or now
        if now >= self.stops_at or now >= lease - LEASE_MARGIN:
            raise OutOfTime
        if self.list_hash and list_hash(self.ports.caseflow.firm(self.row.firm_id)) != self.list_hash:
            raise OutOfTime  # the firm's list has changed since the plan was made: the next message plans anew (G3)
        row = self.ports.store.get(self._partition, rows.STAFF_KEY)
        if row is None or row.etag != self._etag:
            raise Stale("lease_lost")

    def load_links(self) -> None:
        """Read the links of this staff member (one table operation a thousand)."""
        found = self.ports.store.scan(self._partition, rows.LINK_PREFIX)
        self.index = Index(rows.decoded(row.data, Link) for row in found)

    def load_resting(self) -> None:
        """Read the links of events that ended more than 30 days ago, where there are any (D6)."""
        if self.row.resting:
            for row in self.ports.store.scan(self._partition, rows.RESTING_PREFIX):
                self.index.put(rows.decoded(row.data, Link))

    def load_ended(self) -> None:
        """Read the links that have ended and those of imports, where there are any."""
        if self.row.ended == 0:
            return
        for prefix in (rows.ENDED_PREFIX, rows.IMPORTED_PREFIX):
            for row in self.ports.store.scan(self._partition, prefix):
                self.ended.put(rows.decoded(row.data, Link))

    def follow(self, link: Link) -> None:
        """From now on the link is this, also for what looks at it as stored; it is recorded with the next decision."""
        self.index.put(link)
        self.unsaved.add(link.id)

    def record(self, links: Sequence[Link], dropped: Sequence[str] = (), extra: Sequence[RowChange] = ()) -> None:
        """Commit links with their audit notes and the row, in one transaction where they fit. Raises Stale.

        `on_record` sees each link first and adds what must not be recorded apart from it.
        """
        changes = list(extra)
        for link_id in dropped:
            changes += self._removed(link_id)
        for link in links:
            placed, more = self.on_record(link) if self.on_record is not None else (link, [])
            changes += [*self._placed(placed), *more]
            self.unsaved.discard(link.id)
        resting = sum(1 for link in self.index if link.state is State.RESTING)
        self.row = structs.replace(
            self.row, ended=max(self.row.ended, len(self.ended)), resting=max(self.row.resting, resting)
        )  # with the links: a job that ends here must not hide its lists from the next one
        for start in range(0, max(len(changes), 1), ROWS_MAX):
            self._commit(changes[start : start + ROWS_MAX])

    def _removed(self, link_id: str) -> list[RowChange]:
        """The row of a link that another one replaces, in whichever list it stands."""
        stored = self.index.get(link_id) or self.ended.get(link_id)
        self.index.drop(link_id)
        self.ended.drop(link_id)
        return [Remove(_PREFIXES.get(stored.state, rows.LINK_PREFIX) + link_id)] if stored is not None else []

    def _placed(self, link: Link) -> list[RowChange]:
        """The row of a link, in the list its state belongs to."""
        data = rows.encoded(link)
        target = _PREFIXES.get(link.state, rows.LINK_PREFIX)
        stored = self.index.get(link.id) or self.ended.get(link.id)
        source = _PREFIXES.get(stored.state, rows.LINK_PREFIX) if stored is not None else target
        self.index.drop(link.id)
        self.ended.drop(link.id)
        (self.ended if target in _OTHER_LISTS else self.index).put(link)
        moved: list[RowChange] = [Remove(source + link.id)] if source != target else []
        return [*moved, Put(target + link.id, data)]

    def _commit(self, changes: Sequence[RowChange]) -> None:
        notes: list[RowChange] = []
        if self._notes:
            key = rows.outbox_key(self.row.fence, self.next_number())
            notes = [Put(key, rows.encoded(self._notes))]
        if self.row.lease_until is not None:
            self.row = structs.replace(self.row, lease_until=self.now() + LEASE)
        replace = Replace(rows.STAFF_KEY, rows.encoded(self.row), self._etag)
        etags = self.ports.store.commit(self._partition, [*changes, *notes, replace])
        self._etag = etags[rows.STAFF_KEY]
        self._notes.clear()

    def finish(self, extra: Sequence[RowChange] = (), **changes: Any) -> None:
        """The last transaction: the row as it will stand, and the lease given back. Raises Stale."""
        self.row = structs.replace(self.row, lease_until=None, **changes)
        self._commit(extra)
