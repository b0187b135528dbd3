"""What `system` decided, resolved the other way within 30 days: the values that lost come back (H3)."""

from __future__ import annotations

from msgspec import structs

from shared.core import rows
from shared.core.decide_review import decide_back, is_edited_since
from shared.core.errors import Rejected
from shared.core.events import Content
from shared.core.links import Link, State
from shared.core.losers import Lost, lost
from shared.core.pairs import Pair, pair_of
from shared.core.plan_event import facts_of
from shared.core.state import Review
from shared.flows.reviews.applying import Decision, apply
from shared.flows.reviews.items import WINNER_SUFFIX, lost_of
from shared.flows.reviews.reading import sides_of
from shared.flows.sync.run import Run
from shared.ports import Put


def reverse(run: Run, decision: Decision) -> bool:
    """Bring the losing values back; True if nothing was done because they were edited since. Raises Rejected, Retry."""
    review = decision.review
    values = lost_of(run.ports, run.row.firm_id, run.row.staff_id, review, run.now())
    link = run.index.get(review.link_id)
    if values is None or review.kept == decision.keep.value or link is None:
        raise Rejected("already_resolved")
    pair = _pair(run, link)
    if pair is None:
        return True
    if is_edited_since(pair, values, run.rules):
        run.record([], extra=[_seen(run, review, values, pair)])
        return True
    _bring_back(run, decision, pair, values)
    return False


def _pair(run: Run, link: Link) -> Pair | None:
    """Both sides, where both still stand and nothing else about them waits for a person."""
    if link.state is not State.LIVE:
        return None
    sides = sides_of(run, [link])[link.id]
    if sides.standing is None or sides.present is None:
        return None
    return facts_of(pair_of(link, sides.standing, sides.present, run.rules), run.rules)


def _seen(run: Run, review: Review, values: Lost, pair: Pair) -> Put:
    """The item refreshed: the next decision is about what both sides show now."""
    prints = run.rules.printer.all(pair.caseflow.content)
    now = structs.replace(values, winner={field: prints[field] for field in values.fields})
    return Put(rows.LOSER_PREFIX + review.id, rows.encoded(now))


def _bring_back(run: Run, decision: Decision, pair: Pair, values: Lost) -> None:
    step = decide_back(pair, values, decision.keep, run.rules)
    run.record([], extra=[_former_winner(run, decision.review, pair.caseflow.content, values)])
    printer = run.rules.printer
    prints = printer.audit(pair.caseflow.content), printer.audit(values.content)
    apply(run, decision, pair.link, step, prints)


def _former_winner(run: Run, review: Review, content: Content, values: Lost) -> Put:
    """What is overwritten now is kept too, beside what lost before."""
    kept = lost(content, frozenset(values.fields), run.rules.printer.all(values.content))
    return Put(rows.LOSER_PREFIX + review.id + WINNER_SUFFIX, rows.encoded(kept))
