"""The shapes that other programs read (sync-api.md): status, jobs, reviews, connections, audit. Times are UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from msgspec import UNSET, Struct, UnsetType

from shared.core import messages
from shared.core.state import Job, Preferences, Result

Availability = Literal["available", "plan_required", "beta_not_enabled"]
ConnectionState = Literal["disconnected", "connected", "needs_reconnect"]
SyncState = Literal["idle", "running", "paused", "error"]
Action = Literal["retry", "reconnect", "wait", "contact_support"]
JobKind = Literal["sync", "manual", "import"]
JobState = Literal["queued", "running", "succeeded", "failed"]


class Progress(Struct, frozen=True):
    """How far a job is; `total` is null while it is not known."""

    done: int
    total: int | None


class JobView(Struct, frozen=True):
    """One run for one staff member. `error` is a code and `message` its sentence; `skipped` counts reasons (J4)."""

    id: str
    kind: JobKind
    state: JobState
    started_at: datetime | None
    finished_at: datetime | None
    progress: Progress
    result: Result
    error: str | None
    message: str | None
    skipped: dict[str, int]


class JobAnswer(Struct, frozen=True):
    """Answer with one job."""

    job: JobView


class JobList(Struct, frozen=True):
    """Jobs, the newest first."""

    jobs: list[JobView]


class ErrorView(Struct, frozen=True):
    """What the error banner shows (K2): our own sentence, since when, and what helps."""

    code: str
    message: str
    since: datetime
    retryable: bool
    action: Action
    reference: str | None


class Status(Struct, frozen=True, kw_only=True, rename={"import_": "import"}):
    """Everything the settings page and CaseFlow's banner show about one staff member."""

    availability: Availability
    connection: ConnectionState
    account_email: str | None
    sync: SyncState
    preferences: Preferences
    last_sync: JobView | None
    last_success_at: datetime | None
    next_sync_at: datetime | None
    error: ErrorView | None
    import_: JobView | None
    reviews_open: int
    set_aside: int
    not_fully_masked: int


class ConnectionView(Struct, frozen=True, kw_only=True):
    """One staff member of a firm: states and counts, no titles, no contents."""

    staff_id: str
    connection: ConnectionState
    account_email: str | None
    sync: SyncState
    last_success_at: datetime | None
    error: ErrorView | None
    links: int
    reviews_open: int
    set_aside: int
    not_fully_masked: int


class ConnectionList(Struct, frozen=True):
    """A firm's connections."""

    connections: list[ConnectionView]


class Party(Struct, frozen=True):
    """Who did something."""

    kind: Literal["staff", "system", "outlook", "caseflow"]
    id: str | None


class ReviewedEvent(Struct, frozen=True):
    """One event that a review names."""

    event_id: str
    title: str
    start: str


class CaseflowSide(Struct, frozen=True):
    """CaseFlow's version of an event under review; times as CaseFlow writes them."""

    event_id: str
    version: int
    title: str
    start: str
    end: str
    all_day: bool
    category: str | None
    matter_linked: bool


class OutlookSide(Struct, frozen=True):
    """Outlook's version of an event under review."""

    event_id: str
    title: str
    start: str
    end: str
    all_day: bool
    modified_at: datetime | None


class ReviewView(Struct, frozen=True):
    """One review item with both versions side by side (H4).

    `notice` must be read before a decision; `meeting` says that it is one in Outlook (F3); `reversible` says of an
    item that `system` resolved that the other version can be brought back (H3).
    """

    id: str
    kind: Literal[
        "edit_conflict",
        "deleted_in_outlook",
        "deleted_in_caseflow",
        "organizer_controlled",
        "mass_deletion",
        "series_changed",
    ]
    state: Literal["open", "resolved"]
    staff_id: str
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: Party | None
    kept: str | None
    count: int
    events: list[ReviewedEvent]
    caseflow: CaseflowSide | None
    outlook: OutlookSide | None
    notice: str | None
    meeting: bool
    reversible: bool


class ReviewList(Struct, frozen=True):
    """Review items."""

    reviews: list[ReviewView]


class AuditObject(Struct, frozen=True):
    """What a change was made to."""

    kind: str
    id: str
    version: int | None


class AuditRecord(Struct, frozen=True):
    """One change (N1); `seq` is null while the record waits for the firm's chain, fingerprints are keyed."""

    seq: int | None
    at: datetime
    firm_id: str
    actor: Party
    action: str
    object: AuditObject
    origin: str
    staff_id: str
    job_id: str | None
    before: str | None
    after: str | None
    hash: str | None
    prev_hash: str | None


class AuditPage(Struct, frozen=True):
    """Audit records, and the cursor of the next page."""

    records: list[AuditRecord]
    next_cursor: str | None


class ChainProof(Struct, frozen=True):
    """What the proof of the firm's chain found; `first_bad` is the number of the first broken record."""

    ok: bool
    records: int
    head: str | None
    pending: int
    first_bad: int | UnsetType | None = UNSET


class Health(Struct, frozen=True):
    """`status` is ok or failing; `checks` says ok or what failed, a service."""

    status: Literal["ok", "failing"]
    checks: dict[str, str]


class Authorization(Struct, frozen=True):
    """Where the browser goes to sign in at Microsoft."""

    authorization_url: str


def job_view(job: Job) -> JobView:
    """The contract's `job`."""
    return JobView(
        id=job.id,
        kind=cast(JobKind, job.kind),
        state=cast(JobState, job.state),
        started_at=job.started_at,
        finished_at=job.finished_at,
        progress=Progress(job.done, job.total),
        result=job.result,
        error=job.error,
        message=messages.message(job.error).text if job.error else None,
        skipped=job.skipped,
    )
