"""Who of a firm is connected and how it goes: states and counts, never titles (sync-api.md, `connections`)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import cast

from shared.flows import directory, staffrow
from shared.flows.status import error_of, firm_or_none, sync_state
from shared.flows.views import ConnectionState, ConnectionView
from shared.ports import Firm, Ports

READERS = 8


def listed(ports: Ports, firm_id: str) -> list[ConnectionView]:
    """The firm's connections in order of staff id. Raises Retry."""
    firm = firm_or_none(ports, firm_id)
    with ThreadPoolExecutor(READERS) as pool:
        staff_ids = sorted(person.staff_id for person in directory.connected(ports, firm_id))
        return list(pool.map(lambda staff_id: _view(ports, firm_id, staff_id, firm), staff_ids))


def _view(ports: Ports, firm_id: str, staff_id: str, firm: Firm | None) -> ConnectionView:
    staff = staffrow.read(ports, firm_id, staff_id)
    error = error_of(ports, staff, firm)
    return ConnectionView(
        staff_id=staff_id,
        connection=cast(ConnectionState, staff.connection),
        account_email=staff.account.email if staff.account else None,
        sync=sync_state(staff, error, [], ports.now()),
        last_success_at=staff.last_success_at,
        error=error,
        links=staff.links,
        reviews_open=staff.reviews_open,
        set_aside=staff.set_aside,
        not_fully_masked=staff.not_fully_masked,
    )
