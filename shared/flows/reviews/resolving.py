"""Deciding a review item (H4): under the staff member's lease, by the engine's own steps, or a plain word why not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from msgspec import structs

from shared.core import rows
from shared.core.decide_review import Keep, Sides, decide, is_as_seen, lost_by
from shared.core.errors import Gone, Rejected, Retry, Stale, SyncError
from shared.core.events import Content
from shared.core.jobs import JobMessage
from shared.core.links import Link
from shared.core.losers import lost
from shared.core.plan import plan_link
from shared.core.prints import Printer
from shared.core.session import Session
from shared.core.settle import looked_at_later
from shared.core.state import Review, StaffRow
from shared.core.steps import Step
from shared.flows import chain
from shared.flows.reviews import items, listing
from shared.flows.reviews.applying import Decision, Prints, apply
from shared.flows.reviews.items import Item
from shared.flows.reviews.many import resolve_many
from shared.flows.reviews.reading import observed, sides_of
from shared.flows.reviews.reversing import reverse
from shared.flows.sync.finishing import tallies
from shared.flows.sync.job import prepared
from shared.flows.sync.performing import perform
from shared.flows.sync.reviewing import MASS, SYSTEM
from shared.flows.sync.run import OutOfTime, Run
from shared.ports import Ports, Put

BUDGET = timedelta(seconds=18)


class ChangedSince(Stale):
    """A side is no longer what the item said; `review` is the refreshed item, as the contract shows it."""

    def __init__(self, review: dict[str, Any]) -> None:
        super().__init__("changed_since")
        self.review = review


def resolve(ports: Ports, session: Session, review_id: str, keep: str) -> dict[str, Any]:
    """Apply a person's decision at once; the item as it is then.

    Raises Gone where the caller has no such item; Rejected `already_resolved`, `not_connected`, `sync_paused`,
    `occurrence_refused` or CaseFlow's own code; ChangedSince; NotEligible; and Retry, also while a job is under way
    (`row_contended`) and where only a part is done (`partly_applied`).
    """
    item = items.find(ports, session, review_id)
    before = listing.shown(ports, session, item)
    if before is None:
        raise Gone("not_found")
    with _leased(ports, session, item) as run:
        review = items.read(ports, session.firm_id, item.staff_id, review_id) or item.review
        changed = _decided(run, Decision(Item(item.staff_id, review), Keep(keep), session.staff_id))
    chain.settle(ports, session.firm_id, item.staff_id)
    review = items.read(ports, session.firm_id, item.staff_id, review_id) or review
    answer = listing.shown(ports, session, Item(item.staff_id, review)) or before
    if changed:
        raise ChangedSince(answer)
    return answer


@contextmanager
def _leased(ports: Ports, session: Session, item: Item) -> Iterator[Run]:
    """A run that holds the staff member's lease, as a job does, and gives it back whatever happens."""
    found = ports.store.get(rows.staff_partition(session.firm_id, item.staff_id), rows.STAFF_KEY)
    row = rows.decoded(found.data, StaffRow) if found is not None else None
    if found is None or row is None or row.connection != "connected":
        raise Rejected("not_connected")
    if not (row.preferences.sync_enabled and row.preferences.calendar_events):
        raise Rejected("sync_paused")
    now = ports.now()
    if row.lease_until is not None and row.lease_until > now:
        raise Retry("row_contended", after_seconds=5)
    message = JobMessage(session.firm_id, item.staff_id, "review", ports.new_id(), now, requested_by=session.staff_id)
    owing = structs.replace(row, todo=row.todo + 1)  # should this run end anywhere, the next job looks what it left
    run, _, _ = prepared(ports, message, owing, found.etag, now + BUDGET)
    try:
        run.take()
        run.load_links()
        yield run
        run.finish([], **tallies(run))
    except Stale:
        raise Retry("row_contended", after_seconds=5) from None
    except OutOfTime:
        _give_back(run)
        raise Retry("not_applied", after_seconds=1) from None
    except SyncError:
        _give_back(run)
        raise


def _give_back(run: Run) -> None:
    counted = tallies(run) if len(run.index) else {}
    with suppress(SyncError):
        run.finish([], **counted)


def _decided(run: Run, decision: Decision) -> bool:
    """Apply the decision; True if nothing was done because a side had changed."""
    review = decision.review
    if review.state != "open":
        return reverse(run, decision)
    if review.kind == MASS:
        resolve_many(run, decision)
        return False
    link = run.index.get(review.link_id)
    if link is None or link.review != review.id:
        _settled_itself(run, review)
        raise Rejected("already_resolved")
    sides = sides_of(run, [link])[link.id]
    if not is_as_seen(review, sides):
        perform(run, [plan_link(link, observed(link, sides), run.rules)])
        return True
    _apply(run, decision, link, sides)
    return False


def _settled_itself(run: Run, review: Review) -> None:
    """Its event no longer waits: a decision before was applied, and not written down any more."""
    closed = structs.replace(review, state="resolved", resolved_at=run.now(), resolved_by=SYSTEM)
    run.record([], extra=[Put(rows.REVIEW_PREFIX + review.id, rows.encoded(closed))])


def _apply(run: Run, decision: Decision, link: Link, sides: Sides) -> None:
    """Keep the values that lose, then write, and close the item with the writes. Raises as `apply`."""
    step = decide(link, sides, decision.keep, run.rules)
    contents = lost_by(sides, decision.keep, link, run.rules)
    _keep_loser(run, decision.review, link, contents)
    apply(run, decision, link, step, _prints(run.rules.printer, contents, step))


def _keep_loser(run: Run, review: Review, link: Link, contents: tuple[Content, Content] | None) -> None:
    """Nothing is overwritten before it is stored; the link is looked at again should this run end here (H3)."""
    extra = []
    if contents is not None:
        loser, winner = contents
        prints, wins = run.rules.printer.all(loser), run.rules.printer.all(winner)
        fields = frozenset(field for field, value in prints.items() if value != wins[field])
        extra = [Put(rows.LOSER_PREFIX + review.id, rows.encoded(lost(loser, fields, wins)))]
    run.record([looked_at_later(link)], extra=extra)


def _prints(printer: Printer, contents: tuple[Content, Content] | None, step: Step) -> Prints:
    """Fingerprints of what lost and of what was kept, for the audit log (N1)."""
    if contents is not None:
        return printer.audit(contents[0]), printer.audit(contents[1])
    return (printer.audit(step.before) if step.before is not None else None), None
