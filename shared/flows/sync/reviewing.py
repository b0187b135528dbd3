"""Review items of a job: opened or refreshed before anything is overwritten, closed when they settled (H3, H4)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from msgspec import structs

from shared.core import rows
from shared.core.links import Link, State, Todo
from shared.core.losers import lost
from shared.core.state import Review
from shared.core.steps import Opened, Step
from shared.flows.sync.reporting import note_of
from shared.flows.sync.run import Run
from shared.ports import Put, RowChange

SYSTEM = {"kind": "system", "id": None}
MASS = "mass_deletion"
ROWS_MAX = 80


def open_reviews(run: Run, steps: Sequence[Step]) -> list[Step]:
    """Write the review rows, and the losing values of H3, before any write of this job; the steps with their items.

    Raises Stale.
    """
    changes: list[RowChange] = []
    settled = [_with_review(run, step, changes) for step in steps]
    for start in range(0, len(changes), ROWS_MAX):
        run.record([], extra=changes[start : start + ROWS_MAX])
    return settled


def open_mass_review(run: Run, links: Sequence[Link]) -> list[Link]:
    """One item that lists what the guard held back; the links as they wait for the answer (E9). Raises Stale."""
    known = {link.review for link in links if link.review is not None}
    if len(known) == 1 and all(link.state is State.REVIEW for link in links):
        return list(links)
    review = Review(
        id=_new_id(run, links[0].id),
        kind=MASS,
        link_id="",
        opened_at=run.now(),
        links=tuple(link.id for link in links),
    )
    run.reviews_opened += 1
    run.note(note_of(run, "review.opened.mass_deletion", "review", review.id))
    run.record([], extra=[Put(rows.REVIEW_PREFIX + review.id, rows.encoded(review))])
    asked = {"state": State.REVIEW, "todo": Todo.NONE, "review": review.id, "reason": MASS}
    return [structs.replace(link, **asked) for link in links]


def _with_review(run: Run, step: Step, changes: list[RowChange]) -> Step:
    stored = run.index.get(step.drops or step.link.id)
    known = stored.review if stored is not None else None
    if step.opened is not None:
        review = _refreshed(run, step, step.opened, known)
        changes += _rows_of(run, review, step.opened)
        held = review.id if step.opened.kept is None else None
        if known is not None and held is None and stored is not None:
            changes += _closed(run, known, stored)
        return structs.replace(step, link=structs.replace(step.link, review=held))
    if stored is not None and known is not None and (step.closes or step.link.review is None):
        changes += _closed(run, known, stored)
        return structs.replace(step, link=structs.replace(step.link, review=None))
    return step


def _rows_of(run: Run, review: Review, opened: Opened) -> list[RowChange]:
    row = Put(rows.REVIEW_PREFIX + review.id, rows.encoded(review))
    if opened.loser is None or opened.winner is None:
        return [row]
    kept = lost(opened.loser, opened.fields, run.rules.printer.all(opened.winner))
    return [Put(rows.LOSER_PREFIX + review.id, rows.encoded(kept)), row]


def _refreshed(run: Run, step: Step, opened: Opened, known: str | None) -> Review:
    """A new item, or the open one with what both sides are now (one open item an event and staff member)."""
    old = stored_review(run, known) if known is not None and opened.kept is None else None
    if old is not None and old.kind == MASS:
        old = None  # the event leaves the question about many, and has one of its own
    if old is None and opened.kept is None:
        run.reviews_opened += 1
    link = step.link
    review = Review(
        id=old.id if old else _new_id(run, link.id),
        kind=opened.kind,
        link_id=link.id,
        opened_at=old.opened_at if old else run.now(),
        caseflow_id=link.caseflow_id,
        caseflow_version=step.caseflow_event.version if step.caseflow_event else None,
        outlook_id=link.outlook_id,
        outlook_change_key=step.seen.change_key if step.seen else None,
    )
    if opened.kept is not None:
        review = structs.replace(review, state="resolved", resolved_at=run.now(), resolved_by=SYSTEM, kept=opened.kept)
    if old is None:
        run.note(note_of(run, f"review.opened.{opened.kind}", "review", review.id))
    return review


def _new_id(run: Run, link_id: str) -> str:
    return hashlib.sha256(f"{link_id}|{run.row.fence}|{run.next_number()}".encode()).hexdigest()[:24]


def stored_review(run: Run, review_id: str) -> Review | None:
    """A review item as it is stored now. Raises Retry."""
    partition = rows.staff_partition(run.row.firm_id, run.row.staff_id)
    row = run.ports.store.get(partition, rows.REVIEW_PREFIX + review_id)
    return rows.decoded(row.data, Review) if row is not None else None


def _closed(run: Run, review_id: str, link: Link) -> list[RowChange]:
    """Both sides agree again, or both are gone: the item closes by itself (H4), one about many with its last event."""
    review = stored_review(run, review_id)
    if review is None or review.state != "open":
        return []
    if any(other.review == review_id and other.id != link.id for other in run.index):
        return []
    closed = structs.replace(review, state="resolved", resolved_at=run.now(), resolved_by=SYSTEM)
    run.note(note_of(run, "review.closed", "review", review.id))
    return [Put(rows.REVIEW_PREFIX + review.id, rows.encoded(closed))]
