"""The decision for an ended link whose event shows up again: moved back, accepted again, assigned again (D1, E5)."""

from __future__ import annotations

from msgspec import structs

from shared.core.events import CaseflowEvent, Kind, OutlookEvent
from shared.core.links import Link, State, Todo, caseflow_link_id
from shared.core.pairs import Rules
from shared.core.plan_new import asked_again, caseflow_skip, outlook_skip, plan_pulled, plan_pushed
from shared.core.plan_removal import DECLINED
from shared.core.steps import Did, Step
from shared.core.writes import PatchCaseflow

_LEFT_OUTLOOK = {DECLINED, "deleted_in_outlook", "left_outlook", "gone", "outside", "rests"}


def may_wake(link: Link) -> bool:
    """True if the link ended on Outlook's side; what CaseFlow ended is not pulled again (F1)."""
    return link.state is State.ENDED and link.reason in _LEFT_OUTLOOK


def plan_wake(link: Link, caseflow: CaseflowEvent | None, outlook: OutlookEvent, rules: Rules) -> Step | Link:
    """A step, or the woken link to be planned as a pair."""
    if _stays_ended(caseflow, outlook, rules):
        return Step(link=link, did=Did.SKIP, reason="not_in_scope")
    if caseflow is None:
        step = _made_again(link, outlook, rules)
        return structs.replace(step, drops=link.id if step.link.id != link.id else None)
    woken = structs.replace(link, state=State.LIVE, outlook_id=outlook.id, reason=None, todo=Todo.NONE)
    if rules.policy.staff_id in caseflow.staff_ids:
        return woken
    patch = PatchCaseflow(caseflow.id, caseflow.version, staff_ids=(*caseflow.staff_ids, rules.policy.staff_id))
    look = structs.replace(woken, todo=Todo.LOOK)
    return Step(link=look, did=Did.UPDATE, caseflow=patch, before=caseflow.content, caseflow_event=caseflow)


def _made_again(link: Link, outlook: OutlookEvent, rules: Rules) -> Step:
    """A new attempt; but where no answer ever told of the first one, its key is asked again: it may have been late."""
    if link.caseflow_id is not None or not link.create_key:
        return plan_pulled(outlook, rules, link.attempt + 1)
    return asked_again(plan_pulled(outlook, rules, link.attempt), link.create_key)


def _stays_ended(caseflow: CaseflowEvent | None, outlook: OutlookEvent, rules: Rules) -> bool:
    """True while neither side brings it back into scope: CaseFlow's new time wakes it, too (D6)."""
    if outlook.has_ended_for_user:
        return True
    if outlook_skip(outlook, rules) is None:
        return False
    return caseflow is None or rules.policy.staff_id not in caseflow.staff_ids or bool(caseflow_skip(caseflow, rules))


def plan_assigned_again(link: Link, caseflow: CaseflowEvent, outlook: OutlookEvent | None, rules: Rules) -> Step | Link:
    """CaseFlow shows an event whose link had ended: its old Outlook event wakes, else a new copy is made."""
    if outlook is not None and not outlook.has_ended_for_user:
        state = link.state if link.state is State.REVIEW else State.LIVE  # its item closes once both sides agree (H4)
        return structs.replace(link, state=state, reason=None, todo=Todo.NONE)
    step = plan_pushed(caseflow, rules, link.attempt + 1)
    gone = link.id != caseflow_link_id(Kind.EVENT, caseflow.id)
    return structs.replace(step, drops=link.id if gone else None)
