"""What the flows need from the world, as promises. Adapters keep them; the simulation keeps them unkindly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct

from shared.core.events import CaseflowEvent, MirrorItem, OutlookEvent, Removed
from shared.core.policy import Mode
from shared.core.writes import CaseflowResult, CaseflowWrite, OutlookResult, OutlookWrite


class Row(Struct, frozen=True):
    """One stored row: `data` is JSON text, `etag` changes with every write."""

    key: str
    data: str
    etag: str


class Insert(Struct, frozen=True):
    """Write a row that must not exist yet."""

    key: str
    data: str


class Put(Struct, frozen=True):
    """Write a row whatever is there; only for rows of which every writer writes the same."""

    key: str
    data: str


class Replace(Struct, frozen=True):
    """Write a row only if its etag is still `etag`."""

    key: str
    data: str
    etag: str


class Remove(Struct, frozen=True):
    """Delete a row, only if its etag is still `etag` where one is given; a missing row is fine without one."""

    key: str
    etag: str | None = None


RowChange = Insert | Put | Replace | Remove


class Store(Protocol):
    """Table Storage, as rows of JSON under a partition and a key."""

    def get(self, partition: str, key: str) -> Row | None:
        """One row, or None. One table operation. Raises Retry."""

    def scan(self, partition: str, prefix: str) -> list[Row]:
        """All rows whose key starts with `prefix`, in key order; one operation a thousand. Raises Retry."""

    def commit(self, partition: str, changes: Sequence[RowChange]) -> dict[str, str]:
        """Do all changes (at most 100) or none, and tell the new etag of each key written.

        Raises Stale if a condition fails; after Retry it is unknown whether they were done.
        """


class CategoryRow(Struct, frozen=True):
    """One event category of a firm."""

    name: str
    protected: bool


class Firm(Struct, frozen=True):
    """What CaseFlow says of a firm (caseflow-api.yaml, Firm)."""

    id: str
    name: str
    plan: str
    outlook_sync: bool
    timezone: str
    categories: tuple[CategoryRow, ...]


class Staff(Struct, frozen=True):
    """What CaseFlow says of a staff member."""

    id: str
    name: str
    email: str
    timezone: str
    active: bool
    role: str


class ChangePage(Struct, frozen=True):
    """One page of the change feed, in order; the same item may come again later."""

    events: tuple[CaseflowEvent, ...]
    mirrors: tuple[MirrorItem, ...]
    removed: tuple[Removed, ...]
    next_cursor: str
    has_more: bool


class Origin(Struct, frozen=True):
    """Stamped into CaseFlow's own audit log with each write."""

    mode: Mode
    staff_id: str
    job_id: str


class Caseflow(Protocol):
    """CaseFlow's side of caseflow-api.yaml. Every call raises Retry for passing faults."""

    def firm(self, firm_id: str) -> Firm:
        """The firm, from a copy at most 60 seconds old. Raises Gone."""

    def staff(self, firm_id: str, staff_id: str) -> Staff:
        """One staff member, read now. Raises Gone."""

    def changes(self, firm_id: str, staff_id: str, cursor: str | None, since: date | None) -> ChangePage:
        """A page from `cursor`, or of a snapshot of what ends after `since`. Raises Expired, Inactive."""

    def event(self, firm_id: str, event_id: str) -> CaseflowEvent:
        """One event as it is now. Raises Gone with code `gone` (a proof) or `not_found` (proves nothing)."""

    def write(self, firm_id: str, writes: Sequence[CaseflowWrite], origin: Origin) -> list[CaseflowResult]:
        """At most 90 writes in one request, each with its own result. A lost answer is UNKNOWN for all."""


class DeltaRound(Struct, frozen=True):
    """A whole round of the delta, up to its delta link.

    `events` are single events (bare ones among them must be read by id), `series` the masters in which anything
    changed, `removed` hints of removal, proofs of nothing (E8).
    """

    events: tuple[OutlookEvent, ...]
    series: frozenset[str]
    removed: tuple[str, ...]
    delta_link: str


class Outlook(Protocol):
    """One mailbox's primary calendar. Every call raises Retry, Reconnect, and Rejected where nothing helps."""

    def delta(self, delta_link: str | None, start: datetime, end: datetime) -> DeltaRound:
        """What changed since `delta_link`, or all in the window. Raises Expired (410)."""

    def events(self, ids: Sequence[str]) -> dict[str, OutlookEvent | None]:
        """Events by id with our marks, in batches; None where unknown (404); no entry where no answer came."""

    def instances(self, master_id: str, start: datetime, end: datetime) -> list[OutlookEvent] | None:
        """All occurrences of a series in a window, whole; None where the series is unknown."""

    def listed(self, start: datetime, end: datetime) -> frozenset[str]:
        """The ids that the primary calendar's own view lists in a window (E8)."""

    def past(self, start: datetime, end: datetime) -> list[OutlookEvent]:
        """Every event of the primary calendar in a window, occurrences singly, without our marks (J)."""

    def find(self, link_id: str) -> list[OutlookEvent]:
        """Events that carry our link mark; may miss some (design.md 3, the third net)."""

    def is_sound(self) -> bool:
        """False if the calendar itself does not answer (E8)."""

    def write(self, writes: Sequence[OutlookWrite]) -> list[OutlookResult]:
        """At most 20 writes in one batch, each with its own result; a 429 inside is UNKNOWN (design.md 5)."""


class Grant(Struct, frozen=True):
    """What a finished sign-in gave: whose mailbox, and the serialised token cache (a secret)."""

    tid: str
    oid: str
    email: str
    cache: str


class SignIn(Protocol):
    """The OAuth authorization code flow with PKCE (B1), by MSAL."""

    def begin(self, state: str, login_hint: str | None) -> tuple[str, str]:
        """The authorization URL, and the flow to keep on the server (JSON; holds the PKCE verifier)."""

    def redeem(self, flow: str, params: dict[str, str]) -> Grant:
        """Trade the callback for tokens. Raises Reconnect with a callback error code of the contract, or Retry."""


class Tokens(Protocol):
    """Access tokens of connections; refresh tokens stay in the vault (B7)."""

    def keep(self, secret: str, cache: str) -> None:
        """Store the token cache of a new connection under a new secret name."""

    def access(self, secret: str) -> str:
        """A token good for a few minutes; a rotated refresh token is stored before this returns. Raises Reconnect."""

    def drop(self, secret: str) -> None:
        """Delete the secret, and purge it where allowed. Works with dead tokens; a missing one is fine (M1)."""


class Keys(Protocol):
    """The firm's key for fingerprints, kept in the vault."""

    def firm_key(self, firm_id: str) -> bytes:
        """The key, made at first use; the same for every process for ever. Raises Retry."""


class Queue(Protocol):
    """The `sync-jobs` queue."""

    def send(self, message: str, delay_seconds: int = 0) -> None:
        """Put one message, visible after the delay. Raises Retry."""


class Archive(Protocol):
    """Write-once object storage for sealed audit days (N2)."""

    def seal(self, name: str, body: bytes, retain_until: datetime) -> bool:
        """Store an object that nobody can change until then; False if it is there already. Raises Retry."""


class Ports(Struct, frozen=True):
    """Everything a flow may touch. `outlook` makes the port of one mailbox from the name of its token secret."""

    store: Store
    caseflow: Caseflow
    outlook: Callable[[str], Outlook]
    sign_in: SignIn
    tokens: Tokens
    keys: Keys
    queue: Queue
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    archive: Archive | None = None
    horizon_days: int = 730
