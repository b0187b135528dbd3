"""The nightly round: what has had its time goes (sync-api.md, Functions; A2, B5, H3, M1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec import Struct, structs

from shared import log
from shared.core import rows
from shared.core.errors import SyncError
from shared.core.rows import PendingFlow
from shared.core.state import Job, Review, StaffRow
from shared.flows import attendance, chain, directory, disconnect, staffrow
from shared.flows.rowremoval import remove, remove_under
from shared.ports import Ports, Row

JOBS_KEPT = timedelta(days=90)
LOSERS_KEPT = timedelta(days=30)
LINKS_KEPT = timedelta(days=90)


class Swept(Struct, frozen=True):
    """How many of each went, and for how many people the round failed: the next one looks again.

    `inactive` are the people disconnected because they left (A2), `silent` those without success for too long (K5).
    """

    flows: int = 0
    jobs: int = 0
    values: int = 0
    links: int = 0
    secrets: int = 0
    failed: int = 0
    inactive: int = 0
    silent: int = 0


def run(ports: Ports) -> Swept:
    """Look at everybody, each by themselves: one person's fault stops no other. Raises Retry."""
    swept = Swept(flows=_expire_flows(ports), secrets=directory.drop_planned(ports))
    for firm_id, staff_id in directory.everybody(ports):
        try:
            swept = _added(swept, _sweep(ports, firm_id, staff_id))
        except SyncError as error:
            log.line("housekeeping.failed", firm=firm_id, staff=staff_id, code=error.code)
            swept = structs.replace(swept, failed=swept.failed + 1)
    seen = attendance.look(ports)
    swept = _added(swept, Swept(failed=seen.failed, inactive=seen.inactive, silent=seen.silent))
    log.line("housekeeping.done", **structs.asdict(swept))
    return swept


def _added(one: Swept, other: Swept) -> Swept:
    return Swept(*(mine + theirs for mine, theirs in zip(structs.astuple(one), structs.astuple(other), strict=True)))


def _expire_flows(ports: Ports) -> int:
    old = [
        row.key
        for row in ports.store.scan(rows.FLOW_PARTITION, "")
        if rows.decoded(row.data, PendingFlow).expires_at <= ports.now()
    ]
    return remove(ports, rows.FLOW_PARTITION, old)


def _sweep(ports: Ports, firm_id: str, staff_id: str) -> Swept:
    partition, staff, now = (
        rows.staff_partition(firm_id, staff_id),
        staffrow.read(ports, firm_id, staff_id),
        ports.now(),
    )
    chain.append(ports, firm_id, staff_id)
    jobs = [row.key for row in ports.store.scan(partition, rows.JOB_PREFIX) if _ended_at(row) < now - JOBS_KEPT]
    return Swept(
        jobs=remove(ports, partition, jobs),
        values=remove(ports, partition, _old_losers(ports, partition, now)),
        links=_end_links(ports, staff, now) if staff.connection == "disconnected" else 0,
    )


def _ended_at(row: Row) -> datetime:
    job = rows.decoded(row.data, Job)
    return job.finished_at or job.started_at or datetime.max.replace(tzinfo=UTC)


def _old_losers(ports: Ports, partition: str, now: datetime) -> list[str]:
    """Losing values whose review was resolved more than 30 days ago, or is no longer there (H3)."""
    losers = [row.key for row in ports.store.scan(partition, rows.LOSER_PREFIX)]
    if not losers:
        return []
    reviews = [rows.decoded(row.data, Review) for row in ports.store.scan(partition, rows.REVIEW_PREFIX)]
    kept = {review.id for review in reviews if review.resolved_at is None or review.resolved_at >= now - LOSERS_KEPT}
    return [key for key in losers if key.removeprefix(rows.LOSER_PREFIX).split("|")[0] not in kept]


def _end_links(ports: Ports, staff: StaffRow, now: datetime) -> int:
    """Finish a disconnect that a crash cut short, and 90 days later let the links go; the line stays (D2)."""
    if staff.disconnected_at is None:
        return 0
    disconnect.end(ports, staff.firm_id, staff.staff_id)
    if now - staff.disconnected_at < LINKS_KEPT:
        return 0
    ended = remove_under(ports, rows.staff_partition(staff.firm_id, staff.staff_id), staffrow.MAILBOX_PREFIXES)
    staffrow.change(ports, staff.firm_id, staff.staff_id, _without_links)
    directory.forget(ports, staff.firm_id, staff.staff_id)
    return ended


def _without_links(row: StaffRow) -> StaffRow | None:
    if row.connection != "disconnected":
        return None
    return staffrow.emptied(row)
