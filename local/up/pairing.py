"""Pair a mailbox's events with CaseFlow's by what a person sees: title and times.

No mark, table or code of the app is used, so that a fault of the app cannot hide in the app's own bookkeeping.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from local.up.views import (
    PRIVATE_TITLE,
    TITLE_LIMIT,
    CaseFlowEvent,
    Firm,
    Mailbox,
    OneWay,
    OutlookEvent,
    Times,
    ends_after,
    starts_before,
)

HORIZON = timedelta(days=730)
# occurrences are read 180 days ahead and renewed every 7 days (D3, D4): in the last days either is right
SERIES_SURE = timedelta(days=172)

Key = tuple[str, Times]


@dataclass(frozen=True)
class Side:
    """One mailbox beside CaseFlow: the pairs, and what is owed a partner and has none (mirrors left out)."""

    firm: Firm
    box: Mailbox
    pairs: tuple[tuple[CaseFlowEvent, OutlookEvent], ...]
    alone_caseflow: tuple[CaseFlowEvent, ...]
    alone_outlook: tuple[OutlookEvent, ...]


def owed(event: CaseFlowEvent | OutlookEvent, box: Mailbox, now: datetime) -> bool:
    """Say whether the sync owes this event a partner: not past the line, within the horizon (D2, D3, D4)."""
    reach = SERIES_SURE if event.recurring else HORIZON
    return ends_after(event.times, box.line, box.zone) and starts_before(event.times, now + reach)


def outlook_key(event: OutlookEvent) -> Key:
    """Return the title and times that CaseFlow must hold for an Outlook event (E4, E10)."""
    times = event.times
    if times.start == times.end and not times.all_day:
        minute = datetime.fromisoformat(times.end) + timedelta(minutes=1)
        times = replace(times, end=minute.strftime("%Y-%m-%dT%H:%MZ"))
    title = event.title or "(no title)"
    return (title if len(title) <= TITLE_LIMIT else title[: TITLE_LIMIT - 1] + "…", times)


def mirror_key(item: OneWay) -> Key:
    """Return the title and times at which a mirror must stand."""
    day_after = item.day + timedelta(days=1)
    return (item.title, Times(item.day.isoformat(), day_after.isoformat(), True))


def mirrors_of(firm: Firm, box: Mailbox) -> dict[Key, list[OneWay]]:
    """Return the mirrors that must stand in a mailbox, by where they stand."""
    wanted: dict[Key, list[OneWay]] = defaultdict(list)
    for item in firm.one_way:
        key = mirror_key(item)
        if box.staff_id in item.staff_ids and ends_after(key[1], box.line, box.zone):
            wanted[key].append(item)
    return wanted


def pair(firm: Firm, box: Mailbox) -> Side:
    """Pair what stands after the line, each at most once; a masked event takes the most secret of equal rows."""
    by_key = _caseflow_by_key(firm, box)
    mirrors = mirrors_of(firm, box)
    pairs, alone = [], []
    for row in sorted(box.events, key=lambda row: row.sensitivity != "normal"):
        key = outlook_key(row)
        if row.ended or key in mirrors or not ends_after(row.times, box.line, box.zone):
            continue
        options = by_key.get(key) or (by_key.get((PRIVATE_TITLE, key[1])) if row.private else None)
        if options:
            pairs.append((options.pop(0), row))
        elif owed(row, box, firm.now):
            alone.append(row)
    left = (event for rest in by_key.values() for event in rest)
    missing = tuple(event for event in left if owed(event, box, firm.now))
    return Side(firm, box, tuple(pairs), missing, tuple(alone))


def _caseflow_by_key(firm: Firm, box: Mailbox) -> dict[Key, list[CaseFlowEvent]]:
    by_key: dict[Key, list[CaseFlowEvent]] = defaultdict(list)
    for event in sorted(firm.events, key=lambda event: bool(event.masked)):
        if box.staff_id in event.staff_ids and ends_after(event.times, box.line, box.zone):
            by_key[event.title, event.times].append(event)
    return by_key


def nearest(key: Key, others: Sequence[CaseFlowEvent | OutlookEvent]) -> list[tuple[str, str, str]]:
    """Name what differs from the one that was probably meant: (field, expected, found)."""
    title, times = key
    same_times = next((other for other in others if other.times == times), None)
    if same_times is not None:
        return [("title", title, same_times.title)]
    same_title = next((other for other in others if other.title == title), None)
    if same_title is None:
        return [("event", f"{title}, {times.start}", "none")]
    wanted, found = times, same_title.times
    fields = [("start", wanted.start, found.start), ("end", wanted.end, found.end)]
    fields.append(("all day", str(wanted.all_day), str(found.all_day)))
    return [values for values in fields if values[1] != values[2]]
