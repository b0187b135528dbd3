"""What a person's decision on a review item means for one event (H4): one step, as any plan's. Pure."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct, structs

from shared.core.events import CaseflowEvent, Content, Field, Kind, OutlookEvent, Removed
from shared.core.links import Link, State
from shared.core.losers import Lost
from shared.core.merge import Merge, merged, taking
from shared.core.pairs import Pair, Rules, compared, pair_of
from shared.core.plan_event import TITLE_AND_TIME, Settlement, built, facts_of, limited
from shared.core.plan_mirror import plan_mirror_removed
from shared.core.plan_removal import (
    DECLINED,
    copied_again,
    plan_left_caseflow,
    plan_left_outlook,
    removed_from_caseflow,
    restored,
)
from shared.core.policy import Mask
from shared.core.prints import same
from shared.core.settle import looked_at_later
from shared.core.state import Review
from shared.core.steps import Did, DropOutlook, Step, ended, settled
from shared.core.veil import Veil, veil_of
from shared.core.writes import PatchCaseflow

_NONE: frozenset[Field] = frozenset()
_TIME = frozenset({Field.TIME})


class Keep(StrEnum):
    """The two buttons of an item."""

    CASEFLOW = "caseflow"
    OUTLOOK = "outlook"


class Sides(Struct, frozen=True):
    """Both sides of one link, read now. `caseflow` is None where it is deleted, `outlook` where it is proved gone.

    `assigned` says that CaseFlow's event is this staff member's; `present` that Outlook's stands and was not declined.
    """

    caseflow: CaseflowEvent | None
    outlook: OutlookEvent | None
    assigned: bool

    @property
    def standing(self) -> CaseflowEvent | None:
        """CaseFlow's event, where it stands in this staff member's calendar."""
        return self.caseflow if self.assigned else None

    @property
    def present(self) -> OutlookEvent | None:
        """Outlook's event, unless its owner declined it or it was cancelled (E5)."""
        return None if self.outlook is None or self.outlook.has_ended_for_user else self.outlook

    @property
    def reason(self) -> str:
        """Why CaseFlow does not show it, as its change feed says it."""
        return "deleted" if self.caseflow is None else "unassigned"


def is_as_seen(review: Review, sides: Sides) -> bool:
    """True if both sides are still what the item says (H4)."""
    version = sides.standing.version if sides.standing is not None else None
    if version != review.caseflow_version:
        return False
    if review.outlook_change_key is None:
        return sides.present is None
    return sides.outlook is not None and sides.outlook.change_key == review.outlook_change_key


def decide(link: Link, sides: Sides, keep: Keep, rules: Rules) -> Step:
    """The step that makes both sides what the person chose."""
    caseflow, outlook = sides.standing, sides.present
    if caseflow is not None and outlook is not None:
        step = _both(facts_of(pair_of(link, caseflow, outlook, rules), rules), keep, rules)
    elif caseflow is not None:
        step = _left_outlook(link, caseflow, sides, keep, rules)
    elif sides.outlook is not None:
        step = _left_caseflow(link, sides, sides.outlook, keep, rules)
    else:
        step = ended(link, "gone")
    return _under_review(step, link)


def _under_review(step: Step, link: Link) -> Step:
    """The item is closed by the decision, once it is applied; not by the step."""
    return structs.replace(step, closes=False, link=structs.replace(step.link, review=link.review))


def _left_outlook(link: Link, caseflow: CaseflowEvent, sides: Sides, keep: Keep, rules: Rules) -> Step:
    if keep is Keep.CASEFLOW:
        return copied_again(link, caseflow, rules)
    return removed_from_caseflow(link, caseflow, rules, DECLINED if sides.outlook else "deleted_in_outlook")


def _left_caseflow(link: Link, sides: Sides, outlook: OutlookEvent, keep: Keep, rules: Rules) -> Step:
    if keep is Keep.CASEFLOW:
        step = ended(link, sides.reason)
        if outlook.is_meeting:  # we never cancel or delete a meeting (F3)
            return step
        return structs.replace(step, did=Did.REMOVE, outlook=DropOutlook(), seen=outlook, before=outlook.content)
    if sides.caseflow is not None:
        return _assigned(link, sides.caseflow, rules)
    return restored(structs.replace(link, attempt=link.attempt + 1), outlook, rules)


def _assigned(link: Link, caseflow: CaseflowEvent, rules: Rules) -> Step:
    """CaseFlow's event still stands: only the assignment comes back, the next run compares both sides."""
    patch = PatchCaseflow(caseflow.id, caseflow.version, staff_ids=(*caseflow.staff_ids, rules.policy.staff_id))
    live = structs.replace(looked_at_later(settled(link)), state=State.LIVE)
    return Step(link=live, did=Did.UPDATE, caseflow=patch, before=caseflow.content, caseflow_event=caseflow)


def _veil(pair: Pair, rules: Rules) -> Veil:
    """What masking asks, with words that only an addition can save (G3)."""
    return veil_of(pair, rules, _NONE if pair.outlook.is_meeting else merged(pair, compared(pair, rules)).clash)


