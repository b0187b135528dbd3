"""The page's own JSON: what a person does by hand reaches the mailbox as a person's act."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from local.graph.server import create_app
from local.graph.service import Caller
from tests.local.graph.world import World, at, event

SPAN = "start=2026-11-30T00:00:00&end=2026-12-07T00:00:00"


def nobody(_: str) -> Caller:
    raise AssertionError("the page needs no token")


@pytest.fixture
def page(world: World) -> FlaskClient:
    return create_app(world.graph, nobody).test_client()


def shown(page: FlaskClient, oid: str = "ann") -> list[dict[str, Any]]:
    return list(page.get(f"/people/{oid}/events?{SPAN}").get_json())


def typed(**members: Any) -> dict[str, Any]:
    times = {"start": "2026-12-01T09:00:00", "end": "2026-12-01T10:00:00", "allDay": False}
    return {"title": "Lunch", **times, **members}


@pytest.mark.parametrize(
    "path", ["/", "/people/ann", "/static/people.js", "/assets/calendar.js", "/assets/calendar.css"]
)
def test_the_page_and_its_parts_are_served_from_here(page: FlaskClient, path: str) -> None:
    with page.get(path) as answer:
        assert answer.status_code == 200
        assert b"//cdn" not in answer.data[:2000]
        assert "X-Frame-Options" not in answer.headers


def test_no_other_file_is_served(page: FlaskClient) -> None:
    assert page.get("/assets/package.json").status_code == 404
    assert page.get("/static/../server.py").status_code == 404


def test_everybody_is_listed_with_the_clock_of_their_zone(page: FlaskClient) -> None:
    people = page.get("/people").get_json()

    assert [(one["oid"], one["now"]) for one in people] == [
        ("ann", "2026-11-24T04:00:00"),
        ("bob", "2026-11-24T09:00:00"),
    ]


def test_an_event_is_made_in_the_mailboxs_zone(page: FlaskClient, world: World) -> None:
    made = page.post("/people/ann/events", json=typed(place="Cafe", text="with Bob", attendees=["bob@firm.example"]))

    row = world.good("GET", f"/me/events/{made.get_json()['id']}")
    assert row["start"]["dateTime"] == "2026-12-01T14:00:00.0000000"
    assert [(one["title"], one["start"], one["place"]) for one in shown(page)] == [
        ("Lunch", "2026-12-01T09:00:00", "Cafe")
    ]
    assert [(sent.why, sent.by) for sent in world.graph.outbox] == [("request", "person")]
    assert shown(page, "bob")[0]["isOrganizer"] is False


def test_an_event_is_changed_moved_copied_and_deleted(page: FlaskClient, world: World) -> None:
    made = world.create()["id"]

    page.patch(f"/people/ann/events/{made}", json={"title": "Dinner", "sensitivity": "private"})
    page.patch(f"/people/ann/events/{made}", json={"calendar": "secondary"})
    copied = page.post(f"/people/ann/events/{made}/copy").get_json()["id"]
    page.delete(f"/people/ann/events/{made}")

    assert world.ann.place(made) == "deleted"
    rows = shown(page)
    assert [(row["id"], row["title"], row["calendar"]) for row in rows] == [(copied, "Dinner", "primary")]


def test_an_event_can_become_all_day(page: FlaskClient, world: World) -> None:
    made = world.create()["id"]
    change = {"start": "2026-12-02T00:00:00", "end": "2026-12-03T00:00:00", "allDay": True}

    assert page.patch(f"/people/ann/events/{made}", json=change).status_code == 200

    assert (shown(page)[0]["allDay"], shown(page)[0]["start"]) == (True, "2026-12-02T00:00:00")


def test_an_event_can_repeat(page: FlaskClient) -> None:
    page.post("/people/ann/events", json=typed(repeat="daily"))

    rows = shown(page)

    assert len(rows) == 7
    assert {row["type"] for row in rows} == {"occurrence"}


def test_an_invitation_is_answered(page: FlaskClient, world: World) -> None:
    world.ann.invite(world.create()["id"], "bob@firm.example")
    copy = shown(page, "bob")[0]

    assert page.post(f"/people/bob/events/{copy['id']}/declined").status_code == 200

    assert shown(page, "bob")[0]["response"] == "declined"


def test_a_refusal_is_told_in_words(page: FlaskClient, world: World) -> None:
    made = world.create(event(start=at(1), end=at(1, 10)))["id"]

    answer = page.patch(f"/people/ann/events/{made}", json={"end": "2026-11-01T00:00:00"})

    assert answer.status_code == 400
    assert "start" in answer.get_json()["message"]
    assert page.get("/people/ann/events?start=x&end=y").status_code == 400
    assert page.get(f"/people/eve/events?{SPAN}").status_code == 404
