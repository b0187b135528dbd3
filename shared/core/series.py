"""Occurrences that came back with new ids: which link belongs to which (D4). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import date
from typing import TypeVar

from msgspec import structs

from shared.core.events import Field, OutlookEvent
from shared.core.links import Base, Link
from shared.core.pairs import Rules, carried, is_hidden
from shared.core.zones import local_day

T = TypeVar("T")


def rehomed(orphans: Iterable[Link], fresh: Iterable[OutlookEvent], zone: str) -> dict[str, OutlookEvent]:
    """For each link whose occurrence is gone the new occurrence of its day: in its series, else in another new one.

    Only where exactly one of each stands on that day.
    """
    links, events = list(orphans), list(fresh)
    found = _matched(
        links, events, lambda link: (link.master_id, _day(link, zone)), lambda e: (e.master_id, _on(e, zone))
    )
    taken = {event.id for event in found.values()}
    left = [link for link in links if link.id not in found]
    others = [event for event in events if event.id not in taken]
    return found | _matched(left, others, lambda link: _day(link, zone), lambda event: _on(event, zone))


def _matched(
    links: list[Link],
    events: list[OutlookEvent],
    link_key: Callable[[Link], Hashable],
    event_key: Callable[[OutlookEvent], Hashable],
) -> dict[str, OutlookEvent]:
    ours, theirs = _grouped(links, link_key), _grouped(events, event_key)
    pairs = ((ours[key], theirs.get(key, [])) for key in ours)
    return {mine[0].id: yours[0] for mine, yours in pairs if len(mine) == 1 and len(yours) == 1}


def _grouped(items: list[T], key: Callable[[T], Hashable]) -> dict[Hashable, list[T]]:
    groups: dict[Hashable, list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def _day(link: Link, zone: str) -> date | None:
    return local_day(link.starts_at, zone) if link.starts_at is not None else None


def _on(event: OutlookEvent, zone: str) -> date:
    return local_day(event.content.span.starts_at(zone), zone)


def moved_to(link: Link, event: OutlookEvent, rules: Rules) -> Link:
    """The link on its new occurrence.

    A description that CaseFlow holds for this day alone goes out again, and a veil is drawn anew: the series' text
    under it is no edit of a person.
    """
    seen = rules.printer.all(carried(event, hidden=is_hidden(link, event)))
    base = dict(link.base)
    for field in Field:
        own = field is Field.TEXT and link.own_text
        if field in base and (own or field in link.veiled):
            base[field] = Base("" if own else base[field].caseflow, seen[field])
    return structs.replace(link, outlook_id=event.id, master_id=event.master_id, veiled=(), base=base)
