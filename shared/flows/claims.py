"""One mailbox serves one staff member at a time (B6)."""

from __future__ import annotations

from contextlib import suppress

from shared.core import rows
from shared.core.errors import Reconnect, Stale
from shared.core.rows import Claim
from shared.core.state import Account
from shared.flows import staffrow
from shared.ports import Insert, Ports, Remove, Replace, Row

TRIES_MAX = 5
IN_USE = "account_in_use"


def take(ports: Ports, account: Account, mine: Claim) -> None:
    """Claim the mailbox. Raises Reconnect `account_in_use` while another staff member is connected to it."""
    partition, data = rows.mailbox_partition(account.tid, account.oid), rows.encoded(mine)
    for _ in range(TRIES_MAX):
        row = ports.store.get(partition, rows.CLAIM_KEY)
        if row is not None and _holds(ports, account, row, mine):
            raise Reconnect(IN_USE)
        claimed = Insert(rows.CLAIM_KEY, data) if row is None else Replace(rows.CLAIM_KEY, data, row.etag)
        with suppress(Stale):
            ports.store.commit(partition, [claimed])
            return
    raise Reconnect(IN_USE)


def confirm(ports: Ports, account: Account, mine: Claim) -> bool:
    """True if the claim is still ours after our row says connected.

    It is written anew: whoever saw our row before it said so, and would take the claim over, now fails to.
    """
    partition = rows.mailbox_partition(account.tid, account.oid)
    row = ports.store.get(partition, rows.CLAIM_KEY)
    if row is None or rows.decoded(row.data, Claim) != mine:
        return False
    try:
        ports.store.commit(partition, [Replace(rows.CLAIM_KEY, row.data, row.etag)])
    except Stale:
        return False
    return True


def free(ports: Ports, account: Account | None, mine: Claim) -> None:
    """Give the mailbox back, if it is ours."""
    if account is None:
        return
    partition = rows.mailbox_partition(account.tid, account.oid)
    row = ports.store.get(partition, rows.CLAIM_KEY)
    if row is not None and rows.decoded(row.data, Claim) == mine:
        with suppress(Stale):
            ports.store.commit(partition, [Remove(rows.CLAIM_KEY, row.etag)])


def _holds(ports: Ports, account: Account, row: Row, mine: Claim) -> bool:
    """True if somebody else is connected to the mailbox; a claim left behind by a crash holds nothing."""
    claim = rows.decoded(row.data, Claim)
    if claim == mine:
        return False
    other = staffrow.read(ports, claim.firm_id, claim.staff_id)
    is_same = other.account is not None and (other.account.tid, other.account.oid) == (account.tid, account.oid)
    return is_same and other.connection != "disconnected"
