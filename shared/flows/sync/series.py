"""Changed series, each read whole, once: what is new, what moved to a new id, what is missing (D4)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from msgspec import Struct, structs

from shared.core.events import OutlookEvent
from shared.core.links import Link, Todo, is_ours
from shared.core.plan import is_planned
from shared.core.series import moved_to, rehomed
from shared.flows.sync.proving import AROUND, is_listed
from shared.flows.sync.run import Run

FAR = timedelta(days=370)
_EARLIEST = datetime.min.replace(tzinfo=UTC)


class SeriesFound(Struct, frozen=True):
    """What the changed series hold.

    `masters` are those that were read, `events` all their occurrences, `moved` links with their new occurrence,
    `missing` Outlook ids that are no longer listed, `homeless` links whose day was lost in a change of the series.
    """

    masters: frozenset[str]
    events: list[OutlookEvent]
    moved: list[Link]
    missing: frozenset[str]
    homeless: frozenset[str]


@dataclass
class _Reading:
    masters: set[str] = field(default_factory=set)
    events: list[OutlookEvent] = field(default_factory=list)
    begun: list[Link] = field(default_factory=list)
    orphans: list[Link] = field(default_factory=list)
    deleted: list[Link] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    held: bool = False


def read_series(run: Run, masters: Collection[str]) -> SeriesFound:
    """Read each series' own list of instances; where one has lost days, also the series that stand on them now."""
    reading = _Reading()
    for master_id in sorted(masters):
        _read(run, master_id, reading)
    if reading.orphans or reading.deleted:
        for master_id in sorted(_standing_instead(run, reading)):
            _read(run, master_id, reading)
    return _placed(run, reading, frozenset(masters))


def _read(run: Run, master_id: str, reading: _Reading) -> None:
    reading.masters.add(master_id)
    linked = [link for link in run.index.of_series(master_id) if is_planned(link) and link.outlook_id]
    master, single = None, run.index.of_outlook_id(master_id)
    if single is not None or not linked or _lost_creates(run):
        answered = run.outlook.events([master_id])
        if master_id not in answered:
            run.unfinished = reading.held = True  # no answer: whose day is which is not known, the next run looks
            return
        master = answered[master_id]
        single = single or _lost_create(run, master)
    instances = run.outlook.instances(master_id, *_reach(run, [*linked, *reading.orphans, *reading.deleted]))
    if instances is None:
        reading.deleted += linked
        return
    if linked and not {link.outlook_id for link in linked} & {event.id for event in instances}:
        # made anew: a day of it may have been moved further away than anybody looks
        instances = run.outlook.instances(master_id, *_widened(_reach(run, linked))) or instances
    if instances and not is_listed(run.outlook, instances[0]):
        again = run.outlook.events([instances[0].id]).get(instances[0].id)
        if again is None or again.change_key != instances[0].change_key:
            run.unfinished = reading.held = True  # it has changed since it was read
            return
        # it stands in another calendar (D1)
        orphans = _orphans(linked, instances, run)
        left = [link for link in [*linked, *([single] if single is not None else [])] if link not in orphans]
        reading.missing |= {link.outlook_id for link in left if link.outlook_id}
        reading.orphans += orphans
        return
    if master is not None:
        instances = _with_first_day(run, single, master, instances, reading)
    reading.events += instances
    reading.orphans += _orphans(linked, instances, run)


def _reach(run: Run, linked: list[Link]) -> tuple[datetime, datetime]:
    """The window, widened to every day that is linked: what lies outside of a list is not missing from it."""
    policy = run.rules.policy
    days = [day for link in linked for day in (link.starts_at, link.original_start) if day is not None]
    start = min([policy.window_start, *(day - AROUND for day in days)])
    return start, max([policy.series_end, *(day + AROUND for day in days)])


