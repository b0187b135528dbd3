"""The decision for an event that left one side (E5, E8, F1, F4, L3). Absence is proved before it comes here. Pure."""

from __future__ import annotations

from msgspec import structs

from shared.core.events import CaseflowEvent, Field, Kind, OutlookEvent, Removed
from shared.core.links import Born, Link, State, Todo, caseflow_link_id, pull_key, remembering
from shared.core.mask import project
from shared.core.pairs import (
    Rules,
    carried,
    caseflow_changed,
    caseflow_prints,
    echo,
    is_hidden,
    mask_of,
    outlook_changed,
    seen_content,
)
from shared.core.policy import Mask
from shared.core.steps import Did, DropOutlook, MakeOutlook, Step, ended, nothing, reviewed, settled
from shared.core.texts import typed_into_mask
from shared.core.veil import as_veiled
from shared.core.writes import CreateCaseflow, DeleteCaseflow, PatchCaseflow

DECLINED = "declined"


def plan_left_outlook(
    link: Link, caseflow: CaseflowEvent, rules: Rules, *, by_user: bool = False, homeless: bool = False
) -> Step:
    """The event is gone from Outlook, or declined or cancelled there (`by_user`: E5, the meeting still stands).

    `homeless` is a day that a change of the whole series has lost: what CaseFlow alone knows
    of it needs a new home (D4).
    """
    policy = rules.policy
    if policy.staff_id not in caseflow.staff_ids:
        return ended(link, "unassigned")
    if policy.has_ended(caseflow.content.span):
        return ended(link, DECLINED if by_user else "left_outlook")
    if policy.off_since is not None and link.born is Born.CASEFLOW and not by_user:
        return copied_again(link, caseflow, rules)
    kind = _asking(link, caseflow, rules, homeless=homeless)
    if kind is not None:
        return reviewed(link, kind, caseflow=caseflow)
    follows = link.meeting and not link.leads and len(caseflow.staff_ids) > 1  # it adds and ends its owner only (E3)
    if not follows and (not link.base or caseflow_changed(link, caseflow.content, rules.printer)):
        asked = reviewed(link, "deleted_in_outlook", caseflow=caseflow)
        return asked if by_user else copied_again(link, caseflow, rules)
    return removed_from_caseflow(link, caseflow, rules, DECLINED if by_user else "deleted_in_outlook")


def _asking(link: Link, caseflow: CaseflowEvent, rules: Rules, *, homeless: bool) -> str | None:
    """The kind of review that a removal opens instead of being carried, or None (E8, D4)."""
    if homeless and (caseflow.category is not None or caseflow.matter_id is not None or link.own_text):
        return "series_changed"
    held = rules.policy.is_protected(caseflow.category) or caseflow.matter_id is not None
    return "deleted_in_outlook" if held else None


def removed_from_caseflow(link: Link, caseflow: CaseflowEvent, rules: Rules, reason: str) -> Step:
    """Delete the event in CaseFlow, or unassign this staff member where others are assigned too (E8)."""
    others = tuple(other for other in caseflow.staff_ids if other != rules.policy.staff_id)
    step = ended(link, reason)
    if others:
        patch = PatchCaseflow(caseflow.id, caseflow.version, staff_ids=others)
        return structs.replace(step, did=Did.UNASSIGN, caseflow=patch, before=caseflow.content)
    delete = DeleteCaseflow(caseflow.id, caseflow.version)
    return structs.replace(step, did=Did.REMOVE, caseflow=delete, before=caseflow.content)


