"""The steps of `./dev test`, their table, and what a report of vulnerabilities means."""

from __future__ import annotations

import json
import sys
from io import StringIO

from rich.console import Console

from local.up.checks import read_audit
from local.up.steps import Outcome, Step, command, run_all


def report(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": packages})


def test_every_step_runs_although_one_fails_and_the_status_says_so() -> None:
    ran = []

    def work(name: str, passed: bool) -> Outcome:
        ran.append(name)
        return Outcome(passed, f"note on {name}")

    out = StringIO()
    steps = [Step("one", lambda: work("one", False)), Step("two", lambda: work("two", True))]
    assert run_all(steps, Console(file=out, width=120)) == 1
    assert ran == ["one", "two"]
    assert "FAILED" in out.getvalue()
    assert "note on two" in out.getvalue()


def test_steps_that_all_pass_give_status_zero() -> None:
    assert run_all([Step("one", lambda: Outcome(True))], Console(file=StringIO())) == 0


def test_a_program_fails_its_step_by_its_exit_status() -> None:
    assert command("ends well", [sys.executable, "-c", ""]).work() == Outcome(True)
    assert command("ends badly", [sys.executable, "-c", "raise SystemExit(3)"]).work() == Outcome(False, "status 3")


def test_a_program_that_is_not_there_fails_its_step() -> None:
    assert command("nothing", ["no-such-program-here"]).work() == Outcome(
        False, "no-such-program-here is not installed"
    )


def test_a_vulnerable_package_fails_the_audit_and_is_named() -> None:
    outcome, lines = read_audit(report({"name": "flask", "version": "0.1", "vulns": [{"id": "PYSEC-1"}]}), "")
    assert not outcome.passed
    assert lines == ["flask 0.1: PYSEC-1"]


def test_an_audit_that_looked_everything_up_passes_plainly() -> None:
    outcome, _ = read_audit(report({"name": "flask", "version": "3", "vulns": []}), "")
    assert outcome == Outcome(True, "none in 1 packages")


def test_a_database_out_of_reach_is_said_loudly_and_does_not_fail() -> None:
    for text in ("", report({"name": "flask", "skip_reason": "not found"})):
        outcome, _ = read_audit(text, "ConnectionError: no route")
        assert outcome.passed
        assert "NOT CHECKED" in outcome.note