def _widened(reach: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    return reach[0] - FAR, reach[1] + FAR


def _standing_instead(run: Run, reading: _Reading) -> set[str]:
    """Series with unknown days around the lost ones ("this and following"): the delta may tell of them late."""
    lost = [*reading.orphans, *reading.deleted]
    days = [day for link in lost for day in (link.starts_at, link.original_start) if day is not None]
    if not days:
        return set()
    events = run.outlook.past(min(days) - AROUND, max(days) + AROUND)
    unknown = [event for event in events if run.index.of_outlook(event) is None]
    return {event.master_id for event in unknown if event.master_id is not None} - reading.masters


def _lost_create(run: Run, master: OutlookEvent | None) -> Link | None:
    """Our own copy whose create gave no answer, and that a person made a series of meanwhile."""
    if master is None:
        return None
    return next((link for link in _lost_creates(run) if is_ours(master, link.id, link.attempt)), None)


def _lost_creates(run: Run) -> list[Link]:
    return [link for link in run.index if link.todo is Todo.CREATING_OUTLOOK and link.outlook_id is None]


def _with_first_day(
    run: Run, link: Link | None, master: OutlookEvent, instances: list[OutlookEvent], reading: _Reading
) -> list[OutlookEvent]:
    """A single event turned into a series keeps its link, or our mark, on its first day. Raises Retry."""
    first = _first_day(run, master, instances) if link is not None or master.link_mark is not None else None
    if first is None or not is_listed(run.outlook, first):
        reading.missing |= {master.id} if link is not None else set()  # cancelled since, or in another calendar
        return instances
    if link is not None:
        on_first: Link = structs.replace(link, outlook_id=first.id, master_id=master.id, todo=link.todo or Todo.LOOK)
        run.index.drop(link.id)
        run.index.put(on_first)
        reading.begun.append(on_first)
    else:
        first = structs.replace(first, link_mark=master.link_mark, transaction_id=master.transaction_id)
    return [*(event for event in instances if event.id != first.id), first]


def _first_day(run: Run, master: OutlookEvent, instances: list[OutlookEvent]) -> OutlookEvent | None:
    """The occurrence of a series' first day, wherever it was moved. Raises Retry."""
    span = master.content.span
    for reach in (timedelta(0), AROUND, FAR):
        around = (span.starts_at() - reach, span.ends_at() + reach)
        days = (run.outlook.instances(master.id, *around) or []) if reach else instances
        found = next((event for event in days if event.original_start == span.starts_at()), None)
        if found is not None:
            return found
    return None


def _orphans(linked: list[Link], instances: list[OutlookEvent], run: Run) -> list[Link]:
    ids = {event.id for event in instances}
    held = {link.id for event in instances if (link := run.index.of_outlook(event)) is not None}
    return [link for link in linked if link.outlook_id not in ids and link.id not in held]


def _placed(run: Run, reading: _Reading, told: frozenset[str]) -> SeriesFound:
    fresh = [event for event in reading.events if run.index.of_outlook(event) is None]
    if reading.held:  # a new day may be a lost one's of the series that was not read
        known = [event for event in reading.events if event not in fresh]
        return SeriesFound(frozenset(reading.masters), known, reading.begun, frozenset(reading.missing), frozenset())
    lost = [*reading.orphans, *reading.deleted]
    homes = rehomed(reading.orphans, [*_tails(reading, fresh), *reading.deleted], fresh, run.rules)
    moved = [moved_to(link, homes[link.id], run.rules) for link in lost if link.id in homes]
    reshaped = {event.master_id for event in fresh} | {link.master_id for link in moved}
    left = [link for link in reading.orphans if link.id not in homes]
    missing = {link.outlook_id for link in lost if link.outlook_id and link.id not in homes}
    taken = {event.id for event in homes.values()}
    # a new day that no delta has told of yet may be one that another series has lost: it waits for both to be told
    early = {event.id for event in fresh if event.master_id not in told} - taken
    return SeriesFound(
        masters=frozenset(reading.masters),
        events=[event for event in reading.events if event.id not in early],
        moved=[*reading.begun, *moved],
        missing=frozenset(reading.missing | missing),
        homeless=frozenset(link.id for link in left if reshaped),
    )


def _tails(reading: _Reading, fresh: list[OutlookEvent]) -> list[Link]:
    """The lost days after the last one known that their series still holds."""
    last: dict[str | None, datetime] = {}
    for event in (event for event in reading.events if event not in fresh):
        start = event.original_start or event.content.span.starts_at()
        last[event.master_id] = max(start, last.get(event.master_id, start))
    days = [(link, link.original_start or link.starts_at) for link in reading.orphans]
    return [link for link, day in days if day is not None and day > last.get(link.master_id, _EARLIEST)]
