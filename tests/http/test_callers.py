"""Who may call what: tokens, cookies, origins and roles (sync-api.md, Who is calling)."""

from __future__ import annotations

import pytest

from shared.boundary.callers import origin_of
from shared.boundary.operations import OPERATIONS, Operation
from tests.http.world import CASEFLOW_ORIGIN, OWN_ORIGIN, World

BODIES = {
    "put_preferences": {"sync_enabled": True, "calendar_events": True, "tasks": True, "deadlines": True},
    "import_past": {"days": 30},
    "resolve_review": {"keep": "caseflow"},
}
ROUTES = {"job_id": "j-1", "review_id": "r-1", "name": "settings.css"}
GUARDED = [operation for operation in OPERATIONS if operation.roles]
OPEN = ["callback", "settings_page", "page_asset", "openapi", "health", "preflight"]
COOKIE = {"cookie": "theme=dark; caseflow_session=staff:s-1:f-1"}


def names(operation: Operation) -> str:
    return operation.name


@pytest.mark.parametrize("operation", GUARDED, ids=names)
def test_without_a_token_nothing_is_served(world: World, operation: Operation) -> None:
    answer = world.call(operation.name, role=None, body=BODIES.get(operation.name), route=ROUTES)
    assert (answer.status, answer.code) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", ["Bearer nonsense", "Bearer ", "Basic c3RhZmY6cy0xOmYtMQ==", ""])
def test_a_bad_token_is_refused(world: World, token: str) -> None:
    assert world.call("status", role=None, headers={"authorization": token}).code == "unauthorized"


def test_a_bad_token_is_not_made_good_by_a_cookie(world: World) -> None:
    headers = {"authorization": "Bearer nonsense", **COOKIE}
    assert world.call("status", role=None, headers=headers).status == 401


@pytest.mark.parametrize("name", OPEN)
def test_open_endpoints_need_no_token(world: World, name: str) -> None:
    assert world.call(name, role=None, route=ROUTES).status in {200, 204, 302}


def test_the_session_cookie_reads_without_an_origin(world: World) -> None:
    assert world.call("status", role=None, headers=COOKIE).status == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", f"{OWN_ORIGIN}.evil.example", "http://sync.example.com"]
)
def test_the_session_cookie_does_not_change_anything_from_a_foreign_page(world: World, origin: str) -> None:
    answer = world.call("disconnect", role=None, headers={**COOKIE, "origin": origin})
    assert (answer.status, answer.code) == (403, "origin_mismatch")


def test_the_session_cookie_does_not_change_anything_without_an_origin(world: World) -> None:
    assert world.call("disconnect", role=None, headers=COOKIE).code == "origin_mismatch"


@pytest.mark.parametrize("origin", [OWN_ORIGIN, CASEFLOW_ORIGIN])
def test_the_session_cookie_changes_things_from_our_own_pages(world: World, origin: str) -> None:
    assert world.call("disconnect", role=None, headers={**COOKIE, "origin": origin}).status == 200


@pytest.mark.parametrize("name", ["status", "preflight"])
def test_a_page_of_caseflow_may_read_answers_from_its_own_origin(world: World, name: str) -> None:
    headers = world.call(name, headers={"origin": CASEFLOW_ORIGIN}).headers
    assert headers["Access-Control-Allow-Origin"] == CASEFLOW_ORIGIN
    assert headers["Access-Control-Allow-Credentials"] == "true"
    assert headers["Vary"] == "Origin"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{CASEFLOW_ORIGIN}.evil.example", "*"])
@pytest.mark.parametrize("name", ["status", "preflight"])
def test_no_other_page_may_read_answers(world: World, name: str, origin: str) -> None:
    headers = world.call(name, headers={"origin": origin}).headers
    assert "Access-Control-Allow-Origin" not in headers
    assert headers["Vary"] == "Origin"


def test_also_an_error_can_be_read_by_caseflow(world: World) -> None:
    answer = world.call("status", role=None, headers={"origin": CASEFLOW_ORIGIN})
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (401, CASEFLOW_ORIGIN)


def test_a_bearer_token_needs_no_origin(world: World) -> None:
    assert world.call("disconnect").status == 200


@pytest.mark.parametrize("operation", GUARDED, ids=names)
def test_support_reads_connections_and_nothing_else(world: World, operation: Operation) -> None:
    answer = world.call(operation.name, role="support", body=BODIES.get(operation.name), route=ROUTES)
    if operation.name == "connections":
        assert answer.status == 200
    else:
        assert (answer.status, answer.code) == (403, "role_not_allowed")


@pytest.mark.parametrize("name", ["connections", "verify_audit"])
def test_what_is_the_firms_is_not_for_staff(world: World, name: str) -> None:
    assert world.call(name).code == "role_not_allowed"
    assert world.call(name, role="firm_admin").status == 200


@pytest.mark.parametrize("name", ["list_audit", "export_audit", "list_reviews"])
def test_another_staff_members_lists_do_not_exist_for_staff(world: World, name: str) -> None:
    answer = world.call(name, params={"staff_id": "s-2"})
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://a.example/x", "https://a.example"),
        ("https://a.example:443", "https://a.example"),
        ("http://localhost:7071/api", "http://localhost:7071"),
        ("https://A.Example:8443", "https://a.example:8443"),
        ("http://[::1]:7071", "http://[::1]:7071"),
    ],
)
def test_an_origin_is_what_browsers_send(url: str, origin: str) -> None:
    assert origin_of(url) == origin
