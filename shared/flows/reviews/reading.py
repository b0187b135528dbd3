"""Both sides of the links under review, read now (E8, C4)."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.decide_review import Sides
from shared.core.errors import Gone, Rejected, Retry
from shared.core.events import CaseflowEvent, Kind, OutlookEvent, Removed
from shared.core.links import Link
from shared.core.plan import Observed
from shared.flows.sync.proving import prove
from shared.flows.sync.reviewing import stored_review
from shared.flows.sync.run import Run


def sides_of(run: Run, links: Sequence[Link]) -> dict[str, Sides]:
    """The sides of each link, by its id. Raises Retry where one of them gave no answer, Rejected `caseflow_unknown`."""
    ours = {link.id: _caseflow(run, link) for link in links}
    theirs = _outlook(run, links, frozenset(key for key, event in ours.items() if _is_mine(run, event)))
    return {
        link.id: Sides(ours[link.id], theirs.get(link.outlook_id or ""), _is_mine(run, ours[link.id])) for link in links
    }


def observed(link: Link, sides: Sides) -> Observed:
    """The same as the plan of a job takes it."""
    key = (Kind.EVENT, link.caseflow_id or "")
    gone = frozenset({link.outlook_id}) if link.outlook_id and sides.outlook is None else frozenset()
    return Observed(
        events={sides.caseflow.id: sides.caseflow} if sides.caseflow is not None else {},
        removed={} if sides.caseflow is not None else {key: Removed(*key, link.version, "deleted")},
        outlook={sides.outlook.id: sides.outlook} if sides.outlook is not None else {},
        gone=frozenset(found for found in gone if found is not None),
    )


def _is_mine(run: Run, event: CaseflowEvent | None) -> bool:
    return event is not None and run.row.staff_id in event.staff_ids


def _caseflow(run: Run, link: Link) -> CaseflowEvent | None:
    """The event by id; None where it is deleted. Tasks and deadlines cannot be asked for by id."""
    if link.is_mirror or link.caseflow_id is None:
        return None
    try:
        return run.ports.caseflow.event(run.row.firm_id, link.caseflow_id)
    except Gone as error:
        if error.code == "gone":
            return None
        raise Rejected("caseflow_unknown", reference=error.reference) from None


def _outlook(run: Run, links: Sequence[Link], standing: frozenset[str]) -> dict[str, OutlookEvent]:
    """The events that stand, by id; absence is proved, and where CaseFlow's stands presence too (D1)."""
    ids = sorted(link.outlook_id for link in links if link.outlook_id)
    answered = run.outlook.events(ids) if ids else {}
    plain = {link.outlook_id for link in links if link.id not in standing}
    present = {key: event for key, event in answered.items() if event is not None and key in plain}
    proofs = prove(run.outlook, [key for key in ids if key not in present], answered)
    found = present | proofs.present
    if any(key not in found and key not in proofs.gone for key in ids):
        raise Retry("no_answer")
    if any(link.outlook_id in proofs.gone and _may_have_moved(run, link) for link in links):
        raise Retry("no_answer")  # the next job finds where it stands now
    if proofs.gone and not run.outlook.is_sound():
        raise Retry("mailbox_unsound")
    return found


def _may_have_moved(run: Run, link: Link) -> bool:
    """True for a day of a series that is asked about for another reason than absence: it may have another id (D4)."""
    if link.master_id is None or link.review is None:
        return False
    review = stored_review(run, link.review)
    return review is not None and review.kind == "edit_conflict"
