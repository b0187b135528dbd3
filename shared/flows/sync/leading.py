"""Whose copy of a meeting leads (E3): the organiser's if connected, else the first that came; read only when touched.

The leader's row lies in a partition of the meeting. A leader that is no longer assigned in CaseFlow, or no longer
connected, has left: the next mailbox that looks takes its place.
"""

from __future__ import annotations

import hashlib

from msgspec import Struct, structs

from shared.core import rows
from shared.core.errors import Stale
from shared.core.events import CaseflowEvent, OutlookEvent
from shared.core.links import Link
from shared.core.state import StaffRow
from shared.core.steps import Step
from shared.flows.sync.run import Run
from shared.ports import Insert, Replace, Row

LEADER_KEY = "leader"
TRIES_MAX = 3


class Leader(Struct, frozen=True):
    """Who leads, and whether as the organiser."""

    staff_id: str
    organizer: bool


def led(run: Run, link: Link, event: OutlookEvent | None, caseflow: CaseflowEvent | None) -> Link:
    """The link with `leads` as it is now. Costs nothing for an appointment. Raises Retry."""
    if event is None or not event.is_meeting or not event.ical_uid or event.is_private:
        return link
    return structs.replace(link, leads=_leads(run, event, caseflow))


def led_step(run: Run, step: Step) -> Step:
    """A new meeting's step, with the claim of its lead made before the event is made in CaseFlow."""
    if step.seen is None or step.caseflow is None:
        return step
    return structs.replace(step, link=led(run, step.link, step.seen, None))


def _leads(run: Run, event: OutlookEvent, caseflow: CaseflowEvent | None) -> bool:
    partition = _partition(run.row.firm_id, event)
    mine = Leader(run.row.staff_id, event.is_organizer)
    for _ in range(TRIES_MAX):
        row = run.ports.store.get(partition, LEADER_KEY)
        leader = rows.decoded(row.data, Leader) if row is not None else None
        if leader == mine:
            return True
        if leader is not None and not _gives_way(run, leader, mine, caseflow):
            return False
        try:
            run.ports.store.commit(partition, [_claim(row, mine)])
        except Stale:
            continue  # a colleague's job was faster: look again who leads
        return True
    return False


def _claim(row: Row | None, mine: Leader) -> Insert | Replace:
    data = rows.encoded(mine)
    return Insert(LEADER_KEY, data) if row is None else Replace(LEADER_KEY, data, row.etag)


def _gives_way(run: Run, leader: Leader, mine: Leader, caseflow: CaseflowEvent | None) -> bool:
    if leader.staff_id == mine.staff_id or (mine.organizer and not leader.organizer):
        return True
    if caseflow is not None and leader.staff_id not in caseflow.staff_ids:
        return True
    found = run.ports.store.get(rows.staff_partition(run.row.firm_id, leader.staff_id), rows.STAFF_KEY)
    return found is None or rows.decoded(found.data, StaffRow).connection != "connected"


def _partition(firm_id: str, event: OutlookEvent) -> str:
    start = event.original_start.isoformat() if event.original_start else ""
    digest = hashlib.sha256(f"{event.ical_uid}|{start}".encode()).hexdigest()[:32]
    return f"meeting|{rows.safe(firm_id)}|{digest}"
