"""What became of a decision's writes, and the item closed by the person who decided (H4, N1)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from shared.core import rows
from shared.core.decide_review import Keep
from shared.core.errors import Rejected, Retry
from shared.core.links import Link, State, Todo
from shared.core.settle import looked_at_later
from shared.core.state import AuditNote, Review
from shared.core.steps import Step
from shared.flows.reviews.items import Item
from shared.flows.sync.reporting import note_of
from shared.flows.sync.run import Run
from shared.ports import Put


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


def applied(run: Run, before: Link, step: Step, keep: Keep) -> Link:
    """The link once a decision is applied. Else it waits again, and Rejected or Retry says why."""
    after = run.index.get(step.link.id) or run.ended.get(step.link.id)
    if after is None:
        raise Retry("not_applied")
    if is_applied(before, after, step, keep):
        return after
    run.record([looked_at_later(before)])
    if after.state is State.ASIDE and after.reason is not None:
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


def close(
    run: Run, decision: Decision, links: Sequence[Link], prints: tuple[str | None, str | None] = (None, None)
) -> None:
    """Write that a person decided, together with the links that no longer wait."""
    by = {"kind": "staff", "id": decision.by}
    closed = structs.replace(
        decision.review, state="resolved", resolved_at=run.now(), resolved_by=by, kept=decision.keep.value
    )
    run.note(structs.replace(decision_note(run, decision), before=prints[0], after=prints[1]))
    freed = [structs.replace(link, review=None) for link in links]
    run.record(freed, extra=[Put(rows.REVIEW_PREFIX + closed.id, rows.encoded(closed))])


def decision_note(run: Run, decision: Decision) -> AuditNote:
    """The audit note of a decision: the person acted, whatever the writes say."""
    note = note_of(run, "review.resolved", "review", decision.review.id)
    return structs.replace(note, actor_kind="staff", actor_id=decision.by)
