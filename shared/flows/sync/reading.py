"""Reading both sides whole before anything is decided: the change feed and the delta (C3, design.md 4.2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

from shared.core.errors import Expired, Retry
from shared.core.events import CaseflowEvent, Kind, MirrorItem, Removed
from shared.core.plan import ItemKey
from shared.core.state import StaffRow
from shared.core.zones import day_start, local_day
from shared.ports import DeltaRound, Ports

PAGES_MAX = 1_000
WINDOW_DAYS_MAX = 1_820
RENEW_EVERY = timedelta(days=7)
LONGER_BY = timedelta(days=14)
KEPT_BEHIND = timedelta(days=31)


class Feed(Struct, frozen=True):
    """CaseFlow's changes, folded to the newest of each item; `snapshot` if it lists all instead."""

    events: dict[str, CaseflowEvent]
    mirrors: dict[ItemKey, MirrorItem]
    removed: dict[ItemKey, Removed]
    cursor: str
    snapshot: bool

    @property
    def is_empty(self) -> bool:
        """True if nothing changed."""
        return not (self.events or self.mirrors or self.removed or self.snapshot)


class Window(Struct, frozen=True):
    """The tracked window, in UTC, and when it is renewed (D3)."""

    start: datetime
    end: datetime
    renew_at: datetime


def window_of(row: StaffRow, now: datetime, horizon_days: int) -> Window:
    """The present window, or a new one where it is due: from the line or 31 days back to the horizon and 14 days."""
    if row.window_start and row.window_end and row.renew_at and now < row.renew_at:
        return Window(row.window_start, row.window_end, row.renew_at)
    line = row.line or now
    # two days earlier: a day of the line that was written far to the east ends before the line's instant
    start = max(line - timedelta(days=2), _midnight(now - KEPT_BEHIND))
    end = min(_midnight(now + timedelta(days=horizon_days) + LONGER_BY), start + timedelta(days=WINDOW_DAYS_MAX))
    spread = timedelta(minutes=sum(row.staff_id.encode()) % (24 * 60))
    return Window(start, end, now + RENEW_EVERY - spread)


def _midnight(instant: datetime) -> datetime:
    return datetime.combine(instant.date(), time.min, UTC)


def read_feed(ports: Ports, row: StaffRow, cursor: str | None) -> Feed:
    """Every change since the cursor; a snapshot where there is none, or where it has expired. Raises Inactive."""
    if cursor is not None:
        try:
            return _pages(ports, row, cursor, None)
        except Expired:
            pass
    return _pages(ports, row, None, since(row))


def since(row: StaffRow) -> date:
    """The day of the line, in the staff member's zone: what a snapshot starts from (D2)."""
    if row.line_day is not None:
        return row.line_day
    return local_day(row.line, row.zone) if row.line else date(1970, 1, 1)


def _pages(ports: Ports, row: StaffRow, cursor: str | None, start: date | None) -> Feed:
    events: dict[str, CaseflowEvent] = {}
    mirrors: dict[ItemKey, MirrorItem] = {}
    removed: dict[ItemKey, Removed] = {}
    snapshot = cursor is None
    for _ in range(PAGES_MAX):
        page = ports.caseflow.changes(row.firm_id, row.staff_id, cursor, start)
        for event in page.events:
            events[event.id] = event
            removed.pop((Kind.EVENT, event.id), None)
        for item in page.mirrors:
            mirrors[(item.kind, item.id)] = item
            removed.pop((item.kind, item.id), None)
        for gone in page.removed:
            _forget(gone, events, mirrors, removed)
        cursor, start = page.next_cursor, None
        if not page.has_more:
            return Feed(events, mirrors, removed, cursor, snapshot)
    raise Retry("too_many_pages")


def _forget(
    gone: Removed,
    events: dict[str, CaseflowEvent],
    mirrors: dict[ItemKey, MirrorItem],
    removed: dict[ItemKey, Removed],
) -> None:
    key = (gone.kind, gone.id)
    known = events.get(gone.id) if gone.kind is Kind.EVENT else mirrors.get(key)
    if known is not None and known.version > gone.version:
        return  # a page does not keep the order of an item's own changes, their versions do
    events.pop(gone.id if gone.kind is Kind.EVENT else "", None)
    mirrors.pop(key, None)
    removed[key] = gone


class Round(Struct, frozen=True):
    """A round of the delta; `full` if it lists the whole window."""

    delta: DeltaRound
    full: bool


def read_delta(ports: Ports, row: StaffRow, window: Window) -> Round:
    """What changed in Outlook, or the whole window: at first, at a renewal, and after a 410 (D3)."""
    outlook = ports.outlook(row.secret or "")
    renewed = row.window_end != window.end
    if row.delta_link is not None and not renewed:
        try:
            return Round(outlook.delta(row.delta_link, window.start, window.end), full=False)
        except Expired:
            pass
    return Round(outlook.delta(None, window.start, window.end), full=True)


def line_of(now: datetime, zone: str) -> datetime:
    """The line of a first connection: the start of that day in the staff member's zone (D2)."""
    return day_start(local_day(now, zone), zone)
