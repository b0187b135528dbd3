"""`plan`: what both sides hold, the links and the rules go in; one step a touched link or newcomer comes out. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, structs

from shared.core.events import CaseflowEvent, Kind, MirrorItem, OutlookEvent, Removed
from shared.core.links import Link, State, Todo
from shared.core.pairs import Rules, pair_of, stamped
from shared.core.plan_event import facts_of, plan_appointment
from shared.core.plan_meeting import plan_meeting
from shared.core.plan_mirror import plan_mirror, plan_mirror_removed, plan_toggled_off, toggle
from shared.core.plan_new import asked_again, mirror_skip, plan_mirrored, plan_pulled, plan_pushed
from shared.core.plan_removal import plan_left_caseflow, plan_left_outlook, restored
from shared.core.settle import looked_at_later, set_aside
from shared.core.steps import Did, Step, ended
from shared.core.writes import PatchCaseflow

ItemKey = tuple[Kind, str]


class Observed(Struct, frozen=True):
    """What the reads of one job found.

    `events`, `mirrors` and `removed` are CaseFlow's by id, `outlook` are events by id, read now, `gone` are Outlook
    ids proved absent from the primary calendar (E8). `new_leaders` are links whose copy of a meeting leads from now
    on, and `unknown` are CaseFlow ids that it does not know (a 404 that proves nothing, C4).
    `homeless` are links whose day a change of the whole series has lost (D4).
    """

    events: dict[str, CaseflowEvent] = {}
    mirrors: dict[ItemKey, MirrorItem] = {}
    removed: dict[ItemKey, Removed] = {}
    outlook: dict[str, OutlookEvent] = {}
    gone: frozenset[str] = frozenset()
    new_leaders: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    homeless: frozenset[str] = frozenset()

    def outlook_of(self, link: Link) -> OutlookEvent | None:
        """The Outlook event of a link, if it was read and stands."""
        return self.outlook.get(link.outlook_id) if link.outlook_id else None

    def is_gone(self, link: Link) -> bool:
        """True if the link's Outlook event is proved gone."""
        return link.outlook_id is not None and link.outlook_id in self.gone


def plan(touched: Iterable[Link], observed: Observed, rules: Rules) -> list[Step]:
    """One step for each touched link, in the order of their ids."""
    return [plan_link(link, observed, rules) for link in sorted(touched, key=lambda link: link.id)]


def plan_link(link: Link, observed: Observed, rules: Rules) -> Step:
    """The decision for one link that somebody may have changed."""
    if link.is_mirror:
        return _mirror(link, observed, rules)
    if not rules.policy.events:
        return Step(link=link, did=Did.SKIP, reason="events_off")
    if link.todo is Todo.CREATING_CASEFLOW and link.caseflow_id is not None:
        return _repeat_restore(link, observed, rules)
    if link.todo is Todo.CREATING_CASEFLOW:
        return _repeat_pull(link, observed, rules)
    if link.todo is Todo.CREATING_OUTLOOK and link.outlook_id is None:
        return _repeat_push(link, observed, rules)
    return _event(link, observed, rules)


def _event(link: Link, observed: Observed, rules: Rules) -> Step:
    removed = observed.removed.get((Kind.EVENT, link.caseflow_id or ""))
    outlook = observed.outlook_of(link)
    if link.todo is Todo.JOINING and outlook is not None and (removed or link.caseflow_id in observed.unknown):
        return plan_pulled(outlook, rules, link.attempt + 1)  # what was to be joined is gone: a new one is made (E3)
    if outlook is None and link.outlook_id is not None and not observed.is_gone(link):
        return _unread(link, "outlook_unread")
    if removed is not None:
        return plan_left_caseflow(stamped(link, outlook) if outlook else link, removed, outlook, rules)
    caseflow = observed.events.get(link.caseflow_id or "")
    if caseflow is None:
        return _no_caseflow(link, observed)
    if outlook is not None:
        return _both(link, caseflow, outlook, observed, rules)
    return plan_left_outlook(link, caseflow, rules, homeless=link.id in observed.homeless)


def _unread(link: Link, reason: str) -> Step:
    """One side gave no answer: nothing is decided, the next job looks again."""
    return Step(link=looked_at_later(link, link.todo or Todo.LOOK), did=Did.SKIP, reason=reason)


def _no_caseflow(link: Link, observed: Observed) -> Step:
    """CaseFlow gave no answer, or has forgotten the event (a restore): that proves nothing, so it is set aside (C4)."""
    if link.caseflow_id not in observed.unknown:
        return _unread(link, "caseflow_unread")
    if observed.is_gone(link):
        return ended(link, "gone")
    return Step(link=set_aside(link, "caseflow_unknown"), did=Did.SKIP, reason="caseflow_unknown")


