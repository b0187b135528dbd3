"""Connecting a staff member's mailbox: the sign-in begins here and ends here (B, D2, L3)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct, structs

from shared import log
from shared.core import jobs, rows
from shared.core.errors import Inactive, Reconnect, Retry, Stale, SyncError
from shared.core.rows import Claim, PendingFlow
from shared.core.session import Session
from shared.core.state import Account, StaffRow
from shared.core.zones import day_start, local_day
from shared.flows import availability, chain, claims, directory, staffrow
from shared.flows.rowremoval import remove_under
from shared.ports import Grant, Insert, Ports, Remove

FLOW_LIFE = timedelta(minutes=10)


class Begun(Struct, frozen=True):
    """Where to send the browser, and the value of the flow cookie that binds the flow to it (B2)."""

    authorization_url: str
    cookie: str


class Outcome(Struct, frozen=True):
    """`code` is None when the mailbox is connected, else one of the contract's callback codes."""

    code: str | None


def begin(ports: Ports, session: Session) -> Begun:
    """Begin the sign-in of the caller's own mailbox. Raises NotEligible (A1), Inactive, Gone, Retry."""
    availability.demand(ports.caseflow.firm(session.firm_id))
    staff = ports.caseflow.staff(session.firm_id, session.staff_id)
    if not staff.active:
        raise Inactive("inactive")
    state, cookie = ports.new_id(), ports.new_id()
    url, flow = ports.sign_in.begin(state, staff.email or None)
    pending = PendingFlow(
        firm_id=session.firm_id,
        staff_id=session.staff_id,
        browser=_digest(cookie),
        expires_at=ports.now() + FLOW_LIFE,
        flow=flow,
    )
    ports.store.commit(rows.FLOW_PARTITION, [Insert(rows.flow_key(state), rows.encoded(pending))])
    return Begun(url, cookie)


def finish(ports: Ports, params: Mapping[str, str], cookie: str | None) -> Outcome:
    """Take Microsoft's callback. Where it does not end in a connection, nothing is stored (B4)."""
    try:
        pending = _consume(ports, params.get("state", ""), cookie or "")
        grant = ports.sign_in.redeem(pending.flow, dict(params))
        _connect(ports, pending, grant)
    except Reconnect as error:
        log.line("connect.refused", code=error.code, reference=error.reference)
        return Outcome(error.code)
    except SyncError as error:
        log.line("connect.failed", code=error.code, reference=error.reference)
        return Outcome("provider_error")
    return Outcome(None)


def _consume(ports: Ports, state: str, cookie: str) -> PendingFlow:
    """The flow of this state and browser, once. Raises Reconnect `state_invalid`; a foreign one changes nothing."""
    key = rows.flow_key(state)
    row = ports.store.get(rows.FLOW_PARTITION, key)
    if row is None:
        raise Reconnect("state_invalid")
    pending = rows.decoded(row.data, PendingFlow)
    if not hmac.compare_digest(pending.browser, _digest(cookie)) or ports.now() >= pending.expires_at:
        raise Reconnect("state_invalid")
    try:
        ports.store.commit(rows.FLOW_PARTITION, [Remove(key, row.etag)])
    except Stale as error:
        raise Reconnect("state_invalid") from error
    return pending


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def _connect(ports: Ports, pending: PendingFlow, grant: Grant) -> None:
    """Keep the tokens, check the mailbox, claim it, and only then say "connected"."""
    mine = Claim(pending.firm_id, pending.staff_id)
    account = Account(grant.tid, grant.oid, grant.email)
    secret = f"ot-{ports.new_id()}"
    directory.plan_drop(ports, mine.firm_id, mine.staff_id, secret)
    try:
        ports.tokens.keep(secret, grant.cache)
        _check_mailbox(ports, secret)
        claims.take(ports, account, mine)
        before = _record(ports, mine, account, secret)
    except SyncError:
        _undo(ports, mine, secret)
        raise
    directory.cancel_drop(ports, mine.firm_id, mine.staff_id, secret)
    _leave_old(ports, mine, before, account)
    if not claims.confirm(ports, account, mine):
        _withdraw(ports, mine, secret)
        raise Reconnect(claims.IN_USE)
    chain.settle(ports, mine.firm_id, mine.staff_id)
    _start(ports, mine)


def _undo(ports: Ports, mine: Claim, secret: str) -> None:
    """Drop the new secret, unless the row names it after all: a write whose answer was lost may have happened."""
    with suppress(SyncError):
        if staffrow.read(ports, mine.firm_id, mine.staff_id).secret != secret:
            directory.drop(ports, mine.firm_id, mine.staff_id, secret)


