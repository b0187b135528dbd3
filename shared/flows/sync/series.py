"""Changed series, each read whole, once: what is new, what moved to a new id, what is missing (D4)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, structs

from shared.core.events import OutlookEvent
from shared.core.links import Link
from shared.core.plan import is_planned
from shared.core.series import moved_to, rehomed
from shared.flows.sync.run import Run


class SeriesFound(Struct, frozen=True):
    """What the changed series hold.

    `events` are all their occurrences, `moved` links with their new occurrence, `missing` Outlook ids that are no
    longer listed, `homeless` links whose day was lost in a change of the whole series.
    """

    events: list[OutlookEvent]
    moved: list[Link]
    missing: frozenset[str]
    homeless: frozenset[str]


def read_series(run: Run, masters: Iterable[str]) -> SeriesFound:
    """Read each series' own list of instances in the window."""
    policy = run.rules.policy
    events: list[OutlookEvent] = []
    missing: set[str] = set()
    orphans: list[Link] = []
    for master_id in sorted(masters):
        linked = [link for link in run.index.of_series(master_id) if is_planned(link) and link.outlook_id]
        instances = run.outlook.instances(master_id, policy.window_start, policy.series_end)
        if instances is None:
            missing |= {link.outlook_id for link in linked if link.outlook_id}
            continue
        _first_day(run, master_id, instances)
        events += instances
        orphans += _orphans(linked, instances, run)
    return _placed(run, events, orphans, missing)


def _first_day(run: Run, master_id: str, instances: list[OutlookEvent]) -> None:
    """A single event turned into a series keeps its link on its first day."""
    link = run.index.of_outlook_id(master_id)
    if link is not None and instances:
        first = min(instances, key=lambda event: event.content.span.starts_at())
        run.index.drop(link.id)
        run.index.put(structs.replace(link, outlook_id=first.id, master_id=None))


def _orphans(linked: list[Link], instances: list[OutlookEvent], run: Run) -> list[Link]:
    ids = {event.id for event in instances}
    held = {link.id for event in instances if (link := run.index.of_outlook(event)) is not None}
    return [link for link in linked if link.outlook_id not in ids and link.id not in held]


def _placed(run: Run, events: list[OutlookEvent], orphans: list[Link], missing: set[str]) -> SeriesFound:
    fresh = [event for event in events if run.index.of_outlook(event) is None]
    homes = rehomed(orphans, fresh, run.rules.policy.zone)
    moved = [moved_to(link, homes[link.id], run.rules) for link in orphans if link.id in homes]
    left = [link for link in orphans if link.id not in homes]
    reshaped = {event.master_id for event in fresh} | {link.master_id for link in moved}
    homeless = frozenset(link.id for link in left if reshaped)
    missing |= {link.outlook_id for link in left if link.outlook_id}
    return SeriesFound(events, moved, frozenset(missing), homeless)
