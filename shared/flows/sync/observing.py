"""Both sides of every touched link, for the plan: CaseFlow's from the feed or by id, Outlook's as it was answered."""

from __future__ import annotations

from shared.core.errors import Gone
from shared.core.events import CaseflowEvent, Kind, OutlookEvent, Removed
from shared.core.links import Link, Todo
from shared.core.plan import Observed
from shared.flows.sync.gathering import Gathered
from shared.flows.sync.leading import led
from shared.flows.sync.reading import read_feed
from shared.flows.sync.run import Run


def observed(run: Run, known: Gathered) -> Observed:
    """CaseFlow's side of each touched link, from the feed or read by id; Outlook's as it was answered."""
    events, removed = dict(known.feed.events), dict(known.feed.removed)
    mirrors = dict(known.feed.mirrors)
    outlook = {key: event for key, event in {**known.answered, **known.proofs.present}.items() if event is not None}
    outlook |= {key: event for key, event in known.new_outlook.items() if event.master_id}
    for link in known.touched.values():  # "unassigned" in the feed may be our own, of an older copy: it is asked for
        if link.todo is Todo.JOINING and link.caseflow_id:
            removed.pop((Kind.EVENT, link.caseflow_id), None)
    asked = [link.caseflow_id for link in known.touched.values() if not link.is_mirror and link.caseflow_id]
    unknown = {key for key in asked if not ask_caseflow(run, key, events, removed)}
    if any(_lacks_item(link, known) for link in known.touched.values()):
        snapshot = read_feed(run.ports, run.row, None)
        mirrors = {**snapshot.mirrors, **mirrors}
        for link in known.touched.values():
            key = (link.kind, link.caseflow_id or "")
            if link.is_mirror and key not in mirrors and key not in removed:
                removed[key] = Removed(link.kind, key[1], link.version, "absent")
    gone = known.proofs.gone
    outlook = {key: event for key, event in outlook.items() if key not in gone}
    leaders = _settle_leads(run, known, events, outlook)
    return Observed(events, mirrors, removed, outlook, gone, leaders, frozenset(unknown), known.homeless)


def _settle_leads(
    run: Run, known: Gathered, events: dict[str, CaseflowEvent], outlook: dict[str, OutlookEvent]
) -> frozenset[str]:
    """Who leads each touched meeting; the links that lead from now on (E3)."""
    leaders = set()
    for link in list(known.touched.values()):
        now = led(run, link, outlook.get(link.outlook_id or ""), events.get(link.caseflow_id or ""))
        if now.leads and not link.leads:
            leaders.add(link.id)
        known.touch(now)
    return frozenset(leaders)


def _lacks_item(link: Link, known: Gathered) -> bool:
    key = (link.kind, link.caseflow_id or "")
    return link.is_mirror and key not in known.feed.mirrors and key not in known.feed.removed


def ask_caseflow(
    run: Run, event_id: str, events: dict[str, CaseflowEvent], removed: dict[tuple[Kind, str], Removed]
) -> bool:
    """One event by id, kept in `events` or `removed`; only code `gone` is a removal, False if it is unknown (C4)."""
    if event_id in events or (Kind.EVENT, event_id) in removed:
        return True
    try:
        events[event_id] = run.ports.caseflow.event(run.row.firm_id, event_id)
    except Gone as error:
        if error.code != "gone":
            return False
        removed[(Kind.EVENT, event_id)] = Removed(Kind.EVENT, event_id, 0, "deleted")
    return True
