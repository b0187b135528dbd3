"""What people do with tasks, key deadlines and matters in CaseFlow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.simulation.scenario import Operation
from tests.simulation.stage import Stage
from tests.simulation.values import text, title
from tests.simulation.world import START

LATER = 3


def _day(number: int) -> str:
    return (START.date() + timedelta(days=LATER + number)).isoformat()


def _matter(acts: Stage, op: Operation) -> str:
    return f"m-{acts.person(op).firm_id}"


def new_item(acts: Stage, op: Operation) -> bool:
    """Make a task, or a key deadline on the firm's matter."""
    firm = acts.person(op).firm_id
    members: dict[str, Any] = {"description_html": f"<p>{text(op.event, op.number)}</p>"}
    if op.event.startswith("dl"):
        members |= {"name": title(op.event, op.number), "date": _day(op.number), "matter_id": _matter(acts, op)}
        acts.world.caseflow.create_deadline(firm, by=op.who, **members)
        return True
    members |= {"topic": title(op.event, op.number), "due_date": _day(op.number), "assignee_ids": [op.who]}
    if op.kind == "matter":
        members["matter_id"] = _matter(acts, op)
    acts.world.caseflow.create_task(firm, by=op.who, **members)
    return True


def _edit(acts: Stage, op: Operation, **changes: Any) -> bool:
    kind = "deadline" if op.event.startswith("dl") else "task"
    seen = acts.case(op, kind)
    if seen is None:
        return False
    names = {"title": "name", "day": "date"} if kind == "deadline" else {"title": "topic", "day": "due_date"}
    members = {names.get(name, name): value for name, value in changes.items()}
    edit = acts.world.caseflow.edit_deadline if kind == "deadline" else acts.world.caseflow.edit_task
    edit(seen.id, by=op.who, **members)
    return True


def retitle_item(acts: Stage, op: Operation) -> bool:
    """Another title."""
    return _edit(acts, op, title=title(op.event, op.number))


def move_item(acts: Stage, op: Operation) -> bool:
    """Another day."""
    return _edit(acts, op, day=_day(op.number))


def retext_item(acts: Stage, op: Operation) -> bool:
    """Another description."""
    return _edit(acts, op, description_html=f"<p>{text(op.event, op.number)}</p>")


def undate_item(acts: Stage, op: Operation) -> bool:
    """No day any more."""
    return _edit(acts, op, day=None)


def complete_item(acts: Stage, op: Operation) -> bool:
    """Done, or open again."""
    seen = acts.case(op, "task")
    if seen is None:
        return False
    acts.world.caseflow.complete_task(seen.id, op.number % 3 != 0, by=op.who)
    return True


def link_item(acts: Stage, op: Operation) -> bool:
    """Link a task to the matter, or unlink it."""
    if op.event.startswith("dl"):
        return False
    return _edit(acts, op, matter_id=_matter(acts, op) if op.kind == "matter" else None)


def assign_item(acts: Stage, op: Operation) -> bool:
    """Assign a task to nobody, oneself or a colleague too."""
    colleagues = [p.staff_id for p in acts.world.people.values() if p.firm_id == acts.person(op).firm_id]
    if op.event.startswith("dl"):
        acts.world.caseflow.set_matter_staff(_matter(acts, op), colleagues[op.number % 2 :], by=op.who)
        return True
    return _edit(acts, op, assignee_ids=colleagues[op.number % 2 :])


def delete_item(acts: Stage, op: Operation) -> bool:
    """Delete."""
    kind = "deadline" if op.event.startswith("dl") else "task"
    seen = acts.case(op, kind)
    if seen is None:
        return False
    delete = acts.world.caseflow.delete_deadline if kind == "deadline" else acts.world.caseflow.delete_task
    delete(seen.id, by=op.who)
    return True
