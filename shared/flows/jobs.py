"""Jobs that a person asks for, how they go, and those that must be given up (product.md J, K)."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
from msgspec import structs

from shared import log
from shared.core import messages, rows
from shared.core.errors import Gone, NotEligible, Rejected, Retry, Stale, SyncError
from shared.core.jobs import JobMessage, decoded, encoded
from shared.core.state import Fault, Job, StaffRow
from shared.flows import availability, silence, staffrow, sync
from shared.ports import Insert, Ports, Replace, Row

BUDGET_SECONDS = 18
TRIES_MAX = 5
POISON = "poison"
OPEN = ("queued", "running")
OPEN_MAX = timedelta(hours=2)  # a person's job comes again for an hour at most, then it has failed


def listed(ports: Ports, firm_id: str, staff_id: str, limit: int | None = None) -> list[Job]:
    """The jobs that matter (C5), the newest first. Raises Retry."""
    found = ports.store.scan(rows.staff_partition(firm_id, staff_id), rows.JOB_PREFIX)
    oldest_open = rows.job_key("0", ports.now() - OPEN_MAX)
    return [_as_it_stands(row, oldest_open) for row in found[:limit]]


def _as_it_stands(row: Row, oldest_open: str) -> Job:
    """A job as its row says; one that nobody runs any more is not open for ever (newer rows sort first)."""
    job = rows.decoded(row.data, Job)
    if job.state in OPEN and row.key > oldest_open:
        return structs.replace(job, state="failed", error=POISON)
    return job


def find(ports: Ports, firm_id: str, staff_id: str, job_id: str) -> Job:
    """One job of this staff member. Raises Gone, Retry."""
    found = next((job for job in listed(ports, firm_id, staff_id) if job.id == job_id), None)
    if found is None:
        raise Gone("not_found")
    return found


def sync_now(ports: Ports, firm_id: str, staff_id: str) -> Job:
    """Pull from Outlook now (K1). Raises NotEligible, Rejected `not_connected` or `sync_paused`, Retry."""
    _checked(ports, firm_id, staff_id)
    return _run(ports, _message(ports, firm_id, staff_id, "manual"))


def retry(ports: Ports, firm_id: str, staff_id: str) -> Job:
    """Run the failed job again at once (K2); after a long silence (K5) a sync.

    Raises as `sync_now`, and Rejected `nothing_to_retry`.
    """
    staff = _checked(ports, firm_id, staff_id)
    if staff.fault is None and not silence.since(ports, staff, ports.caseflow.firm(firm_id)):
        raise Rejected("nothing_to_retry")
    kind, days = (staff.fault.job_kind, staff.fault.days) if staff.fault else ("sync", None)
    if kind == "import":
        return begin_import(ports, firm_id, staff_id, days or 1)
    _end_backoff(ports, firm_id, staff_id)
    return _run(ports, _message(ports, firm_id, staff_id, kind))


def _end_backoff(ports: Ports, firm_id: str, staff_id: str) -> None:
    """A person who asks again does not wait for the back-off; a job that is faster has a newer one."""
    partition = rows.staff_partition(firm_id, staff_id)
    stored = ports.store.get(partition, rows.STAFF_KEY)
    if stored:
        staff = structs.replace(rows.decoded(stored.data, StaffRow), backoff_until=None)
        with suppress(Stale):
            ports.store.commit(partition, [Replace(stored.key, rows.encoded(staff), stored.etag)])


def begin_import(ports: Ports, firm_id: str, staff_id: str, days: int) -> Job:
    """Queue an import of the last `days` days (J4). Raises as `sync_now`."""
    _checked(ports, firm_id, staff_id)
    return _queued(ports, _message(ports, firm_id, staff_id, "import", days))


def _checked(ports: Ports, firm_id: str, staff_id: str) -> StaffRow:
    try:
        availability.demand(ports.caseflow.firm(firm_id))
    except Gone:
        raise NotEligible("plan_required") from None
    staff = staffrow.read(ports, firm_id, staff_id)
    if staff.connection != "connected":
        raise Rejected("not_connected")
    if not staff.preferences.sync_enabled:
        raise Rejected("sync_paused")
    return staff


def _message(ports: Ports, firm_id: str, staff_id: str, kind: str, days: int | None = None) -> JobMessage:
    return JobMessage(firm_id, staff_id, kind, ports.new_id(), ports.now(), days, requested_by=staff_id)


def _run(ports: Ports, message: JobMessage) -> Job:
    """Run a job within the request; one that does not finish goes on from the queue."""
    try:
        job = sync.run(ports, message, budget_seconds=BUDGET_SECONDS)
    except Retry:  # K2: passing faults are tried again by themselves before anybody is told
        job = None
    return job or _queued(ports, message)


def _queued(ports: Ports, message: JobMessage) -> Job:
    """Put a job on the queue; its row comes first, so that whoever asks for it finds it."""
    partition = rows.staff_partition(message.firm_id, message.staff_id)
    key = rows.job_key(message.job_id, message.sent_at)
    job = Job(message.job_id, message.kind, "queued", days=message.days, requested_by=message.requested_by)
    try:
        ports.store.commit(partition, [Insert(key, rows.encoded(job))])
    except Stale:  # the run within the request wrote it already
        stored = ports.store.get(partition, key)
        job = rows.decoded(stored.data, Job) if stored else job
    ports.queue.send(encoded(message))
    return job


def give_up(ports: Ports, body: bytes) -> None:
    """Mark the job of a poisoned message failed and show it. Raises nothing: the host would lose it (azure.md 0.3)."""
    try:
        message = decoded(body)
    except msgspec.DecodeError:
        log.line("job.poison_unreadable", level=logging.ERROR)
        return
    ids = {"firm": rows.safe(message.firm_id), "staff": rows.safe(message.staff_id), "job": rows.safe(message.job_id)}
    try:
        _mark_failed(ports, message)
    except SyncError as error:
        log.line("job.poison_unmarked", level=logging.ERROR, code=error.code, **ids)
    else:
        log.line("job.given_up", level=logging.ERROR, **ids)


def _mark_failed(ports: Ports, message: JobMessage) -> None:
    for _ in range(TRIES_MAX):
        try:
            return _fail_once(ports, message)
        except Stale:
            continue
    raise Retry("too_busy")


def _fail_once(ports: Ports, message: JobMessage) -> None:
    partition = rows.staff_partition(message.firm_id, message.staff_id)
    now = ports.now()
    key = rows.job_key(message.job_id, message.sent_at)
    stored, staff = ports.store.get(partition, key), ports.store.get(partition, rows.STAFF_KEY)
    changes = [_failed_job(stored, key, message, now)]
    if staff:
        changes.append(_with_fault(staff, message, now))
    ports.store.commit(partition, changes)


def _failed_job(stored: Row | None, key: str, message: JobMessage, now: datetime) -> Insert | Replace:
    fresh = Job(message.job_id, message.kind, "queued", days=message.days, requested_by=message.requested_by)
    job = rows.decoded(stored.data, Job) if stored else fresh
    failed = rows.encoded(structs.replace(job, state="failed", finished_at=now, error=POISON))
    return Replace(key, failed, stored.etag) if stored else Insert(key, failed)


def _with_fault(stored: Row, message: JobMessage, now: datetime) -> Replace:
    staff = rows.decoded(stored.data, StaffRow)
    said = messages.message(POISON)
    fault = Fault(POISON, now, said.retryable, said.action, message.job_id, message.kind, message.days)
    return Replace(stored.key, rows.encoded(structs.replace(staff, fault=staff.fault or fault)), stored.etag)
