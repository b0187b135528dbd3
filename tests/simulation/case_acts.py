"""What people do with events in CaseFlow."""

from __future__ import annotations

from typing import Any

from tests.simulation.scenario import Operation
from tests.simulation.stage import Stage
from tests.simulation.values import EASTERN, place, slot, text, title, whole_day

CATEGORIES = {"protected": "Hearing", "listed": "Client meeting"}


def _case_times(number: int, reach: str) -> dict[str, Any]:
    start, end = slot(number, reach)
    return {"start": start.astimezone(EASTERN).isoformat(), "end": end.astimezone(EASTERN).isoformat(),
            "all_day": False}  # fmt: skip


def _case_days(number: int) -> dict[str, Any]:
    first, last = whole_day(number)
    return {"start": first.isoformat(), "end": last.isoformat(), "all_day": True}


def new_case(acts: Stage, op: Operation) -> bool:
    """Make an event in CaseFlow, for oneself."""
    members: dict[str, Any] = {
        "title": title(op.event, op.number),
        **_case_times(op.number, op.reach),
        "staff_ids": [op.who],
        "matter_id": _matter(acts, op) if op.kind == "matter" else None,
        "category": CATEGORIES.get(op.kind),
    }
    if op.number % 3 != 0:
        members |= {"description_html": f"<p>{text(op.event, op.number)}</p>", "location": place(op.event, op.number)}
    acts.world.caseflow.create_event(acts.person(op).firm_id, by=op.who, **members)
    return True


def _matter(acts: Stage, op: Operation) -> str:
    return f"m-{acts.person(op).firm_id}"


def _edit_case(acts: Stage, op: Operation, **members: Any) -> bool:
    seen = acts.case(op)
    if seen is None:
        return False
    acts.world.caseflow.edit_event(seen.id, by=op.who, **members)
    return True


def retitle_case(acts: Stage, op: Operation) -> bool:
    """Another title."""
    return _edit_case(acts, op, title=title(op.event, op.number))


def move_case(acts: Stage, op: Operation) -> bool:
    """Other times."""
    return _edit_case(acts, op, **_case_times(op.number, op.reach))


def days_case(acts: Stage, op: Operation) -> bool:
    """A whole day."""
    return _edit_case(acts, op, **_case_days(op.number))


def replace_case(acts: Stage, op: Operation) -> bool:
    """Another place."""
    return _edit_case(acts, op, location=place(op.event, op.number))


def retext_case(acts: Stage, op: Operation) -> bool:
    """Another description."""
    return _edit_case(acts, op, description_html=f"<p>{text(op.event, op.number)}</p>")


def link_case(acts: Stage, op: Operation) -> bool:
    """Link to the firm's matter, or unlink."""
    return _edit_case(acts, op, matter_id=_matter(acts, op) if op.kind == "matter" else None)


def categorise_case(acts: Stage, op: Operation) -> bool:
    """Another category, or none."""
    return _edit_case(acts, op, category=op.kind or None)


def confidential_case(acts: Stage, op: Operation) -> bool:
    """Mark confidential, or not."""
    return _edit_case(acts, op, confidential=op.kind == "on")


def visibility_case(acts: Stage, op: Operation) -> bool:
    """Show to the firm, or to its staff alone."""
    return _edit_case(acts, op, visibility=op.kind)


def delete_case(acts: Stage, op: Operation) -> bool:
    """Delete."""
    seen = acts.case(op)
    if seen is None:
        return False
    acts.world.caseflow.delete_event(seen.id, by=op.who)
    return True


def purge_case(acts: Stage, op: Operation) -> bool:
    """Delete all of the person's events."""
    standing = [seen for seen in acts.watch.standing("caseflow") if seen.kind == "event" and op.who in seen.staff]
    for seen in standing:
        acts.world.caseflow.delete_event(seen.id, by=op.who)
    return bool(standing)


def assign_case(acts: Stage, op: Operation) -> bool:
    """Assign a colleague, or take one off who is assigned."""
    seen = acts.case(op)
    colleagues = [p.staff_id for p in acts.world.people.values() if p.firm_id == acts.person(op).firm_id]
    if seen is None:
        return False
    other = colleagues[op.number % len(colleagues)]
    change = acts.world.caseflow.unassign if other in seen.staff else acts.world.caseflow.assign
    change(seen.id, other, by=op.who)
    return True
