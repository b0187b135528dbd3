"""The rows of a staff member's partition and of the firm, as they are stored (design.md section 2). Times are UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from msgspec import Struct


class Preferences(Struct, frozen=True, forbid_unknown_fields=True):
    """The four toggles (L1)."""

    sync_enabled: bool
    calendar_events: bool
    tasks: bool
    deadlines: bool


ALL_ON = Preferences(sync_enabled=True, calendar_events=True, tasks=True, deadlines=True)


class Account(Struct, frozen=True):
    """The Microsoft account: the mailbox is `tid` and `oid`, the e-mail only names it (B3)."""

    tid: str
    oid: str
    email: str


class Fault(Struct, frozen=True):
    """What went wrong, in codes (G6); `job` is the job that Retry now runs again (K2)."""

    code: str
    since: datetime
    retryable: bool
    action: str
    reference: str | None = None
    job_kind: str = "sync"
    days: int | None = None


class Counts(Struct, frozen=True, forbid_unknown_fields=True):
    """How many events of one direction were created, updated, removed, left unchanged or skipped."""

    created: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    skipped: int = 0

    @property
    def changed(self) -> bool:
        """True if anything was written."""
        return self.created + self.updated + self.removed > 0


class Result(Struct, frozen=True):
    """What a job did (the contract's `job.result`)."""

    pulled: Counts = Counts()
    pushed: Counts = Counts()
    reviews_opened: int = 0


class Job(Struct, frozen=True):
    """The contract's `job`. `kind` is sync, manual or import; `state` queued, running, succeeded or failed."""

    id: str
    kind: str
    state: str
    started_at: datetime | None = None
    finished_at: datetime | None = None
    done: int = 0
    total: int | None = None
    result: Result = Result()
    error: str | None = None
    days: int | None = None
    requested_by: str | None = None
    skipped: dict[str, int] = {}


class StaffRow(Struct, frozen=True, omit_defaults=True):
    """Row `s`: everything an idle run needs, in one read.

    `connection` is disconnected, connected or needs_reconnect. `secret` names the Key Vault secret of the tokens,
    `line_day` is the line's own day (D2). `todo` counts links that owe something, `ended` those in the ended
    list, `resting` those of events that ended more than 30 days ago (D6).
    """

    firm_id: str
    staff_id: str
    connection: str = "disconnected"
    generation: int = 0
    fence: int = 0
    lease_until: datetime | None = None
    account: Account | None = None
    secret: str | None = None
    preferences: Preferences = ALL_ON
    zone: str = "UTC"
    line: datetime | None = None
    line_day: date | None = None
    window_start: datetime | None = None
    window_end: datetime | None = None
    renew_at: datetime | None = None
    delta_link: str | None = None
    cursor: str | None = None
    todo: int = 0
    ended: int = 0
    resting: int = 0
    list_hash: str = ""
    off_since: datetime | None = None
    last_sync: Job | None = None
    last_success_at: datetime | None = None
    first_done: bool = False
    fault: Fault | None = None
    failures: int = 0
    backoff_until: datetime | None = None
    set_aside: int = 0
    not_fully_masked: int = 0
    reviews_open: int = 0
    links: int = 0
    pending: str | None = None
    retry_at: datetime | None = None
    unsound_since: datetime | None = None
    disconnected_at: datetime | None = None


class Review(Struct, frozen=True):
    """Row `r|<id>`: one review item (H4); ids and versions only, contents are read when it is shown."""

    id: str
    kind: str
    link_id: str
    opened_at: datetime
    state: str = "open"
    caseflow_id: str | None = None
    caseflow_version: int | None = None
    outlook_id: str | None = None
    outlook_change_key: str | None = None
    resolved_at: datetime | None = None
    resolved_by: dict[str, Any] | None = None
    kept: str | None = None
    links: tuple[str, ...] = ()


class AuditNote(Struct, frozen=True):
    """One change, before it has a place in the firm's chain (N1). `before` and `after` are keyed fingerprints."""

    at: datetime
    actor_kind: str
    actor_id: str | None
    action: str
    object_kind: str
    object_id: str
    object_version: int | None
    origin: str
    staff_id: str
    job_id: str | None
    before: str | None = None
    after: str | None = None
