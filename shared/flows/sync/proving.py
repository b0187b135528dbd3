"""Proof that an event left the primary calendar (E8): asked by id, looked for in the view, asked by id again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from msgspec import Struct

from shared.core.events import OutlookEvent
from shared.core.links import Link, State
from shared.ports import Outlook

AROUND = timedelta(days=1)
SOUND_OF_MIN = 3


class Proofs(Struct, frozen=True):
    """`present` were found in the primary calendar, `gone` are proved absent; an id in neither gave no answer."""

    present: dict[str, OutlookEvent]
    gone: frozenset[str]


def prove(outlook: Outlook, ids: Sequence[str], answered: dict[str, OutlookEvent | None]) -> Proofs:
    """What became of the suspects. `answered` are those already asked by id in this job."""
    first = {key: answered[key] for key in ids if key in answered}
    first |= outlook.events([key for key in ids if key not in answered])
    present = {key: event for key, event in first.items() if event is not None and is_listed(outlook, event)}
    doubtful = sorted(key for key in first if key not in present)
    second = outlook.events(doubtful) if doubtful else {}
    gone = frozenset(key for key in doubtful if key in second and _same(first[key], second[key]))
    return Proofs(present, gone)


def _same(first: OutlookEvent | None, second: OutlookEvent | None) -> bool:
    """Somebody who moves it between the questions has moved it away from where the view was asked."""
    if first is None or second is None:
        return first is second
    return first.change_key == second.change_key


def is_listed(outlook: Outlook, event: OutlookEvent) -> bool:
    """True if the primary calendar's own view lists the event around its present times."""
    start, end = event.content.span.starts_at(), event.content.span.ends_at()
    return event.id in outlook.listed(start - AROUND, end + AROUND)


def is_sound(outlook: Outlook, links: Iterable[Link], gone: frozenset[str], present: frozenset[str]) -> bool:
    """False if the calendar does not answer, or of three or more linked events not one can be found (E8).

    `present` are ids already found in this job. A series counts once, another calendar's event not at all.
    """
    if not outlook.is_sound():
        return False
    linked = [link for link in links if link.outlook_id and link.state in {State.LIVE, State.REVIEW}]
    if len({link.master_id or link.id for link in linked}) < SOUND_OF_MIN:
        return True
    ids = {link.outlook_id for link in linked if link.outlook_id} - gone
    return bool(ids & present) or _any_found(outlook, sorted(ids - present))


def _any_found(outlook: Outlook, ids: list[str]) -> bool:
    for start in range(0, len(ids), 20):
        answered = outlook.events(ids[start : start + 20])
        if any(event is not None and is_listed(outlook, event) for event in answered.values()):
            return True
    return False
