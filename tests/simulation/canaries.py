"""Planted bugs (design.md 7): each is caught by one of the seeds or stories that CI plays, else those prove nothing.

`seed` is the first that catches it; `python -m tests.simulation --canary NAME` looks for it anew. What no seed of the
first 5,000 brings about has a `story`: a test that fails with the bug in place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any
from unittest import mock

from msgspec import Struct

from local.caseflow import events as caseflow_events
from shared.adapters.caseflow import batch
from shared.core import guard, marks, newcomers, pairs, plan, plan_event, plan_new, plan_removal, veil
from shared.core.events import Field
from shared.core.policy import Mask, Policy
from shared.flows.sync import gathering, job, observing, performing, planning, proving, reviewing
from shared.flows.sync.run import Run
from tests.simulation import planted

run_flow = import_module("shared.flows.sync.run")


class Canary(Struct, frozen=True):
    """One bug: what it replaces, and the seed (with the checks that may catch it) or the story that finds it.

    With neither it must stay green.
    """

    name: str
    checks: frozenset[str]
    seed: int | None
    patches: tuple[tuple[Any, str, Any], ...]
    story: str = ""

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The bug is there as long as this lasts."""
        with ExitStack() as stack:
            for target, name, replacement in self.patches:
                stack.enter_context(mock.patch.object(target, name, replacement))
            yield


LOST = frozenset({"no_lost_update", "protected_conflict"})
TWICE = frozenset({"no_duplicate", "one_meeting", "mirrors", "one_way", "convergence"})
MASK = frozenset({"mask", "convergence", "no_lost_update", "private"})
GONE = frozenset({"provenance", "no_lost_update", "protected_kept", "convergence"})
REST = frozenset({"convergence", "silence", "lists"})

