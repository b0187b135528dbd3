"""A busy morning: what the demonstration firm's people change on both sides once their calendars are in step."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from local.up.demo import outlook
from local.up.demo.caseflow import HARTWELL, OKAFOR
from local.up.demo.days import Slot, working_day
from local.up.demo.outlook import Asks, asks
from local.up.demo.people import AVA, FIRM_ID, JONAS, MIRIAM

if TYPE_CHECKING:
    from local.caseflow.service import CaseFlow
    from local.graph.service import GraphService

NEW_IN_OUTLOOK = outlook.Entry(JONAS, Slot(3, "17:30", 30), "Pick up the suit", "Ticket 41", "Cleaner's")


def in_outlook(graph: GraphService, today: date) -> None:
    """Move, rename, delete and make events in three mailboxes."""
    ava, jonas, miriam = asks(graph, AVA), asks(graph, JONAS), asks(graph, MIRIAM)
    moved = _row(ava, today, "Coffee with Priya")
    times = {name: {**moved[name], "dateTime": _later(moved[name]["dateTime"])} for name in ("start", "end")}
    ava("PATCH", f"/me/events/{moved['id']}", times)
    miriam("PATCH", f"/me/events/{_row(miriam, today, 'School run')['id']}", {"subject": "School run, both children"})
    jonas("DELETE", f"/me/events/{_row(jonas, today, 'Car service')['id']}", None)
    jonas("POST", "/me/calendar/events", outlook.properties(NEW_IN_OUTLOOK, today))


def _row(ask: Asks, today: date, title: str) -> dict[str, Any]:
    rows = ask("GET", f"/me/calendar/calendarView?{outlook.span(today)}&$top=200", None)["value"]
    found: dict[str, Any] = next(row for row in rows if row["subject"] == title)
    return found


def _later(moment: str) -> str:
    return (datetime.fromisoformat(moment[:19]) + timedelta(hours=1)).isoformat()


def in_caseflow(caseflow: CaseFlow, today: date) -> None:
    """Edit, move, delete and link in CaseFlow; masking must reach what was open before.

    No category is protected here: the app may know a firm's list for a minute longer.
    """
    ids = {event["title"]: event["id"] for event in caseflow.events(FIRM_ID)}
    by = AVA.staff_id
    caseflow.edit_event(
        ids["Weekly planning"], by=by, description_html="Agenda: <i>only</i> invoices", location="Room 9"
    )
    caseflow.edit_event(ids["Motion hearing"], by=by, **_moved(caseflow.living_event(ids["Motion hearing"])))
    caseflow.delete_event(ids["Library order"], by=JONAS.staff_id)
    caseflow.link_matter(ids["Dentist"], OKAFOR, by=by)
    caseflow.link_matter(ids["Lunch with the law clerk"], HARTWELL, by=by)
    caseflow.set_category(ids["Internal audit of trust accounts"], "Filing Deadline", by=MIRIAM.staff_id)
    tasks = {task["topic"]: task["id"] for task in caseflow.tasks(FIRM_ID)}
    caseflow.complete_task(tasks["Order transcripts"], by=JONAS.staff_id)
    deadlines = {deadline["name"]: deadline["id"] for deadline in caseflow.deadlines(FIRM_ID)}
    caseflow.edit_deadline(deadlines["Regulatory filing"], by=by, date=working_day(today, 12).isoformat())


def _moved(event: dict[str, Any]) -> dict[str, str]:
    ends = {name: datetime.fromisoformat(event[name]) + timedelta(hours=2) for name in ("start", "end")}
    return {name: moment.isoformat() for name, moment in ends.items()}
