"""Counting what a job did, and noting it for the audit log (C5, N1)."""

from __future__ import annotations

from msgspec import structs

from shared.core.events import Content
from shared.core.state import AuditNote
from shared.core.steps import ChangeOutlook, Did, DropOutlook, MakeOutlook, Step
from shared.core.writes import CaseflowResult, CreateCaseflow, DeleteCaseflow, OutlookResult, Verdict
from shared.flows.sync.run import Run


def report_caseflow(run: Run, step: Step, result: CaseflowResult) -> None:
    """One write to CaseFlow, as it was answered."""
    if result.verdict is not Verdict.DONE:
        run.count(True, "skipped")
        return
    if result.replayed:
        run.count(True, "unchanged")
        return
    action, counted = _caseflow_action(step)
    run.count(True, counted)
    event = result.event
    note = note_of(run, action, step.link.kind.value, event.id if event else step.link.caseflow_id)
    version = event.version if event else None
    prints = _prints(run, step.before, event.content if event else None)
    run.note(structs.replace(note, object_version=version, before=prints[0], after=prints[1]))


def _caseflow_action(step: Step) -> tuple[str, str]:
    if isinstance(step.caseflow, CreateCaseflow):
        return "caseflow.created", "created"
    if step.did is Did.UNASSIGN:
        return "caseflow.unassigned", "removed"
    if isinstance(step.caseflow, DeleteCaseflow):
        return "caseflow.deleted", "removed"
    return "caseflow.updated", "updated"


def report_outlook(run: Run, step: Step, result: OutlookResult) -> None:
    """One write to Outlook, as it was answered."""
    if result.verdict is not Verdict.DONE:
        run.count(False, "skipped")
        return
    action, counted = _outlook_action(step)
    run.count(False, counted)
    event = result.event if isinstance(step.outlook, (MakeOutlook, ChangeOutlook)) else None
    note = note_of(run, action, "outlook_event", event.id if event else step.link.outlook_id)
    before = step.seen.content if step.seen else None
    prints = _prints(run, before, event.content if event else None)
    run.note(structs.replace(note, before=prints[0], after=prints[1]))


def _outlook_action(step: Step) -> tuple[str, str]:
    if isinstance(step.outlook, MakeOutlook):
        return "outlook.created", "created"
    if isinstance(step.outlook, DropOutlook):
        return "outlook.removed", "removed"
    return ("outlook.set_back" if step.did is Did.SET_BACK else "outlook.updated"), "updated"


def report_silent(run: Run, step: Step) -> None:
    """What a step without a write means: an end is audited (D6, F1), a skip is counted by its reason."""
    if step.did is Did.SKIP:
        run.skipped[step.reason] += 1
    elif step.did is Did.END:
        run.note(note_of(run, f"link.ended.{step.reason}", step.link.kind.value, step.link.caseflow_id))


def note_of(run: Run, action: str, kind: str, object_id: str | None) -> AuditNote:
    """A note of this job about one object."""
    return AuditNote(
        at=run.now(),
        actor_kind="system",
        actor_id=None,
        action=action,
        object_kind=kind,
        object_id=object_id or "",
        object_version=None,
        origin=run.rules.policy.mode.value,
        staff_id=run.row.staff_id,
        job_id=run.message.job_id,
    )


def _prints(run: Run, before: Content | None, after: Content | None) -> tuple[str | None, str | None]:
    printer = run.rules.printer
    return (
        printer.audit(before) if before is not None else None,
        printer.audit(after) if after is not None else None,
    )
