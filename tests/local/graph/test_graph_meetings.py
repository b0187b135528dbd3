"""Meetings: copies in the attendees' mailboxes, responses, and every mail that is or is not sent."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from local.graph.service import Switches
from tests.local.graph.world import SPAN, WEEKLY, World, at, event, link


def meeting(world: World, **members: Any) -> dict[str, Any]:
    people = [{"emailAddress": {"address": email}} for email in ("Bob@firm.example", "eve@else.example")]
    return world.create(event("Meeting", attendees=people, **members))


def of_bob(world: World) -> list[dict[str, Any]]:
    url = f"/me/calendarView?{SPAN}&$top=50&$orderby=start/dateTime"
    return list(world.good("GET", url, mailbox=world.bob)["value"])


def mail(world: World) -> list[tuple[str, str, str]]:
    return [(sent.to, sent.why, sent.by) for sent in world.graph.outbox]


def test_an_attendee_with_a_mailbox_gets_a_copy(world: World) -> None:
    made = meeting(world)

    copy = of_bob(world)[0]

    assert copy["iCalUId"] == made["iCalUId"]
    assert copy["id"] != made["id"]
    assert (copy["isOrganizer"], copy["showAs"]) == (False, "tentative")
    assert copy["responseStatus"]["response"] == "notResponded"
    assert copy["organizer"]["emailAddress"]["address"] == "ann@firm.example"
    assert mail(world) == [("bob@firm.example", "request", "app"), ("eve@else.example", "request", "app")]


def test_an_appointment_costs_no_mail(world: World) -> None:
    made = world.create()
    world.good("PATCH", f"/me/events/{made['id']}", {"subject": "x"})
    world.ask("DELETE", f"/me/events/{made['id']}")

    assert world.graph.outbox == []


def test_the_organisers_change_is_mailed_and_overwrites_the_attendees_own(world: World) -> None:
    made = meeting(world)
    world.bob.edit(of_bob(world)[0]["id"], {"subject": "My name for it"})
    world.graph.outbox.clear()

    world.good("PATCH", f"/me/events/{made['id']}", {"start": at(2), "end": at(2, 10)})

    copy = of_bob(world)[0]
    assert (copy["subject"], copy["start"]["dateTime"][:10]) == ("Meeting", "2026-12-02")
    assert mail(world) == [("bob@firm.example", "update", "app"), ("eve@else.example", "update", "app")]


@pytest.mark.parametrize(
    "change",
    [
        {"categories": ["Red"]},
        {"isReminderOn": False},
        {"showAs": "free"},
        {"singleValueExtendedProperties": link("1")},
        {"subject": "Meeting"},
    ],
)
def test_a_change_that_stays_at_home_is_not_mailed(world: World, change: dict[str, Any]) -> None:
    made = meeting(world)
    world.graph.outbox.clear()

    world.good("PATCH", f"/me/events/{made['id']}", change)

    assert world.graph.outbox == []


def test_an_attendees_change_of_the_own_copy_is_not_mailed(world: World) -> None:
    meeting(world)
    world.graph.outbox.clear()

    world.good("PATCH", f"/me/events/{of_bob(world)[0]['id']}", {"subject": "x"}, mailbox=world.bob)

    assert world.graph.outbox == []


@pytest.mark.parametrize("way", ["delete", "cancel"])
def test_the_organisers_deletion_cancels_the_copies(world: World, way: str) -> None:
    made = meeting(world)
    world.graph.outbox.clear()
    url = f"/me/events/{made['id']}"

    answer = world.ask("DELETE", url) if way == "delete" else world.ask("POST", f"{url}/cancel", {"comment": "sorry"})

    assert answer.status in {202, 204}
    assert {(to, why) for to, why, _ in mail(world)} == {
        ("bob@firm.example", "cancellation"),
        ("eve@else.example", "cancellation"),
    }
    assert (of_bob(world)[0]["isCancelled"], of_bob(world)[0]["subject"]) == (True, "Canceled: Meeting")
    assert world.ann.place(made["id"]) == "deleted"


def test_an_attendee_taken_off_the_list_is_told(world: World) -> None:
    made = meeting(world)
    world.graph.outbox.clear()

    world.good("PATCH", f"/me/events/{made['id']}", {"attendees": [{"emailAddress": {"address": "eve@else.example"}}]})

    assert mail(world) == [("bob@firm.example", "cancellation", "app")]
    assert of_bob(world)[0]["isCancelled"] is True


@pytest.mark.parametrize(
    ("action", "response"),
    [("accept", "accepted"), ("tentativelyAccept", "tentativelyAccepted"), ("decline", "declined")],
)
def test_a_response_reaches_the_organiser(world: World, action: str, response: str) -> None:
    made = meeting(world)
    world.graph.outbox.clear()

    answer = world.ask("POST", f"/me/events/{of_bob(world)[0]['id']}/{action}", {}, mailbox=world.bob)

    assert answer.status == 202
    assert of_bob(world)[0]["responseStatus"]["response"] == response
    seen = world.good("GET", f"/me/events/{made['id']}")["attendees"]
    assert [one["status"]["response"] for one in seen] == [response, "none"]
    assert mail(world) == [("ann@firm.example", "response", "app")]


def test_a_silent_response_is_not_mailed(world: World) -> None:
    made = meeting(world)
    world.graph.outbox.clear()

    world.bob.respond(of_bob(world)[0]["id"], "accepted", send=False)

    assert world.graph.outbox == []
    assert world.good("GET", f"/me/events/{made['id']}")["attendees"][0]["status"]["response"] == "none"


def test_declined_meetings_leave_if_the_switch_says_so() -> None:
    world = World(Switches(declined_stay=False))
    meeting(world)

    world.bob.respond(of_bob(world)[0]["id"], "declined")

    assert of_bob(world) == []


def test_only_the_right_role_may_answer_or_cancel(world: World) -> None:
    made = meeting(world)
    copy = of_bob(world)[0]["id"]

    assert world.refused("POST", f"/me/events/{made['id']}/accept", {})[0] == 400
    assert world.refused("POST", f"/me/events/{copy}/cancel", {}, mailbox=world.bob)[0] == 400


def test_an_attendee_may_delete_the_copy_silently(world: World) -> None:
    made = meeting(world)
    world.graph.outbox.clear()

    world.bob.delete(of_bob(world)[0]["id"])

    assert of_bob(world) == []
    assert world.graph.outbox == []
    assert world.ask("GET", f"/me/events/{made['id']}").status == 200


def test_a_series_goes_to_attendees_with_its_exceptions(world: World) -> None:
    made = meeting(world, recurrence=WEEKLY)
    world.ann.edit_occurrence(made["id"], date(2026, 12, 8), {"subject": "Other"})
    world.ann.cancel_occurrence(made["id"], date(2026, 12, 15))

    copies = of_bob(world)

    assert [row["subject"] for row in copies] == ["Meeting", "Other", "Meeting"]
    ours = world.good("GET", f"/me/calendarView?{SPAN}&$orderby=start/dateTime")["value"]
    assert [row["iCalUId"] for row in copies] == [row["iCalUId"] for row in ours]


def test_a_series_change_is_mailed_once_more_for_each_exception(world: World) -> None:
    made = meeting(world, recurrence=WEEKLY)
    world.ann.edit_occurrence(made["id"], date(2026, 12, 8), {"subject": "Other"})
    world.graph.outbox.clear()

    world.good("PATCH", f"/me/events/{made['id']}", {"subject": "All"})

    assert [to for to, _, _ in mail(world)] == ["bob@firm.example"] * 2 + ["eve@else.example"] * 2


def test_responses_outlast_a_change_of_the_list(world: World) -> None:
    made = meeting(world)
    world.bob.respond(of_bob(world)[0]["id"], "accepted")

    world.ann.invite(made["id"], "dan@else.example")

    seen = world.good("GET", f"/me/events/{made['id']}")["attendees"]
    assert [one["status"]["response"] for one in seen] == ["accepted", "none", "none"]


def test_inviting_makes_a_meeting_of_an_appointment(world: World) -> None:
    made = world.create()

    world.ann.invite(made["id"], "bob@firm.example")

    assert mail(world) == [("bob@firm.example", "request", "person")]
    assert of_bob(world)[0]["iCalUId"] == made["iCalUId"]


def test_five_hundred_attendees_are_the_most(world: World) -> None:
    people = [{"emailAddress": {"address": f"p{number}@else.example"}} for number in range(501)]

    assert world.refused("POST", "/me/events", event(attendees=people))[0] == 400
    assert len(world.create(event(attendees=people[:500]))["attendees"]) == 500
