"""A long round in slices: what needs a read by id is done a few hundred at a time, the soonest first (design.md 4.8).

The delta link and the cursor are stored only by the last slice, so each slice sees again what is left; links recorded
meanwhile make the rest of it an echo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from shared.core.events import OutlookEvent
from shared.core.links import Link

SLICE_MAX = 400
_LAST = datetime.max.replace(tzinfo=UTC)
T = TypeVar("T")


def sliced_events(events: Mapping[str, OutlookEvent]) -> tuple[dict[str, OutlookEvent], dict[str, OutlookEvent]]:
    """The newcomers of this slice, and those of later ones; occurrences come whole, with their series."""
    singles = [event for event in events.values() if event.master_id is None]
    now, later = _cut(singles, lambda event: event.content.span.starts_at())
    kept = {event.id for event in now}
    first = {key: event for key, event in events.items() if event.master_id is not None or key in kept}
    return first, {event.id: event for event in later}


def sliced_links(links: Mapping[str, Link], urgent: Callable[[Link], bool]) -> tuple[dict[str, Link], bool]:
    """The touched links of this slice, and whether some wait; removals are never cut: the guard counts them (E9)."""
    whole = {link.id: link for link in links.values() if urgent(link)}
    now, later = _cut([link for link in links.values() if link.id not in whole], lambda link: link.ends_at or _LAST)
    return whole | {link.id: link for link in now}, bool(later)


def _cut(items: Iterable[T], when: Callable[[T], datetime]) -> tuple[list[T], list[T]]:
    in_order = sorted(items, key=when)
    return in_order[:SLICE_MAX], in_order[SLICE_MAX:]