def copied_again(link: Link, caseflow: CaseflowEvent, rules: Rules) -> Step:
    """The copy is made again, and is born in CaseFlow from then on (E8, L3)."""
    mask = mask_of(caseflow, rules.policy)
    if rules.policy.before_line(caseflow.content.span) or rules.policy.beyond_window(caseflow.content.span):
        return ended(link, "outside")
    fresh = structs.replace(
        remembering(settled(link), caseflow, rules.policy.staff_id),
        id=caseflow_link_id(Kind.EVENT, caseflow.id),
        born=Born.CASEFLOW,
        outlook_id=None,
        former=link.outlook_id if link.born is Born.OUTLOOK else None,
        change_key="",
        master_id=None,
        original_start=None,
        attempt=link.attempt + 1,
        mask=mask.value,
        starts_at=caseflow.content.span.starts_at(rules.policy.zone),
        ends_at=caseflow.content.span.ends_at(rules.policy.zone),
        veiled=tuple(sorted((Field.PLACE, Field.TEXT))) if mask is not Mask.NONE else link.veiled,
        not_masked=False,
        state=State.LIVE,
    )
    projection = project(caseflow.content, mask, fresh.veiled)
    return Step(
        link=fresh,
        did=Did.CREATE,
        outlook=MakeOutlook(projection),
        before=caseflow.content,
        version=caseflow.version,
        caseflow_side=caseflow_prints(fresh, caseflow.content, rules.printer),
        outlook_side=rules.printer.all(as_veiled(echo(caseflow.content), fresh)),
        caseflow_event=caseflow,
        closes=link.state is State.REVIEW,
        drops=link.id if link.id != fresh.id else None,
    )


def plan_left_caseflow(link: Link, removed: Removed, outlook: OutlookEvent | None, rules: Rules) -> Step:
    """The event was deleted in CaseFlow, or this staff member was unassigned (F1, F3, F4)."""
    if outlook is None or outlook.has_ended_for_user:
        return ended(link, "gone")
    if rules.policy.rests(seen_content(outlook, link).span):
        return ended(link, "rests")
    if outlook.is_meeting:
        telling = outlook.is_organizer or rules.policy.is_protected(link.category)
        return reviewed(link, "deleted_in_caseflow", outlook) if telling else ended(link, removed.reason)
    if edited_in_outlook(link, outlook, rules):
        return reviewed(link, "deleted_in_caseflow", outlook)
    owned = link.born is Born.CASEFLOW or (removed.reason == "deleted" and not link.shared)
    if not owned:
        return ended(link, removed.reason)
    step = ended(link, removed.reason)
    return structs.replace(
        step,
        did=Did.REMOVE,
        outlook=DropOutlook(),
        seen=outlook,
        before=carried(outlook, hidden=is_hidden(link, outlook)),
    )


def edited_in_outlook(link: Link, outlook: OutlookEvent, rules: Rules) -> bool:
    """True if a person changed the event in Outlook since both sides agreed; without a base, it counts as edited."""
    if outlook.original_start is not None and link.original_start is None:
        return True  # made a series of
    typed = Field.TEXT in link.veiled and bool(typed_into_mask(outlook.content.text))
    placed = Field.PLACE in link.veiled and bool(outlook.content.place.strip())
    changed = outlook_changed(link, seen_content(outlook, link), rules.printer)
    return typed or placed or bool(changed - frozenset(link.veiled))


def restored(link: Link, outlook: OutlookEvent, rules: Rules) -> Step:
    """CaseFlow's event made anew from what Outlook holds, with what the link remembers of the event (H4): matter,
    category, who may see it.

    The mask itself is not text (G4): a masked event comes back without its description.
    """
    fresh = structs.replace(
        settled(link),
        state=State.LIVE,
        todo=Todo.CREATING_CASEFLOW,
        change_key=outlook.change_key,
    )
    write = CreateCaseflow(
        pull_key(rules.policy.firm_id, link.id, outlook, link.attempt),
        carried(outlook, hidden=is_hidden(link, outlook)),
        (rules.policy.staff_id,),
        series_id=outlook.master_id,
        matter_id=link.matter_id,
        category=link.category,
        confidential=link.confidential,
        visibility=link.visibility,
    )
    return Step(
        link=fresh,
        did=Did.CREATE,
        caseflow=write,
        seen=outlook,
        outlook_side=rules.printer.all(seen_content(outlook, link)),
    )


def plan_both_gone(link: Link) -> Step:
    """Gone from both sides: nothing to do but forget."""
    return nothing(link) if link.state.value == "ended" else ended(link, "gone")
