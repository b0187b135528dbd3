"""From what changed to what is known of it: which links were touched, and both sides of each, read by id."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from msgspec import structs

from shared.core.events import CaseflowEvent, Kind, OutlookEvent
from shared.core.index import is_echo, owes, remasks
from shared.core.links import Link, State, Todo, remembering, transaction_id
from shared.core.pairs import went_back
from shared.core.plan import is_planned
from shared.core.series import day_kept
from shared.flows.sync.proving import Proofs, is_sound, prove
from shared.flows.sync.reading import Feed, Round, Window
from shared.flows.sync.run import Run
from shared.flows.sync.series import read_series
from shared.flows.sync.slicing import sliced_events, sliced_links

SERIES_MASTER = "seriesMaster"


@dataclass
class Gathered:
    """What a job knows before it plans.

    `held` names newcomers that gave no answer: the delta link must wait. `later` are newcomers of a later slice,
    `series` the masters of the series that were read, `lost` the ids that they no longer hold.
    """

    feed: Feed
    touched: dict[str, Link] = field(default_factory=dict)
    answered: dict[str, OutlookEvent | None] = field(default_factory=dict)
    suspects: set[str] = field(default_factory=set)
    new_outlook: dict[str, OutlookEvent] = field(default_factory=dict)
    rows: dict[str, OutlookEvent] = field(default_factory=dict)
    proofs: Proofs = field(default_factory=lambda: Proofs({}, frozenset()))
    sound: bool = True
    held: set[str] = field(default_factory=set)
    homeless: frozenset[str] = frozenset()
    later: dict[str, OutlookEvent] = field(default_factory=dict)
    series: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)

    def touch(self, link: Link) -> None:
        """The link is to be planned."""
        self.touched[link.id] = link


def gather(run: Run, feed: Feed, found: Round, window: Window) -> Gathered:
    """Everything the plan needs to know."""
    known = Gathered(feed)
    _touch_by_caseflow(run, known)
    _touch_by_single(run, known, found.delta.events)
    _touch_by_row(run, known, found.delta.events)
    _touch_by_series(run, known, found.delta.series)
    _touch_by_debt(run, known)
    for outlook_id in found.delta.removed:
        _suspect(run, known, outlook_id)
    if found.full:
        _suspect_missing(run, known, window)
    _slice(run, known)
    _ask_outlook(run, known)
    _ask_series(run, known)
    _find_lost_creates(run, known)
    _prove(run, known)
    return known


def _touch_by_caseflow(run: Run, known: Gathered) -> None:
    feed = known.feed
    for event in feed.events.values():
        link = run.index.of_caseflow(Kind.EVENT, event.id)
        if link is not None and is_planned(link) and _is_news(run, link, event, snapshot=feed.snapshot):
            known.touch(link)
    for key in [*feed.mirrors, *feed.removed]:
        link = run.index.of_caseflow(*key)
        if link is not None and is_planned(link):
            known.touch(link)
    if feed.snapshot:
        listed = {(Kind.EVENT, event_id) for event_id in feed.events} | set(feed.mirrors) | set(feed.removed)
        for link in run.index:
            if is_planned(link) and (link.kind, link.caseflow_id or "") not in listed and _in_snapshot(run, link):
                known.touch(link)


def _is_news(run: Run, link: Link, event: CaseflowEvent, *, snapshot: bool) -> bool:
    """True unless the event stands as agreed. Of a CaseFlow that was restored the version alone does not say so, and
    what is under review may stand again (C4)."""
    if event.version != link.version or link.todo is not Todo.NONE:
        return True
    if not snapshot:
        return False
    same = remembering(link, event, run.row.staff_id) == link
    return link.state is State.REVIEW or not same or went_back(link, event, run.rules.printer)


def _in_snapshot(run: Run, link: Link) -> bool:
    return link.ends_at is None or run.row.line is None or link.ends_at > run.row.line


def _touch_by_row(run: Run, known: Gathered, events: Iterable[OutlookEvent]) -> None:
    """Rows of the delta: an echo says nothing, a linked one that differs is touched, the rest are new."""
    for event in events:
        known.rows[event.id] = event
        link = run.index.of_outlook(event)
        if link is None:
            known.new_outlook[event.id] = event
        elif is_planned(link) and _is_renamed(link, event):
            _follow(run, known, structs.replace(link, outlook_id=event.id, master_id=event.master_id))
        elif is_planned(link) and not is_echo(link, event, run.rules):
            known.touch(link)


def _is_renamed(link: Link, event: OutlookEvent) -> bool:
    return link.outlook_id != event.id or link.master_id != event.master_id


def _follow(run: Run, known: Gathered, link: Link) -> None:
    """An occurrence that came back with a new id is still the same occurrence (D4).

    Also for what this job leaves to the next one: by then no delta tells of the new id.
    """
    owing = structs.replace(link, todo=link.todo or Todo.LOOK)
    run.follow(owing)
    known.touch(owing)


def _touch_by_single(run: Run, known: Gathered, events: Iterable[OutlookEvent]) -> None:
    """A series that is a single event now keeps the link of its day; its other days are suspects (D4)."""
    masters = {link.master_id for link in run.index}
    for event in (event for event in events if event.id in masters):
        days = [link for link in run.index.of_series(event.id) if is_planned(link) and link.outlook_id]
        kept = day_kept(days, event, run.rules)
        others = {link.outlook_id or "" for link in days if link is not kept}
        known.series.add(event.id)
        known.suspects |= others
        known.lost |= others
        if kept is not None:
            _follow(run, known, structs.replace(kept, outlook_id=event.id, master_id=None, original_start=None))


def _touch_by_series(run: Run, known: Gathered, masters: Collection[str]) -> None:
    """Each changed series is read whole, once; a linked occurrence it does not list is a suspect (D4)."""
    read = read_series(run, masters)
    known.series |= read.masters
    moved = {link.outlook_id: link for link in read.moved}
    for event in read.events:
        if event.id in moved:
            known.new_outlook.pop(event.id, None)
            known.rows[event.id] = event
            _follow(run, known, moved[event.id])
    _touch_by_row(run, known, [event for event in read.events if event.id not in moved])
    known.suspects |= read.missing
    known.lost |= read.missing
    known.homeless |= read.homeless


def _touch_by_debt(run: Run, known: Gathered) -> None:
    for link in run.index:
        if owes(link, run.rules) or (is_planned(link) and remasks(link, run.rules)):
            known.touch(structs.replace(link, state=State.LIVE) if link.state is State.ASIDE else link)


def _suspect(run: Run, known: Gathered, outlook_id: str) -> None:
    link = run.index.of_outlook_id(outlook_id)
    if link is not None and is_planned(link):
        known.suspects.add(outlook_id)
    known.suspects |= {link.outlook_id for link in run.index.of_series(outlook_id) if link.outlook_id}


def _suspect_missing(run: Run, known: Gathered, window: Window) -> None:
    """A full round lists the window: a linked event in it that did not come is asked for by id (D3)."""
    for link in run.index:
        seen = link.outlook_id in known.rows or link.outlook_id in known.touched
        if is_planned(link) and link.outlook_id and not seen and (link.ends_at is None or link.ends_at > window.start):
            known.suspects.add(link.outlook_id)


def _slice(run: Run, known: Gathered) -> None:
    """No more in one job than it can read within its lease; the next message goes on."""

    def urgent(link: Link) -> bool:
        removed = (link.kind, link.caseflow_id or "") in known.feed.removed
        return removed or link.outlook_id in known.suspects

    known.new_outlook, known.later = sliced_events(known.new_outlook)
    known.touched, waiting = sliced_links(known.touched, urgent)
    run.goes_on |= waiting or bool(known.later)


def _ask_outlook(run: Run, known: Gathered) -> None:
    """Doubt: what differs, what is new and what is owed is read by id, with our marks (design.md 4.5)."""
    wanted = {link.outlook_id for link in known.touched.values() if link.outlook_id}
    singles = {key for key, event in known.new_outlook.items() if event.master_id is None}
    ids = sorted((wanted | singles) - known.answered.keys())
    known.answered |= run.outlook.events(ids) if ids else {}
    known.held = {key for key in singles if key not in known.answered}
    for key in singles:
        event = known.answered.get(key)
        if event is not None and event.change_key != known.new_outlook[key].change_key:
            known.held.add(key)  # changed since its row: it may stand elsewhere by now, the next round tells
            event = None
        if event is None:
            del known.new_outlook[key]
        else:
            known.new_outlook[key] = event
    known.suspects |= {key for key in wanted if known.answered.get(key, ...) is None}
    known.suspects |= {link.outlook_id or "" for link in known.touched.values() if _is_unsure(link, known)}
    _drop_echoes(run, known)


def _ask_series(run: Run, known: Gathered) -> None:
    """An occurrence that is unknown by id may only have another one, and a single event may have become a series: the
    series is read before an absence counts (D4)."""
    suspects = {key for key in known.suspects if (link := run.index.of_outlook_id(key)) is not None and link.master_id}
    ids = sorted(suspects - known.answered.keys())
    known.answered |= run.outlook.events(ids) if ids else {}
    masters = {master for link in _doubted(run, known) if (master := _doubtful_series(link, known)) is not None}
    if masters - known.series:
        _touch_by_series(run, known, masters - known.series)
        _ask_outlook(run, known)
    for link in _doubted(run, known):
        if _doubtful_series(link, known) is not None and link.outlook_id not in known.lost:
            known.suspects.discard(link.outlook_id or "")  # the series has changed again, or was not read: not decided
            known.answered.pop(link.outlook_id or "", None)


def _doubted(run: Run, known: Gathered) -> list[Link]:
    """The links that are touched, and those of which only an absence is suspected."""
    suspected = (run.index.of_outlook_id(key) for key in sorted(known.suspects))
    return [*known.touched.values(), *(link for link in suspected if link is not None and link.id not in known.touched)]


def _doubtful_series(link: Link, known: Gathered) -> str | None:
    """The master of a link's occurrence that is unknown by id, or of the series that its single event has become."""
    event = known.answered.get(link.outlook_id or "", ...)
    if isinstance(event, OutlookEvent):
        return event.id if event.type == SERIES_MASTER else None
    return link.master_id if event is None else None


