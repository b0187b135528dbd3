"""A firm that loses the feature: its sync is off from then on, and stays resumable (A1, L3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import structs

from shared import log
from shared.core import rows
from shared.core.errors import SyncError
from shared.core.rows import Connection
from shared.core.state import StaffRow
from shared.flows import staffrow
from shared.ports import Ports, Put, Remove

PARTITION = "ineligible"


def observe(ports: Ports, people: Iterable[Connection], refused: set[str]) -> None:
    """Compare `refused`, the firms that may not sync now, with those known before: one table operation a tick.

    Everybody of a firm that is new among them gets `off_since`: what they remove from Outlook until the firm is back
    is no deletion. That also raises the generation, so a job under way stops (design.md 5). Raises Retry.
    """
    known = {rows.decoded(row.data, str): row.key for row in ports.store.scan(PARTITION, "")}
    listed = list(people)
    for firm_id in sorted(refused - known.keys()):
        mine = [person for person in listed if person.firm_id == firm_id]
        missed = [person for person in mine if not _switched_off(ports, person)]
        if not missed:
            ports.store.commit(PARTITION, [Put(rows.safe(firm_id), rows.encoded(firm_id))])
    # The rows of those who are back keep `off_since` until their first round is done; only the note goes.
    for firm_id in sorted(known.keys() & {person.firm_id for person in listed} - refused):
        ports.store.commit(PARTITION, [Remove(known[firm_id])])


def switch_off(ports: Ports, firm_id: str, staff_id: str) -> None:
    """Mark one person's sync as off, once: a job found that the firm may not sync (L3). Raises Retry."""
    now = ports.now()
    staffrow.change(ports, firm_id, staff_id, lambda row: _off(row, now))


def _switched_off(ports: Ports, person: Connection) -> bool:
    try:
        switch_off(ports, person.firm_id, person.staff_id)
    except SyncError as error:
        log.line("downgrade.failed", firm=person.firm_id, staff=person.staff_id, code=error.code)
        return False
    return True


def _off(row: StaffRow, now: datetime) -> StaffRow | None:
    if row.off_since is not None or row.connection == "disconnected":
        return None
    return structs.replace(row, off_since=now, delta_link=None, cursor=None)
