"""From what is known to steps: linked events, mirrors, newcomers, and the guard over all of them."""

from __future__ import annotations

from datetime import timedelta

from msgspec import structs

from shared.core.events import CaseflowEvent, MirrorItem, OutlookEvent
from shared.core.guard import held_back, removes_from_caseflow, removes_from_outlook
from shared.core.links import Link, State, Todo
from shared.core.newcomers import Newcomers
from shared.core.plan import Observed, is_mirrored, is_planned, plan, plan_mirrored_again
from shared.core.plan_mirror import toggle
from shared.core.plan_wake import plan_assigned_again, plan_wake
from shared.core.settle import looked_at_later
from shared.core.steps import Did, MakeOutlook, Step
from shared.flows.sync.gathering import Gathered
from shared.flows.sync.importing import finish_imports
from shared.flows.sync.leading import led_step, own_meeting
from shared.flows.sync.observing import ask_caseflow, observed
from shared.flows.sync.proving import Proofs, prove
from shared.flows.sync.reviewing import MASS, open_mass_review
from shared.flows.sync.run import Run

UNSOUND_MAX = timedelta(hours=24)


def planned(run: Run, known: Gathered) -> list[Step]:
    """Every step of this job. Raises Stale where a review item cannot be written."""
    if not known.sound:
        return _wait_for_soundness(run, known)
    run.row = structs.replace(run.row, unsound_since=None)
    run.load_ended()
    finish_imports(run)
    steps = _newcomers(run, known)
    silent = _revive_mirrors(run, known)
    seen = observed(run, known)
    steps += plan(known.touched.values(), seen, run.rules)
    steps += _new_mirrors(run, known, silent)
    steps += _toggled_off(run, known, seen)
    return _guarded(run, steps)


def _wait_for_soundness(run: Run, known: Gathered) -> list[Step]:
    """An unsound mailbox: nothing is removed or made, the next run looks again; after a day a person is asked (E8)."""
    run.unfinished = True
    since = run.row.unsound_since or run.now()
    run.row = structs.replace(run.row, unsound_since=since)
    links = [link for link in known.touched.values() if run.index.get(link.id) is not None]
    gone = [link for link in links if link.outlook_id in known.proofs.gone]
    if gone and run.now() - since >= UNSOUND_MAX:
        waiting = {link.id: link for link in open_mass_review(run, gone)}
        return [Step(link=waiting[link.id], did=Did.REVIEW) for link in gone]
    return [_later(link, "unsound") for link in links]


def _later(link: Link, reason: str) -> Step:
    return Step(link=looked_at_later(link, link.todo or Todo.LOOK), did=Did.SKIP, reason=reason)


def _newcomers(run: Run, known: Gathered) -> list[Step]:
    new = Newcomers(run.index, run.ended, run.rules, known.proofs.gone)
    events = known.feed.events.values() if run.rules.policy.events else ()
    new.sort(known.new_outlook, events, known.feed.mirrors.values(), known.later.values(), known.feed.removed.values())
    run.skipped.update(new.skipped)
    run.unfinished |= run.rules.policy.events and (new.waiting or bool(known.held))
    for link, event in new.paired:
        _pair(known, link, event)
    woken = [_wake(run, known, link, event) for link, event in new.woken]
    again = [_assigned_again(run, known, link, event) for link, event in new.reassigned]
    made = [*_led(run, known, new.steps), *(step for step in [*woken, *again] if step is not None)]
    return [step for step in made if not _is_paired(known, step)] if run.rules.policy.events else []


def _is_paired(known: Gathered, step: Step) -> bool:
    """True for a copy of a CaseFlow event that this very job found to stand in Outlook already (E3, E7, D1)."""
    pushed = step.link.caseflow_id if isinstance(step.outlook, MakeOutlook) else None
    return pushed is not None and any(
        link.caseflow_id == pushed and link.kind is step.link.kind and link.outlook_id is not None
        for link in known.touched.values()
    )


def _led(run: Run, known: Gathered, steps: list[Step]) -> list[Step]:
    """The steps of new events, those of meetings with their lead settled (E3)."""
    made = []
    for step in steps:
        pushed = step.caseflow_event
        mine = own_meeting(run, pushed, known.feed.removed) if pushed is not None else None
        if mine is not None and pushed is not None:
            again = _assigned_again(run, known, mine, pushed)
            made += [again] if again is not None else []
            continue
        decided = led_step(run, step, known.proofs.gone)
        if isinstance(decided, Step):
            made.append(decided)
        elif decided is not None and step.seen is not None and _was_made_anew(run, decided, step.seen):
            run.skipped["made_anew"] += 1  # two links of one event would never come to rest
        elif decided is not None and step.seen is not None:
            _pair(known, decided, step.seen)
        else:
            run.unfinished = True
            run.skipped["awaits_organiser"] += 1
    return made


