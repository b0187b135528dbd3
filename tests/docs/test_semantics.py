"""Each row of the decision tables in docs/sync-semantics.md is what the plan decides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec import UNSET

from shared.core.index import Index
from shared.core.links import Todo
from shared.core.newcomers import Newcomers
from shared.core.plan import Observed, is_mirrored, plan_link, plan_mirrored_again
from shared.core.policy import Mask
from shared.core.steps import ChangeOutlook, DropOutlook, MakeOutlook, Step
from shared.core.texts import ADDITION_MARK
from shared.core.writes import CreateCaseflow, DeleteCaseflow, PatchCaseflow
from tests.docs.cases import (
    AGES,
    FIELDS,
    PROTECTIONS,
    Row,
    caseflow_side,
    linked,
    mirrored,
    observed_event,
    outlook_side,
    rules_of,
)

PAGE = Path(__file__).parents[2] / "docs" / "sync-semantics.md"
RULE = re.compile(r"[A-N]\d{1,2}")
VOCABULARY = {
    "caseflow": {"-", "new", "deleted", "unassigned", "linked", "unlinked", "done", *FIELDS},
    "outlook": {"-", "new", "gone", "declined", "typed", "lowered", "private", "later", "same", *FIELDS},
    "kind": {"copy", "own", "attached", "organised", "attended", "private", "occurrence", "task", "deadline"},
    "traits": {"shared", "paused", "homeless", "veiled", "by sync", "follows", *AGES},
}


def table() -> list[Row]:
    """The rows of the page's tables with eight columns, without their heads."""
    lines = [line for line in PAGE.read_text().splitlines() if line.count("|") == 9]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [Row(*row) for row in cells if row[0] not in {"CaseFlow", "---"}]


def decided(row: Row) -> Step | None:
    """What the plan makes of the row; None if it leaves it alone."""
    rules = rules_of(row)
    if row.kind in {"task", "deadline"}:
        link, found, item = mirrored(row, rules)
        if row.caseflow == "new":
            return plan_mirrored_again(item, None, rules) if is_mirrored(item, rules) else None
        return plan_link(link, found, rules)
    link, outlook = linked(row, rules)
    is_new = "new" in row.outlook.split(), row.caseflow == "new"
    if not any(is_new):
        return plan_link(link, observed_event(row, link, outlook), rules)
    new = Newcomers(Index([]), Index([]), rules)
    theirs = {"o1": outlook_side(row, outlook)} if is_new[0] else {}
    new.sort(theirs, [caseflow_side(row)] if is_new[1] else [], [])
    if new.paired:
        pair, event = new.paired[0]
        return plan_link(pair, Observed(events={"c1": caseflow_side(row)}, outlook={"o1": event}), rules)
    return next(iter(new.steps), None)


def to_caseflow(step: Step) -> str:
    """The write to CaseFlow, in the words of the page."""
    match step.caseflow:
        case CreateCaseflow():
            return "create"
        case DeleteCaseflow():
            return "delete"
        case PatchCaseflow(staff_ids=staff) if staff is not UNSET:
            return "unassign"
        case PatchCaseflow() as patch:
            added = patch.text is not UNSET and ADDITION_MARK in patch.text
            names = ["addition" if added and field.value == "text" else field.value for field in patch.fields()]
            return " ".join(sorted(names))
    return "-"


def to_outlook(step: Step) -> str:
    """The write to Outlook, in the words of the page."""
    match step.outlook:
        case MakeOutlook(projection=made):
            return "create" if made.mask is Mask.NONE else f"create {made.mask.value}"
        case DropOutlook():
            return "remove"
        case ChangeOutlook(projection=sent):
            names = sorted(field.value for field in sent.fields())
            masks = {"place", "text"} <= set(names) and sent.mask is not Mask.NONE
            shown = [name for name in names if name not in {"place", "text"}] + ["mask"] if masks else names
            return " ".join([*shown, *([str(sent.sensitivity)] if sent.sensitivity is not UNSET else [])])
    return "-"


def link_after(step: Step) -> str:
    """What becomes of the link, in the words of the page."""
    if step.opened is not None:
        return f"live, {step.opened.kept} kept" if step.opened.kept else f"review {step.opened.kind}"
    listed = " listed" if step.link.not_masked else ""
    later = " later" if step.link.todo is Todo.LOOK else ""
    return f"{step.link.state.value}{listed}{later}"


@pytest.mark.parametrize(
    "row", table(), ids=lambda row: "/".join((row.caseflow, row.outlook, row.protection, row.event))
)
def test_the_plan_decides_what_the_table_says(row: Row) -> None:
    step = decided(row)
    told = ("-", "-", "skipped") if step is None else (to_caseflow(step), to_outlook(step), link_after(step))
    assert (row.to_caseflow, row.to_outlook, row.link) == told


def test_the_table_speaks_of_every_kind_change_and_protection() -> None:
    rows = table()
    assert {word for row in rows for word in row.caseflow.split()} == VOCABULARY["caseflow"]
    assert {word for row in rows for word in row.outlook.split()} == VOCABULARY["outlook"]
    assert {row.kind for row in rows} == VOCABULARY["kind"]
    assert {trait for row in rows for trait in row.traits} == VOCABULARY["traits"]
    assert {row.protection for row in rows} == PROTECTIONS


def test_every_row_names_its_rules_and_none_comes_twice() -> None:
    rows = table()
    assert all(re.fullmatch(rf"{RULE.pattern}(, {RULE.pattern})*", row.rules) for row in rows)
    questions = [(row.caseflow, row.outlook, row.protection, row.event) for row in rows]
    assert len(set(questions)) == len(questions)
