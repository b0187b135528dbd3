"""Events that ended more than 30 days ago rest; their links lie in a list read only when concerned (D6)."""

from __future__ import annotations

from msgspec import structs

from shared.core.events import Kind
from shared.core.index import Index
from shared.core.links import State, Todo
from shared.core.policy import REST_AFTER
from shared.flows.sync.reading import Feed, Round
from shared.flows.sync.run import ROWS_MAX, Run


def concerns_others(index: Index, feed: Feed, found: Round) -> bool:
    """True if a read names something that no live link knows: it may be resting."""
    ours = [*((Kind.EVENT, event_id) for event_id in feed.events), *feed.mirrors, *feed.removed]
    if any(index.of_caseflow(*key) is None for key in ours):
        return True
    theirs = [*(event.id for event in found.delta.events), *found.delta.removed]
    return bool(found.delta.series) or any(index.of_outlook_id(key) is None for key in theirs)


def lay_to_rest(run: Run) -> None:
    """Move the links of what ended long ago into the resting list (at the weekly renewal). Raises Stale."""
    before = run.now() - REST_AFTER
    tired = [
        structs.replace(link, state=State.RESTING)
        for link in run.index
        if link.state is State.LIVE and link.todo is Todo.NONE and link.ends_at is not None and link.ends_at <= before
    ]
    for start in range(0, len(tired), ROWS_MAX // 2):
        run.record(tired[start : start + ROWS_MAX // 2])
