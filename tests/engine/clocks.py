"""Clocks and calendars of these stories: readings, events in any zone, and people who live in one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.core import rows
from shared.core.state import Account, StaffRow
from shared.flows.sync.reading import line_of
from shared.ports import Insert
from tests.simulation.world import ZONE, Person, World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def wall(*parts: int) -> datetime:
    """A wall clock reading."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def zoned(reading: datetime | date, zone: str) -> dict[str, str]:
    text = reading.isoformat() if isinstance(reading, datetime) else f"{reading.isoformat()}T00:00:00"
    return {"dateTime": text, "timeZone": zone}


def book_days(person: Person, first: date, end: date, zone: str = ZONE, title: str = "Fair") -> str:
    """An all-day event made in Outlook."""
    return person.mailbox.create(
        {"subject": title, "start": zoned(first, zone), "end": zoned(end, zone), "isAllDay": True}
    )


def case(world: World, start: str, end: str, zone: str = ZONE, **members: Any) -> str:
    """An event made in CaseFlow; all-day if the times are dates."""
    given = {"title": "Case", "all_day": "T" not in start, "staff_ids": ["ann"], "timezone": zone, **members}
    return str(world.caseflow.create_event("f1", by="ann", start=start, end=end, **given)["id"])


def in_outlook(world: World, person: Person, title: str) -> tuple[datetime, datetime]:
    """Start and end as Graph tells them in UTC."""
    event = world.event(person, title)
    start, end = (datetime.fromisoformat(event[name]["dateTime"]).replace(tzinfo=UTC) for name in ("start", "end"))
    return start, end


def in_caseflow(world: World, title: str) -> tuple[datetime, datetime]:
    found = world.case(title)
    return datetime.fromisoformat(found["start"]), datetime.fromisoformat(found["end"])


def dates_in_outlook(world: World, person: Person, title: str) -> tuple[str, str, bool]:
    event = world.event(person, title)
    return event["start"]["dateTime"][:10], event["end"]["dateTime"][:10], event["isAllDay"]


def dates_in_caseflow(world: World, title: str) -> tuple[str, str, bool]:
    found = world.case(title)
    return found["start"], found["end"], found["all_day"]


def settled_in(world: World, zone: str, staff_id: str = "bea") -> Person:
    """A staff member of another zone, connected now."""
    person = world.add_person(staff_id)
    world.caseflow.edit_staff(staff_id, by="system", timezone=zone)
    row = StaffRow(
        firm_id="f1", staff_id=staff_id, connection="connected", generation=1, secret=person.secret, zone=zone,
        account=Account("tid", person.oid, person.mailbox.email), line=line_of(world.clock(), zone),
    )  # fmt: skip
    world.store.commit(world.partition(person), [Insert(rows.STAFF_KEY, rows.encoded(row))])
    return person
