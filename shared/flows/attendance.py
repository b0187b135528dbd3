"""Who is connected and no longer served, looked at once a day: people who left (A2), and silence (K5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from shared import log
from shared.core.errors import Gone, Inactive, Retry, SyncError
from shared.core.state import StaffRow
from shared.flows import directory, disconnect, silence, staffrow
from shared.ports import Firm, Ports

SEEN_WITHIN = timedelta(days=1)
UNKNOWN = "staff_not_found"


class Attendance(Struct):
    """How many people were disconnected, for how many silence was logged, and for how many the look failed."""

    inactive: int = 0
    silent: int = 0
    failed: int = 0


def look(ports: Ports) -> Attendance:
    """Disconnect who is active no more and has no jobs that would find out; log who has had no success for too long.

    One person's fault stops no other. Raises Retry where the list of connections cannot be read.
    """
    found = Attendance()
    caseflow = _Caseflow(ports)
    for person in list(directory.connected(ports)):
        try:
            _look_at(ports, caseflow, staffrow.read(ports, person.firm_id, person.staff_id), found)
        except SyncError as error:
            log.line("housekeeping.failed", firm=person.firm_id, staff=person.staff_id, code=error.code)
            found.failed += 1
    return found


def _look_at(ports: Ports, caseflow: _Caseflow, staff: StaffRow, found: Attendance) -> None:
    if staff.connection == "disconnected":
        return
    if not _had_job(staff, ports.now()) and caseflow.has_left(staff):
        disconnect.end(ports, staff.firm_id, staff.staff_id, reason="inactive")
        found.inactive += 1
        return
    firm = caseflow.firm(staff.firm_id)
    begun = silence.since(ports, staff, firm) if firm is not None else None
    if begun is not None:
        silence.tell(staff, begun, ports.now())
        found.silent += 1


def _had_job(staff: StaffRow, now: datetime) -> bool:
    """True if a job has asked CaseFlow within the last day: paused or not eligible, nobody does."""
    last = staff.last_sync.started_at if staff.last_sync else None
    return last is not None and now - last < SEEN_WITHIN


class _Caseflow:
    """What CaseFlow says; after one unanswered call it is not asked again, since a timeout each would take hours."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._answers = True

    def has_left(self, staff: StaffRow) -> bool:
        """True only where CaseFlow says it: deactivated, or unknown by its own code (a proxy's 404 proves nothing)."""
        if not self._answers:
            return False
        try:
            return not self._ports.caseflow.staff(staff.firm_id, staff.staff_id).active
        except Inactive:
            return True
        except Gone as error:
            return error.code == UNKNOWN
        except Retry as error:
            self._is_silent(error)
            return False

    def firm(self, firm_id: str) -> Firm | None:
        """The firm; None where CaseFlow does not answer or does not know it."""
        if not self._answers:
            return None
        try:
            return self._ports.caseflow.firm(firm_id)
        except Gone:
            return None
        except Retry as error:
            self._is_silent(error)
            return None

    def _is_silent(self, error: Retry) -> None:
        self._answers = False
        log.line("housekeeping.unasked", code=error.code)
