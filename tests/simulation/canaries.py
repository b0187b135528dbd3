"""Planted bugs (design.md 7): each must be caught within its budget of seeds, else the seeds prove nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from itertools import count
from typing import Any
from unittest import mock

from msgspec import Struct, structs

from local.caseflow import events as caseflow_events
from local.caseflow import records
from shared.core import plan, plan_event, plan_new, plan_removal, veil
from shared.core.links import Link, Todo
from shared.core.policy import Mask, Policy
from shared.core.steps import ended
from shared.flows.sync import job, performing, reviewing
from shared.flows.sync.run import Run


class Canary(Struct, frozen=True):
    """One bug: what it replaces, the checks that may catch it, and in how many seeds (0: it must stay green)."""

    name: str
    checks: frozenset[str]
    budget: int
    patches: tuple[tuple[Any, str, Any], ...]

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The bug is there as long as this lasts."""
        with ExitStack() as stack:
            for target, name, replacement in self.patches:
                stack.enter_context(mock.patch.object(target, name, replacement))
            yield


def _no_version(store: Any, firm_id: str, event_id: str, version: int) -> Any:
    return records.item(store, records.EVENT, event_id, firm_id)


def _new_key_each_try() -> Any:
    numbers = count()
    return lambda *_: f"00000000-0000-4000-8000-{next(numbers):012d}"


run_flow = import_module("shared.flows.sync.run")
_take = Run.take
_record = Run.record
_may_run = job._may_run
_policy = job._policy
_judged = plan_event._judged


def _fresh_etag(run: Run) -> None:
    row = run.ports.store.get(run._partition, "s")
    assert row is not None
    run._etag = row.etag
    _take(run)


def _no_row_before_creates(
    run: Run, links: Sequence[Link], dropped: Sequence[str] = (), extra: Sequence[Any] = ()
) -> None:
    creating = {Todo.CREATING_OUTLOOK, Todo.CREATING_CASEFLOW}
    if links and not dropped and all(link.todo in creating and link.outlook_id is None for link in links):
        return
    _record(run, links, dropped, extra)


def _unprotected(pair: Any, merge: Any, veil_: Any, diff: Any, rules: Any) -> Any:
    policy = structs.replace(rules.policy, protected=frozenset())
    return _judged(pair, merge, veil_, diff, structs.replace(rules, policy=policy))


def _never_off(*arguments: Any) -> Policy:
    return structs.replace(_policy(*arguments), off_since=None)


def _no_lease(row: Any, message: Any, now: Any) -> bool:
    return _may_run(structs.replace(row, lease_until=None), message, now)


def _only_ended(link: Any, outlook: Any, rules: Any, reason: str) -> Any:
    return ended(link, reason)


def _without_loser(run: Run, review: Any, opened: Any) -> Any:
    return _rows_of(run, review, structs.replace(opened, loser=None))


_rows_of = reviewing._rows_of
_LOST = frozenset({"no_lost_update"})
_TWICE = frozenset({"no_duplicate", "mirrors", "one_way", "convergence"})
_MASK = frozenset({"mask", "convergence", "no_lost_update", "private"})

CANARIES = (
    Canary("no version check", _LOST, 4000, ((caseflow_events, "current", _no_version),)),
    Canary("a new key a try", _TWICE, 4000, ((performing, "transaction_id", _new_key_each_try()),)),
    Canary("a pull leaves no todo", frozenset({"convergence", "silence"}), 4000, (
        (performing, "_leave_todo", lambda *_: None),)),
    Canary("lease taken with a fresh etag", _LOST | _TWICE | {"disconnected"}, 4000, ((Run, "take", _fresh_etag),)),
    Canary("no read before write", _LOST | {"secondary", "meetings"}, 4000, (
        (performing, "_unchanged", lambda _, steps: steps),)),
    Canary("no row before creates", _TWICE, 4000, ((Run, "record", _no_row_before_creates),)),
    Canary("protected list not part of idle", frozenset({"convergence"}), 4000, (
        (job, "list_hash", lambda _: "same"),(run_flow, "list_hash", lambda _: "same"),)),
    Canary("loser not kept", _LOST, 4000, ((reviewing, "_rows_of", _without_loser),)),
    Canary("later edit wins on protected", frozenset({"protected_conflict"}), 4000, (
        (plan_event, "_judged", _unprotected),)),
    Canary("deletion beats edit", _LOST, 4000, (
        (plan_removal, "caseflow_changed", lambda *_: frozenset()),)),
    Canary("mask skipped for copies", _MASK, 4000, ((plan_new, "mask_of", lambda *_: Mask.NONE),)),
    Canary("mask before the typed text was saved", _LOST, 4000, (
        (plan_event, "additions", lambda *_: ((), "", "2026-11-24")),)),
    Canary("private lowered", frozenset({"private"}), 4000, ((veil, "is_hidden", lambda *_: False),)),
    Canary("unprotecting publishes bodies", frozenset({"published"}), 4000, (
        (plan_event, "_unveils", lambda _: True),)),
    Canary("past events touched", frozenset({"past_untouched"}), 4000, (
        (Policy, "before_line", lambda *_: False),)),
    Canary("mirror kept after its task is done", frozenset({"mirrors"}), 4000, (
        (plan, "plan_mirror_removed", _only_ended),)),
    Canary("a removed copy counts after a pause", frozenset({"paused"}), 4000, ((job, "_policy", _never_off),)),
    Canary("no lease at all", frozenset(), 0, ((job, "_may_run", _no_lease),)),
)  # fmt: skip
