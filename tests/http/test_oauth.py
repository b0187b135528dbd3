"""Connect, callback, disconnect, preferences (product.md A, B, L, M)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec import structs

from shared.core.errors import Reconnect, Retry
from shared.core.jobs import decoded
from tests.http.world import CASEFLOW_ORIGIN, FIRM, OWN_ORIGIN, STAFF, Answer, World

PAGE = f"{OWN_ORIGIN}/api/outlook/settings"
ALL_ON = {"sync_enabled": True, "calendar_events": True, "tasks": True, "deadlines": True}


def begin(world: World) -> tuple[str, str]:
    """Begin a flow: its state, and the cookie as the browser sends it back."""
    answer = world.call("connect")
    assert answer.status == 200
    state = parse_qs(urlsplit(answer.json["authorization_url"]).query)["state"][0]
    return state, answer.headers["Set-Cookie"].partition(";")[0]


def finish(world: World, state: str, cookie: str) -> Answer:
    params = {"state": state, "code": "c-1"}
    return world.call("callback", role=None, params=params, headers={"cookie": cookie})


def test_connecting_ends_on_the_page_with_a_connection(world: World) -> None:
    answer = finish(world, *begin(world))
    assert (answer.status, answer.headers["Location"]) == (302, f"{PAGE}?connected=1")
    status = world.call("status").json
    assert (status["connection"], status["account_email"]) == ("connected", "dana@harbor-law.example")
    assert [decoded(text).kind for text in world.queue.sent] == ["sync"]


def test_the_flow_cookie_is_only_for_this_flow_and_no_script(world: World) -> None:
    cookie = world.call("connect").headers["Set-Cookie"]
    for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/api/outlook", "Max-Age=600"):
        assert part in cookie


def test_the_flow_cookie_ends_with_the_flow(world: World) -> None:
    assert "Max-Age=0" in finish(world, *begin(world)).headers["Set-Cookie"]


def test_a_replayed_callback_changes_nothing(world: World) -> None:
    state, cookie = begin(world)
    finish(world, state, cookie)
    before = world.stored()
    answer = finish(world, state, cookie)
    assert answer.headers["Location"] == f"{PAGE}?error=state_invalid"
    assert world.stored() == before


def test_a_callback_in_another_browser_changes_nothing_and_uses_nothing_up(world: World) -> None:
    state, cookie = begin(world)
    foreign = finish(world, state, "outlook_flow=another")
    assert foreign.headers["Location"] == f"{PAGE}?error=state_invalid"
    assert "Set-Cookie" not in foreign.headers
    assert world.call("status").json["connection"] == "disconnected"
    assert finish(world, state, cookie).headers["Location"] == f"{PAGE}?connected=1"


@pytest.mark.parametrize(
    "code", ["access_denied", "admin_consent_required", "account_not_allowed", "no_mailbox", "provider_error"]
)
def test_a_refused_sign_in_lands_on_the_page_with_its_code(world: World, code: str) -> None:
    state, cookie = begin(world)
    world.sign_in.fault = Reconnect(code)
    assert finish(world, state, cookie).headers["Location"] == f"{PAGE}?error={code}"
    assert world.call("status").json["connection"] == "disconnected"
    assert world.tokens.kept == {}


def test_a_fault_at_microsoft_lands_on_the_page_too(world: World) -> None:
    state, cookie = begin(world)
    world.sign_in.fault = Retry("sign_in_unavailable")
    assert finish(world, state, cookie).headers["Location"] == f"{PAGE}?error=provider_error"


def test_an_administrator_who_consented_is_told_so(world: World) -> None:
    answer = world.call("callback", role=None, params={"admin_consent": "True", "tenant": "t-1"})
    assert (answer.status, answer.headers["Location"]) == (302, f"{PAGE}?consented=1")


def test_a_mailbox_in_use_is_refused_without_saying_by_whom(world: World) -> None:
    finish(world, *begin(world))
    other = world.call("connect", staff_id="s-2")
    state = parse_qs(urlsplit(other.json["authorization_url"]).query)["state"][0]
    answer = finish(world, state, other.headers["Set-Cookie"].partition(";")[0])
    assert answer.headers["Location"] == f"{PAGE}?error=account_in_use"


@pytest.mark.parametrize(
    ("changed", "code"), [({"plan": "solo"}, "plan_required"), ({"outlook_sync": False}, "beta_not_enabled")]
)
def test_a_firm_that_is_not_eligible_reads_and_disconnects_but_does_not_switch_on(
    world: World, changed: dict[str, Any], code: str
) -> None:
    world.staff()
    assert world.call("put_preferences", body={**ALL_ON, "tasks": False}).status == 200
    world.caseflow.record = structs.replace(world.caseflow.record, **changed)
    assert world.call("connect").code == code
    switched = world.call("put_preferences", body=ALL_ON)
    assert (switched.status, switched.code) == (403, code)
    assert world.call("put_preferences", body={**ALL_ON, "tasks": False, "deadlines": False}).status == 200
    assert world.call("status").json["availability"] == code
    assert world.call("get_preferences").status == 200
    assert world.call("disconnect").status == 200


def test_preferences_are_answered_as_stored(world: World) -> None:
    wanted = {**ALL_ON, "sync_enabled": False, "deadlines": False}
    assert world.call("get_preferences").json == ALL_ON
    assert world.call("put_preferences", body=wanted).json == wanted
    assert world.call("get_preferences").json == wanted


def test_disconnect_answers_the_status_and_deletes_the_tokens(world: World) -> None:
    finish(world, *begin(world))
    assert len(world.tokens.kept) == 1
    status = world.call("disconnect").json
    assert (status["connection"], status["account_email"], status["next_sync_at"]) == ("disconnected", None, None)
    assert world.tokens.kept == {}


def test_disconnecting_twice_is_fine(world: World) -> None:
    world.staff()
    assert [world.call("disconnect").status for _ in range(2)] == [200, 200]


def test_another_staff_member_is_not_touched_by_a_disconnect(world: World) -> None:
    world.staff("s-1")
    world.staff("s-2")
    before = world.stored("s-2")
    world.call("disconnect")
    assert world.stored("s-2") == before


def test_connect_of_a_page_in_caseflow_needs_no_more_than_the_cookie(world: World) -> None:
    headers = {"cookie": f"caseflow_session=staff:{STAFF}:{FIRM}", "origin": CASEFLOW_ORIGIN}
    assert world.call("connect", role=None, headers=headers).status == 200
