"""CaseFlow's local web application: doors, API mount, calendar writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from local.caseflow.server import COOKIE, create_app
from local.caseflow.sessions import Sessions
from tests.local.caseflow.world import TOKEN, World

SETTINGS = "http://localhost:7071/api/outlook/settings"


@pytest.fixture
def sessions(world: World, tmp_path: Path) -> Sessions:
    return Sessions(tmp_path, issuer="https://caseflow.example", now=world.clock)


@pytest.fixture
def client(world: World, sessions: Sessions, tmp_path: Path) -> FlaskClient:
    app = create_app(
        world.caseflow,
        sessions,
        settings_url=SETTINGS,
        outlook_url=lambda staff: f"https://outlook.example/people/{staff['email']}",
        node_modules=tmp_path,
    )
    return app.test_client()


def sign_in(client: FlaskClient, staff_id: str) -> None:
    assert client.post("/demo/login", data={"staff_id": staff_id, "next": "/calendar"}).status_code == 303


def members(world: World, **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in world.write(**changes).items() if name != "origin"}


def test_the_front_door_names_everybody_who_is_active(world: World, client: FlaskClient) -> None:
    world.caseflow.deactivate_staff(world.ben, by=world.ann)
    text = client.get("/").text
    assert "Ann Reed" in text
    assert "Ben Marsh" not in text


def test_one_click_signs_in(world: World, client: FlaskClient, sessions: Sessions) -> None:
    answer = client.post("/demo/login", data={"staff_id": world.ann, "next": "/side-by-side"})
    assert (answer.status_code, answer.location) == (303, "/side-by-side")
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    session = sessions.verify(cookie.value)
    assert (session.staff_id, session.firm_id, session.role) == (world.ann, world.firm, "firm_admin")


def test_signing_in_leads_to_our_own_pages_only(world: World, client: FlaskClient) -> None:
    answer = client.post("/demo/login", data={"staff_id": world.ann, "next": "https://elsewhere.example"})
    assert answer.status_code == 422


def test_a_script_gets_a_token(world: World, client: FlaskClient, sessions: Sessions) -> None:
    answer = client.post("/demo/session", json={"staff_id": world.ben})
    assert sessions.verify(answer.json["token"]).staff_id == world.ben if answer.json else False
    assert client.post("/demo/session", json={"staff_id": "none"}).status_code == 404
    assert client.post("/demo/session", json={}).status_code == 422


def test_the_keys_are_published(client: FlaskClient, sessions: Sessions) -> None:
    assert client.get("/.well-known/jwks.json").json == sessions.jwks()


def test_without_a_session_pages_lead_to_the_front_door(client: FlaskClient) -> None:
    for page in ("/calendar", "/side-by-side"):
        assert client.get(page).location == "/"
    assert client.get("/calendar/data").status_code == 401


def test_the_side_by_side_page_shows_the_settings_and_the_own_mailbox(world: World, client: FlaskClient) -> None:
    sign_in(client, world.ben)
    text = client.get("/side-by-side").text
    assert f'src="{SETTINGS}"' in text
    assert 'src="https://outlook.example/people/ben@reed.example"' in text


def test_the_api_is_served_below_api(world: World, client: FlaskClient) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Request-Id": "1", "Idempotency-Key": "k"}
    made = client.post(f"/api/firms/{world.firm}/events", json=world.write(), headers=headers)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    feed = client.get(f"/api/firms/{world.firm}/staff/{world.ann}/changes?from=2026-03-02", headers=headers)
    assert feed.json is not None
    assert [item["event"] for item in feed.json["items"]] == [made.json]
    assert client.get(f"/api/firms/{world.firm}").status_code == 401


@pytest.mark.parametrize("body", ["{", '{"a": 1, "a": 2}', '{"a": NaN}', "[" * 100_000])
def test_a_body_that_is_no_json_is_refused(world: World, client: FlaskClient, body: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Request-Id": "1", "Content-Type": "application/json"}
    answer = client.post(f"/api/firms/{world.firm}/events", data=body, headers=headers)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("kind", ["event", "task", "deadline"])
def test_people_make_edit_and_delete_on_the_calendar(world: World, client: FlaskClient, kind: str) -> None:
    sign_in(client, world.ann)
    bodies: dict[str, dict[str, Any]] = {
        "event": members(world),
        "task": {"topic": "File", "due_date": "2026-03-09", "assignee_ids": [world.ann]},
        "deadline": {"name": "Answer", "date": "2026-03-09", "matter_id": world.matter},
    }
    title = {"event": "title", "task": "topic", "deadline": "name"}[kind]
    made = client.post(f"/calendar/{kind}", json=bodies[kind]).json
    assert made is not None
    edited = client.patch(f"/calendar/{kind}/{made['id']}", json={title: "New"}).json
    assert edited is not None
    assert (edited[title], edited["version"]) == ("New", 2)
    data = client.get("/calendar/data").json
    assert data is not None
    assert data[kind] == [edited]
    assert client.delete(f"/calendar/{kind}/{made['id']}").status_code == 204
    assert client.patch(f"/calendar/{kind}/{made['id']}", json={title: "Late"}).status_code == 404


def test_a_private_event_is_shown_to_its_staff_alone(world: World, client: FlaskClient) -> None:
    event_id = world.event(visibility="private")
    sign_in(client, world.ben)
    data = client.get("/calendar/data").json
    assert data is not None
    assert data["event"] == []
    assert client.delete(f"/calendar/event/{event_id}").status_code == 404
    sign_in(client, world.ann)
    assert client.delete(f"/calendar/event/{event_id}").status_code == 204


def test_nobody_reaches_another_firm_or_acts_as_somebody_else(world: World, client: FlaskClient) -> None:
    other = world.caseflow.add_firm("Other")["id"]
    stranger = world.caseflow.add_staff(other, "Cy", "cy@other.example")["id"]
    event_id = world.event()
    sign_in(client, stranger)
    assert client.patch(f"/calendar/event/{event_id}", json={"title": "x"}).status_code == 404
    assert client.post("/calendar/event", json={**members(world), "by": world.ann}).status_code == 422


def test_a_form_of_another_site_cannot_write(world: World, client: FlaskClient) -> None:
    sign_in(client, world.ann)
    assert client.post("/calendar/event", data="{}", content_type="text/plain").status_code == 415
