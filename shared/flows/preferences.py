"""The four toggles (L)."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import structs

from shared.core.prints import Printer
from shared.core.session import Session
from shared.core.state import Preferences, StaffRow
from shared.flows import availability, chain, directory, staffrow
from shared.ports import Ports

PENDING = "preferences"


def get(ports: Ports, session: Session) -> Preferences:
    """The caller's toggles; all on where nothing was ever saved (L1). Raises Retry."""
    return staffrow.read(ports, session.firm_id, session.staff_id).preferences


def put(ports: Ports, session: Session, wanted: Preferences) -> Preferences:
    """Save the caller's toggles, as stored then. Raises NotEligible if one is switched on while A1 refuses, Retry."""
    stored = get(ports, session)
    if stored == wanted:
        return stored
    if _switches_on(stored, wanted):
        availability.demand(ports.caseflow.firm(session.firm_id))
    printer = Printer(ports.keys.firm_key(session.firm_id))
    note = staffrow.note(
        ports,
        ("staff", session.staff_id),
        "preferences",
        session.staff_id,
        before=_print(printer, stored),
        after=_print(printer, wanted),
    )
    now = ports.now()
    _, after = staffrow.change(ports, session.firm_id, session.staff_id, lambda row: _changed(row, wanted, now), [note])
    if after.connection != "disconnected":
        directory.list_connected(ports, session.firm_id, session.staff_id, paused=not after.preferences.sync_enabled)
    chain.settle(ports, session.firm_id, session.staff_id)
    return after.preferences


def _switches_on(stored: Preferences, wanted: Preferences) -> bool:
    before, after = structs.asdict(stored), structs.asdict(wanted)
    return any(after[name] and not before[name] for name in after)


def _print(printer: Printer, toggles: Preferences) -> str:
    return printer.of("preferences|" + msgspec.json.encode(toggles).decode())


def _changed(row: StaffRow, wanted: Preferences, now: datetime) -> StaffRow | None:
    """The row with the toggles, and with what the next job must know of the change (L2, L3)."""
    if row.preferences == wanted:
        return None
    was_on, is_on = _events_on(row.preferences), _events_on(wanted)
    row = structs.replace(row, preferences=wanted, pending=PENDING)
    if was_on and not is_on:
        return structs.replace(row, off_since=row.off_since or now)
    if is_on and not was_on:
        return structs.replace(row, delta_link=None, cursor=None)
    return row


def _events_on(toggles: Preferences) -> bool:
    return toggles.sync_enabled and toggles.calendar_events
