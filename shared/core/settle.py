"""What a link becomes once the services have answered: only answered fields are agreed (C3, design.md 1). Pure."""

from __future__ import annotations

from msgspec import UNSET, structs

from shared.core.events import Field, OutlookEvent
from shared.core.links import Link, State, Todo, idempotency_key, is_shared_meeting, rebased, remembering
from shared.core.mask import Projection
from shared.core.pairs import Rules, caseflow_prints
from shared.core.policy import Mask
from shared.core.steps import ChangeOutlook, MakeOutlook, OutlookDeed, Step, ended
from shared.core.texts import MASK_TEXT, plain
from shared.core.writes import (
    CaseflowResult,
    CreateCaseflow,
    DeleteCaseflow,
    OutlookResult,
    PatchCaseflow,
    Verdict,
)

TRIES_MAX = 12
CROSSING = "ErrorOccurrenceCrossingBoundary"
NO_SENSITIVITY = "ErrorInvalidPropertySet"
"""What Exchange may answer to a sensitivity for one day of a series."""


def looked_at_later(link: Link, todo: Todo = Todo.LOOK) -> Link:
    """The link as it stands, to be read on both sides in the next regular job."""
    return structs.replace(link, todo=todo)


def agreed_at(link: Link, version: int, prints: dict[Field, str]) -> Link:
    """The link agreed at a version of CaseFlow's, only where every field then equals the base (design.md 2).

    Else the next version, written by us, would pass for all that CaseFlow holds.
    """
    same = all(field in link.base and link.base[field].caseflow == prints[field] for field in Field)
    return structs.replace(link, version=version) if same else link


def as_veiled_before(link: Link, stored: Link | None) -> Link:
    """The link while its mask is not known to be written: words under a veil that is not there are no additions."""
    if stored is None:
        return link
    return structs.replace(link, veiled=stored.veiled, mask=stored.mask, made_private=stored.made_private)


def after_caseflow(step: Step, old: Link | None, result: CaseflowResult, rules: Rules) -> Step:
    """The step once CaseFlow has answered. Its Outlook write stays only if CaseFlow's was done (G3)."""
    match step.caseflow:
        case CreateCaseflow():
            return _created(step, step.caseflow, result, rules)
        case PatchCaseflow():
            return _patched(step, step.caseflow, old, result, rules)
        case DeleteCaseflow():
            if result.verdict is Verdict.DONE or result.code == "gone":
                return step
    return _undone(step, old, result.verdict, result.code)


def _created(step: Step, write: CreateCaseflow, result: CaseflowResult, rules: Rules) -> Step:
    event = result.event
    if result.verdict is Verdict.GONE and result.code == "gone":
        attempt = step.link.attempt + (not _was_own_key(step, write))
        again = structs.replace(step.link, attempt=attempt, create_key="", todo=Todo.CREATING_CASEFLOW)
        return structs.replace(step, link=again, caseflow=None)
    if result.verdict is not Verdict.DONE or event is None:
        return _undone(step, step.link, result.verdict, result.code, Todo.CREATING_CASEFLOW)
    link = remembering(structs.replace(step.link, create_key=""), event, rules.policy.staff_id)
    if result.replayed:
        if rules.policy.staff_id in event.staff_ids:
            known = structs.replace(link, todo=Todo.LOOK, version=0)
        elif write.key == idempotency_key(step.link.id, step.link.attempt):
            return ended(link, "unassigned")  # the key is this link's alone: a person took the staff member off (F1)
        else:
            known = structs.replace(link, todo=Todo.JOINING, version=0)
        return structs.replace(step, link=known)
    link = rebased(link, rules.printer.all(event.content), step.outlook_side)
    # what was restored is looked at once more: the mask over a person's words was not to be touched before (G3, H4)
    todo = Todo.NONE if step.link.caseflow_id is None else Todo.LOOK
    return structs.replace(step, link=structs.replace(link, version=event.version, todo=todo))


def _was_own_key(step: Step, write: CreateCaseflow) -> bool:
    """True if a meeting was asked for under the key of the appointment it was: its own of this attempt is unused."""
    own = write.key == idempotency_key(step.link.id, step.link.attempt)
    return own and step.seen is not None and is_shared_meeting(step.seen)


def _patched(step: Step, patch: PatchCaseflow, old: Link | None, result: CaseflowResult, rules: Rules) -> Step:
    event = result.event
    if result.verdict is not Verdict.DONE or event is None:
        return _undone(step, old, result.verdict, result.code, _owed(patch, rules))
    prints = caseflow_prints(step.link, event.content, rules.printer)
    fields = patch.fields()
    link = rebased(
        step.link,
        {field: prints[field] for field in fields},
        {field: step.outlook_side[field] for field in fields if field in step.outlook_side},
    )
    link = structs.replace(agreed_at(link, event.version, prints), read_version=event.version)
    return structs.replace(step, link=link, version=event.version)


