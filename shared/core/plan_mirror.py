"""The decision for the mirror of a task or key deadline: one way, set back when edited (I3, I4, L2). Pure."""

from __future__ import annotations

from msgspec import structs

from shared.core.events import Content, Field, Kind, MirrorItem, OutlookEvent
from shared.core.links import Link, State
from shared.core.mask import mirror_content, project_fields, sensitivity_of
from shared.core.pairs import Rules, echo
from shared.core.plan_new import BOTH_MASKED, mirror_mask, mirror_skip, plan_mirrored
from shared.core.policy import Mask
from shared.core.steps import ChangeOutlook, Did, DropOutlook, Step, ended, nothing, settled
from shared.core.texts import MASK_TEXT

TOGGLED_OFF = "toggled_off"


def plan_mirror(link: Link, item: MirrorItem, outlook: OutlookEvent | None, rules: Rules) -> Step:
    """The item stands in CaseFlow; `outlook` is its mirror, None where that is proved gone."""
    if not toggle(item.kind, rules):
        return plan_toggled_off(link, outlook, rules)
    if outlook is None:
        return _gone(link, item, rules)
    if outlook.is_meeting:  # a person invited somebody: it is theirs now, and any write would send mail (F3)
        if mirror_skip(item, rules) is not None or rules.policy.has_ended(outlook.content.span):
            return ended(link, "outside")
        return plan_mirrored(item, rules, link.attempt + 1)
    return _kept(link, item, outlook, rules)


def toggle(kind: Kind, rules: Rules) -> bool:
    """True if the user wants mirrors of this kind (L1)."""
    return rules.policy.tasks if kind is Kind.TASK else rules.policy.deadlines


def plan_toggled_off(link: Link, outlook: OutlookEvent | None, rules: Rules) -> Step:
    """Mirrors that are not past are removed when their toggle goes off: they would rot (L2)."""
    if outlook is None or outlook.is_meeting or rules.policy.has_ended(outlook.content.span):
        return ended(link, TOGGLED_OFF)
    return structs.replace(
        ended(link, TOGGLED_OFF), did=Did.REMOVE, outlook=DropOutlook(), seen=outlook, by_preference=True
    )


def plan_mirror_removed(link: Link, outlook: OutlookEvent | None, rules: Rules, reason: str) -> Step:
    """Done, deleted, undated or unassigned: the mirror is removed (I4)."""
    if outlook is None or outlook.is_meeting or rules.policy.rests(outlook.content.span):
        return ended(link, reason)
    return structs.replace(ended(link, reason), did=Did.REMOVE, outlook=DropOutlook(), seen=outlook)


def _gone(link: Link, item: MirrorItem, rules: Rules) -> Step:
    """A deleted deadline not yet past is put back; a task stays away until its date or title changes (I3)."""
    if mirror_skip(item, rules) is not None:
        return ended(link, "outside")
    wanted = mirror_content(item, rules.policy.zone, mirror_mask(item))
    put_back = item.kind is Kind.DEADLINE and not rules.policy.has_ended(wanted.span)
    moved = bool(_differs(link, wanted, rules, {Field.TITLE, Field.TIME}))
    if put_back or moved or rules.policy.off_since is not None:
        return plan_mirrored(item, rules, link.attempt + 1)
    away = structs.replace(settled(link), state=State.DISMISSED, outlook_id=None)
    return Step(link=away, did=Did.AGREE, reason="dismissed")


def _differs(link: Link, wanted: Content, rules: Rules, fields: set[Field]) -> set[Field]:
    prints = rules.printer.all(wanted)
    return {field for field in fields if field not in link.base or link.base[field].caseflow != prints[field]}


def _kept(link: Link, item: MirrorItem, outlook: OutlookEvent, rules: Rules) -> Step:
    """Follow the item, and set back what a person changed in Outlook (I3, I4)."""
    mask = mirror_mask(item)
    veiled = BOTH_MASKED if mask is not Mask.NONE else link.veiled
    wanted = _wanted(item, rules, mask, veiled)
    if rules.policy.rests(wanted.span) and rules.policy.rests(outlook.content.span):
        return nothing(structs.replace(link, change_key=outlook.change_key), "rests")
    fields = _differs(link, wanted, rules, set(Field))
    edited = _edited(link, outlook, rules)
    projection = project_fields(wanted, mask, frozenset(fields | edited), veiled, _sensitivity(link, outlook, mask))
    return Step(
        link=structs.replace(
            settled(link),
            change_key=outlook.change_key,
            outlook_id=outlook.id,
            matter_id=item.matter_id,
            mask=mask.value,
            version=item.version,
            ends_at=wanted.span.ends_at(rules.policy.zone),
            veiled=veiled,
            state=State.LIVE,
        ),
        did=_did(projection.is_empty, fields, edited),
        outlook=None if projection.is_empty else ChangeOutlook(projection),
        seen=outlook,
        before=wanted,
        version=item.version,
        caseflow_side=rules.printer.all(wanted),
        outlook_side=rules.printer.all(echo(wanted)),
    )


def _wanted(item: MirrorItem, rules: Rules, mask: Mask, veiled: tuple[Field, ...]) -> Content:
    """What the mirror shows; a text once masked is never published (G8)."""
    content = mirror_content(item, rules.policy.zone, mask)
    return structs.replace(content, text=MASK_TEXT) if Field.TEXT in veiled else content


def _edited(link: Link, outlook: OutlookEvent, rules: Rules) -> set[Field]:
    theirs = rules.printer.all(outlook.content)
    return {field for field in Field if field not in link.base or link.base[field].outlook != theirs[field]}


def _sensitivity(link: Link, outlook: OutlookEvent, mask: Mask) -> str | None:
    """Set back where a person lowered it (G3); normal again once nothing masks the item (G8)."""
    if mask is Mask.NONE:
        return "normal" if link.mask == Mask.CONFIDENTIAL.value and outlook.sensitivity == "confidential" else None
    return None if outlook.sensitivity in {"private", sensitivity_of(mask)} else sensitivity_of(mask)


def _did(silent: bool, fields: set[Field], edited: set[Field]) -> Did:
    if silent:
        return Did.AGREE
    return Did.SET_BACK if edited and not fields else Did.UPDATE
