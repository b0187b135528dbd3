"""The decision for a meeting that stands on both sides: it belongs to Outlook (F3). Pure."""

from __future__ import annotations

from msgspec import structs

from shared.core.events import Field
from shared.core.links import Link
from shared.core.merge import Merge, decided, merged, outlook_wins
from shared.core.pairs import Diff, Pair, Rules, compared
from shared.core.plan_event import NO_MERGE, Settlement, built, lost_to, resting, rests
from shared.core.policy import Mask
from shared.core.prints import same
from shared.core.steps import Opened, Step
from shared.core.veil import Veil, veil_of

_TIME = frozenset({Field.TIME})
_TEXT = frozenset({Field.TEXT})
_SET_BACK = frozenset({Field.TITLE, Field.TIME, Field.PLACE})


def plan_meeting(pair: Pair, rules: Rules, *, takes_lead: bool = False) -> Step:
    """Decide for a meeting: Outlook's changes come in, only an organiser's new time goes out.

    A copy that takes the lead brings in all that differs; one that follows brings in nothing (E3).
    """
    veil = veil_of(pair, rules)
    if rests(pair, rules):
        return resting(pair, rules)
    diff = compared(pair, rules)
    if not pair.link.leads:
        return built(pair, Settlement(NO_MERGE, veil, open_fields=_edited_here(pair, diff)), rules)
    pair = structs.replace(pair, link=_own_text(pair.link, diff))
    veil = structs.replace(veil, link=structs.replace(veil.link or pair.link, own_text=pair.link.own_text))
    merge = Merge(frozenset(), frozenset(), _differing(pair)) if takes_lead else merged(pair, diff)
    merge = _without_own_text(merge, pair.link)
    return built(pair, _settlement(pair, merge, veil, rules), rules)


def _edited_here(pair: Pair, diff: Diff) -> frozenset[Field]:
    """What a person edited in CaseFlow and a copy that follows does not show: it has not agreed to that (E5, E8)."""
    edited = pair.caseflow.updated_by.kind == "staff"
    return diff.caseflow & _differing(pair) if edited else frozenset()


def _differing(pair: Pair) -> frozenset[Field]:
    """What clashes when a copy takes the lead: its base says nothing of what the one before it had agreed."""
    return frozenset(field for field in Field if not same(pair.caseflow.content, pair.seen, field))


def _own_text(link: Link, diff: Diff) -> Link:
    """A description edited in CaseFlow is no longer overwritten by the meeting's text (F3)."""
    edited = Field.TEXT in diff.caseflow and bool(link.base)
    return structs.replace(link, own_text=link.own_text or edited)


def _without_own_text(merge: Merge, link: Link) -> Merge:
    """Text never goes out to a meeting, and comes in only while CaseFlow has none of its own."""
    kept = _TEXT if link.own_text else frozenset()
    return Merge(merge.to_caseflow - kept, merge.to_outlook - _TEXT, merge.clash - kept)


def _settlement(pair: Pair, merge: Merge, veil: Veil, rules: Rules) -> Settlement:
    protected = rules.policy.is_protected(pair.caseflow.category)
    if merge.clash and protected:
        return Settlement(merge, veil, Opened("edit_conflict"), waits=True)
    moves = pair.outlook.is_organizer and veil.mask is Mask.NONE
    clash = merge.clash
    ours = moves and clash == _TIME and not outlook_wins(pair)
    if clash:
        merge = decided(merge, outlook=not ours)
    pushed = merge.to_outlook & _TIME if moves else frozenset()
    lost = (merge.to_outlook & _SET_BACK) - pushed
    if lost and (protected or pair.protected_by_matter or pair.outlook.is_organizer):
        return Settlement(merge, veil, Opened("organizer_controlled"), waits=True)
    if lost or clash:
        opened = lost_to(pair, clash, "caseflow") if ours else lost_to(pair, clash | lost, "outlook")
        return Settlement(Merge(merge.to_caseflow | lost, pushed, frozenset()), veil, opened)
    return Settlement(Merge(merge.to_caseflow, pushed, frozenset()), veil)
