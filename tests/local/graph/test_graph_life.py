"""An event's life: repeated creates, deletion, moves, copies, backups and what is kept of all that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.graph.service import GraphService, Switches
from tests.local.graph.world import LINK, SPAN, World, event, link


def keyed(**members: Any) -> dict[str, Any]:
    return event(transactionId="t-1", singleValueExtendedProperties=link("1"), **members)


def test_a_repeated_create_answers_the_same_event(world: World) -> None:
    made = world.create(keyed())
    world.ann.edit(made["id"], {"subject": "Moved on"})

    again = world.ask("POST", "/me/events", keyed())

    assert again.status == 201
    assert again.body is not None
    assert (again.body["id"], again.body["subject"]) == (made["id"], "Moved on")
    assert len(world.good("GET", "/me/events")["value"]) == 1


@pytest.mark.parametrize("status", [400, 409])
def test_a_repeated_create_with_other_content_names_the_existing_event(status: Any) -> None:
    world = World(Switches(duplicate_transaction_status=status))
    made = world.create(keyed())

    answer = world.ask("POST", "/me/events", keyed(location={"displayName": "Court"}))

    assert answer.status == status
    assert answer.body is not None
    assert answer.body["error"]["code"] == "ErrorDuplicateTransactionId"
    assert answer.body["error"]["@event.existingEventId"] == made["id"]


def test_a_repeated_create_with_other_content_is_a_replay_if_the_switch_says_so() -> None:
    world = World(Switches(duplicate_transaction_status=201))
    made = world.create(keyed())

    assert world.create(keyed(location={"displayName": "Court"}))["id"] == made["id"]


def test_forgotten_transaction_ids_make_a_second_event() -> None:
    world = World(Switches(transaction_id_remembered=1))
    made = world.create(keyed())
    world.create(event(transactionId="t-2"))

    assert world.create(keyed())["id"] != made["id"]


@pytest.mark.parametrize(("rule", "status"), [("refused", 409), ("replayed", 201), ("forgotten", 201)])
def test_a_repeated_create_of_a_deleted_event_follows_the_switch(rule: Any, status: int) -> None:
    world = World(Switches(deleted_transaction=rule))
    made = world.create(keyed())
    world.ann.delete(made["id"])

    answer = world.ask("POST", "/me/events", keyed())

    assert answer.status == status
    assert len(world.good("GET", "/me/events")["value"]) == (1 if rule == "forgotten" else 0)


def test_transaction_ids_of_two_mailboxes_do_not_meet(world: World) -> None:
    world.create(keyed())

    assert world.ask("POST", "/me/events", keyed(subject="Bob's"), mailbox=world.bob).status == 201


def test_a_transaction_id_is_set_at_creation_only(world: World) -> None:
    made = world.create()

    assert world.refused("PATCH", f"/me/events/{made['id']}", {"transactionId": "late"})[0] == 400


@pytest.mark.parametrize("answers", [True, False])
def test_a_deleted_event_lies_in_deleted_items(answers: bool) -> None:
    world = World(Switches(deleted_still_answers_by_id=answers))
    made = world.create()
    mutable = world.good("GET", f"/me/events/{made['id']}", headers={})["id"]

    assert world.ask("DELETE", f"/me/events/{made['id']}").status == 204

    assert world.ann.place(made["id"]) == "deleted"
    assert world.ask("GET", f"/me/events/{made['id']}").status == (200 if answers else 404)
    assert world.refused("GET", f"/me/events/{mutable}") == (404, "ErrorItemNotFound")
    assert world.good("GET", f"/me/calendarView?{SPAN}")["value"] == []


def test_deleting_twice_takes_it_out_of_reach_but_destroys_nothing() -> None:
    world = World(Switches(deleted_still_answers_by_id=True))
    made = world.create()
    world.ask("DELETE", f"/me/events/{made['id']}")

    assert world.ask("DELETE", f"/me/events/{made['id']}").status == 204
    assert world.refused("GET", f"/me/events/{made['id']}")[0] == 404

    world.ann.undelete(made["id"])
    assert world.good("GET", f"/me/events/{made['id']}")["subject"] == "Lunch"


def test_an_immutable_id_survives_a_move_and_the_other_form_does_not(world: World) -> None:
    made = world.create()
    mutable = world.good("GET", f"/me/events/{made['id']}", headers={})["id"]

    world.ann.to_secondary(made["id"])

    assert world.ask("GET", f"/me/events/{made['id']}").status == 200
    assert world.refused("GET", f"/me/events/{mutable}")[0] == 404
    assert world.good("GET", "/me/events")["value"] == []
    other = world.good("GET", "/me/calendars")["value"][1]["id"]
    assert [row["id"] for row in world.good("GET", f"/me/calendars/{other}/events")["value"]] == [made["id"]]


@pytest.mark.parametrize("answers", [True, False])
def test_another_calendars_event_answers_below_the_primary_one_by_the_switch(answers: bool) -> None:
    world = World(Switches(other_calendar_events_answer_by_id=answers))
    made = world.ann.create(event(), calendar="secondary")

    assert world.ask("GET", f"/me/calendar/events/{made}").status == (200 if answers else 404)
    assert world.ask("GET", f"/me/events/{made}").status == 200


def test_events_can_be_made_in_a_named_calendar_and_its_id_can_change(world: World) -> None:
    old = world.ann.calendar_id("secondary")
    made = world.good("POST", f"/me/calendars/{old}/events", event())
    assert world.ann.place(made["id"]) == "secondary"

    world.ann.renew_calendar_ids()

    assert world.refused("GET", f"/me/calendars/{old}/events")[0] == 404
    assert world.good("GET", "/me/calendar")["isDefaultCalendar"] is True


@pytest.mark.parametrize("carried", [True, False])
def test_a_copy_is_a_new_event_with_marks_by_the_switch(carried: bool) -> None:
    world = World(Switches(copies_carry_marks=carried))
    made = world.create(keyed())

    copied = world.ann.copy_event(made["id"])

    seen = world.good("GET", f"/me/events/{copied}")
    assert copied != made["id"]
    assert seen["iCalUId"] != made["iCalUId"]
    assert seen["transactionId"] == ("t-1" if carried else None)
    assert world.ann.properties(copied) == ({LINK: "1"} if carried else {})
    assert world.create(keyed())["id"] == made["id"]


def test_a_backup_takes_a_mailbox_back(world: World) -> None:
    made = world.create()
    backup = json.loads(json.dumps(world.ann.dump()))
    world.ann.edit(made["id"], {"subject": "Later"})
    late = world.create()["id"]

    world.ann.load(backup)

    assert world.good("GET", f"/me/events/{made['id']}")["subject"] == "Lunch"
    assert world.refused("GET", f"/me/events/{late}")[0] == 404


def test_everything_survives_a_dump_and_load(world: World) -> None:
    made = world.create(keyed(attendees=[{"emailAddress": {"address": "bob@firm.example"}}]))
    _, delta = world.round()
    dumped = json.loads(json.dumps(world.graph.dump()))
    other = GraphService(now=world.clock, seed=9)

    other.load(dumped)

    assert other.dump() == dumped
    assert other.outbox == world.graph.outbox
    world.graph = other
    assert world.good("GET", f"/me/events/{made['id']}")["transactionId"] == "t-1"
    assert world.ask("GET", delta).status == 200


def test_no_answer_is_a_piece_of_the_state(world: World) -> None:
    made = world.create(event(categories=["Red"], location={"displayName": "Court"}))
    made["categories"].append("Blue")
    made["location"]["displayName"] = "Elsewhere"
    made["body"]["content"] = "x"

    seen = world.good("GET", f"/me/events/{made['id']}")

    assert (seen["categories"], seen["location"]["displayName"]) == (["Red"], "Court")
    assert seen["body"]["content"] == ""
