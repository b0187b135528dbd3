"""What every endpoint does alike: safe headers, a request id, and a problem for whatever goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from shared import compose
from shared.core.errors import Expired, Gone, Inactive, Reconnect, Rejected, Retry, Stale, SyncError
from shared.flows import preferences, reviews
from tests.http.world import World

SECRET = "Alvarez v. Pine"
REVIEW: dict[str, Any] = {
    "id": "r-1",
    "kind": "edit_conflict",
    "state": "open",
    "staff_id": "s-1",
    "opened_at": "2026-11-24T10:00:00Z",
    "resolved_at": None,
    "resolved_by": None,
    "kept": None,
    "count": 1,
    "events": [],
    "caseflow": None,
    "outlook": None,
    "notice": None,
    "meeting": False,
    "reversible": False,
}


@pytest.mark.parametrize("name", ["status", "health", "openapi", "settings_page", "callback"])
def test_no_answer_is_stored_by_others_or_sniffed(world: World, name: str) -> None:
    headers = world.call(name).headers
    assert headers["Cache-Control"] in {"no-store", "no-cache"}
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_personal_answers_are_never_stored(world: World) -> None:
    assert world.call("status").headers["Cache-Control"] == "no-store"
    assert world.call("status", role=None).headers["Cache-Control"] == "no-store"


def test_an_answer_carries_the_callers_request_id_or_one_of_ours(world: World) -> None:
    assert world.call("status", headers={"x-request-id": "req-12345678"}).headers["X-Request-Id"] == "req-12345678"
    ours = {world.call("status", headers={"x-request-id": "a b\n<script>"}).headers["X-Request-Id"] for _ in range(2)}
    assert len(ours) == 2
    assert all(made.isalnum() for made in ours)


def test_an_unexpected_error_is_a_problem_with_a_reference_and_says_nothing_more(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(preferences, "get", fail)
    answer = world.call("get_preferences")
    assert (answer.status, answer.code) == (500, "internal_error")
    assert answer.json["reference"] == answer.headers["X-Request-Id"]
    assert SECRET not in answer.text + caplog.text
    assert caplog.text.count("http.failed") == 1
    assert answer.json["reference"] in caplog.text
    assert "test_endpoint.py:" in caplog.text


def test_a_fault_while_the_app_is_put_together_is_a_problem_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Any:
        raise OSError

    monkeypatch.setattr(compose, "sessions", fail)
    assert world.call("status").code == "internal_error"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Retry("tables_timeout"), 503, "tables_timeout"),
        (Expired("expired"), 503, "expired"),
        (Inactive("inactive"), 403, "inactive"),
        (Gone("gone"), 404, "not_found"),
        (Stale("changed_since"), 409, "changed_since"),
        (Reconnect("token_refused"), 409, "token_refused"),
        (Rejected("already_resolved"), 409, "already_resolved"),
    ],
)
def test_every_error_of_the_engine_has_its_status(
    world: World, monkeypatch: pytest.MonkeyPatch, error: SyncError, status: int, code: str
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(reviews, "resolve", fail)
    answer = world.call("resolve_review", body={"keep": "outlook"}, route={"review_id": "r-1"})
    assert (answer.status, answer.code) == (status, code)
    assert answer.json["detail"]
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_a_services_reference_is_handed_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise Reconnect("token_refused", reference="req-7")

    monkeypatch.setattr(reviews, "resolve", fail)
    assert (
        world.call("resolve_review", body={"keep": "outlook"}, route={"review_id": "r-1"}).json["reference"] == "req-7"
    )


@pytest.mark.parametrize(
    ("role", "asked", "shown"),
    [("staff", None, "s-1"), ("staff", "s-1", "s-1"), ("firm_admin", None, None), ("firm_admin", "s-2", "s-2")],
)
def test_reviews_are_the_callers_own_or_for_a_firm_admin_the_firms(
    world: World, monkeypatch: pytest.MonkeyPatch, role: str, asked: str | None, shown: str | None
) -> None:
    seen: list[Any] = []

    def listed(_: Any, session: Any, state: str, staff_id: str | None) -> list[dict[str, Any]]:
        seen.append((session.role, state, staff_id))
        return [REVIEW]

    monkeypatch.setattr(reviews, "listed", listed)
    answer = world.call("list_reviews", role=role, params={"staff_id": asked} if asked else {})
    assert answer.json == {"reviews": [REVIEW]}
    assert seen == [(role, "open", shown)]


def test_a_firm_admin_can_ask_for_their_own_reviews_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def listed(*asked: Any) -> list[Any]:
        seen.append(asked[3])
        return []

    monkeypatch.setattr(reviews, "listed", listed)
    world.call("list_reviews", role="firm_admin", params={"mine": "1"})
    assert seen == ["s-1"]


def test_only_known_states_of_reviews_are_listed(world: World) -> None:
    answer = world.call("list_reviews", params={"state": "closed"})
    assert (answer.status, answer.code) == (422, "invalid_request")


def test_a_decision_reaches_its_review(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def resolve(_: Any, session: Any, review_id: str, keep: str) -> dict[str, Any]:
        seen.append((session.staff_id, review_id, keep))
        return REVIEW

    monkeypatch.setattr(reviews, "resolve", resolve)
    answer = world.call("resolve_review", body={"keep": "outlook"}, route={"review_id": "r-1"})
    assert (answer.status, answer.json) == (200, REVIEW)
    assert seen == [("s-1", "r-1", "outlook")]


def test_a_decision_about_something_that_changed_is_answered_with_what_it_is_now(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_: Any) -> Any:
        raise reviews.ChangedSince(REVIEW)

    monkeypatch.setattr(reviews, "resolve", resolve)
    answer = world.call("resolve_review", body={"keep": "outlook"}, route={"review_id": "r-1"})
    assert (answer.status, answer.code, answer.json["review"]) == (409, "changed_since", REVIEW)


def test_a_refusal_with_a_code_of_caseflow_names_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: Any) -> Any:
        raise Rejected("category_unknown")

    monkeypatch.setattr(reviews, "resolve", resolve)
    answer = world.call("resolve_review", body={"keep": "outlook"}, route={"review_id": "r-1"})
    assert (answer.status, answer.code) == (409, "category_unknown")
    assert "category_unknown" in answer.json["detail"]


@pytest.mark.parametrize("body", [{"keep": "both"}, {"keep": None}, {}, {"keep": "outlook", "why": "x"}])
def test_an_unclear_decision_is_refused(world: World, body: dict[str, Any]) -> None:
    assert world.call("resolve_review", body=body, route={"review_id": "r-1"}).code == "invalid_request"
