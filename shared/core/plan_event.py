"""The decision for one linked event that stands on both sides (E, F, G, H). Pure."""

from __future__ import annotations

from msgspec import UNSET, Struct, structs

from shared.core.events import Content, Field
from shared.core.links import Link, State, meeting_row, rebased, remembering
from shared.core.mask import project_fields
from shared.core.merge import Merge, decided, merged, outlook_wins, taking
from shared.core.pairs import Diff, Pair, Rules, caseflow_prints, compared, echo, is_hidden, led_by_outlook
from shared.core.policy import Mask
from shared.core.settle import CROSSING, agreed_at
from shared.core.steps import ChangeOutlook, Did, Opened, Step, settled
from shared.core.texts import appended
from shared.core.veil import Veil, additions, as_veiled, veil_of
from shared.core.writes import PatchCaseflow

TITLE_AND_TIME = frozenset({Field.TITLE, Field.TIME})
NO_MERGE = Merge(frozenset(), frozenset(), frozenset())


class Settlement(Struct, frozen=True):
    """How one pair is to be settled, before it is turned into writes.

    `source` is what CaseFlow takes fields from: Outlook's event, unless values that lost come back (H3). `reason` is
    why it waits, where that is not a conflict.
    """

    merge: Merge
    veil: Veil
    opened: Opened | None = None
    open_fields: frozenset[Field] = frozenset()
    waits: bool = False
    source: Content | None = None
    reason: str | None = None


def facts_of(pair: Pair, rules: Rules) -> Pair:
    """The pair whose link remembers what both sides say now: ids, matter, category, end; and that Outlook refuses
    the time, as long as CaseFlow holds what was refused (D4)."""
    link = remembering(pair.link, pair.caseflow, rules.policy.staff_id)
    asked_anew = link.reason == CROSSING and link.read_version != pair.caseflow.version
    zone = rules.policy.zone
    ends_at = max(pair.seen.span.ends_at(zone), pair.caseflow.content.span.ends_at(zone))
    link = structs.replace(
        link,
        reason=None if asked_anew else link.reason,
        read_version=pair.caseflow.version,
        outlook_id=pair.outlook.id,
        change_key=pair.outlook.change_key,
        master_id=pair.outlook.master_id,
        original_start=pair.outlook.original_start,
        meeting=pair.outlook.is_meeting,
        meeting_row=meeting_row(pair.outlook),
        starts_at=pair.seen.span.starts_at(zone),
        ends_at=ends_at,
    )
    return structs.replace(pair, link=link)


def plan_appointment(pair: Pair, rules: Rules) -> Step:
    """Decide for an appointment; meetings have a plan of their own (F3)."""
    if rests(pair, rules):
        return resting(pair, rules)
    diff = compared(pair, rules)
    merge = merged(pair, diff)
    veil = veil_of(pair, rules, merge.clash)
    verdict = _judged(pair, _spared(merge, veil), veil, diff, rules)
    if pair.link.reason == CROSSING and Field.TIME in verdict.merge.to_outlook:
        verdict = Settlement(merge, veil, Opened("edit_conflict"), waits=True, reason=CROSSING)
    if verdict.waits:  # what waits is not carried, but the mask does not wait: Outlook's words are added first (G3)
        verdict = structs.replace(verdict, veil=veil_of(pair, rules, merge.clash | merge.to_caseflow))
    return built(pair, verdict, rules)


def resting(pair: Pair, rules: Rules) -> Step:
    """Nothing crosses, only masking reaches it; the base stays, so that what changes meanwhile counts later (D6)."""
    diff = compared(pair, rules)
    veil = veil_of(pair, rules, diff.outlook)  # what a mask covers is added to CaseFlow first (G3)
    verdict = Settlement(NO_MERGE, veil, open_fields=frozenset(Field))
    step = built(pair, verdict, rules)
    if diff.is_empty and pair.link.state is State.REVIEW:
        return step  # what was under review has come back as it was: its item closes (H4)
    return structs.replace(step, link=structs.replace(step.link, state=pair.link.state), closes=False)


def rests(pair: Pair, rules: Rules) -> bool:
    """Ended more than 30 days ago on both sides: only masking reaches it (D6)."""
    return rules.policy.rests(pair.seen.span) and rules.policy.rests(pair.caseflow.content.span)


def _spared(merge: Merge, veil: Veil) -> Merge:
    """A clash in a field that is masked from now on is none: Outlook's words are added to CaseFlow's (G3)."""
    masked = frozenset(veil.link.veiled) if veil.link is not None else frozenset()
    return structs.replace(merge, clash=merge.clash - masked)


def _judged(pair: Pair, merge: Merge, veil: Veil, diff: Diff, rules: Rules) -> Settlement:
    protected = rules.policy.is_protected(pair.caseflow.category)
    if merge.clash and protected:
        return Settlement(merge, veil, Opened("edit_conflict"), waits=True)
    if _turned_private(pair, diff) and (protected or pair.protected_by_matter):
        return Settlement(merge, veil, Opened("edit_conflict"), waits=True)
    opened = None
    if merge.clash:
        wins = outlook_wins(pair)
        opened = lost_to(pair, merge.clash, "outlook" if wins else "caseflow")
        merge = decided(merge, outlook=wins)
    return limited(pair, merge, veil, opened)


def lost_to(pair: Pair, fields: frozenset[Field], kept: str) -> Opened:
    """A conflict that `system` has decided: the side that lost in `fields` can be brought back (H3)."""
    sides = (pair.caseflow.content, pair.seen)
    winner, loser = sides if kept == "caseflow" else sides[::-1]
    return Opened("edit_conflict", kept=kept, loser=loser, winner=winner, fields=fields)


