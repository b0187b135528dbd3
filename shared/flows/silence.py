"""Silence is an error: when a connection has had no success for too long (product.md K5)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from shared import log
from shared.core import rows
from shared.core.links import Link
from shared.core.state import StaffRow
from shared.flows import availability
from shared.ports import Firm, Ports

SILENT_AFTER = timedelta(hours=24)
SILENT_BEFORE_COURT = timedelta(hours=2)
COURT_AHEAD = timedelta(days=7)


def since(ports: Ports, staff: StaffRow, firm: Firm | None) -> datetime | None:
    """Since when nothing succeeded, if that is too long; a pause or an ineligible firm is no silence. Raises Retry.

    `firm` is None while CaseFlow does not answer. What waits for the person is shown as that fault.
    """
    if not _is_counted(staff):
        return None
    if firm and availability.of(firm) != availability.AVAILABLE:
        return None
    begun = _last_success(staff)
    if begun is None:
        return None
    lasts = ports.now() - begun
    if lasts > SILENT_AFTER or (lasts > SILENT_BEFORE_COURT and _court_soon(ports, staff, firm)):
        return begun
    return None


def _is_counted(staff: StaffRow) -> bool:
    waits = staff.fault is not None and staff.fault.action == "reconnect"
    return staff.connection != "disconnected" and staff.preferences.sync_enabled and not waits


def tell(staff: StaffRow, begun: datetime, now: datetime) -> None:
    """Log the line that an alert is set on (K5)."""
    age = int((now - begun).total_seconds())
    log.line("sync.silent", level=logging.WARNING, firm=staff.firm_id, staff=staff.staff_id, age_seconds=age)


def tell_of_day(staff: StaffRow, now: datetime) -> None:
    """The same after a failed regular job, where a day has passed without success; back-off makes one an hour."""
    begun = _last_success(staff)
    if begun is not None and now - begun > SILENT_AFTER and _is_counted(staff):
        tell(staff, begun, now)


def _last_success(staff: StaffRow) -> datetime | None:
    """The last success; where none counts, the first failure."""
    # while a pause is being caught up, the last success lies before the pause (L3): then only a fault counts
    success = staff.last_success_at if staff.off_since is None else None
    return success or (staff.fault.since if staff.fault else None)


def _court_soon(ports: Ports, staff: StaffRow, firm: Firm | None) -> bool:
    """True if a protected event ends within the next seven days; an unknown list protects all (G1)."""
    now = ports.now()
    free = {row.name for row in firm.categories if not row.protected} if firm else set()
    found = ports.store.scan(rows.staff_partition(staff.firm_id, staff.staff_id), rows.LINK_PREFIX)
    for link in (rows.decoded(row.data, Link) for row in found):
        is_protected = link.category is not None and link.category not in free
        if is_protected and link.ends_at and now < link.ends_at <= now + COURT_AHEAD:
            return True
    return False