def _was_made_anew(run: Run, link: Link, event: OutlookEvent) -> bool:
    """True if a copy was made instead of the event, which a person has brought back since (docs/invariants.md)."""
    other = run.index.of_caseflow(link.kind, link.caseflow_id or "")
    return other is not None and other.former == event.id


def _pair(known: Gathered, link: Link, event: OutlookEvent) -> None:
    """A link found by mark or by content is planned like any other pair."""
    known.answered[event.id] = event
    known.touch(link)


def _wake(run: Run, known: Gathered, link: Link, event: OutlookEvent) -> Step | None:
    """An ended link whose event shows up again (D1, E5, J5)."""
    events = dict(known.feed.events)
    if link.caseflow_id:  # "unassigned" in the feed may be our own write: the event itself is asked for (D1)
        ask_caseflow(run, link.caseflow_id, events, {})
    decided = plan_wake(link, events.get(link.caseflow_id or ""), event, run.rules)
    if isinstance(decided, Step):
        return decided
    _pair(known, decided, event)
    return None


def _assigned_again(run: Run, known: Gathered, link: Link, event: CaseflowEvent) -> Step | None:
    """CaseFlow shows an event whose link had ended; its Outlook original wakes where it still stands (F1)."""
    outlook = None
    if link.outlook_id:
        proofs = prove(run.outlook, [link.outlook_id], {})
        outlook = proofs.present.get(link.outlook_id)
        if outlook is None and link.outlook_id not in proofs.gone:
            run.unfinished = True  # no answer: a copy made now might be a second one
            return None
    decided = plan_assigned_again(link, event, outlook, run.rules)
    if isinstance(decided, Step):
        return decided
    if outlook is not None:
        _pair(known, decided, outlook)
    return None


def _unlinked(run: Run, known: Gathered) -> dict[MirrorItem, Link | None]:
    """Tasks and deadlines that have no live link, each with the link that it had before."""
    found = {(link.kind, link.caseflow_id) for link in known.touched.values()}
    fresh = [
        item
        for key, item in known.feed.mirrors.items()
        if key not in found and run.index.of_caseflow(item.kind, item.id) is None and is_mirrored(item, run.rules)
    ]
    return {item: run.ended.of_caseflow(item.kind, item.id) for item in fresh}


def _revive_mirrors(run: Run, known: Gathered) -> set[str]:
    """A past mirror was left where it stood (L2, I4): where its item comes back it is moved, not made a second time.

    Returns the links whose mirror gave no answer: nothing is made for them now.
    """
    before = {link.outlook_id: link for link in _unlinked(run, known).values() if link is not None}
    ids = sorted(key for key in before if key is not None)
    proofs = prove(run.outlook, ids, {}) if ids else Proofs({}, frozenset())
    for key, event in proofs.present.items():
        _pair(known, structs.replace(before[key], state=State.LIVE, reason=None, todo=Todo.LOOK), event)
    silent = {before[key].id for key in ids if key not in proofs.present and key not in proofs.gone}
    run.unfinished |= bool(silent)
    return silent


def _new_mirrors(run: Run, known: Gathered, silent: set[str]) -> list[Step]:
    items = _unlinked(run, known).items()
    return [plan_mirrored_again(item, old, run.rules) for item, old in items if old is None or old.id not in silent]


def _toggled_off(run: Run, known: Gathered, seen: Observed) -> list[Step]:
    """Mirrors of a kind that was switched off (L2): read by id, then removed."""
    links = [
        link
        for link in run.index
        if link.is_mirror and is_planned(link) and link.id not in known.touched and not toggle(link.kind, run.rules)
    ]
    ids = sorted(link.outlook_id for link in links if link.outlook_id)
    answered = run.outlook.events(ids) if ids else {}
    present = {key: event for key, event in answered.items() if event is not None}
    gone = frozenset(key for key, event in answered.items() if event is None)
    both = structs.replace(seen, outlook={**seen.outlook, **present}, gone=seen.gone | gone)
    return plan(links, both, run.rules)


def _still_asked(run: Run, step: Step) -> Step:
    """What is part of a question about many waits for a person's answer, also when it comes again alone (E9)."""
    stored = run.index.get(step.link.id)
    if stored is None or stored.state is not State.REVIEW or stored.reason != MASS:
        return step
    if not (removes_from_caseflow(step) or removes_from_outlook(step)):
        return step
    return Step(link=structs.replace(stored, todo=Todo.NONE), did=Did.REVIEW)


def _guarded(run: Run, steps: list[Step]) -> list[Step]:
    """The mass-deletion guard, each direction (E9): one item lists what was held back."""
    steps = [_still_asked(run, step) for step in steps]
    links = [link for link in run.index if link.state in {State.LIVE, State.REVIEW}]
    for held in held_back(steps, links):
        if held:
            ids = {step.link.id for step in held}
            waiting = open_mass_review(run, [run.index.get(step.link.id) or step.link for step in held])
            steps = [step for step in steps if step.link.id not in ids]
            steps += [Step(link=link, did=Did.REVIEW) for link in waiting]
    return steps
