"""What the demonstration firm's people hold in Outlook before they connect it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import tzlocal.windows_tz

from local.graph.service import Caller
from local.up.demo.days import Slot
from local.up.demo.people import AVA, DANA, EVERYBODY, JONAS, MIRIAM, Person

if TYPE_CHECKING:
    from local.graph.service import GraphService

Asks = Callable[[str, str, Any], dict[str, Any]]


@dataclass(frozen=True)
class Entry:
    """One event as its owner makes it in Outlook; `more` holds further properties of Graph's event."""

    owner: Person
    slot: Slot
    title: str
    text: str = ""
    place: str = ""
    guests: tuple[Person, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


PRIVATE = {"sensitivity": "private"}
ENTRIES = (
    Entry(AVA, Slot(-6, "09:00"), "Old breakfast", "Before the line"),
    Entry(JONAS, Slot(-2), "Day off"),
    Entry(AVA, Slot(0, "18:00"), "Choir rehearsal", "Bring the red folder", "St. Mark's"),
    Entry(AVA, Slot(1, "15:30", 30), "Dentist", "Floss", "12 Elm Street"),
    Entry(AVA, Slot(2, "09:00", 45), "Coffee with Priya", "", "Corner café"),
    Entry(AVA, Slot(3, "18:30", 90), "Parents' evening", "Room list is online"),
    Entry(AVA, Slot(4, "08:00"), "Doctor", "Blood test first", "Riverside Clinic", more=PRIVATE),
    Entry(AVA, Slot(10, days=2), "Visit to my sister", "Train at noon", "Boston"),
    Entry(JONAS, Slot(1, "07:30", 45), "Gym", more={"showAs": "free"}),
    Entry(JONAS, Slot(2, "12:00"), "Lunch with Tomás", "", "Food hall"),
    Entry(JONAS, Slot(4, "14:00", 30), "Car service", "Ask about the tyres"),
    Entry(JONAS, Slot(6), "Moving day", "Van is booked"),
    Entry(JONAS, Slot(8, "23:00", 120), "Red-eye flight", "Seat 14C", "O'Hare"),
    Entry(MIRIAM, Slot(1, "09:30", 30), "School run"),
    Entry(MIRIAM, Slot(3, "12:30"), "Lunch with the bank", "New signatories", "Club"),
    Entry(MIRIAM, Slot(5, "08:00", 30), "Board of the food pantry", "<b>Minutes</b> attached later", "Online"),
    Entry(MIRIAM, Slot(9), "Birthday of Elena", "", more={"showAs": "free"}),
    Entry(MIRIAM, Slot(11, "19:00", 150), "Theatre", "Row F", "Grand Street"),
    # meetings: organised by one of us, of two of us, and by somebody outside
    Entry(AVA, Slot(2, "13:30", 45), "Call with the forensic expert", "Numbers first", "Phone", (DANA,)),
    Entry(AVA, Slot(4, "16:00", 45), "Case load review", "Lists of open files", "Room 1", (JONAS,)),
    Entry(MIRIAM, Slot(6, "09:00"), "Partners' breakfast", "Bagels", "Kitchen", (AVA, DANA)),
    Entry(DANA, Slot(3, "16:00"), "Presentation of findings", "Slides follow", "Video", (AVA, MIRIAM)),
    Entry(DANA, Slot(5, "10:00", 30), "Sales pitch", "Our new service", "Video", (JONAS,)),
)  # fmt: skip
DECLINED = (JONAS, "Sales pitch")
SECONDARY = (Entry(AVA, Slot(1, "20:00"), "Book club", "Chapter 9"), Entry(MIRIAM, Slot(2), "Bins out"))
SERIES = Entry(AVA, Slot(1, "08:00", 15), "Stand-up", "What is due today")


def seed(graph: GraphService, today: date) -> None:
    """Fill an empty Graph with everybody's mailboxes and events."""
    for person in EVERYBODY:
        graph.add_mailbox(person.tid, person.oid, person.email, person.name, windows_zone(person))
    for entry in ENTRIES:
        asks(graph, entry.owner)("POST", "/me/calendar/events", properties(entry, today))
    for entry in SECONDARY:
        ask = asks(graph, entry.owner)
        ask("POST", f"/me/calendars/{other_calendar(ask)}/events", properties(entry, today))
    _decline(graph, today)
    _seed_series(asks(graph, SERIES.owner), today)


def asks(graph: GraphService, person: Person) -> Asks:
    """Return a function that asks Graph as this person and answers the body. Raises RuntimeError if refused."""
    caller = Caller(person.tid, person.oid, frozenset({"Calendars.ReadWrite"}))

    def ask(method: str, url: str, body: Any = None) -> dict[str, Any]:
        headers = {"Prefer": 'IdType="ImmutableId", outlook.timezone="UTC"', "Content-Type": "application/json"}
        answer = graph.request(caller, method, url, headers, body)
        if answer.status >= 400:
            raise RuntimeError(f"{method} {url} as {person.name}: {answer.status} {answer.body}")
        return answer.body or {}

    return ask


def windows_zone(person: Person) -> str:
    """Return a person's zone by the name that Outlook gives it."""
    return tzlocal.windows_tz.tz_win[person.zone]


def other_calendar(ask: Asks) -> str:
    """Return the id of the first calendar that is not the primary one."""
    calendars = ask("GET", "/me/calendars", None)["value"]
    return str(next(calendar["id"] for calendar in calendars if not calendar["isDefaultCalendar"]))


def properties(entry: Entry, today: date) -> dict[str, Any]:
    """Return an entry as the properties of Graph's event."""
    start, end = entry.slot.bounds(today, ZoneInfo(entry.owner.zone))
    zone = windows_zone(entry.owner)
    return {
        "subject": entry.title,
        "body": {"contentType": "html", "content": entry.text},
        "start": {"dateTime": start.replace(tzinfo=None).isoformat(), "timeZone": zone},
        "end": {"dateTime": end.replace(tzinfo=None).isoformat(), "timeZone": zone},
        "isAllDay": entry.slot.all_day,
        "location": {"displayName": entry.place},
        "attendees": [_attendee(guest) for guest in entry.guests],
        **entry.more,
    }


def _attendee(guest: Person) -> dict[str, Any]:
    return {"type": "required", "emailAddress": {"address": guest.email, "name": guest.name}}


def span(today: date) -> str:
    """Return the forty days from today as Graph's query."""
    until = today + timedelta(days=40)
    return f"startDateTime={today.isoformat()}T00:00:00Z&endDateTime={until.isoformat()}T00:00:00Z"


def _decline(graph: GraphService, today: date) -> None:
    person, title = DECLINED
    ask = asks(graph, person)
    rows = ask("GET", f"/me/calendar/calendarView?{span(today)}&$top=200", None)["value"]
    declined = next(row["id"] for row in rows if row["subject"] == title)
    ask("POST", f"/me/events/{declined}/decline", {"sendResponse": False})


def _seed_series(ask: Asks, today: date) -> None:
    """Make a weekly series without end; move its second occurrence by two hours and cancel its third."""
    made = properties(SERIES, today)
    first = date.fromisoformat(made["start"]["dateTime"][:10])
    made["recurrence"] = {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [f"{first:%A}".lower()], "firstDayOfWeek": "sunday"},
        "range": {"type": "noEnd", "startDate": first.isoformat(), "recurrenceTimeZone": made["start"]["timeZone"]},
    }
    series = ask("POST", "/me/calendar/events", made)["id"]
    occurrences = ask("GET", f"/me/events/{series}/instances?{span(today)}", None)["value"]
    second, third = occurrences[1], occurrences[2]
    later = {"start": _later(second["start"]), "end": _later(second["end"])}
    ask("PATCH", f"/me/events/{second['id']}", later)
    ask("DELETE", f"/me/events/{third['id']}", None)


def _later(moment: dict[str, str]) -> dict[str, str]:
    hour = int(moment["dateTime"][11:13]) + 2
    return {"dateTime": f"{moment['dateTime'][:11]}{hour:02}{moment['dateTime'][13:]}", "timeZone": moment["timeZone"]}
