"""The answer to a question about many removals (E9): carried out for exactly those events, in parts that fit."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from shared.core import rows
from shared.core.decide_review import Keep, decide_among_many
from shared.core.errors import Rejected, Retry
from shared.core.links import Link, State
from shared.core.settle import looked_at_later
from shared.core.state import Review
from shared.core.steps import Did, Step
from shared.flows.reviews.applying import Decision, closed, decision_note, is_applied, recorded_with
from shared.flows.reviews.reading import sides_of
from shared.flows.sync.performing import perform
from shared.flows.sync.run import OnRecord, OutOfTime, Run
from shared.ports import Put, RowChange

PART = 20


def resolve_many(run: Run, decision: Decision) -> None:
    """Decide each event that still waits, but for those private to another; close the item with the last.

    Raises Retry `partly_applied` or `not_applied`, and Rejected with CaseFlow's code, where some still wait.
    """
    review = decision.review
    mine = [link for link in _waiting(run, review) if decision.is_own or link.visibility != "private"]
    refused: list[str] = []
    try:
        for start in range(0, len(mine), PART):
            refused += _part(run, mine[start : start + PART], decision.keep)
    except OutOfTime:
        _shorten(run, decision, _waiting(run, review))
        raise Retry("partly_applied", after_seconds=1) from None
    left = _waiting(run, review)
    if not left:
        run.record([], extra=[closed(run, decision)])
        return
    _shorten(run, decision, left)
    if any(link.id in {one.id for one in mine} for link in left):
        raise Rejected(refused[0]) if refused else Retry("not_applied", after_seconds=5)


def _waiting(run: Run, review: Review) -> list[Link]:
    listed = (run.index.get(link_id) for link_id in review.links)
    return [link for link in listed if link is not None and link.review == review.id]


def _part(run: Run, links: Sequence[Link], keep: Keep) -> list[str]:
    """Decide some; the codes of what was refused."""
    run.check()
    sides = sides_of(run, links)
    steps = [decide_among_many(link, sides[link.id], keep, run.rules) for link in links]
    before = {step.link.id: _as_it_was(links, step) for step in steps}
    with recorded_with(run, _leaving(steps, before, keep)):
        perform(run, steps)
    return _still_waiting(run, steps, before)


def _as_it_was(links: Sequence[Link], step: Step) -> Link:
    """The link that a step decides about, as it was."""
    return next(link for link in links if link.id == (step.drops or step.link.id))


def _leaving(steps: Sequence[Step], before: dict[str, Link], keep: Keep) -> OnRecord:
    """A link leaves the item in the very transaction that records it as decided."""
    by_id = {step.link.id: step for step in steps if step.did is not Did.REVIEW}

    def seen(link: Link) -> tuple[Link, list[RowChange]]:
        step = by_id.get(link.id)
        if step is None or not is_applied(before[link.id], link, step, keep):
            return link, []
        return structs.replace(link, review=None), []

    return seen


def _still_waiting(run: Run, steps: Sequence[Step], before: dict[str, Link]) -> list[str]:
    """What was not applied waits again; the codes of what was refused."""
    links, refused = [], []
    for step in steps:
        old = before[step.link.id]
        after = run.index.get(step.link.id)
        if after is not None and after.review == old.review:
            refused += [after.reason] if after.state is State.ASIDE and after.reason else []
            links.append(looked_at_later(old))
    run.record(links)
    return refused


def _shorten(run: Run, decision: Decision, left: Sequence[Link]) -> None:
    """The item lists what still waits; what was done stays done."""
    review = decision.review
    rest = structs.replace(review, links=tuple(link.id for link in left))
    if len(rest.links) < len(review.links):
        run.note(decision_note(run, decision))
    run.record([], extra=[Put(rows.REVIEW_PREFIX + review.id, rows.encoded(rest))])
