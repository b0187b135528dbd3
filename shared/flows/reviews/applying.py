"""What became of a decision's writes, and the item closed by the person who decided (H4, N1)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct, structs

from shared.core import rows
from shared.core.decide_review import Keep
from shared.core.errors import Rejected, Retry
from shared.core.links import Link, State, Todo
from shared.core.settle import CROSSING, looked_at_later
from shared.core.state import AuditNote, Review
from shared.core.steps import Step
from shared.flows.reviews.items import Item
from shared.flows.sync.performing import perform
from shared.flows.sync.reporting import note_of
from shared.flows.sync.run import OnRecord, Run
from shared.ports import Put, RowChange


class Decision(Struct, frozen=True):
    """Who decided which item, and how. `is_own` is False for a firm admin who decides a colleague's."""

    item: Item
    keep: Keep
    by: str

    @property
    def review(self) -> Review:
        """The item's row."""
        return self.item.review

    @property
    def is_own(self) -> bool:
        """True if the item is about the calendar of the person who decides."""
        return self.item.staff_id == self.by


_CREATING = {Todo.CREATING_CASEFLOW, Todo.CREATING_OUTLOOK}


Prints = tuple[str | None, str | None]
_NO_PRINTS: Prints = (None, None)


class _Closing:
    """Closes the item in the very transaction that records its link as decided, so that none is known alone."""

    def __init__(self, run: Run, decision: Decision, before: Link, step: Step, prints: Prints) -> None:
        self.done = False
        self._run = run
        self._decision = decision
        self._before = before
        self._step = step
        self._prints = prints

    def __call__(self, link: Link) -> tuple[Link, list[RowChange]]:
        if link.id != self._step.link.id:
            return link, []
        freed = structs.replace(link, review=None)
        if self.done:
            return freed, []
        if not is_applied(self._before, link, self._step, self._decision.keep):
            return link, []
        self.done = True
        return freed, [closed(self._run, self._decision, self._prints)]


def apply(run: Run, decision: Decision, before: Link, step: Step, prints: Prints) -> None:
    """Perform the step of a decision, and close its item with it. Raises Rejected, Retry, Stale, OutOfTime."""
    closing = _Closing(run, decision, before, step, prints)
    with recorded_with(run, closing):
        perform(run, [step])
        if not step.writes and not closing.done:
            run.record([step.link])
    if not closing.done:
        _refuse(run, before, run.index.get(step.link.id))


@contextmanager
def recorded_with(run: Run, on_record: OnRecord) -> Iterator[None]:
    """Let `on_record` see every link that is recorded meanwhile."""
    run.on_record = on_record
    try:
        yield
    finally:
        run.on_record = None


def _refuse(run: Run, before: Link, after: Link | None) -> None:
    """Nothing was decided: the link waits again, and the person hears why."""
    if after is not None and after.reason == CROSSING:  # asked again in vain: the item stands as it is (D4)
        raise Rejected("occurrence_refused")
    run.record([looked_at_later(before)])
    if after is not None and after.state is State.ASIDE and after.reason is not None:
        raise Rejected(after.reason)
    raise Retry("not_applied", after_seconds=5)


def is_applied(before: Link, after: Link, step: Step, keep: Keep) -> bool:
    """True if the services did what the decision asks. A create under way is: jobs repeat it until it is answered."""
    if after.todo in _CREATING:
        return True
    if after.state is not step.link.state:
        return False
    written = after.version > before.version or after.caseflow_id != before.caseflow_id or after.state is State.ENDED
    in_caseflow = step.caseflow is None or written
    in_outlook = step.outlook is None or after.todo is Todo.NONE
    # What is left to do in Outlook after Outlook's version was taken is masking, and jobs see to that.
    return in_caseflow and (in_outlook or (keep is Keep.OUTLOOK and before.state is State.REVIEW))


def closed(run: Run, decision: Decision, prints: Prints = _NO_PRINTS) -> RowChange:
    """The item's row as a person resolved it; the note of it goes with the next transaction."""
    by = {"kind": "staff", "id": decision.by}
    row = structs.replace(
        decision.review, state="resolved", resolved_at=run.now(), resolved_by=by, kept=decision.keep.value
    )
    run.note(structs.replace(decision_note(run, decision), before=prints[0], after=prints[1]))
    return Put(rows.REVIEW_PREFIX + row.id, rows.encoded(row))


def decision_note(run: Run, decision: Decision) -> AuditNote:
    """The audit note of a decision: the person acted, whatever the writes say."""
    note = note_of(run, "review.resolved", "review", decision.review.id)
    return structs.replace(note, actor_kind="staff", actor_id=decision.by)