def _owed(patch: PatchCaseflow, rules: Rules) -> Todo:
    """Who was to be assigned still is: else "not assigned" would be read as a person's act (D1, E3, F1)."""
    assigns = patch.staff_ids is not UNSET and rules.policy.staff_id in patch.staff_ids
    return Todo.JOINING if assigns else Todo.LOOK


def _undone(step: Step, old: Link | None, verdict: Verdict, code: str, todo: Todo = Todo.LOOK) -> Step:
    """CaseFlow did not do it, or nobody knows: the old base stands, and nothing goes to Outlook."""
    link = old or step.link
    if verdict is Verdict.REFUSED:
        return structs.replace(step, link=set_aside(link, code, todo), outlook=None, opened=None)
    return structs.replace(step, link=looked_at_later(link, todo), outlook=None, opened=None)


def set_aside(link: Link, code: str, todo: Todo = Todo.LOOK) -> Link:
    """A poisonous event waits with its reason; the flow gives it a time to be tried again (K4)."""
    return structs.replace(link, state=State.ASIDE, reason=code, tries=min(link.tries + 1, TRIES_MAX), todo=todo)


def after_outlook(step: Step, deed: OutlookDeed, nonce: str, result: OutlookResult) -> Link:
    """The link once Graph has answered: only the fields that we wrote are agreed."""
    creating = isinstance(deed, MakeOutlook)
    todo = Todo.CREATING_OUTLOOK if creating else Todo.LOOK
    if result.code == CROSSING:
        waits = structs.replace(step.link, state=State.REVIEW, reason=CROSSING)
        return looked_at_later(waits) if _masks(step.link, deed) else waits  # the mask goes alone, next (G3)
    if result.verdict is Verdict.REFUSED:
        return _refused(step, deed, result.code, todo)
    if not isinstance(deed, (MakeOutlook, ChangeOutlook)):
        done = result.verdict in {Verdict.DONE, Verdict.GONE}
        return step.link if done else looked_at_later(structs.replace(step.link, state=State.LIVE))
    event = result.event
    if result.verdict is not Verdict.DONE or event is None:
        return looked_at_later(structs.replace(step.link, outlook_id=result.existing_id or step.link.outlook_id), todo)
    link = structs.replace(step.link, outlook_id=event.id, change_key=event.change_key)
    open_mask = _left_open(link, event, deed.projection)
    if creating and (step.repeated or open_mask or not _is_as_sent(event, deed.projection)):
        # The answer may be the first event, edited since: its stamp is read next time (testing.md 2, seed 44).
        return looked_at_later(structs.replace(link, nonce="", version=0))
    fields = deed.projection.fields()
    # What was sent is agreed, not what was answered: the answer may already hold a person's edit of the same field.
    link = rebased(
        link,
        {field: step.caseflow_side[field] for field in fields},
        {field: step.outlook_side[field] for field in fields},
    )
    link = agreed_at(link, step.version, step.caseflow_side)
    return structs.replace(link, nonce=nonce, todo=Todo.NONE, not_masked=link.not_masked or open_mask)


def _masks(link: Link, deed: OutlookDeed) -> bool:
    """True if the write was to hide something."""
    if link.mask in {"", Mask.NONE.value} or not isinstance(deed, ChangeOutlook):
        return False
    sent = deed.projection
    return Field.TEXT in sent.fields() or Field.PLACE in sent.fields() or sent.sensitivity is not UNSET


def _is_as_sent(event: OutlookEvent, sent: Projection) -> bool:
    """False where a create was answered with an event of before, whose row was lost (tables restored)."""
    span, text = event.content.span, plain(event.content.text)
    if sent.text is not UNSET and (text == MASK_TEXT) != (plain(sent.text) == MASK_TEXT):
        return False
    return event.content.title == sent.title and (
        sent.span is UNSET
        or (span.start, span.end, span.all_day) == (sent.span.start, sent.span.end, sent.span.all_day)
    )


def _refused(step: Step, deed: OutlookDeed, code: str, todo: Todo) -> Link:
    """Set aside, unless a day of a series only takes no sensitivity of its own: the rest goes without it (G7)."""
    day = step.seen is not None and step.seen.master_id is not None
    asked = isinstance(deed, ChangeOutlook) and deed.projection.sensitivity is not UNSET
    if day and asked and code == NO_SENSITIVITY:
        return looked_at_later(structs.replace(step.link, not_masked=True))
    return set_aside(step.link, code, todo)


def as_asked_in_vain(link: Link, step: Step, code: str) -> Link:
    """The link that remembers that a sensitivity was refused, so that it is not asked for again (G7)."""
    return structs.replace(link, mask=step.link.mask) if code == NO_SENSITIVITY else link


def _left_open(link: Link, event: OutlookEvent, sent: Projection) -> bool:
    """True if a mask was asked for and the answer does not carry it (G7)."""
    if link.mask in {"", Mask.NONE.value}:
        return False
    body = Field.TEXT in sent.fields() and plain(event.content.text) != MASK_TEXT
    return body or (sent.sensitivity is not UNSET and event.sensitivity not in {"private", sent.sensitivity})
