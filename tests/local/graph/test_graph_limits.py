"""Batches, throttling, scopes, and the errors and headers that go with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.graph.service import Answer, Caller, Switches
from tests.local.graph.world import IMMUTABLE, JSON, World, event


def get(key: str, url: str, **members: Any) -> dict[str, Any]:
    return {"id": key, "method": "GET", "url": url, "headers": IMMUTABLE, **members}


def post(key: str, body: Any, **members: Any) -> dict[str, Any]:
    return {"id": key, "method": "POST", "url": "/me/events", "headers": JSON, "body": body, **members}


def batch(world: World, *requests: dict[str, Any]) -> dict[str, dict[str, Any]]:
    body = world.good("POST", "/$batch", {"requests": list(requests)})
    return {answer["id"]: answer for answer in body["responses"]}


def test_each_request_of_a_batch_has_its_own_status(world: World) -> None:
    made = world.create()

    answers = batch(world, get("a", f"/me/events/{made['id']}"), get("b", "/me/events/nonsense"), post("c", event()))

    assert {key: answer["status"] for key, answer in answers.items()} == {"a": 200, "b": 400, "c": 201}
    assert answers["a"]["body"]["id"] == made["id"]
    assert answers["b"]["body"]["error"]["code"] == "ErrorInvalidIdMalformed"


def test_the_answers_of_a_batch_come_in_any_order(world: World) -> None:
    requests = [get(str(number), "/me/events") for number in range(10)]

    body = world.good("POST", "/$batch", {"requests": requests})

    keys = [answer["id"] for answer in body["responses"]]
    assert sorted(keys) == [str(number) for number in range(10)]
    assert keys != sorted(keys)


def test_what_depends_on_a_failure_fails(world: World) -> None:
    answers = batch(
        world,
        post("bad", {"subject": "no times"}),
        post("after", event(), dependsOn=["bad"]),
        post("good", event()),
        get("list", "/me/events", dependsOn=["good"]),
    )

    assert answers["after"]["status"] == 424
    assert len(answers["list"]["body"]["value"]) == 1


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [get(str(number), "/me/events") for number in range(21)],
        [get("a", "/me/events"), get("a", "/me/events")],
        [get("a", "https://graph.microsoft.com/v1.0/me/events")],
        [get("a", "/$batch")],
        [get("a", "/me/events", dependsOn=["z"])],
        [get("a", "/me/events", dependsOn=["b"]), get("b", "/me/events", dependsOn=["a"])],
        [{"id": "a", "url": "/me/events"}],
        ["a"],
    ],
)
def test_a_malformed_batch_is_refused(world: World, requests: list[Any]) -> None:
    assert world.refused("POST", "/$batch", {"requests": requests})[0] == 400


def test_a_body_in_a_batch_needs_its_content_type(world: World) -> None:
    answers = batch(world, {"id": "a", "method": "POST", "url": "/me/events", "body": event()})

    assert answers["a"]["status"] == 400


def test_throttling_on_demand_counts_inner_requests(world: World) -> None:
    world.graph.throttle(world.ann, 2, 7)

    answers = batch(world, *[get(str(number), "/me/events") for number in range(3)])

    refused = [answer for answer in answers.values() if answer["status"] == 429]
    assert len(refused) == 2
    assert {answer["headers"]["Retry-After"] for answer in refused} == {"7"}
    assert {answer["body"]["error"]["code"] for answer in refused} == {"ApplicationThrottled"}


def test_throttling_may_come_without_retry_after(world: World) -> None:
    world.graph.throttle(world.ann, 1)

    answer = world.ask("GET", "/me/events")

    assert answer.status == 429
    assert "Retry-After" not in answer.headers
    assert world.ask("GET", "/me/events").status == 200


def test_a_batch_beside_other_requests_is_fed_fewer_at_a_time(world: World) -> None:
    world.ann.gate.under_way = 2

    answers = batch(world, *[get(str(number), "/me/events") for number in range(8)])

    assert [answer["status"] for answer in answers.values()].count(429) == 4


def test_a_fifth_request_at_a_time_is_throttled(world: World) -> None:
    world.ann.gate.under_way = 4

    assert world.refused("GET", "/me/events") == (429, "ApplicationThrottled")
    assert world.ask("GET", "/me/events", mailbox=world.bob).status == 200


def test_the_ten_minute_limit_ends_with_its_ten_minutes() -> None:
    world = World(Switches(requests_in_ten_minutes=2))
    world.ask("GET", "/me/events")
    world.ask("GET", "/me/events")

    refused = world.ask("GET", "/me/events")
    world.clock.pass_by(timedelta(minutes=10))

    assert (refused.status, refused.headers["Retry-After"]) == (429, "601")
    assert world.ask("GET", "/me/events").status == 200


def test_scopes_are_needed(world: World) -> None:
    nothing = Caller("firm", "ann", frozenset())
    calendars = Caller("firm", "ann", frozenset({"Calendars.ReadWrite"}))

    refused = world.graph.request(nothing, "GET", "/me/events", {}, None)

    assert refused.status == 403
    assert refused.body is not None
    assert refused.body["error"]["code"] == "ErrorAccessDenied"
    assert world.graph.request(calendars, "GET", "/me", {}, None).status == 403
    assert world.good("GET", "/me")["mail"] == "ann@firm.example"


def test_an_account_without_a_mailbox_is_told_so(world: World) -> None:
    stranger = Caller("firm", "nobody", frozenset({"Calendars.ReadWrite"}))

    answer = world.graph.request(stranger, "GET", "/me/calendar", {}, None)

    assert answer.status == 404
    assert answer.body is not None
    assert answer.body["error"]["code"] == "MailboxNotEnabledForRESTAPI"


def test_an_error_names_its_request(world: World) -> None:
    answer = world.ask("GET", "/me/events/nonsense", headers={"client-request-id": "mine"})

    assert answer.body is not None
    inner = answer.body["error"]["innerError"]
    assert inner == {
        "date": "2026-11-24T09:00:00",
        "request-id": answer.headers["request-id"],
        "client-request-id": "mine",
    }


def test_faults_come_before_anything_happens(world: World) -> None:
    seen: list[tuple[str, str]] = []

    def fault(_: Caller, method: str, path: str) -> Answer | None:
        seen.append((method, path))
        return Answer(503, {}, None) if method == "POST" and path == "/me/events" else None

    world.graph.faults = fault
    assert world.ask("POST", "/me/events", event()).status == 503
    assert batch(world, post("a", event()))["a"]["status"] == 503
    world.graph.faults = None

    assert world.good("GET", "/me/events")["value"] == []
    assert seen == [("POST", "/me/events"), ("POST", "/$batch"), ("POST", "/me/events")]


def test_preferences_may_be_combined_and_are_confirmed(world: World) -> None:
    header = 'outlook.timezone="Tokyo Standard Time", IdType="ImmutableId", odata.maxpagesize=2, unknown=1'

    answer = world.ask("GET", "/me/events", headers={"prefer": header})

    applied = answer.headers["Preference-Applied"]
    assert 'outlook.timezone="Tokyo Standard Time"' in applied
    assert "unknown" not in applied
    assert world.refused("GET", "/me/events", headers={"Prefer": 'outlook.timezone="Moon"'}) == (
        400,
        "TimeZoneNotSupportedException",
    )


def test_the_same_seed_gives_the_same_answers() -> None:
    def told() -> list[Any]:
        world = World()
        world.create()
        return [
            world.ask("POST", "/$batch", {"requests": [get(str(n), "/me/events") for n in range(8)]}),
            world.round(),
        ]

    assert told() == told()
