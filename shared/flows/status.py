"""What the settings page and CaseFlow's banner show about one staff member (sync-api.md, `status`)."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from shared.core import messages
from shared.core.errors import Gone, Retry
from shared.core.schedule import next_tick
from shared.core.state import Job, StaffRow
from shared.flows import availability, jobs, silence, staffrow
from shared.flows.views import Action, Availability, ConnectionState, ErrorView, Status, SyncState, job_view
from shared.ports import Firm, Ports


def read(ports: Ports, firm_id: str, staff_id: str, schedule: str) -> Status:
    """The status, from the staff row and the job rows. `schedule` is SYNC_SCHEDULE. Raises Retry."""
    staff = staffrow.read(ports, firm_id, staff_id)
    firm = firm_or_none(ports, firm_id)
    open_jobs = [job for job in jobs.listed(ports, firm_id, staff_id) if job.state in jobs.OPEN]
    error = error_of(ports, staff, firm)
    running_import = next((job for job in open_jobs if job.kind == "import"), None)
    return Status(
        availability=cast(Availability, availability.of(firm)) if firm else "available",
        connection=cast(ConnectionState, staff.connection),
        account_email=staff.account.email if staff.account and staff.connection != "disconnected" else None,
        sync=sync_state(staff, error, open_jobs, ports.now()),
        preferences=staff.preferences,
        last_sync=job_view(staff.last_sync) if staff.last_sync else None,
        last_success_at=staff.last_success_at,
        next_sync_at=_next_sync(staff, firm, schedule, ports.now()),
        error=error,
        import_=job_view(running_import) if running_import else None,
        reviews_open=staff.reviews_open,
        set_aside=staff.set_aside,
        not_fully_masked=staff.not_fully_masked,
    )


def firm_or_none(ports: Ports, firm_id: str) -> Firm | None:
    """The firm; None while CaseFlow does not answer (what only reads stays open). An unknown firm has no plan."""
    try:
        return ports.caseflow.firm(firm_id)
    except Gone:
        return Firm(firm_id, "", "", False, "UTC", ())
    except Retry:
        return None


def sync_state(staff: StaffRow, error: ErrorView | None, open_jobs: list[Job], now: datetime) -> SyncState:
    """One word for how sync goes: paused, then running, then error, else idle."""
    if staff.connection == "disconnected":
        return "idle"
    if not staff.preferences.sync_enabled:
        return "paused"
    leased = staff.lease_until is not None and staff.lease_until > now
    if leased or any(job.kind == "manual" for job in open_jobs):
        return "running"
    return "error" if error else "idle"


def error_of(ports: Ports, staff: StaffRow, firm: Firm | None) -> ErrorView | None:
    """The error to show: the last job's fault, or `stale` where sync has been silent for too long (K5)."""
    if staff.connection == "disconnected":
        return None
    fault = staff.fault
    silent = silence.since(ports, staff, firm)
    if silent:
        said = messages.message("stale")
        reference = fault.reference if fault else None
        return ErrorView("stale", said.text, silent, said.retryable, cast(Action, said.action), reference)
    if fault is None:
        return None
    sentence = messages.message(fault.code).text
    return ErrorView(fault.code, sentence, fault.since, fault.retryable, cast(Action, fault.action), fault.reference)


def _next_sync(staff: StaffRow, firm: Firm | None, schedule: str, now: datetime) -> datetime | None:
    eligible = firm is None or availability.of(firm) == "available"
    if staff.connection != "connected" or not staff.preferences.sync_enabled or not eligible:
        return None
    return next_tick(schedule, max(now, staff.backoff_until or now))
