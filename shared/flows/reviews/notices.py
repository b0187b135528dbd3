"""What must be said before a person decides a review item (H4, F3, always-true 7)."""

from __future__ import annotations

from collections.abc import Iterator

from shared.core.events import CaseflowEvent, Field, OutlookEvent
from shared.core.links import Link
from shared.core.losers import Lost
from shared.core.state import Review

NO_DESCRIPTION = "If it is restored, its description cannot be brought back: Outlook never held it."
STAYS_IN_OUTLOOK = (
    "This is a meeting: it stays in Outlook whatever you choose. Keeping it out of CaseFlow cancels nothing, "
    "and nobody is told."
)
CASEFLOW_ONLY = (
    "This meeting belongs to Outlook and stays there as it is. CaseFlow's version is kept in CaseFlow only, "
    "and nobody is told."
)
SENDS_MAIL = "Bringing back Outlook's time moves the meeting there, and Outlook mails the change to its attendees."


def is_meeting(link: Link | None, outlook: OutlookEvent | None) -> bool:
    """True for a meeting, as Outlook's event says; where that cannot be read, as the last run saw it."""
    return outlook.is_meeting if outlook is not None else link is not None and link.meeting


def notice(
    review: Review, link: Link | None, caseflow: CaseflowEvent | None, outlook: OutlookEvent | None, lost: Lost | None
) -> str | None:
    """The sentences for one event, or None; `lost` are the values that can be brought back of a resolved item (H3)."""
    meeting = is_meeting(link, outlook)
    if review.state == "open":
        said = list(_of_open(review, link, is_meeting=meeting))
    else:
        said = list(_of_resolved(review, lost, caseflow, outlook)) if meeting and lost is not None else []
    return " ".join(said) or None


def _of_open(review: Review, link: Link | None, *, is_meeting: bool) -> Iterator[str]:
    if review.kind == "deleted_in_caseflow":
        if is_meeting:
            yield STAYS_IN_OUTLOOK
        if link is not None and link.veiled:
            yield NO_DESCRIPTION
    elif is_meeting and review.kind in {"organizer_controlled", "edit_conflict"}:
        yield CASEFLOW_ONLY


def _of_resolved(
    review: Review, lost: Lost, caseflow: CaseflowEvent | None, outlook: OutlookEvent | None
) -> Iterator[str]:
    """Of a meeting, only its organiser's time goes back to what it was in Outlook (F3)."""
    if review.kept == "outlook":
        yield CASEFLOW_ONLY
    elif Field.TIME in lost.fields and _may_move(caseflow, outlook):
        yield SENDS_MAIL


def _may_move(caseflow: CaseflowEvent | None, outlook: OutlookEvent | None) -> bool:
    """False where nothing is pushed to the meeting; in doubt mail is announced (a category may lose its protection)."""
    masked = caseflow is not None and (
        caseflow.matter_id is not None or caseflow.confidential or caseflow.visibility == "private"
    )
    return not masked and (outlook is None or outlook.is_organizer)
