"""Bodies and query strings are taken strictly; every refusal is a problem that names the member."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.boundary.bodies import NoBody, read_body
from shared.boundary.operations import ImportBody, JobsQuery
from shared.boundary.problems import Problem
from tests.http.world import World

GOOD: dict[str, Any] = {"sync_enabled": False, "calendar_events": True, "tasks": True, "deadlines": True}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({**GOOD, "colour": "red"}, "colour"),
        ({name: GOOD[name] for name in GOOD if name != "tasks"}, "tasks"),
        ({**GOOD, "tasks": "yes"}, "tasks"),
        ({**GOOD, "deadlines": 1}, "deadlines"),
        ({**GOOD, "calendar_events": None}, "calendar_events"),
    ],
)
def test_a_wrong_body_is_refused_by_the_name_of_its_member(world: World, body: dict[str, Any], named: str) -> None:
    answer = world.call("put_preferences", body=body)
    assert (answer.status, answer.code) == (422, "invalid_request")
    assert named in answer.json["detail"]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"days": 30, "days": 90}',
        b'{"days": NaN}',
        b'{"days": 30.5}',
        b'{"days": "30"}',
        b'{"days": true}',
        b'{"days": 0}',
        b'{"days": -1}',
        b'{"days": 1e999}',
        b'{"days": ',
        b"[30]",
        b"null",
        b'\xff{"days": 30}',
        b"[" * 5000,
        b'{"days": ' + b"9" * 5000 + b"}",
    ],
)
def test_odd_json_is_refused(world: World, raw: bytes) -> None:
    world.staff()
    answer = world.call("import_past", raw=raw)
    assert (answer.status, answer.code) == (422, "invalid_request")


def test_a_repeated_member_is_named(world: World) -> None:
    assert "`days`" in world.call("import_past", raw=b'{"days": 30, "days": 90}').json["detail"]


def test_a_whole_number_may_be_written_as_a_fraction(world: World) -> None:
    world.staff()
    assert world.call("import_past", raw=b'{"days": 30.0}').status == 202


def test_a_body_over_64_kib_is_refused(world: World) -> None:
    raw = b'{"days": 30}' + b" " * 65_536
    answer = world.call("import_past", raw=raw)
    assert (answer.status, answer.code) == (413, "body_too_large")


def test_a_body_of_just_64_kib_is_read(world: World) -> None:
    world.staff()
    assert world.call("import_past", raw=b'{"days": 30}'.ljust(65_536)).status == 202


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
def test_another_content_type_is_refused(world: World, media: str) -> None:
    answer = world.call("import_past", body={"days": 30}, headers={"content-type": media})
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


def test_a_content_type_may_name_a_charset(world: World) -> None:
    world.staff()
    headers = {"content-type": "application/json; charset=utf-8"}
    assert world.call("import_past", body={"days": 30}, headers=headers).status == 202


def test_a_missing_body_is_refused(world: World) -> None:
    assert world.call("import_past").code == "invalid_request"


def test_a_request_that_needs_no_body_takes_an_empty_object_and_nothing_else(world: World) -> None:
    assert world.call("disconnect", body={}).status == 200
    assert world.call("disconnect", body={"force": True}).code == "invalid_request"


@pytest.mark.parametrize("limit", ["0", "201", "many", "1.5"])
def test_a_wrong_limit_is_refused_by_name(world: World, limit: str) -> None:
    answer = world.call("list_jobs", params={"limit": limit})
    assert (answer.status, answer.code) == (422, "invalid_request")
    assert "limit" in answer.json["detail"]


@pytest.mark.parametrize("params", [{"from": "yesterday"}, {"to": "2026-11-24T10:00:00"}, {"cursor": "nonsense"}])
def test_a_wrong_audit_query_is_refused_by_name(world: World, params: dict[str, str]) -> None:
    answer = world.call("list_audit", params=params)
    assert (answer.status, answer.code) == (422, "invalid_request")
    assert next(iter(params)) in answer.json["detail"]


class Sent:
    """As much of a request as reading a body needs."""

    def __init__(self, body: bytes) -> None:
        self.headers = {"content-type": "application/json"}
        self._body = body

    def get_body(self) -> bytes:
        """The bytes that came."""
        return self._body


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.just("days"), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_whatever_comes_is_a_value_or_a_problem(body: bytes) -> None:
    request: Any = Sent(body)
    for kind in (ImportBody, NoBody):
        try:
            assert isinstance(read_body(request, kind), kind)
        except Problem as problem:
            assert problem.status == 422


def test_a_query_without_members_has_its_defaults(world: World) -> None:
    assert JobsQuery().limit == 20
    assert world.call("list_jobs").json == {"jobs": []}
