"""How a job ends: its row, and what is shown when it failed (C5, K2, K3). Codes only, never a service's text (G6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import structs

from shared.core import messages, rows
from shared.core.errors import Reconnect, Retry, Stale, SyncError
from shared.core.jobs import JobMessage
from shared.core.state import Fault, Job, StaffRow
from shared.flows import silence
from shared.log import line
from shared.ports import Ports, Put, Replace, RowChange

QUIET_FAILURES = 2
BACKOFF = timedelta(minutes=1)
BACKOFF_MAX = timedelta(hours=1)


def job_row(message: JobMessage, job: Job) -> RowChange:
    """The row of a job that is listed: it changed something, failed, was a first sync, or a person asked (C5)."""
    full = structs.replace(job, days=message.days, requested_by=message.requested_by)
    return Put(rows.job_key(message.job_id, message.sent_at), rows.encoded(full))


def failed(ports: Ports, message: JobMessage, error: SyncError, started: datetime) -> Job | None:
    """Record a fault on the staff row. A person's job is raised again, so that the queue brings it back (K2).

    Raises Retry for jobs that a person asked for and that may still succeed.
    """
    line("sync.failed", firm=message.firm_id, staff=message.staff_id, job=message.job_id, code=error.code,
         reference=error.reference)  # fmt: skip
    job = Job(message.job_id, message.kind, "failed", started, ports.now(), error=error.code)
    partition = rows.staff_partition(message.firm_id, message.staff_id)
    found = ports.store.get(partition, rows.STAFF_KEY)
    passing = isinstance(error, Retry)
    if found is not None:
        row = _faulty(rows.decoded(found.data, StaffRow), message, error, ports.now())
        if not message.is_asked:
            silence.tell_of_day(row, ports.now())
        extra = [] if passing and message.is_asked else [job_row(message, job)]
        if passing and row.failures <= QUIET_FAILURES:
            extra = []
        try:
            ports.store.commit(partition, [*extra, Replace(rows.STAFF_KEY, rows.encoded(row), found.etag)])
        except Stale:
            return None
    if passing and message.is_asked:
        raise error
    return job


def _faulty(row: StaffRow, message: JobMessage, error: SyncError, now: datetime) -> StaffRow:
    failures = row.failures + 1
    wait = min(BACKOFF * 2 ** min(failures - 1, 10), BACKOFF_MAX)
    if isinstance(error, Retry) and error.after_seconds is not None:
        wait = max(wait, min(timedelta(seconds=error.after_seconds), BACKOFF_MAX))
    changes: dict[str, object] = {"failures": failures, "lease_until": None, "backoff_until": now + wait}
    if not isinstance(error, Retry) or failures > QUIET_FAILURES:
        changes["fault"] = _fault(row, message, error, now)
    if isinstance(error, Reconnect):
        changes |= {"connection": "needs_reconnect", "off_since": row.off_since or now, "backoff_until": None}
    return structs.replace(row, **changes)


def _fault(row: StaffRow, message: JobMessage, error: SyncError, now: datetime) -> Fault:
    since = row.fault.since if row.fault is not None and row.fault.code == error.code else now
    said = messages.message(error.code)
    action = "reconnect" if isinstance(error, Reconnect) else said.action
    return Fault(
        code=error.code,
        since=since,
        retryable=said.retryable and not isinstance(error, Reconnect),
        action=action,
        reference=error.reference,
        job_kind=message.kind,
        days=message.days,
    )
