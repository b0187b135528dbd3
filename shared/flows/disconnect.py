"""Disconnecting: no write begins any more, our access goes, what was synced stays (M1, A2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import structs

from shared import log
from shared.core.rows import Claim
from shared.core.session import Session
from shared.core.state import StaffRow
from shared.flows import chain, claims, directory, staffrow
from shared.ports import Ports

WAIT_SECONDS_MAX = 20.0
POLL_SECONDS = 0.5


def run(ports: Ports, session: Session, wait: Callable[[float], None] | None = None) -> StaffRow:
    """Disconnect the caller's own mailbox, as `end` does."""
    return end(ports, session.firm_id, session.staff_id, actor=("staff", session.staff_id), wait=wait)


def end(
    ports: Ports,
    firm_id: str,
    staff_id: str,
    *,
    actor: tuple[str, str | None] = ("system", None),
    reason: str = "asked",
    wait: Callable[[float], None] | None = None,
) -> StaffRow:
    """Disconnect the staff member; the row as it is then. Doing it twice is fine, and it asks Microsoft nothing.

    `actor` is ("staff", id) or ("system", None), `reason` a code for the log. With `wait` the answer waits up to
    20 seconds for a request that a job has already begun; the job that disconnects its own user gives none.
    Raises Retry only while nothing has been changed yet, or while the tables do not answer.
    """
    mine = Claim(firm_id, staff_id)
    secret = staffrow.read(ports, firm_id, staff_id).secret
    if secret:
        directory.plan_drop(ports, firm_id, staff_id, secret)
    note = staffrow.note(ports, actor, "disconnect", staff_id)
    before, after = staffrow.change(ports, firm_id, staff_id, lambda row: _disconnected(row, ports.now()), [note])
    if before.generation:
        directory.list_former(ports, firm_id, staff_id)
    if wait is not None:
        _await_lease(ports, after, wait)
    after = _drop_tokens(ports, mine, after)
    claims.free(ports, after.account, mine)
    chain.settle(ports, firm_id, staff_id)
    if before is not after:
        log.line("disconnect.done", firm=firm_id, staff=staff_id, reason=reason)
    return after


def _disconnected(row: StaffRow, now: datetime) -> StaffRow | None:
    """None where there is nothing to end. The secret's name stays until it is dropped."""
    if row.connection == "disconnected":
        return None
    return structs.replace(
        row,
        connection="disconnected",
        disconnected_at=now,
        off_since=row.off_since or now,
        fault=None,
        failures=0,
        backoff_until=None,
    )


def _await_lease(ports: Ports, row: StaffRow, wait: Callable[[float], None]) -> None:
    """Wait while a job that began before holds its lease; it notices the generation at its next transaction."""
    waited = 0.0
    while waited < WAIT_SECONDS_MAX and row.lease_until is not None and ports.now() < row.lease_until:
        wait(POLL_SECONDS)
        waited += POLL_SECONDS
        row = staffrow.read(ports, row.firm_id, row.staff_id)


def _drop_tokens(ports: Ports, mine: Claim, row: StaffRow) -> StaffRow:
    """Drop the secret and then forget its name; what the vault is not done with, housekeeping asks for again."""
    directory.drop_planned(ports, mine.firm_id, mine.staff_id)
    secret = row.secret
    if secret is None or directory.is_planned(ports, mine.firm_id, mine.staff_id, secret):
        return row

    def forgotten(current: StaffRow) -> StaffRow | None:
        if current.secret != secret or current.connection != "disconnected":
            return None
        return structs.replace(current, secret=None)

    return staffrow.change(ports, mine.firm_id, mine.staff_id, forgotten)[1]