def _both(link: Link, caseflow: CaseflowEvent, outlook: OutlookEvent, observed: Observed, rules: Rules) -> Step:
    if rules.policy.staff_id not in caseflow.staff_ids:
        if link.todo is Todo.JOINING:
            return _join(link, caseflow, rules)
        unassigned = Removed(Kind.EVENT, caseflow.id, caseflow.version, "unassigned")
        return plan_left_caseflow(stamped(link, outlook), unassigned, outlook, rules)
    if outlook.has_ended_for_user:
        return plan_left_outlook(link, caseflow, rules, by_user=True)
    pair = facts_of(pair_of(link, caseflow, outlook, rules), rules)
    if outlook.is_meeting:
        return plan_meeting(pair, rules, takes_lead=link.id in observed.new_leaders)
    return plan_appointment(pair, rules)


def _join(link: Link, caseflow: CaseflowEvent, rules: Rules) -> Step:
    """A colleague's mailbox made the event of this meeting: add this staff member to it (E3)."""
    patch = PatchCaseflow(caseflow.id, caseflow.version, staff_ids=(*caseflow.staff_ids, rules.policy.staff_id))
    return Step(
        link=looked_at_later(link), did=Did.UPDATE, caseflow=patch, before=caseflow.content, caseflow_event=caseflow
    )


def _repeat_pull(link: Link, observed: Observed, rules: Rules) -> Step:
    outlook = observed.outlook_of(link)
    if observed.is_gone(link):
        return ended(link, "gone")
    if outlook is None:
        return _unread(link, "outlook_unread")
    step = asked_again(plan_pulled(outlook, rules, link.attempt), link.create_key)
    return structs.replace(step, link=structs.replace(step.link, id=link.id, tries=link.tries))


def _repeat_restore(link: Link, observed: Observed, rules: Rules) -> Step:
    """A person wanted the event back in CaseFlow, and that create gave no answer (H4)."""
    outlook = observed.outlook_of(link)
    if outlook is None:
        return ended(link, "gone") if observed.is_gone(link) else _unread(link, "outlook_unread")
    return restored(link, outlook, rules)


def _repeat_push(link: Link, observed: Observed, rules: Rules) -> Step:
    caseflow = observed.events.get(link.caseflow_id or "")
    removed = observed.removed.get((Kind.EVENT, link.caseflow_id or ""))
    if removed is not None:
        return ended(link, removed.reason)
    if caseflow is None:
        return _unread(link, "caseflow_unread")
    if rules.policy.staff_id not in caseflow.staff_ids:
        return ended(link, "unassigned")
    step = plan_pushed(caseflow, rules, link.attempt)
    return structs.replace(step, repeated=True, link=structs.replace(step.link, tries=link.tries))


def _mirror(link: Link, observed: Observed, rules: Rules) -> Step:
    key = (link.kind, link.caseflow_id or "")
    item, removed = observed.mirrors.get(key), observed.removed.get(key)
    outlook = observed.outlook_of(link)
    if outlook is None and link.outlook_id is not None and not observed.is_gone(link):
        return _unread(link, "outlook_unread")
    if removed is not None:
        return plan_mirror_removed(link, outlook, rules, removed.reason)
    if not toggle(link.kind, rules):
        return plan_toggled_off(link, outlook, rules)
    if item is None:
        return _unread(link, "caseflow_unread")
    if link.todo is Todo.CREATING_OUTLOOK and link.outlook_id is None:
        return structs.replace(plan_mirrored(item, rules, link.attempt), repeated=True)
    return plan_mirror(stamped(link, outlook) if outlook else link, item, outlook, rules)


def is_mirrored(item: MirrorItem, rules: Rules) -> bool:
    """True for a task or deadline that the user wants in Outlook, and that lies in scope (L1, D2, D3, D6)."""
    return toggle(item.kind, rules) and mirror_skip(item, rules) is None


def plan_mirrored_again(item: MirrorItem, old: Link | None, rules: Rules) -> Step:
    """The mirror of an item without a live link; one that had a mirror before gets a new attempt (I4, L2)."""
    return plan_mirrored(item, rules, old.attempt + 1 if old else 0)


def is_planned(link: Link) -> bool:
    """True for links that a job follows; the rest is in other lists."""
    return link.state in {State.LIVE, State.REVIEW, State.DISMISSED, State.RESTING}