def _check_mailbox(ports: Ports, secret: str) -> None:
    """Raise Reconnect `no_mailbox` unless the account's own calendar answers (B4)."""
    try:
        is_sound = ports.outlook(secret).is_sound()
    except Reconnect as error:
        code = "no_mailbox" if error.code == "no_mailbox" else "provider_error"
        raise Reconnect(code, reference=error.reference) from error
    if not is_sound:
        raise Reconnect("no_mailbox")


def _record(ports: Ports, mine: Claim, account: Account, secret: str) -> StaffRow:
    """Write the staff row and the timer's list; the row as it was before."""
    staff = ports.caseflow.staff(mine.firm_id, mine.staff_id)
    if not staff.active:
        raise Inactive("inactive")
    known = staffrow.read(ports, mine.firm_id, mine.staff_id)
    if known.account is not None and not _is_same(known.account, account):
        _start_afresh(ports, mine)
    directory.list_connected(ports, mine.firm_id, mine.staff_id, paused=not known.preferences.sync_enabled)
    if known.secret:
        directory.plan_drop(ports, mine.firm_id, mine.staff_id, known.secret)
    now = ports.now()
    note = staffrow.note(ports, ("staff", mine.staff_id), "connect", mine.staff_id)
    before, _ = staffrow.change(
        ports, mine.firm_id, mine.staff_id, lambda row: _connected(row, account, secret, staff.timezone, now), [note]
    )
    return before


def _is_same(one: Account, other: Account) -> bool:
    return (one.tid, one.oid) == (other.tid, other.oid)


def _connected(row: StaffRow, account: Account, secret: str, zone: str, now: datetime) -> StaffRow:
    """The row of a connection that begins now; the first job of it does a full round."""
    is_new = row.account is None or not _is_same(row.account, account)
    fresh_line = is_new or row.line is None
    today = local_day(now, zone)
    return structs.replace(
        row,
        connection="connected",
        account=account,
        secret=secret,
        zone=zone,
        line=day_start(today, zone) if fresh_line else row.line,
        line_day=today if fresh_line else row.line_day,
        off_since=None if is_new else _off_since(row, now),
        delta_link=None,
        cursor=None,
        fault=None,
        failures=0,
        backoff_until=None,
        disconnected_at=None,
    )


def _off_since(row: StaffRow, now: datetime) -> datetime:
    """Since when removals in Outlook do not count (L3): since sync went off, for whichever reason came first."""
    ended = [instant for instant in (row.off_since, row.disconnected_at) if instant is not None]
    if not ended and row.fault is not None:
        ended = [row.fault.since]
    return min(ended, default=now)


def _start_afresh(ports: Ports, mine: Claim) -> None:
    """Another mailbox than before (B5): stop what runs for the old one, then let its links go."""

    staffrow.change(
        ports,
        mine.firm_id,
        mine.staff_id,
        lambda row: structs.replace(staffrow.emptied(row), connection="disconnected"),
    )
    remove_under(ports, rows.staff_partition(mine.firm_id, mine.staff_id), staffrow.MAILBOX_PREFIXES)


def _leave_old(ports: Ports, mine: Claim, before: StaffRow, account: Account) -> None:
    """Drop the secret of the connection before this one, and free its mailbox if it was another."""
    if before.secret:
        directory.drop(ports, mine.firm_id, mine.staff_id, before.secret)
    if before.account is not None and not _is_same(before.account, account):
        claims.free(ports, before.account, mine)


def _withdraw(ports: Ports, mine: Claim, secret: str) -> None:
    """Somebody else took the mailbox in the moment between our claim and our row: they keep it."""
    now = ports.now()
    directory.plan_drop(ports, mine.firm_id, mine.staff_id, secret)

    def withdrawn(row: StaffRow) -> StaffRow | None:
        if row.secret != secret:
            return None
        return structs.replace(row, connection="disconnected", secret=None, disconnected_at=now)

    staffrow.change(
        ports,
        mine.firm_id,
        mine.staff_id,
        withdrawn,
        [staffrow.note(ports, ("system", None), "disconnect", mine.staff_id)],
    )
    directory.list_former(ports, mine.firm_id, mine.staff_id)
    directory.drop(ports, mine.firm_id, mine.staff_id, secret)


def _start(ports: Ports, mine: Claim) -> None:
    """Let the first sync start at once; where the queue does not answer, the timer's next tick does it."""
    message = jobs.JobMessage(
        firm_id=mine.firm_id, staff_id=mine.staff_id, kind="sync", job_id=ports.new_id(), sent_at=ports.now()
    )
    try:
        ports.queue.send(jobs.encoded(message))
    except Retry as error:
        log.line("connect.not_started", firm=mine.firm_id, staff=mine.staff_id, code=error.code)