def _is_unsure(link: Link, known: Gathered) -> bool:
    """True if the event may stand elsewhere, though it answers by id (E8, D1).

    Its removal was told to an earlier round where something is owed or under review, or it has changed after its row
    of the delta, or after what was last recorded.
    """
    event, row = known.answered.get(link.outlook_id or ""), known.rows.get(link.outlook_id or "")
    if event is None:
        return False
    if row is not None:
        return row.change_key != event.change_key
    return link.todo is not Todo.NONE or link.state is not State.LIVE or link.change_key != event.change_key


def _drop_echoes(run: Run, known: Gathered) -> None:
    """What proves to be an echo once read by id needs no look at CaseFlow."""
    for link in list(known.touched.values()):
        event = known.answered.get(link.outlook_id or "")
        by_feed = (link.kind, link.caseflow_id or "") in known.feed.removed or _in_feed(known, link)
        by_feed = by_feed or link != run.index.get(link.id)
        if event and not by_feed and is_echo(link, event, run.rules) and not remasks(link, run.rules):
            del known.touched[link.id]


def _in_feed(known: Gathered, link: Link) -> bool:
    if link.is_mirror:
        return (link.kind, link.caseflow_id or "") in known.feed.mirrors or known.feed.snapshot
    return link.caseflow_id in known.feed.events or known.feed.snapshot


