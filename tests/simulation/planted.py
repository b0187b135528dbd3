"""Bugs to be planted (design.md 7): what each puts in the place of the right code."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from msgspec import structs

from local.caseflow import records
from shared.core import plan_event, settle
from shared.core.links import Link, Todo, based, rebased
from shared.core.steps import MakeOutlook, Step, ended
from shared.core.writes import Verdict
from shared.flows.sync import job, reviewing
from shared.flows.sync.proving import Proofs
from shared.flows.sync.run import Run

_record, _commit = Run.record, Run._commit
_may_run = job._may_run
_judged, _resting = plan_event._judged, plan_event.resting
_rows_of = reviewing._rows_of
_after_outlook, _after_caseflow = settle.after_outlook, settle.after_caseflow


def no_version(store: Any, firm_id: str, event_id: str, version: int) -> Any:
    return records.item(store, records.EVENT, event_id, firm_id)


def new_key_each_try() -> Any:
    numbers = count()
    return lambda *_: f"00000000-0000-4000-8000-{next(numbers):012d}"


def new_key_in_each_request() -> Any:
    """No key at all: CaseFlow takes every repeat for a new event."""
    numbers = count()
    from shared.adapters.caseflow import batch

    operation = batch._operation

    def keyed(write: Any, origin: Any) -> dict[str, Any]:
        made = operation(write, origin)
        return {**made, "idempotency_key": f"key-{next(numbers)}"} if "idempotency_key" in made else made

    return keyed


def any_generation(run: Run, changes: Sequence[Any]) -> None:
    """Whatever was recorded since: a disconnect, a pause, another job."""
    row = run.ports.store.get(run._partition, "s")
    assert row is not None
    run._etag = row.etag
    _commit(run, changes)


def no_row_before_creates(
    run: Run, links: Sequence[Link], dropped: Sequence[str] = (), extra: Sequence[Any] = ()
) -> None:
    creating = {Todo.CREATING_OUTLOOK, Todo.CREATING_CASEFLOW}
    if links and not dropped and all(link.todo in creating and link.outlook_id is None for link in links):
        return
    _record(run, links, dropped, extra)


def unprotected(pair: Any, merge: Any, veil_: Any, diff: Any, rules: Any) -> Any:
    policy = structs.replace(rules.policy, protected=frozenset())
    return _judged(pair, merge, veil_, diff, structs.replace(rules, policy=policy))


def no_lease(row: Any, message: Any, now: Any) -> bool:
    return _may_run(structs.replace(row, lease_until=None), message, now)


def only_ended(link: Any, outlook: Any, rules: Any, reason: str) -> Any:
    return ended(link, reason)


def without_loser(run: Run, review: Any, opened: Any) -> Any:
    return _rows_of(run, review, structs.replace(opened, loser=None))


def done_whatever_was_answered(step: Step, deed: Any, nonce: str, result: Any) -> Link:
    """Recorded before the write: what gave no answer counts as done."""
    if result.verdict is Verdict.UNKNOWN and step.seen is not None:
        result = structs.replace(result, verdict=Verdict.DONE, event=step.seen)
    return _after_outlook(step, deed, nonce, result)


def not_done_without_an_answer(step: Step, deed: Any, nonce: str, result: Any) -> Link:
    """A 429 or 503 inside a batch is read as "not done": the create is tried under the next key."""
    link = _after_outlook(step, deed, nonce, result)
    if isinstance(deed, MakeOutlook) and result.verdict is Verdict.UNKNOWN:
        return structs.replace(link, attempt=link.attempt + 1)
    return link


def whole_answer(step: Step, old: Any, result: Any, rules: Any) -> Step:
    """All that CaseFlow's answer shows is agreed, a person's edit in it, too."""
    done = _after_caseflow(step, old, result, rules)
    if result.verdict is not Verdict.DONE or result.event is None:
        return done
    prints = rules.printer.all(result.event.content)
    return structs.replace(done, link=rebased(done.link, prints, prints))


def absence_counts(outlook: Any, ids: Sequence[str], answered: dict[str, Any]) -> Proofs:
    """What a round does not show is gone, unasked."""
    return Proofs({}, frozenset(ids))


def rest_forgets(pair: Any, rules: Any) -> Step:
    """What changed while it rested is taken as agreed."""
    step = _resting(pair, rules)
    return structs.replace(step, link=based(step.link, rules.printer, pair.caseflow.content, pair.seen))
