"""Doing what was planned: CaseFlow's writes first, then Outlook's, in batches, each recorded as it is answered.

The order is design.md 4.6 and 4.7: rows of creates are written before the batch, events are read again before they
are changed, and one transaction follows each batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec import structs

from shared.core import marks
from shared.core.events import Kind, OutlookEvent
from shared.core.links import Link, State, Todo, transaction_id
from shared.core.mask import stamp_for
from shared.core.settle import (
    CROSSING,
    after_caseflow,
    after_outlook,
    as_asked_in_vain,
    as_veiled_before,
    looked_at_later,
)
from shared.core.steps import ChangeOutlook, MakeOutlook, Opened, Step
from shared.core.writes import (
    CaseflowResult,
    CreateCaseflow,
    CreateOutlook,
    DeleteOutlook,
    OutlookWrite,
    PatchOutlook,
    Verdict,
)
from shared.flows.sync.leading import register
from shared.flows.sync.reporting import report_caseflow, report_outlook, report_silent
from shared.flows.sync.reviewing import open_reviews
from shared.flows.sync.run import Run

CASEFLOW_BATCH = 90
OUTLOOK_BATCH = 20
ASIDE_BACKOFF = timedelta(minutes=5)
ASIDE_BACKOFF_MAX = timedelta(hours=12)


def perform(run: Run, steps: Sequence[Step]) -> None:
    """Record what needs no write, then write to CaseFlow, then to Outlook. Raises OutOfTime, Stale."""
    steps = open_reviews(run, steps)
    _record_silent(run, [step for step in steps if not step.writes])
    waiting = [step for step in steps if step.caseflow is None and step.outlook is not None]
    writing = [step for step in steps if step.caseflow is not None]
    for start in range(0, len(writing), CASEFLOW_BATCH):
        waiting += _write_caseflow(run, writing[start : start + CASEFLOW_BATCH])
    if not run.rules.policy.may_write_outlook:
        _leave_todo(run, waiting)
        return
    waiting = [step for step in waiting if not _pushed_meanwhile(run, step) and not _is_held_back(run, step)]
    for start in range(0, len(waiting), OUTLOOK_BATCH):
        _write_outlook(run, waiting[start : start + OUTLOOK_BATCH])


def _record_silent(run: Run, steps: Sequence[Step]) -> None:
    """Links that changed without a write to a calendar: agreed, ended, in review, or to be looked at again."""
    changed = []
    for step in steps:
        report_silent(run, step)
        if step.link != run.index.get(step.link.id) or step.drops or step.link.id in run.unsaved:
            changed.append(step)
    for start in range(0, len(changed), CASEFLOW_BATCH):
        part = changed[start : start + CASEFLOW_BATCH]
        run.record([_timed(run, step.link) for step in part], [step.drops for step in part if step.drops])


def _leave_todo(run: Run, steps: Sequence[Step]) -> None:
    """A pull may not write to Outlook: what it found is left for the next regular run (K1)."""
    links = []
    for step in steps:
        stored = run.index.get(step.link.id) or run.index.get(step.drops or "")
        if stored is None and step.seen is not None and not isinstance(step.outlook, MakeOutlook):
            stored = _awake(run, step, step.seen)
        if stored is not None:
            links.append(looked_at_later(stored, stored.todo or Todo.LOOK))
    if links:
        run.record(links)


def _awake(run: Run, step: Step, seen: OutlookEvent) -> Link:
    """The link that this job found or woke: no later delta tells of its event."""
    link = as_veiled_before(step.link, run.ended.get(step.link.id))
    return structs.replace(link, state=State.LIVE, outlook_id=seen.id, reason=None)


def _pushed_meanwhile(run: Run, step: Step) -> bool:
    """True if a replayed create has just linked the CaseFlow event that this step would copy (design.md 3)."""
    if not isinstance(step.outlook, MakeOutlook) or step.link.caseflow_id is None:
        return False
    other = run.index.of_caseflow(step.link.kind, step.link.caseflow_id)
    return other is not None and other.id not in {step.link.id, step.drops}


def _is_held_back(run: Run, step: Step) -> bool:
    """True for a new copy while a create in CaseFlow was not done: its event may be the one to be copied (4.4)."""
    new = isinstance(step.outlook, MakeOutlook) and run.index.get(step.link.id) is None and not step.drops
    held = run.unsure and new
    run.unfinished |= held
    return held


def _write_caseflow(run: Run, steps: list[Step]) -> list[Step]:
    """One batch to CaseFlow; returns the steps that go on to Outlook."""
    run.check()
    creates = [step for step in steps if isinstance(step.caseflow, CreateCaseflow)]
    if creates:
        run.record([structs.replace(step.link, todo=Todo.CREATING_CASEFLOW) for step in creates])
    writes = [step.caseflow for step in steps if step.caseflow is not None]
    results = run.ports.caseflow.write(run.row.firm_id, writes, run.origin)
    settled = [_settle_caseflow(run, step, result) for step, result in zip(steps, results, strict=True)]
    going_on = [step for step in settled if step.outlook is not None]
    links = [_owing(run, step) if step.outlook is not None else step.link for step in settled]
    run.record([_timed(run, link) for link in links], [step.drops for step in settled if step.drops])
    known = {Todo.NONE, Todo.LOOK}  # a replayed create is looked at again, but its event is known
    made = [step for step in settled if isinstance(step.caseflow, CreateCaseflow) and step.link.todo in known]
    register(run, [(step.seen, step.link) for step in made])
    return [structs.replace(step, caseflow=None) for step in going_on]


def _owing(run: Run, step: Step) -> Link:
    """CaseFlow has answered, Outlook is still to be written: a crash now is looked at by the next job."""
    return looked_at_later(as_veiled_before(step.link, run.index.get(step.link.id)))


def _settle_caseflow(run: Run, step: Step, result: CaseflowResult) -> Step:
    old = run.index.get(step.link.id)
    run.unsure |= isinstance(step.caseflow, CreateCaseflow) and result.verdict is not Verdict.DONE
    settled = after_caseflow(step, None if isinstance(step.caseflow, CreateCaseflow) else old, result, run.rules)
    linked = run.index.of_caseflow(settled.link.kind, settled.link.caseflow_id or "")
    if isinstance(step.caseflow, CreateCaseflow) and linked is not None and linked.id != settled.link.id:
        # A replay that answers an event already linked: the key is used up, the next attempt makes a new one.
        again = structs.replace(step.link, attempt=step.link.attempt + 1, create_key="", todo=Todo.CREATING_CASEFLOW)
        return structs.replace(settled, link=again, outlook=None)
    report_caseflow(run, step, result)
    return settled


def _write_outlook(run: Run, steps: list[Step]) -> None:
    """One batch to Outlook, of events that still are what the plan saw."""
    run.check()
    steps = _unchanged(run, steps)
    creates = [step for step in steps if isinstance(step.outlook, MakeOutlook)]
    if creates:
        links = [structs.replace(step.link, todo=Todo.CREATING_OUTLOOK) for step in creates]
        run.record(links, [step.drops for step in creates if step.drops])
    elif steps:
        run.check()
    if not steps:
        return
    nonces = [marks.nonce(run.row.fence, run.next_number()) for _ in steps]
    writes = [_outlook_write(run, step, nonce) for step, nonce in zip(steps, nonces, strict=True)]
    results = run.outlook.write(writes)
    links, refused, made = [], list[Step](), list[tuple[OutlookEvent | None, Link]]()
    for step, nonce, result in zip(steps, nonces, results, strict=True):
        if step.outlook is None:
            continue
        link = after_outlook(step, step.outlook, nonce, result)
        if isinstance(step.outlook, ChangeOutlook) and result.verdict is not Verdict.DONE:
            link = as_asked_in_vain(as_veiled_before(link, run.index.get(link.id)), step, result.code)
        refused += [structs.replace(step, link=link, opened=Opened("edit_conflict"))] * (result.code == CROSSING)
        links.append(_timed(run, link))
        if result.event is not None and isinstance(step.outlook, MakeOutlook) and link.kind is Kind.EVENT:
            made.append((result.event, link))
        report_outlook(run, step, result)
    run.record(links)
    register(run, made)
    _record_silent(run, open_reviews(run, refused))


def _unchanged(run: Run, steps: list[Step]) -> list[Step]:
    """Read again what is to be changed; anything that is not what the plan saw waits for the next run."""
    ids = [step.seen.id for step in steps if step.seen is not None and not isinstance(step.outlook, MakeOutlook)]
    now = run.outlook.events(ids) if ids else {}
    ready, late = [], []
    for step in steps:
        if isinstance(step.outlook, MakeOutlook):
            ready.append(step)
            continue
        fresh = now.get(step.seen.id) if step.seen is not None else None
        if fresh is not None and step.seen is not None and _same(fresh, step.seen):
            ready.append(structs.replace(step, seen=fresh))
        else:
            late.append(step)
    if late:
        stored = [run.index.get(step.link.id) for step in late]
        run.record([looked_at_later(link, link.todo or Todo.LOOK) for link in stored if link is not None])
    return ready


def _same(fresh: OutlookEvent, seen: OutlookEvent) -> bool:
    """True if nothing has changed: another change key alone may mean another calendar (D1)."""
    return structs.replace(fresh, modified_at=None) == structs.replace(seen, modified_at=None)


def _outlook_write(run: Run, step: Step, nonce: str) -> OutlookWrite:
    deed, link = step.outlook, step.link
    if isinstance(deed, (MakeOutlook, ChangeOutlook)):
        version = step.version if isinstance(deed, MakeOutlook) else link.version
        stamp = stamp_for(deed.projection, run.rules.printer, nonce, version)
        if isinstance(deed, MakeOutlook):
            return CreateOutlook(deed.projection, transaction_id(link.id, link.attempt), link.id, stamp)
        seen = step.seen
        if seen is None:
            raise AssertionError("an update needs the event that the plan saw")
        return PatchOutlook(seen.id, seen.change_key, deed.projection, link.id, stamp)
    if step.seen is None:
        raise AssertionError("a removal needs the event that the plan saw")
    return DeleteOutlook(step.seen.id, step.seen.change_key)


def _timed(run: Run, link: Link) -> Link:
    """A link set aside gets the time of its next try: five minutes, doubled up to twelve hours (K4)."""
    if link.state is not State.ASIDE or (link.retry_at is not None and link.retry_at > run.now()):
        return link
    wait = min(ASIDE_BACKOFF * 2 ** max(link.tries - 1, 0), ASIDE_BACKOFF_MAX)
    return structs.replace(link, retry_at=run.now() + wait)
