"""Compare a firm's CaseFlow calendar with its Outlook mailboxes, from product.md's rules alone.

It judges a world at rest: after a first sync of fresh data, or after a later one that has nothing under review.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from local.up import rules
from local.up.pairing import Side, pair
from local.up.rules import Difference, Findings
from local.up.views import Firm

MAILBOX_RULES: tuple[tuple[str, Callable[[Side], Findings]], ...] = (
    ("CaseFlow's events stand once in Outlook", rules.copies),
    ("Outlook's events stand once in CaseFlow", rules.pulled),
    ("masked copies carry title and times only", rules.masked_copies),
    ("Outlook's appointments are masked where due", rules.outlook_born_masked),
    ("other events carry their text and place", rules.open_events),
    ("private appointments are bare blocks in CaseFlow", rules.private_blocks),
    ("tasks and deadlines stand once, all day, free", rules.mirrors),
    ("no task or deadline came back as an event", rules.not_pulled_back),
    ("Outlook's past is untouched", rules.past),
    ("other calendars are untouched", rules.secondary),
)
FIRM_RULES: tuple[tuple[str, Callable[[Firm], Findings]], ...] = (
    ("a meeting of several colleagues is one event", rules.one_meeting),
    ("CaseFlow's past is untouched", rules.caseflow_past),
    ("no mail was sent", rules.mail),
    ("no word of a masked text is in Outlook", rules.secrets),
)

SHOWN = 10


@dataclass(frozen=True)
class Verdict:
    """How one rule came out: how many things were compared, and what differs."""

    rule: str
    compared: int
    differences: tuple[Difference, ...]


def compare(firm: Firm) -> tuple[Verdict, ...]:
    """Hold every rule against the firm."""
    sides = [pair(firm, box) for box in firm.mailboxes]
    verdicts = [_verdict(name, (finding for side in sides for finding in rule(side))) for name, rule in MAILBOX_RULES]
    return (*verdicts, *(_verdict(name, rule(firm)) for name, rule in FIRM_RULES))


def _verdict(name: str, findings: Iterator[Difference | None]) -> Verdict:
    seen = list(findings)
    return Verdict(name, len(seen), tuple(finding for finding in seen if finding))


def agrees(verdicts: tuple[Verdict, ...]) -> bool:
    """Say whether no rule found a difference."""
    return not any(verdict.differences for verdict in verdicts)


def show(verdicts: tuple[Verdict, ...], console: Console) -> None:
    """Print what was compared, and each difference by id and field."""
    table = Table("agreement check", "compared", "", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.columns[1].justify = "right"
    for verdict in verdicts:
        wrong = len(verdict.differences)
        table.add_row(verdict.rule, str(verdict.compared), f"[bold red]{wrong} differ[/]" if wrong else "[green]ok[/]")
    console.print(table)
    for verdict in verdicts:
        _show_differences(verdict, console)


def _show_differences(verdict: Verdict, console: Console) -> None:
    if verdict.differences:
        console.print(f"\n{verdict.rule}:", style="bold red")
    for found in verdict.differences[:SHOWN]:
        where = f"{found.staff_id} {found.subject} {found.field}".strip()
        line = f"  {where}: expected {found.expected!r}, found {found.found!r}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if len(verdict.differences) > SHOWN:
        console.print(f"  and {len(verdict.differences) - SHOWN} more")
