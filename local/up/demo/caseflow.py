"""What the demonstration firm holds in CaseFlow before anybody connects Outlook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from local.up.demo.days import Slot, working_day
from local.up.demo.people import AVA, FIRM_ID, FIRM_NAME, JONAS, MIRIAM, STAFF, Person

if TYPE_CHECKING:
    from local.caseflow.service import CaseFlow

OKAFOR, HARTWELL, LINDQVIST = "mat-okafor", "mat-hartwell", "mat-lindqvist"
MATTERS = (
    (OKAFOR, "Okafor v. Delmarva Freight", (AVA, JONAS)),
    (HARTWELL, "Estate of Hartwell", (AVA, MIRIAM)),
    (LINDQVIST, "Lindqvist Robotics acquisition", (MIRIAM, JONAS)),
)


@dataclass(frozen=True)
class Entry:
    """One CaseFlow event as people write it; `more` holds further members of the API."""

    slot: Slot
    title: str
    who: tuple[Person, ...]
    text: str = ""
    place: str | None = None
    matter: str | None = None
    category: str | None = None
    more: tuple[tuple[str, Any], ...] = ()


BOTH, ALL = (AVA, JONAS), STAFF
SECRET, OWN = (("confidential", True),), (("visibility", "private"),)
ENTRIES = (
    # past: never read out
    Entry(Slot(-8, "10:00"), "Intake interview", (AVA,), "Background of the driver", "Room 2", OKAFOR),
    Entry(Slot(-5, "14:00"), "Budget review", (MIRIAM,), "Quarter in figures"),
    Entry(Slot(-3), "Office inventory", (JONAS,)),
    # plain
    Entry(Slot(0, "16:30", 30), "Bar association call", (AVA,), "Dial in <b>early</b>", "Phone"),
    Entry(Slot(1, "08:30", 30), "Weekly planning", ALL, "Agenda: staffing, invoices, training"),
    Entry(Slot(1, "12:00"), "Lunch with the law clerk", (AVA,), "Ask about the reading room", "Mario's"),
    Entry(Slot(2, "15:00", 45), "Vendor demonstration", (MIRIAM, JONAS), "Document scanner", "Library"),
    Entry(Slot(3, "09:00", 90), "Training: e-filing", (JONAS,), "<p>Bring the manual</p>", "Annex"),
    Entry(Slot(4, "17:00"), "Client reception", ALL, "Name tags at the desk", "Lobby"),
    Entry(Slot(5, "11:00", 30), "Phone slot for new clients", (MIRIAM,), category="Client Meeting"),
    Entry(Slot(6, "10:00"), "Internal audit of trust accounts", (MIRIAM,), "Ledgers A to F", category="Internal"),
    Entry(Slot(8, "13:00"), "Moot court coaching", (AVA,), "With the law school", "Room 114"),
    Entry(Slot(11, "09:30", 30), "Library order", (JONAS,), "Treatises & updates"),
    Entry(Slot(14, "16:00"), "Recruiting interview", (MIRIAM, AVA), "Second round", "Room 5"),
    # whole days, several days, across midnight
    Entry(Slot(2), "Firm holiday party preparations", (MIRIAM,), "Caterer and music"),
    Entry(Slot(7, days=3), "State bar conference", (AVA,), "Panel on evidence", "Albany"),
    Entry(Slot(12, days=2), "Office move, second floor", ALL, "Boxes are delivered on the first day"),
    Entry(Slot(9, "22:30", 180), "System maintenance window", (JONAS,), "Servers restart at midnight"),
    # linked to a matter: masked
    Entry(Slot(0, "11:00"), "Call with the insurer", (AVA,), "Reserve is quadrupled, adjuster wavers", None, OKAFOR),
    Entry(Slot(1, "10:00"), "Witness preparation", BOTH, "Foreman contradicts the logbook", "Room 3", OKAFOR),
    Entry(Slot(2, "11:00", 90), "Strategy meeting", (AVA, MIRIAM), "Trustee conceals codicil", "Room 1", HARTWELL),
    Entry(Slot(3, "14:00"), "Data room walk-through", (MIRIAM, JONAS), "Patents lapsed quietly", None, LINDQVIST),
    Entry(Slot(4, "10:30", 30), "Heirs' conference call", (AVA,), "Stepbrother disputes signature", None, HARTWELL),
    Entry(Slot(6, "15:00"), "Expert's draft report", BOTH, "Brakes were inspected falsely", None, OKAFOR),
    Entry(Slot(9, "09:00", 120), "Closing call", (MIRIAM,), "Escrow releases eleven million", None, LINDQVIST),
    Entry(Slot(13), "Document production due", (JONAS,), "Redactions incomplete, privileged memo", None, OKAFOR),
    # protected categories: masked
    Entry(Slot(1, "13:30"), "Motion hearing", (AVA,), "Judge dislikes continuances", "Courtroom 4B", None, "Hearing"),
    Entry(Slot(3, "09:30", 240), "Deposition of Mr. Reyes", BOTH, "Impeach regarding overtime", "Suite 900", OKAFOR,
          "Deposition"),
    Entry(Slot(5), "Answer due", (AVA, JONAS), "Affirmative defenses missing", None, OKAFOR, "Filing Deadline"),
    Entry(Slot(7, "09:00", 360), "Trial, day one", (AVA, MIRIAM), "Opening emphasizes negligence", "Courthouse", None,
          "Court Date"),
    Entry(Slot(10), "Claim runs out", (AVA,), "Tolling agreement unsigned", None, OKAFOR, "Statute of Limitations"),
    # confidential and private
    Entry(Slot(2, "17:30", 30), "Partner compensation", (MIRIAM, AVA), "Percentages renegotiated", "Corner office",
          more=SECRET),
    Entry(Slot(4, "12:30", 30), "Personnel matter", (MIRIAM,), "Complaint against paralegal", more=SECRET),
    Entry(Slot(5, "17:00"), "Physiotherapy", (JONAS,), "Shoulder, sixth session", "Clinic", more=OWN),
)  # fmt: skip
TASKS = (
    ("File the notice of appearance", 1, (JONAS,), OKAFOR, "Cover letter mentions ultimatum"),
    ("Order transcripts", 2, (JONAS,), None, "Ask for the rush rate"),
    ("Renew malpractice insurance", 6, (MIRIAM,), None, "Compare both offers"),
    ("Review engagement letter", 3, (AVA,), HARTWELL, "Contingency clause objectionable"),
    ("Update conflict list", 9, (AVA, JONAS), None, ""),
)
DEADLINES = (
    ("Expert disclosure", 8, OKAFOR, "Rebuttal expert unavailable"),
    ("Inventory of the estate", 15, HARTWELL, "Silverware undervalued"),
    ("Regulatory filing", 11, LINDQVIST, "Antitrust threshold exceeded"),
)


def seed(caseflow: CaseFlow, today: date) -> None:
    """Fill an empty CaseFlow with the demonstration firm."""
    caseflow.add_firm(FIRM_NAME, firm_id=FIRM_ID)
    for person in STAFF:
        caseflow.add_staff(
            FIRM_ID, person.name, person.email, role=person.role, timezone=person.zone, staff_id=person.staff_id
        )
    for matter_id, name, people in MATTERS:
        caseflow.add_matter(FIRM_ID, name, ids(people), by=MIRIAM.staff_id, matter_id=matter_id)
    for entry in ENTRIES:
        caseflow.create_event(FIRM_ID, by=entry.who[0].staff_id, **members(entry, today))
    _seed_one_way(caseflow, today)


def _seed_one_way(caseflow: CaseFlow, today: date) -> None:
    for topic, day, people, matter, text in TASKS:
        caseflow.create_task(
            FIRM_ID,
            by=MIRIAM.staff_id,
            assignee_ids=ids(people),
            topic=topic,
            due_date=working_day(today, day).isoformat(),
            matter_id=matter,
            description_html=text,
        )
    for name, day, matter, text in DEADLINES:
        when = working_day(today, day).isoformat()
        caseflow.create_deadline(
            FIRM_ID, by=AVA.staff_id, matter_id=matter, name=name, date=when, description_html=text
        )


def members(entry: Entry, today: date) -> dict[str, Any]:
    """Return an entry as the members of CaseFlow's API."""
    zone = entry.who[0].zone
    start, end = entry.slot.bounds(today, ZoneInfo(zone))
    return {
        "title": entry.title,
        "description_html": entry.text or None,
        "start": _written(start, entry.slot.all_day),
        "end": _written(end, entry.slot.all_day),
        "all_day": entry.slot.all_day,
        "timezone": zone,
        "location": entry.place,
        "matter_id": entry.matter,
        "category": entry.category,
        "staff_ids": ids(entry.who),
        **dict(entry.more),
    }


def _written(moment: datetime, all_day: bool) -> str:
    return moment.date().isoformat() if all_day else moment.isoformat()


def ids(people: tuple[Person, ...]) -> list[str]:
    """Return the staff ids of some people."""
    return [person.staff_id for person in people]
