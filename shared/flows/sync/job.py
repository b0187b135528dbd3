"""A job from its message to its last transaction, in design.md's order; everything else is named after a step of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import structs

from shared.core import rows
from shared.core.errors import Inactive, NotEligible, Retry, Stale, SyncError
from shared.core.jobs import JobMessage, encoded
from shared.core.pairs import Rules
from shared.core.policy import Mode, Policy
from shared.core.prints import Printer
from shared.core.state import Job, StaffRow
from shared.flows import availability, disconnect, downgrade
from shared.flows.sync.ending import failed
from shared.flows.sync.finishing import Read, done, idle
from shared.flows.sync.gathering import gather
from shared.flows.sync.importing import import_past
from shared.flows.sync.performing import perform
from shared.flows.sync.planning import planned
from shared.flows.sync.reading import Feed, Round, Window, read_delta, read_feed, since, window_of
from shared.flows.sync.resting import concerns_others, lay_to_rest
from shared.flows.sync.run import OutOfTime, Run, list_hash
from shared.log import line
from shared.ports import Firm, Ports

SLICE_SECONDS = 90.0
UNFINISHED = "unfinished"
_MODES = {"sync": Mode.SYNC, "manual": Mode.MANUAL, "import": Mode.IMPORT, "review": Mode.REVIEW}


def run(ports: Ports, message: JobMessage, budget_seconds: float = SLICE_SECONDS) -> Job | None:
    """Do one job; None if there was nothing to do, another job is under way, or it goes on in a later message.

    What went wrong at Graph or CaseFlow is in the staff row. Raises Retry where our own storage does not answer; for
    jobs that a person asked for also for other passing faults, `busy`, `overtaken` and `unfinished`: they run again.
    """
    started = ports.now()
    found = ports.store.get(rows.staff_partition(message.firm_id, message.staff_id), rows.STAFF_KEY)
    if found is None:
        return None
    row = rows.decoded(found.data, StaffRow)
    if _is_over(row, message) or not _may_run(row, message, started):
        return None
    if message.is_asked and row.lease_until is not None and row.lease_until > started:
        raise Retry("busy")
    try:
        return _eligible(ports, message, row, found.etag, started + timedelta(seconds=budget_seconds))
    except Stale:
        line("sync.overtaken", firm=row.firm_id, staff=row.staff_id, job=message.job_id)
        if message.is_asked:
            raise Retry("overtaken", after_seconds=5) from None
        return None
    except Inactive:
        disconnect.end(ports, row.firm_id, row.staff_id, reason="inactive")
        return None
    except SyncError as error:
        if error.code == UNFINISHED:
            raise
        return failed(ports, message, error, started)


def _is_over(row: StaffRow, message: JobMessage) -> bool:
    """A scheduled message older than the last run has been served by it (C2)."""
    last = row.last_sync.started_at if row.last_sync else None
    return not message.is_asked and last is not None and message.sent_at < last


def _may_run(row: StaffRow, message: JobMessage, now: datetime) -> bool:
    if row.connection != "connected" or not row.preferences.sync_enabled:
        return False
    leased = row.lease_until is not None and row.lease_until > now
    waiting = row.backoff_until is not None and row.backoff_until > now
    return message.is_asked or not (leased or waiting)


def _eligible(ports: Ports, message: JobMessage, row: StaffRow, etag: str, stops_at: datetime) -> Job | None:
    try:
        work, firm, window = prepared(ports, message, row, etag, stops_at)
    except NotEligible:
        if row.off_since is None:
            downgrade.switch_off(ports, row.firm_id, row.staff_id)
        return None
    return _import(work) if message.kind == "import" else _sync(work, firm, window)


def prepared(
    ports: Ports, message: JobMessage, row: StaffRow, etag: str, stops_at: datetime
) -> tuple[Run, Firm, Window]:
    """A run with the rules of this moment, before it takes its lease. Raises NotEligible, Retry."""
    firm = ports.caseflow.firm(row.firm_id)
    availability.demand(firm)
    window = _window(row, message, ports)
    rules = Rules(_policy(row, firm, message, window, ports.now()), Printer(ports.keys.firm_key(row.firm_id)))
    work = Run(ports, message, row, etag, rules)
    work.stops_at = stops_at
    return work, firm, window


def _window(row: StaffRow, message: JobMessage, ports: Ports) -> Window:
    """Only a regular job renews the window: a pull would not push what the new window reaches (D3, K1)."""
    if message.kind != "sync" and row.window_start and row.window_end and row.renew_at:
        return Window(row.window_start, row.window_end, row.renew_at)
    return window_of(row, ports.now(), ports.horizon_days)


def _import(work: Run) -> Job:
    try:
        return import_past(work)
    except OutOfTime:
        work.finish()
        raise Retry(UNFINISHED, after_seconds=1) from None


def _policy(row: StaffRow, firm: Firm, message: JobMessage, window: Window, now: datetime) -> Policy:
    preferences = row.preferences
    return Policy(
        firm_id=row.firm_id,
        staff_id=row.staff_id,
        zone=row.zone,
        now=now,
        line=row.line or now,
        line_day=since(row),
        window_start=window.start,
        window_end=window.end,
        protected=frozenset(category.name for category in firm.categories if category.protected),
        known=frozenset(category.name for category in firm.categories) or None,
        events=preferences.calendar_events,
        tasks=preferences.tasks,
        deadlines=preferences.deadlines,
        mode=_MODES[message.kind],
        job_id=message.job_id,
        off_since=row.off_since,
    )


def _sync(work: Run, firm: Firm, window: Window) -> Job | None:
    """Read both sides, and only if something is to be done take the lease and do it."""
    row = work.row
    anew = row.pending is not None or row.window_end != window.end  # the weekly renewal lists CaseFlow too (D3)
    feed = read_feed(work.ports, row, None if anew else row.cursor)
    found = read_delta(work.ports, row, window)
    listed = list_hash(firm)
    work.list_hash = listed
    if _is_idle(work, feed, found, listed):
        return idle(work, feed, found)
    started = work.now()
    work.take()
    try:
        return _leased(work, Read(feed, found, window, listed), started)
    except Stale:
        work.give_back()
        raise


def _leased(work: Run, read: Read, started: datetime) -> Job:
    """What is done under the lease. Raises Stale where a person changed the connection, or the lease was lost."""
    row, feed, found, window = work.row, read.feed, read.found, read.window
    work.load_links()
    if len(work.index) < row.links:  # rows were lost: only a full look at both sides finds what they held (E7)
        feed = read_feed(work.ports, row, None)
        found = Round(work.outlook.delta(None, window.start, window.end), full=True)
    if read.list_hash != row.list_hash or concerns_others(work.index, feed, found):
        work.load_resting()
    try:
        known = gather(work, feed, found, window)
        perform(work, planned(work, known))
        if found.full:
            lay_to_rest(work)
    except OutOfTime:
        work.goes_on = True
    work.unfinished |= work.goes_on
    job = done(work, Read(feed, found, window, read.list_hash), started)
    if work.goes_on:
        _go_on(work)
    return job


def _go_on(work: Run) -> None:
    """The slice is used up: a regular job goes on in a message of its own, a person's in theirs."""
    if work.message.kind == "sync":
        work.ports.queue.send(encoded(structs.replace(work.message, sent_at=work.now())))
    else:
        raise Retry(UNFINISHED, after_seconds=1)


def _is_idle(work: Run, feed: Feed, found: Round, listed: str) -> bool:
    row = work.row
    catching_up = row.off_since is not None and row.preferences.calendar_events
    quiet = feed.is_empty and not found.full and not (found.delta.events or found.delta.series or found.delta.removed)
    due = row.retry_at is not None and row.retry_at <= work.now()
    owing = row.todo > 0 and work.rules.policy.may_write_outlook
    return quiet and not owing and not due and row.list_hash == listed and not catching_up
