"""The HTTP face: tokens, bodies, headers, and requests at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient

from local.graph.server import InvalidToken, create_app
from local.graph.service import Caller
from tests.local.graph.world import SPAN, World, event

ANN = Caller("firm", "ann", frozenset({"Calendars.ReadWrite"}))
BEARER = {"Authorization": "Bearer good"}


def authorize(token: str) -> Caller:
    if token != "good":
        raise InvalidToken("CompactToken parsing failed", "the token is not one of ours")
    return ANN


@pytest.fixture
def client(world: World) -> FlaskClient:
    return create_app(world.graph, authorize).test_client()


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic x"}, {"Authorization": "Bearer bad"}])
def test_a_bad_token_is_refused_with_graphs_body(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.get("/v1.0/me/events", headers=headers)

    assert answer.status_code == 401
    assert answer.get_json()["error"]["code"] == "InvalidAuthenticationToken"
    assert answer.get_json()["error"]["innerError"]["request-id"] == answer.headers["request-id"]
    assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_a_request_passes_with_its_query_headers_and_body(client: FlaskClient) -> None:
    prefer = [("Prefer", 'IdType="ImmutableId"'), ("Prefer", 'outlook.timezone="Tokyo Standard Time"')]
    headers = [*BEARER.items(), *prefer]
    made = client.post("/v1.0/me/events", headers=headers, json=event("Grüße"))

    assert made.status_code == 201
    assert made.get_json()["start"]["timeZone"] == "Tokyo Standard Time"
    seen = client.get(f"/v1.0/me/calendarView?{SPAN}", headers=headers).get_json()["value"]
    assert [(row["id"], row["subject"]) for row in seen] == [(made.get_json()["id"], "Grüße")]
    assert client.delete(f"/v1.0/me/events/{made.get_json()['id']}", headers=headers).data == b""


@pytest.mark.parametrize(
    ("body", "kind"), [(b"{", "application/json"), (b"\xff", "application/json"), (b"{}", "text/plain")]
)
def test_a_body_that_is_not_json_is_refused(client: FlaskClient, body: bytes, kind: str) -> None:
    answer = client.post("/v1.0/me/events", headers={**BEARER, "Content-Type": kind}, data=body)

    assert answer.status_code == 400
    assert answer.get_json()["error"]["code"] == "BadRequest"


def test_links_lead_back_to_the_server(client: FlaskClient, world: World) -> None:
    world.graph.base_url = "http://localhost/v1.0"
    for day in (1, 2):
        world.create(event(day=day))
    headers = {**BEARER, "Prefer": "odata.maxpagesize=1"}

    first = client.get(f"/v1.0/me/calendarView/delta?{SPAN}", headers=headers).get_json()
    second = client.get(first["@odata.nextLink"], headers=headers).get_json()

    assert len(second["value"]) == 1
    assert client.get(second["@odata.deltaLink"], headers=headers).get_json()["value"] == []


def test_a_batch_passes_over_http(client: FlaskClient, world: World) -> None:
    made = world.create()["id"]
    requests = [{"id": "1", "method": "GET", "url": f"/me/events/{made}"}]

    answer = client.post("/v1.0/$batch", headers=BEARER, json={"requests": requests})

    assert [one["status"] for one in answer.get_json()["responses"]] == [200]


def test_the_fifth_request_at_a_time_is_throttled(world: World) -> None:
    arrived, released = threading.Barrier(5, timeout=20), threading.Event()

    def hold(_: Caller) -> None:
        arrived.wait()
        released.wait(20)

    app = create_app(world.graph, authorize, hold=hold)

    def ask(_: int) -> int:
        return app.test_client().get("/v1.0/me/events", headers=BEARER).status_code

    with ThreadPoolExecutor(4) as pool:
        four = pool.map(ask, range(4))
        arrived.wait()
        fifth = app.test_client().get("/v1.0/me/events", headers=BEARER)
        released.set()
        assert list(four) == [200] * 4

    assert (fifth.status_code, fifth.get_json()["error"]["code"]) == (429, "ApplicationThrottled")
    assert world.ann.gate.under_way == 0
