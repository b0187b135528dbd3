"""Every member and enumeration value that the stand-in answers exists in Microsoft's metadata with that type."""

from __future__ import annotations

from datetime import date
from typing import Any

from local.graph.schema import properties, read_members
from tests.local.graph.world import LINK, SPAN, WEEKLY, World, at, event, link

_NAVIGATION = "singleValueExtendedProperties"


def plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith("@") and name != _NAVIGATION}


def all_rows(world: World) -> list[dict[str, Any]]:
    people = [{"emailAddress": {"address": "bob@firm.example"}, "type": "optional"}]
    world.create(event(attendees=people, isOnlineMeeting=True, categories=["Red"], location={"displayName": "Court"}))
    world.create(event(start=at(1, 0), end=at(2, 0), isAllDay=True, sensitivity="private", importance="high"))
    made = world.create(event(recurrence=WEEKLY, singleValueExtendedProperties=link("1")))
    world.ann.edit_occurrence(made["id"], date(2026, 12, 8), {"subject": "Other", "showAs": "oof"})
    copy = world.bob.events(*_span())[0]["id"]
    world.bob.respond(copy, "tentativelyAccepted")
    expand = f"$expand=singleValueExtendedProperties($filter=id eq '{LINK}')&$top=50"
    rows = [
        *world.good("GET", f"/me/events?{expand}")["value"],
        *world.good("GET", f"/me/calendarView?{SPAN}&$top=50")["value"],
        *world.good("GET", "/me/events", mailbox=world.bob)["value"],
        *world.round()[0],
    ]
    world.ask("DELETE", f"/me/events/{made['id']}")
    return rows


def _span() -> tuple[Any, Any]:
    from local.graph.times import read_window

    window = read_window("2026-11-24T00:00:00Z", "2027-01-31T00:00:00Z")
    return window.start, window.end


def test_every_event_answered_fits_microsofts_type(world: World) -> None:
    rows = all_rows(world)

    for row in rows:
        assert read_members("graph.event", plain(row), "") == plain(row)
    assert {row["type"] for row in rows} == {"singleInstance", "seriesMaster", "occurrence", "exception"}


def test_every_member_that_matters_is_answered(world: World) -> None:
    made = world.create()

    missing = set(properties("graph.event")) - set(made)

    assert missing == {"originalStart", "cancelledOccurrences"}


def test_extended_properties_fit_microsofts_type(world: World) -> None:
    made = world.create(event(singleValueExtendedProperties=link("1")))
    url = f"/me/events/{made['id']}?$expand=singleValueExtendedProperties($filter=id eq '{LINK}')"

    for row in world.good("GET", url)[_NAVIGATION]:
        assert read_members("graph.singleValueLegacyExtendedProperty", row, "") == row


def test_every_calendar_answered_fits_microsofts_type(world: World) -> None:
    rows = world.good("GET", "/me/calendars")["value"]

    for row in rows:
        assert read_members("graph.calendar", row, "") == row
    assert [row["isDefaultCalendar"] for row in rows] == [True, False]
