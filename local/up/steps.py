"""Run checks one after the other, all of them even if one fails, and sum them up in a table."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Outcome:
    """What became of a step; `note` is shown in the table."""

    passed: bool
    note: str = ""


@dataclass(frozen=True)
class Step:
    """One named check; `work` answers how it went."""

    name: str
    work: Callable[[], Outcome]


@dataclass(frozen=True)
class Result:
    """A step that has run, with its duration in seconds."""

    name: str
    seconds: float
    outcome: Outcome


def command(name: str, arguments: Sequence[str], env: Mapping[str, str] | None = None) -> Step:
    """Return a step that runs a program and passes on exit status 0; its output goes to the terminal."""

    def work() -> Outcome:
        try:
            status = subprocess.run(arguments, env=env, check=False).returncode
        except FileNotFoundError:
            return Outcome(False, f"{arguments[0]} is not installed")
        return Outcome(status == 0, "" if status == 0 else f"status {status}")

    return Step(name, work)


def run_all(steps: Sequence[Step], console: Console) -> int:
    """Run every step, print the table, and return the exit status: 0 only if all of them passed."""
    results = []
    for step in steps:
        console.rule(step.name, align="left")
        begun = time.monotonic()
        outcome = step.work()
        results.append(Result(step.name, time.monotonic() - begun, outcome))
    console.print(table(results))
    return 0 if all(result.outcome.passed for result in results) else 1


def table(results: Sequence[Result]) -> Table:
    """Return the summary: a row a step, with its seconds, and the sum."""
    summary = Table("step", "", "seconds", "", box=SIMPLE_HEAD)
    summary.columns[2].justify = "right"
    for result in results:
        mark = "[green]passed[/]" if result.outcome.passed else "[bold red]FAILED[/]"
        summary.add_row(result.name, mark, f"{result.seconds:.1f}", result.outcome.note)
    summary.add_section()
    summary.add_row("all", "", f"{sum(result.seconds for result in results):.1f}", "")
    return summary
