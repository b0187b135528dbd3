"""A message from the queue: one job, and what becomes of a person's job that cannot run yet (C2, K1)."""

from __future__ import annotations

from datetime import timedelta

from shared.core import rows
from shared.core.errors import Retry
from shared.core.jobs import JobMessage, encoded
from shared.core.state import Job, StaffRow
from shared.flows.sync.ending import job_row
from shared.flows.sync.job import run
from shared.ports import Ports

PATIENCE = timedelta(hours=1)
WAIT_SECONDS = 15
WAIT_SECONDS_MAX = 300


def deliver(ports: Ports, message: JobMessage) -> None:
    """Run the job of a message. What a person asked for comes again until it ran, for an hour; then it has failed.

    Raises Retry only where our own storage does not answer: the queue then delivers again.
    """
    try:
        if run(ports, message) is None and message.is_asked:
            _close(ports, message, _why_not(ports, message))
    except Retry as error:
        if not message.is_asked:
            raise
        if ports.now() - message.sent_at > PATIENCE:
            _close(ports, message, error.code)
            return
        delay = min(int(error.after_seconds or WAIT_SECONDS), WAIT_SECONDS_MAX)
        ports.queue.send(encoded(message), delay_seconds=delay)


def _why_not(ports: Ports, message: JobMessage) -> str:
    """Why a job that a person asked for cannot run any more."""
    row = ports.store.get(rows.staff_partition(message.firm_id, message.staff_id), rows.STAFF_KEY)
    staff = rows.decoded(row.data, StaffRow) if row is not None else None
    if staff is None or staff.connection != "connected":
        return "not_connected"
    return "not_available" if staff.preferences.sync_enabled else "sync_paused"


def _close(ports: Ports, message: JobMessage, code: str) -> None:
    job = Job(message.job_id, message.kind, "failed", message.sent_at, ports.now(), error=code)
    ports.store.commit(rows.staff_partition(message.firm_id, message.staff_id), [job_row(message, job)])