def _turned_private(pair: Pair, diff: Diff) -> bool:
    """Marked private since both agreed (E4)."""
    return is_hidden(pair.link, pair.outlook) and Field.TITLE in diff.outlook


def limited(pair: Pair, merge: Merge, veil: Veil, opened: Opened | None) -> Settlement:
    """What may go out: nothing where Outlook leads (E10), title and times only under a mask (G2), no veiled text
    unless a person edited it in CaseFlow while unmasked (G8)."""
    led = led_by_outlook(pair.outlook, hidden=is_hidden(pair.link, pair.outlook))
    outgoing = merge.to_outlook - led
    if veil.mask is not Mask.NONE:
        outgoing &= TITLE_AND_TIME
    else:
        outgoing -= frozenset(pair.link.veiled) - _unveiled(pair)
    open_fields = merge.to_outlook & led
    return Settlement(structs.replace(merge, to_outlook=outgoing), veil, opened, open_fields)


def _unveiled(pair: Pair) -> frozenset[Field]:
    """Fields that a person edited after a run has seen the event unmasked; without a base nobody can say so (G8)."""
    edited = pair.link.mask in {"", Mask.NONE.value} and pair.caseflow.updated_by.kind == "staff"
    return frozenset(pair.link.base) if edited else frozenset()


def built(pair: Pair, verdict: Settlement, rules: Rules) -> Step:
    """Turn a verdict into writes and into what will be agreed."""
    merge, veil = verdict.merge, verdict.veil
    if verdict.waits:
        merge = Merge(frozenset(), frozenset(), merge.clash)
    link = _link_after(pair, merge, veil)
    after, patch = _caseflow_write(pair, verdict, merge, rules)
    shows = frozenset(merge.to_outlook | veil.fields)
    projection = project_fields(after, veil.mask, shows, link.veiled, veil.sensitivity)
    seen_after = as_veiled(taking(pair.seen, echo(after), shows), link)
    step = Step(
        link=structs.replace(link, starts_at=seen_after.span.starts_at(rules.policy.zone)),
        did=Did.AGREE,
        caseflow=patch,
        outlook=None if projection.is_empty else ChangeOutlook(projection),
        seen=pair.outlook,
        before=pair.caseflow.content,
        version=pair.caseflow.version,
        caseflow_side=caseflow_prints(link, after, rules.printer),
        outlook_side=rules.printer.all(seen_after),
        opened=verdict.opened,
        caseflow_event=pair.caseflow,
    )
    return _agreed(step, verdict)


def _link_after(pair: Pair, merge: Merge, veil: Veil) -> Link:
    link = veil.link or pair.link
    if pair.outlook.master_id is not None and Field.TEXT in merge.to_outlook:
        link = structs.replace(link, own_text=True)
    return structs.replace(link, veiled=tuple(field for field in link.veiled if field not in merge.to_outlook))


def _caseflow_write(
    pair: Pair, verdict: Settlement, merge: Merge, rules: Rules
) -> tuple[Content, PatchCaseflow | None]:
    """CaseFlow's content once it holds all that Outlook brought, and the write that makes it so."""
    after = taking(pair.caseflow.content, verdict.source or pair.seen, merge.to_caseflow)
    typed, place, day = additions(pair, verdict.veil, rules)
    if place and not after.place:
        after, place = structs.replace(after, place=place), ""
    if typed or place:
        after = structs.replace(after, text=appended(after.text, list(typed), place, day))
    return after, patched(pair, after)


def patched(pair: Pair, after: Content) -> PatchCaseflow | None:
    """The write that turns CaseFlow's present content into `after`; None if there is no difference."""
    now, patch = pair.caseflow.content, PatchCaseflow(pair.caseflow.id, pair.caseflow.version)
    if after.title != now.title:
        patch = structs.replace(patch, title=after.title)
    if after.span != now.span:
        patch = structs.replace(patch, span=after.span)
    if after.place != now.place:
        patch = structs.replace(patch, place=after.place)
    if after.text != now.text:
        patch = structs.replace(patch, text=after.text)
    series = pair.outlook.master_id
    single_again = series is None and pair.caseflow.series_id == pair.outlook.id
    if single_again or series not in {None, pair.caseflow.series_id}:
        patch = structs.replace(patch, series_id=series)
    return patch if patch.fields() or patch.series_id is not UNSET else None


def _agreed(step: Step, verdict: Settlement) -> Step:
    """What is agreed without a write is agreed now; what stays open keeps its old base (design.md 2)."""
    written = frozenset(step.caseflow.fields()) if isinstance(step.caseflow, PatchCaseflow) else frozenset()
    if isinstance(step.outlook, ChangeOutlook):
        written |= step.outlook.projection.fields()
    kept = verdict.open_fields | (frozenset(Field) if verdict.waits else frozenset())
    now = frozenset(Field) - written - kept
    link = rebased(
        step.link,
        {field: step.caseflow_side[field] for field in now},
        {field: step.outlook_side[field] for field in now},
    )
    if not step.writes:
        link = agreed_at(link, step.version, step.caseflow_side)
    return _closed(structs.replace(step, link=settled(link)), verdict)


def _closed(step: Step, verdict: Settlement) -> Step:
    """A pair waits in review, or leaves it because both sides agree again (H4)."""
    if verdict.waits:
        link = structs.replace(step.link, state=State.REVIEW, reason=verdict.reason)
        return structs.replace(step, link=link, did=Did.REVIEW)
    closes = step.link.state is State.REVIEW
    did = Did.UPDATE if step.writes else Did.AGREE
    return structs.replace(step, link=structs.replace(step.link, state=State.LIVE), did=did, closes=closes)
