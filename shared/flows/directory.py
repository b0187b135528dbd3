"""Lists by which others are found: who is connected, who was, and which secrets are still to be dropped.

All are hints: the staff row is the truth. A row too many costs a look, so rows are written before what they point
to changes, and removed after.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct

from shared.core import rows
from shared.core.errors import SyncError
from shared.core.rows import Connection
from shared.core.state import StaffRow
from shared.flows import staffrow
from shared.ports import Ports, Put, Remove

FORMER_PARTITION = "former"
DROPS_PARTITION = "drops"
SETTLE = timedelta(minutes=10)


class Drop(Struct, frozen=True):
    """A Key Vault secret that must go unless the staff row names it once things have settled."""

    firm_id: str
    staff_id: str
    secret: str
    since: datetime


def list_connected(ports: Ports, firm_id: str, staff_id: str, *, paused: bool) -> None:
    """Put the staff member where the timer looks."""
    data = rows.encoded(Connection(firm_id, staff_id, paused))
    key = rows.connection_key(firm_id, staff_id)
    ports.store.commit(rows.connection_partition(firm_id, staff_id), [Put(key, data)])
    ports.store.commit(FORMER_PARTITION, [Remove(key)])


def list_former(ports: Ports, firm_id: str, staff_id: str) -> None:
    """Take the staff member from the timer's list; housekeeping still finds them."""
    data = rows.encoded(Connection(firm_id, staff_id))
    key = rows.connection_key(firm_id, staff_id)
    ports.store.commit(FORMER_PARTITION, [Put(key, data)])
    ports.store.commit(rows.connection_partition(firm_id, staff_id), [Remove(key)])


def forget(ports: Ports, firm_id: str, staff_id: str) -> None:
    """Take the staff member from the list of former connections."""
    ports.store.commit(FORMER_PARTITION, [Remove(rows.connection_key(firm_id, staff_id))])


def connected(ports: Ports, firm_id: str | None = None) -> Iterator[Connection]:
    """Everybody in the timer's list; of one firm where one is named. Sixteen table operations. Raises Retry."""
    prefix = f"{rows.safe(firm_id)}|" if firm_id else ""
    for number in range(rows.SHARDS):
        for row in ports.store.scan(rows.connection_shard(number), prefix):
            yield rows.decoded(row.data, Connection)


def former(ports: Ports, firm_id: str | None = None) -> list[Connection]:
    """Everybody who was connected within the last 90 days; of one firm where one is named. Raises Retry."""
    found = ports.store.scan(FORMER_PARTITION, f"{rows.safe(firm_id)}|" if firm_id else "")
    return [rows.decoded(row.data, Connection) for row in found]


def everybody(ports: Ports, firm_id: str | None = None) -> dict[tuple[str, str], Connection]:
    """Both lists, each person once."""
    people = [*former(ports, firm_id), *connected(ports, firm_id)]
    return {(person.firm_id, person.staff_id): person for person in people}


def _drop_key(firm_id: str, staff_id: str, secret: str) -> str:
    return f"{rows.connection_key(firm_id, staff_id)}|{secret}"


def plan_drop(ports: Ports, firm_id: str, staff_id: str, secret: str) -> None:
    """Remember that `secret` must go, before anything can lose its name."""
    data = rows.encoded(Drop(firm_id, staff_id, secret, ports.now()))
    ports.store.commit(DROPS_PARTITION, [Put(_drop_key(firm_id, staff_id, secret), data)])


def cancel_drop(ports: Ports, firm_id: str, staff_id: str, secret: str) -> None:
    """The secret is in use."""
    ports.store.commit(DROPS_PARTITION, [Remove(_drop_key(firm_id, staff_id, secret))])


def is_planned(ports: Ports, firm_id: str, staff_id: str, secret: str) -> bool:
    """True while the secret is still to be dropped. Raises Retry."""
    return ports.store.get(DROPS_PARTITION, _drop_key(firm_id, staff_id, secret)) is not None


def drop(ports: Ports, firm_id: str, staff_id: str, secret: str) -> bool:
    """Drop the secret now; False where the vault is not done with it: housekeeping asks again."""
    with suppress(SyncError):
        ports.tokens.drop(secret)
        cancel_drop(ports, firm_id, staff_id, secret)
        return True
    return False


def drop_planned(ports: Ports, firm_id: str | None = None, staff_id: str = "") -> int:
    """Drop what is planned, of one staff member where one is named, unless their row names it; how many went."""
    prefix = f"{rows.connection_key(firm_id, staff_id)}|" if firm_id else ""
    dropped = 0
    for row in ports.store.scan(DROPS_PARTITION, prefix):
        planned = rows.decoded(row.data, Drop)
        if _in_use(staffrow.read(ports, planned.firm_id, planned.staff_id), planned):
            cancel_drop(ports, planned.firm_id, planned.staff_id, planned.secret)
        elif firm_id or ports.now() - planned.since >= SETTLE:
            dropped += drop(ports, planned.firm_id, planned.staff_id, planned.secret)
    return dropped


def _in_use(staff: StaffRow, planned: Drop) -> bool:
    return staff.connection != "disconnected" and staff.secret == planned.secret
