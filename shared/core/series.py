"""Occurrences that came back with new ids: which link belongs to which (D4). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

from msgspec import structs

from shared.core.events import Field, OutlookEvent
from shared.core.links import Base, Link
from shared.core.pairs import Rules, carried, is_hidden, mask_of_link
from shared.core.policy import Mask
from shared.core.zones import local_day

T = TypeVar("T")
LinkKey = Callable[[Link], Hashable]
EventKey = Callable[[OutlookEvent], Hashable]


def rehomed(
    orphans: Iterable[Link], cut: Iterable[Link], fresh: Iterable[OutlookEvent], rules: Rules
) -> dict[str, OutlookEvent]:
    """For each link whose occurrence is gone the new occurrence of its day; only where exactly one of each is left.

    `orphans` stay in their series, by the day that the rule put them on, else by the day they stood on; another series
    takes one over that has the same title on that day. `cut` are those after the end of their series ("this and
    following"), and days of one that is gone: for them the time is enough, and for the former the day alone, even where
    several events stand on it.
    """
    found: dict[str, OutlookEvent] = {}
    events = list(fresh)

    def match(ours: Iterable[Link], link_key: LinkKey, event_key: EventKey) -> None:
        taken = {event.id for event in found.values()}
        open_links = [link for link in ours if link.id not in found]
        found.update(_matched(open_links, [event for event in events if event.id not in taken], link_key, event_key))

    orphans, cut = list(orphans), list(cut)
    for original in (True, False):
        match(
            orphans,
            partial(_link_key, zone=rules.policy.zone, original=original),
            partial(_event_key, zone=rules.policy.zone, original=original),
        )
    titles = partial(_link_title, zone=rules.policy.zone), partial(_event_title, rules=rules)
    match([*orphans, *cut], *_both((_start_of_link, _start_of_event), titles))
    unanswered = [link for link in orphans if not link.base]  # nothing is known of it but when it stood
    match([*cut, *unanswered], _start_of_link, _start_of_event)
    match([*orphans, *cut], *titles)
    by_day = partial(_day, zone=rules.policy.zone), partial(_on, zone=rules.policy.zone)
    taken = [link for link in cut if link in orphans]
    match(taken, *by_day)
    taken = [link for link in taken if link.id not in found]
    held = {event.id for event in found.values()}
    return found | _nearest(taken, [event for event in events if event.id not in held], *by_day)


def _nearest(
    links: list[Link], events: list[OutlookEvent], link_key: LinkKey, event_key: EventKey
) -> dict[str, OutlookEvent]:
    """The only link of a day with several events takes the one nearest in time: left alone, it would be one more."""
    theirs = _grouped(events, event_key)
    alone = [
        (mine[0], theirs[key]) for key, mine in _grouped(links, link_key).items() if len(mine) == 1 and theirs[key]
    ]
    return {link.id: min(several, key=partial(_away, link)) for link, several in alone}


def _away(link: Link, event: OutlookEvent) -> tuple[timedelta, str]:
    """How far an event is from where the link's stood; of equally far ones the first by id."""
    start = event.content.span.starts_at()
    return abs(start - (link.starts_at or start)), event.id


def _both(one: tuple[LinkKey, EventKey], other: tuple[LinkKey, EventKey]) -> tuple[LinkKey, EventKey]:
    return (lambda link: (one[0](link), other[0](link))), (lambda event: (one[1](event), other[1](event)))


def _start_of_link(link: Link) -> Hashable:
    return link.starts_at


def _start_of_event(event: OutlookEvent) -> Hashable:
    return event.content.span.starts_at()


def _link_title(link: Link, zone: str) -> Hashable:
    base = link.base.get(Field.TITLE)
    return (base.outlook if base is not None else link.id), _day(link, zone, original=True)


def _event_title(event: OutlookEvent, rules: Rules) -> Hashable:
    title = rules.printer.field(carried(event, hidden=event.is_private), Field.TITLE)
    return title, _on(event, rules.policy.zone, original=True)


def _link_key(link: Link, zone: str, *, original: bool) -> Hashable:
    return link.master_id, _day(link, zone, original=original)


def _event_key(event: OutlookEvent, zone: str, *, original: bool) -> Hashable:
    return event.master_id, _on(event, zone, original=original)


def _matched(
    links: list[Link],
    events: list[OutlookEvent],
    link_key: LinkKey,
    event_key: EventKey,
) -> dict[str, OutlookEvent]:
    ours, theirs = _grouped(links, link_key), _grouped(events, event_key)
    pairs = ((ours[key], theirs.get(key, [])) for key in ours)
    return {mine[0].id: yours[0] for mine, yours in pairs if len(mine) == 1 and len(yours) == 1}


def _grouped(items: list[T], key: Callable[[T], Hashable]) -> dict[Hashable, list[T]]:
    groups: dict[Hashable, list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def _day(link: Link, zone: str, *, original: bool = True) -> date | None:
    start = link.original_start if original and link.original_start is not None else link.starts_at
    return local_day(start, zone) if start is not None else None


def _on(event: OutlookEvent, zone: str, *, original: bool = True) -> date:
    if original and event.original_start is not None:
        return local_day(event.original_start, zone)
    return local_day(event.content.span.starts_at(zone), zone)


def by_day(links: Iterable[Link], rules: Rules) -> dict[Hashable, list[Link]]:
    """Links by the day that their series' rule put them on, for `one_of_same_day`."""
    return _grouped(list(links), partial(_day, zone=rules.policy.zone))


def one_of_same_day(links: Mapping[Hashable, list[Link]], event: OutlookEvent, rules: Rules) -> Link | None:
    """A link of the series day that `event` is, among links by day."""
    days = {_on(event, rules.policy.zone, original=original) for original in (True, False)}
    return next((link for day in days for link in links.get(day, ()) if is_same_day(link, event, rules)), None)


def day_kept(days: Iterable[Link], event: OutlookEvent, rules: Rules) -> Link | None:
    """The day of a series that the single event is, which the series was made: by its rule's day, else as it stood."""
    zone, linked = rules.policy.zone, list(days)
    on = _on(event, zone)
    found = (link for original in (True, False) for link in linked if _day(link, zone, original=original) == on)
    return next(found, None)


def is_same_day(link: Link, event: OutlookEvent, rules: Rules) -> bool:
    """True for a day of a series whose link knows it by an id of before the series was changed or made (D4, J2)."""
    zone = rules.policy.zone
    days = {_on(event, zone, original=True), _on(event, zone, original=False)}
    if event.master_id is None or _day(link, zone, original=True) not in days:
        return False
    if event.master_id in {link.master_id, link.outlook_id}:
        return True
    prints = rules.printer.all(carried(event, hidden=is_hidden(link, event)))
    time = link.base.get(Field.TIME)
    return link.master_id is not None and time is not None and time.outlook == prints[Field.TIME]


def moved_to(link: Link, event: OutlookEvent, rules: Rules) -> Link:
    """The link on its new occurrence.

    A description that CaseFlow holds for this day alone goes out again, and a veil is drawn anew: of what the series
    shows under it, only what CaseFlow does not hold is an edit of a person. Its sensitivity is asked for once more.
    """
    seen = rules.printer.all(carried(event, hidden=is_hidden(link, event)))
    base = dict(link.base)
    masked = mask_of_link(link, rules.policy) is not Mask.NONE
    for field in Field:
        own = field is Field.TEXT and link.own_text
        if field in base and own:
            base[field] = Base("", seen[field])
        elif field in base and field in link.veiled:
            if masked and seen[field] != base[field].caseflow:
                del base[field]  # whose words they are is not known: they are added to CaseFlow's before the mask (G3)
            else:
                base[field] = Base(base[field].caseflow, seen[field])
    return structs.replace(link, outlook_id=event.id, master_id=event.master_id, veiled=(), mask="", base=base)
