"""Import of past events, Outlook to CaseFlow (J): copies, not pairs, whose links make a repeat find them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta

from msgspec import structs

from shared.core.events import OutlookEvent
from shared.core.links import Link, State, Todo, is_ours, outlook_link_id, remembering
from shared.core.newcomers import LOST_ATTEMPTS_MAX
from shared.core.plan_new import asked_again, outlook_skip, plan_pulled
from shared.core.policy import Mode
from shared.core.series import by_day, one_of_same_day
from shared.core.state import Job
from shared.core.steps import Step
from shared.core.writes import CaseflowResult, PatchCaseflow, Verdict
from shared.flows import chain
from shared.flows.sync.ending import job_row
from shared.flows.sync.proving import is_listed
from shared.flows.sync.reporting import report_caseflow
from shared.flows.sync.run import Run

BATCH = 40
DELETED = "deleted_in_caseflow"


def import_past(run: Run) -> Job:
    """Copy the events of the last days into CaseFlow, but for those linked or found before (J2). Raises OutOfTime."""
    started = run.now()
    run.take()
    run.load_links()
    run.load_resting()
    run.load_ended()
    days = run.message.days or 0
    events = run.outlook.past(started - timedelta(days=days), started)
    skipped: Counter[str] = Counter()
    asked = [event for event in events if _imported(run, event) is not None]
    others = [event for event in events if _imported(run, event) is None]
    days_known = by_day([*run.index, *run.ended], run.rules)
    unknown = [event for event in others if not _is_linked(run, event, days_known, skipped)]
    asked += [event for event in _with_marks(run, unknown) if not _is_left(run, event, started, skipped)]
    progress = _Progress(run, started, len(asked))
    for start in range(0, len(asked), BATCH):
        _copy(run, asked[start : start + BATCH], skipped)
        progress.show(min(start + BATCH, len(asked)))
    job = structs.replace(
        progress.job(len(asked)), state="succeeded", finished_at=run.now(), result=run.result(), skipped=dict(skipped)
    )
    run.finish([job_row(run.message, job)], ended=max(run.row.ended, len(run.ended)))
    chain.settle(run.ports, run.row.firm_id, run.row.staff_id)
    return job


def finish_imports(run: Run) -> None:
    """Ask again for copies whose create gave no answer: unknown, CaseFlow's event would be pushed beside its own (J2).

    Costs nothing where nothing is unanswered. Raises OutOfTime, Stale, Retry.
    """
    open_ = {link.outlook_id or "": link for link in run.ended if _is_unanswered(link)}
    if not open_:
        return
    answered = run.outlook.events(sorted(open_))
    standing = [event for event in answered.values() if event is not None and is_listed(run.outlook, event)]
    lost = [link for key, link in open_.items() if key in answered and answered[key] is None]
    run.record([structs.replace(link, todo=Todo.NONE, reason="gone") for link in lost])
    for start in range(0, len(standing), BATCH):
        _copy(run, standing[start : start + BATCH], Counter())


def _is_unanswered(link: Link) -> bool:
    return link.state is State.IMPORTED and link.todo is Todo.CREATING_CASEFLOW and link.reason is None


class _Progress:
    """Live progress on the job row (J4)."""

    def __init__(self, run: Run, started: datetime, total: int) -> None:
        self._run = run
        self._started = started
        self._total = total

    def job(self, done: int) -> Job:
        message = self._run.message
        return Job(message.job_id, message.kind, "running", self._started, done=done, total=self._total)

    def show(self, done: int) -> None:
        running = structs.replace(self.job(done), result=self._run.result())
        self._run.record([], extra=[job_row(self._run.message, running)])


def _imported(run: Run, event: OutlookEvent) -> Link | None:
    """The link of a copy that an import made: its create is repeated under its key, which changes nothing.

    The answer says whether CaseFlow still has it (J2, J5).
    """
    old = run.ended.get(outlook_link_id(event))
    if old is None or old.state is not State.IMPORTED or old.todo is not Todo.NONE or old.reason is not None:
        return None
    return old if run.index.of_outlook(event) is None else None


def _is_linked(run: Run, event: OutlookEvent, days_known: Mapping[Hashable, list[Link]], skipped: Counter[str]) -> bool:
    """True for events that are in step already, or that CaseFlow is known to have deleted since an import (J5)."""
    old = run.ended.of_outlook(event) or run.ended.get(outlook_link_id(event))
    if old is None and one_of_same_day(days_known, event, run.rules) is not None:
        skipped["in_step"] += 1
        run.count(True, "skipped")
        return True
    if run.index.of_outlook(event) is None and (old is None or old.todo is Todo.CREATING_CASEFLOW):
        return False
    deleted = old is not None and old.reason == DELETED
    if deleted:
        skipped[DELETED] += 1
    run.count(True, "skipped" if deleted else "unchanged")
    return True


def _with_marks(run: Run, events: list[OutlookEvent]) -> list[OutlookEvent]:
    """The events read by id: only so is seen which of them we made ourselves."""
    answered = run.outlook.events([event.id for event in events]) if events else {}
    return [event for event in answered.values() if event is not None]


def _is_left(run: Run, event: OutlookEvent, now: datetime, skipped: Counter[str]) -> bool:
    """True for an event that no import copies; counted by its reason (J4)."""
    reason = None
    if event.link_mark is not None and is_ours(event, event.link_mark, LOST_ATTEMPTS_MAX):
        reason = "made_by_sync"
    elif event.content.span.ends_at(run.rules.policy.zone) > now:
        reason = "not_past"
    elif event.has_ended_for_user:
        reason = "declined"
    elif run.rules.policy.events and outlook_skip(event, run.rules) is None:
        reason = "in_step"  # after the line and not yet at rest: the ordinary sync carries it, with all it knows (E3)
    if reason is None:
        return False
    skipped[reason] += 1
    run.count(True, "skipped")
    return True


def _copy(run: Run, events: list[OutlookEvent], skipped: Counter[str]) -> None:
    """One batch: the rows first, then the creates, then what was answered (design.md 4.6)."""
    run.check()
    steps = [_step(run, event) for event in events]
    run.record([step.link for step in steps])
    writes = [step.caseflow for step in steps if step.caseflow is not None]
    origin = structs.replace(run.origin, mode=Mode.IMPORT)
    results = _joined(run, run.ports.caseflow.write(run.row.firm_id, writes, origin))
    links = []
    for step, result in zip(steps, results, strict=True):
        report_caseflow(run, step, result)
        if result.verdict is not Verdict.DONE:
            skipped[DELETED if result.verdict is Verdict.GONE else result.code or "no_answer"] += 1
        links.append(_settled(run, step, result))
    run.record(links)


def _step(run: Run, event: OutlookEvent) -> Step:
    old = run.ended.get(outlook_link_id(event))
    step = asked_again(plan_pulled(event, run.rules), old.create_key if old is not None else "")
    link = _imported(run, event) or structs.replace(step.link, state=State.IMPORTED)
    return structs.replace(step, link=structs.replace(link, create_key=step.link.create_key))


def _joined(run: Run, results: list[CaseflowResult]) -> list[CaseflowResult]:
    """A meeting that a colleague's mailbox brought in is that one event, with this staff member on it, too (E3)."""
    staff_id = run.row.staff_id
    joins = {
        number: PatchCaseflow(event.id, event.version, staff_ids=(*event.staff_ids, staff_id))
        for number, result in enumerate(results)
        if (event := result.event) is not None and result.replayed and staff_id not in event.staff_ids
    }
    if not joins:
        return results
    answers = run.ports.caseflow.write(run.row.firm_id, list(joins.values()), run.origin)
    joined = dict(zip(joins, answers, strict=True))
    return [joined.get(number, result) for number, result in enumerate(results)]


def _settled(run: Run, step: Step, result: CaseflowResult) -> Link:
    if result.event is not None and result.verdict is Verdict.DONE:
        link = remembering(step.link, result.event, run.rules.policy.staff_id)
        return structs.replace(link, todo=Todo.NONE, version=result.event.version)
    if result.verdict is Verdict.REFUSED:  # asked again only by a further import
        return structs.replace(step.link, reason=result.code)
    if result.verdict is Verdict.GONE:  # the key made an event that CaseFlow has deleted since: it stays deleted
        return structs.replace(step.link, todo=Todo.NONE, reason=DELETED)
    return step.link