BY_SEED = (
    Canary("no version check", LOST, 31, ((caseflow_events, "current", planted.no_version),)),
    Canary("a new key a try", TWICE, 71, ((performing, "transaction_id", planted.new_key_each_try()),)),
    Canary("no key", TWICE, 107, ((batch, "_operation", planted.new_key_in_each_request()),)),
    Canary("record before write", LOST | REST, 113, (
        (performing, "after_outlook", planted.done_whatever_was_answered),)),
    Canary("a pull leaves no todo", REST, 531, ((performing, "_leave_todo", lambda *_: None),)),
    Canary("generation not checked", LOST | TWICE | {"disconnected"}, 155, (
        (Run, "_commit", planted.any_generation), (Run, "check", lambda _: None))),
    Canary("whole answer recorded as agreed", LOST | REST, 24, ((performing, "after_caseflow", planted.whole_answer),)),
    Canary("no read before write", LOST | REST | {"secondary", "meetings"}, 769, (
        (performing, "_unchanged", lambda _, steps: steps),)),
    Canary("no row before creates", TWICE, 305, ((Run, "record", planted.no_row_before_creates),)),
    Canary("protected list not part of idle", REST, 168, (
        (job, "list_hash", lambda _: "same"), (run_flow, "list_hash", lambda _: "same"))),
    Canary("loser not kept", LOST, 3, ((reviewing, "_rows_of", planted.without_loser),)),
    Canary("later edit wins on protected", frozenset({"protected_conflict"}), 170, (
        (plan_event, "_judged", planted.unprotected),)),
    Canary("deletion beats edit", LOST, 29, ((plan_removal, "caseflow_changed", lambda *_: frozenset()),)),
    Canary("mask skipped for copies", MASK, 2, ((plan_new, "mask_of", lambda *_: Mask.NONE),)),
    Canary("mask before the typed text was saved", LOST, 54, (
        (plan_event, "additions", lambda *_: ((), "", "2026-11-24")),)),
    Canary("private lowered", frozenset({"private"}), 926, ((veil, "is_hidden", lambda *_: False),)),
    Canary("unprotecting publishes bodies", frozenset({"published"}), 323, (
        (plan_event, "_unveiled", lambda _: frozenset(Field)),)),
    Canary("absence in an incomplete round counts", GONE | TWICE, 9, ((gathering, "prove", planted.absence_counts),)),
    Canary("past events touched", frozenset({"past_untouched"}), 97, ((Policy, "before_line", lambda *_: False),)),
    Canary("rest forgets", REST | LOST, 828, (
        (plan_event, "resting", planted.rest_forgets),)),
    Canary("mirror kept after its task is done", frozenset({"mirrors"}), 13, (
        (plan, "plan_mirror_removed", planted.only_ended),)),
    Canary("meeting without a leader", REST | LOST | TWICE, 71, (
        (observing, "led", lambda _run, link, *_: link), (planning, "led_step", lambda _run, step, _gone: step))),
    Canary("no answer in a batch read as not done", TWICE, 305, (
        (performing, "after_outlook", planted.not_done_without_an_answer),)),
    Canary("no lease at all", frozenset(), None, ((job, "_may_run", planted.no_lease),)),
)  # fmt: skip
BY_STORY = tuple(
    Canary(name, frozenset(), None, patches, f"tests/{test}")
    for name, test, patches in (
        ("lease taken with a fresh etag",
         "engine/test_overtaken.py::test_a_disconnect_between_a_jobs_reads_stops_it",
         ((Run, "take", planted.fresh_etag),)),
        ("no check after reads",
         "engine/test_overtaken.py::test_a_disconnect_between_a_jobs_reads_stops_it",
         ((Run, "check", lambda _: None),)),
        ("adopt any transaction id",
         "core/test_newcomers.py::test_a_copy_that_a_person_made_is_a_new_event",
         ((newcomers, "attempt_of", lambda *_: 0),)),
        ("only one attempt computed",
         "core/test_newcomers.py::test_an_old_attempt_or_an_attempt_to_come_is_not_planned",
         ((newcomers, "attempt_of", planted.first_attempt),)),
        ("creates in CaseFlow not held back",
         "core/test_newcomers.py::test_caseflow_waits_while_a_create_there_is_unanswered",
         ((newcomers.Newcomers, "__init__", planted.not_held_back),)),
        ("content stamp instead of nonce",
         "engine/test_late_writes.py::test_a_late_write_is_undone_and_never_read_as_a_persons_edit",
         ((marks, "nonce", lambda *_: "same"),)),
        ("own additions count as an edit",
         "core/test_pairs.py::test_under_a_veil_our_additions_are_no_edit",
         tuple((module, "caseflow_prints", planted.with_additions) for module in (pairs, plan_event, plan_removal))),
        ("removal while the mailbox is unsound",
         "engine/test_removals.py::test_an_unsound_mailbox_asks_after_a_day",
         ((gathering, "is_sound", lambda *_: True),)),
        ("no third question",
         "flows/test_proving.py::test_what_is_unknown_is_gone_only_if_it_stays_unknown",
         tuple((module, "prove", planted.without_third_question) for module in (proving, gathering))),
        ("imported events pushed",
         "engine/test_import.py::test_an_answer_that_never_came_loses_nothing",
         ((Run, "load_ended", planted.imports_unknown),)),
        ("one-way items pulled back",
         "engine/test_private.py::test_a_copied_mirror_is_not_pulled",
         ((newcomers.Newcomers, "_is_copied_mirror", lambda *_: False),)),
        ("series counted by occurrence in the guard",
         "core/test_guard.py::test_a_series_counts_once",
         ((guard, "_units", lambda links: len(list(links))),)),
        ("a removed copy counts after a pause",
         "engine/test_removals.py::test_what_is_removed_during_a_pause_is_made_again",
         ((job, "_policy", planted.never_off),)),
        ("one firm's link read by another",
         "engine/test_firms.py::test_a_full_look_asks_for_nothing_of_another_firm",
         ((Run, "load_links", planted.everybodys_links),)),
    )
)  # fmt: skip
CANARIES = (*BY_SEED, *BY_STORY)