def _find_lost_creates(run: Run, known: Gathered) -> None:
    """A link found `creating` is looked for by our property before the create is repeated (design.md 4.6)."""
    for link in list(known.touched.values()):
        if link.todo is not Todo.CREATING_OUTLOOK or link.outlook_id is not None:
            continue
        candidates = [event for event in known.new_outlook.values() if event.link_mark == link.id]
        candidates = candidates or run.outlook.find(link.id)
        wanted = transaction_id(link.id, link.attempt)  # an older attempt's event is not the one that is looked for
        ours = [event for event in candidates if event.transaction_id == wanted]
        if not ours:
            continue
        first = min(ours, key=lambda event: (event.created_at is None, event.created_at, event.id))
        known.new_outlook.pop(first.id, None)
        known.answered[first.id] = first
        mine = structs.replace(link, outlook_id=first.id, todo=Todo.LOOK)
        run.follow(mine)  # else a person's copy with all our marks would be taken for it, too (E11)
        known.touch(mine)


def _prove(run: Run, known: Gathered) -> None:
    if not known.suspects:
        return
    known.proofs = prove(run.outlook, sorted(known.suspects), known.answered)
    if known.proofs.gone:
        present = frozenset(known.rows) | frozenset(known.proofs.present)
        present |= {key for key, event in known.answered.items() if event is not None and key not in known.proofs.gone}
        known.sound = is_sound(run.outlook, run.index, known.proofs.gone, present)
    for outlook_id in known.suspects - known.proofs.present.keys() - known.proofs.gone:
        known.answered.pop(outlook_id, None)  # neither: where it stands is not known, so nothing is decided
    for outlook_id in known.suspects:
        link = run.index.of_outlook_id(outlook_id)
        if link is None or link.id in known.touched:
            continue
        event = known.proofs.present.get(outlook_id)
        if event is None or not is_echo(link, event, run.rules):
            known.touch(link)