def _both(pair: Pair, keep: Keep, rules: Rules) -> Step:
    veil = _veil(pair, rules)
    differing = frozenset(field for field in Field if not same(pair.caseflow.content, pair.seen, field))
    if keep is Keep.OUTLOOK:
        incoming = _may_come_in(pair, differing, veil)
        return built(pair, Settlement(Merge(incoming, _NONE, _NONE), veil), rules)
    return built(pair, _outgoing(pair, Merge(_NONE, differing, _NONE), veil), rules)


def _may_come_in(pair: Pair, fields: frozenset[Field], veil: Veil) -> frozenset[Field]:
    """Of a masked event title and times, never body or place: the mask wrote those (H4)."""
    if veil.mask is not Mask.NONE:
        return fields & TITLE_AND_TIME
    own = frozenset({Field.TEXT}) if pair.link.own_text else _NONE
    return fields - frozenset(pair.link.veiled) - own


def _outgoing(pair: Pair, merge: Merge, veil: Veil) -> Settlement:
    """CaseFlow's fields as far as masks and E10 allow; of a meeting none (F3). What stays different is agreed so."""
    if pair.outlook.is_meeting:
        return Settlement(structs.replace(merge, to_outlook=_NONE), veil)
    return structs.replace(limited(pair, merge, veil, None), open_fields=_NONE)


def lost_by(sides: Sides, keep: Keep, link: Link, rules: Rules) -> tuple[Content, Content] | None:
    """The side a decision overwrites and the one it keeps; None where one of them is not there."""
    if sides.standing is None or sides.present is None:
        return None
    seen = pair_of(link, sides.standing, sides.present, rules).seen
    return (sides.standing.content, seen) if keep is Keep.OUTLOOK else (seen, sides.standing.content)


def is_edited_since(pair: Pair, lost: Lost, rules: Rules) -> bool:
    """True if a field that was decided by itself no longer shows what won (H3)."""
    prints = rules.printer.all(pair.caseflow.content)
    touched = compared(pair, rules)
    return any(prints[field] != lost.winner.get(field) for field in lost.fields) or bool(
        (touched.caseflow | touched.outlook) & frozenset(lost.fields)
    )


def decide_back(pair: Pair, lost: Lost, keep: Keep, rules: Rules) -> Step:
    """What `system` decided, the other way: the values that lost come back on both sides (H3)."""
    veil = _veil(pair, rules)
    fields = frozenset(lost.fields)
    if keep is Keep.OUTLOOK:
        fields = _may_come_in(pair, fields, veil)
    verdict = _outgoing(pair, Merge(fields, fields, _NONE), veil)
    if keep is Keep.OUTLOOK and _moves(pair, veil):
        verdict = Settlement(Merge(fields, fields & _TIME, _NONE), veil)
    source = taking(pair.seen, lost.content, fields)
    return built(pair, structs.replace(verdict, source=source), rules)


def _moves(pair: Pair, veil: Veil) -> bool:
    """True for a meeting whose time CaseFlow had pushed: it goes back to when it was (F3)."""
    return pair.outlook.is_meeting and pair.outlook.is_organizer and veil.mask is Mask.NONE


def decide_among_many(link: Link, sides: Sides, keep: Keep, rules: Rules) -> Step:
    """One event of a question about many removals (E9): removed as a rule would, or put back."""
    if sides.outlook is None if link.is_mirror else _both_stand_or_fall(sides):
        again = looked_at_later(structs.replace(settled(link), state=State.LIVE))
        return _under_review(Step(link=again, did=Did.AGREE), link)
    if link.is_mirror:
        return _under_review(_mirror(link, sides, keep, rules), link)
    removal = _removal(link, sides, rules) if _is_removal(sides, keep) else None
    if removal is not None and removal.opened is not None:
        return removal
    return _under_review(removal, link) if removal is not None else decide(link, sides, keep, rules)


def _both_stand_or_fall(sides: Sides) -> bool:
    """Nothing left to remove on one side only: the next run decides as always."""
    return (sides.standing is None) == (sides.present is None)


def _is_removal(sides: Sides, keep: Keep) -> bool:
    return (sides.present is None) == (keep is Keep.OUTLOOK)


def _removal(link: Link, sides: Sides, rules: Rules) -> Step:
    """As a rule would: protected since, or edited since, it is asked alone (E8, F4)."""
    if sides.standing is None:
        removed = Removed(Kind.EVENT, link.caseflow_id or "", link.version, sides.reason)
        return plan_left_caseflow(link, removed, sides.outlook, rules)
    answered = structs.replace(rules, policy=structs.replace(rules.policy, off_since=None))
    return plan_left_outlook(link, sides.standing, answered, by_user=sides.outlook is not None)


def _mirror(link: Link, sides: Sides, keep: Keep, rules: Rules) -> Step:
    """A task or deadline that left CaseFlow cannot be put back there: its mirror stays, or goes (I4)."""
    if keep is Keep.OUTLOOK:
        return ended(link, "kept_in_outlook")
    return plan_mirror_removed(link, sides.outlook, rules, "removed")
