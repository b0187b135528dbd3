"""Bugs to be planted (design.md 7): what each puts in the place of the right code."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from msgspec import structs

from local.caseflow import records
from shared.core import newcomers, plan_event, rows, settle
from shared.core.index import Index
from shared.core.links import Link, State, Todo, based, rebased, transaction_id
from shared.core.policy import Policy
from shared.core.steps import MakeOutlook, Step, ended
from shared.core.writes import Verdict
from shared.flows.sync import job, proving, reviewing
from shared.flows.sync.proving import Proofs
from shared.flows.sync.run import Run

_take, _record, _commit, _load_ended = Run.take, Run.record, Run._commit, Run.load_ended
_may_run, _policy = job._may_run, job._policy
_init = newcomers.Newcomers.__init__
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


def fresh_etag(run: Run) -> None:
    """The lease is taken whatever was recorded since the row was read."""
    row = run.ports.store.get(run._partition, rows.STAFF_KEY)
    assert row is not None
    run._etag = row.etag
    _take(run)


def never_off(*arguments: Any) -> Policy:
    """A pause is forgotten as soon as it is over."""
    return structs.replace(_policy(*arguments), off_since=None)


def first_attempt(event: Any, link_id: str, attempts: int) -> int | None:
    """Only the first attempt's key is computed."""
    return 0 if event.transaction_id == transaction_id(link_id, 0) else None


def not_held_back(new: Any, index: Any, *arguments: Any) -> None:
    _init(new, index, *arguments)
    new.waiting = False


def without_third_question(outlook: Any, ids: Sequence[str], answered: dict[str, Any]) -> Proofs:
    """Unknown, or not listed: gone, without being asked by id again."""
    first = {key: answered[key] for key in ids if key in answered}
    first |= outlook.events([key for key in ids if key not in answered])
    present = {key: event for key, event in first.items() if event is not None and proving.is_listed(outlook, event)}
    return Proofs(present, frozenset(first.keys() - present.keys()))


def imports_unknown(run: Run) -> None:
    """The list of imports is not read."""
    _load_ended(run)
    for link in list(run.ended):
        if link.state is State.IMPORTED:
            run.ended.drop(link.id)


def with_additions(link: Link, content: Any, printer: Any) -> Any:
    return printer.all(content)


def everybodys_links(run: Run) -> None:
    """The scan forgets whose partition it reads."""
    store: Any = run.ports.store
    found = [row for partition in store.partitions for row in store.scan(partition, rows.LINK_PREFIX)]
    run.index = Index(rows.decoded(row.data, Link) for row in found)
