"""Reading and writing events: keys, versions, refusals."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from local.caseflow.answers import Answer, problem
from local.caseflow.service import Behaviour, Refused
from tests.local.caseflow.world import World, code


def delete(world: World, event_id: str, version: int, **headers: str) -> Answer:
    origin = quote(json.dumps(world.origin()))
    return world.request("DELETE", f"/events/{event_id}?origin={origin}", If_Match=f'"{version}"', **headers)


def test_a_created_event_is_answered_whole(world: World) -> None:
    answer = world.post(location="Room 4")
    assert answer.status == 201
    assert answer.headers["ETag"] == '"1"'
    event = answer.body
    assert event is not None
    assert event["version"] == 1
    assert event["location"] == "Room 4"
    assert event["confidential"] is False
    assert event["visibility"] == "firm"
    assert event["updated_by"] == {"kind": "sync", "id": world.ann}
    assert event["updated_at"] == "2026-03-02T15:00:00Z"
    assert world.request("GET", f"/events/{event['id']}").body == event


def test_times_are_answered_with_the_offset_of_the_events_zone(world: World) -> None:
    event = world.post(start="2026-03-08T06:30:00Z", end="2026-03-08T07:30:00.000Z").body
    assert event is not None
    assert (event["start"], event["end"]) == ("2026-03-08T01:30:00-05:00", "2026-03-08T03:30:00-04:00")


def test_a_known_key_answers_the_same_event_as_it_is_now(world: World) -> None:
    event = world.post().body
    assert event is not None
    world.caseflow.edit_event(event["id"], by=world.ben, title="Moved")
    again = world.post(title="Other")
    assert (again.status, again.headers["ETag"]) == (200, '"2"')
    assert again.body is not None
    assert again.body["title"] == "Moved"
    assert len(world.caseflow.events(world.firm)) == 1


def test_a_known_key_of_a_deleted_event_answers_gone(world: World) -> None:
    event = world.post().body
    assert event is not None
    world.caseflow.delete_event(event["id"], by=world.ann)
    assert code(world.post()) == (404, "gone")


def test_a_key_belongs_to_one_firm(world: World) -> None:
    world.post()
    other = world.caseflow.add_firm("Other")["id"]
    staff = world.caseflow.add_staff(other, "Cy", "cy@other.example")["id"]
    first, world.firm, world.ann = world.firm, other, staff
    assert world.post().status == 201
    assert len(world.caseflow.events(first)) == 1


def test_a_patch_changes_only_the_named_members(world: World) -> None:
    before = world.post(description_html="<p>x</p>", location="Room 4").body
    assert before is not None
    world.clock.advance(minutes=5)
    answer = world.patch(before["id"], 1, title="New", location=None)
    assert answer.status == 200
    after = {**before, "title": "New", "location": None, "version": 2, "updated_at": "2026-03-02T15:05:00Z"}
    assert answer.body == after


def test_a_stale_version_is_refused_with_the_event_as_it_is(world: World) -> None:
    event_id = world.event()
    now = world.caseflow.edit_event(event_id, by=world.ben, title="Ben's")
    answer = world.patch(event_id, 1, title="Sync's")
    assert (answer.status, answer.body, answer.headers["ETag"]) == (412, now, '"2"')
    assert delete(world, event_id, 1).body == now


def test_a_deletion_leaves_a_tombstone(world: World) -> None:
    event_id = world.event()
    answer = delete(world, event_id, 1)
    assert (answer.status, answer.body) == (204, None)
    assert code(world.request("GET", f"/events/{event_id}")) == (404, "gone")
    assert code(world.patch(event_id, 2, title="x")) == (404, "gone")
    assert code(delete(world, event_id, 2)) == (404, "gone")


def test_an_event_never_known_is_not_found(world: World) -> None:
    assert code(world.request("GET", "/events/none")) == (404, "not_found")
    assert code(world.patch("none", 1, title="x")) == (404, "not_found")
    assert code(delete(world, "none", 1)) == (404, "not_found")


def test_another_firms_event_is_not_found(world: World) -> None:
    event_id = world.event()
    world.firm = world.caseflow.add_firm("Other")["id"]
    assert code(world.request("GET", f"/events/{event_id}")) == (404, "not_found")


@pytest.mark.parametrize("grows", [False, True])
def test_a_patch_without_a_change_may_raise_the_version_or_not(world: World, grows: bool) -> None:
    world.caseflow.behaviour = Behaviour(no_change_grows=grows)
    event_id = world.event()
    answer = world.patch(event_id, 1, title="Call", start="2026-03-05T15:00:00Z")
    assert answer.status == 200
    assert answer.body is not None
    assert answer.body["version"] == (2 if grows else 1)


def test_descriptions_may_be_rewritten_on_the_way_in(world: World) -> None:
    world.caseflow.behaviour = Behaviour(rewrite_html=lambda text: f"<div>{text}</div>")
    body = world.post(description_html="x").body
    assert body is not None
    assert body["description_html"] == "<div>x</div>"


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"colour": "red"}, "colour"),
    ({"title": ""}, "title"),
    ({"title": "x" * 256}, "title"),
    ({"title": None}, "title"),
    ({"title": 7}, "title"),
    ({"description_html": "x" * 65_537}, "description_html"),
    ({"location": "x" * 501}, "location"),
    ({"all_day": 1}, "all_day"),
    ({"start": "2026-03-05T10:00:00"}, "start"),
    ({"start": "2026-03-05"}, "start"),
    ({"end": "2026-03-05T25:00:00Z"}, "end"),
    ({"end": "2026-03-05T10:00:00-05:00"}, "end"),
    ({"end": "0001-01-01T00:00:00+14:00"}, "end"),
    ({"all_day": True}, "start"),
    ({"all_day": True, "start": "2026-03-05", "end": "2026-03-05"}, "end"),
    ({"all_day": True, "start": "2026-02-30", "end": "2026-03-05"}, "start"),
    ({"timezone": "Eastern Standard Time"}, "timezone"),
    ({"timezone": "../etc/passwd"}, "timezone"),
    ({"category": "No such"}, "category"),
    ({"matter_id": "none"}, "matter_id"),
    ({"key_deadline_id": "none"}, "key_deadline_id"),
    ({"visibility": "secret"}, "visibility"),
    ({"confidential": None}, "confidential"),
    ({"staff_ids": []}, "staff_ids"),
    ({"staff_ids": ["none"]}, "staff_ids"),
    ({"series_id": 3}, "series_id"),
]


@pytest.mark.parametrize(("changes", "member"), FAULTS)
def test_a_faulty_member_is_refused_by_name(world: World, changes: dict[str, Any], member: str) -> None:
    event_id = world.event()
    for answer in (world.post(**changes), world.patch(event_id, 1, **changes)):
        assert code(answer) == (422, "invalid_request")
        assert answer.body is not None
        assert member in answer.body["detail"]
    assert [event["version"] for event in world.caseflow.events(world.firm)] == [1]


@pytest.mark.parametrize("member", ["title", "start", "end", "all_day", "timezone", "staff_ids", "origin"])
def test_a_missing_member_is_refused_by_name(world: World, member: str) -> None:
    body = {name: value for name, value in world.write().items() if name != member}
    answer = world.request("POST", "/events", body, Idempotency_Key="k")
    assert code(answer) == (422, "invalid_request")
    assert answer.body is not None
    assert f"`{member}`" in answer.body["detail"]


@pytest.mark.parametrize(
    "origin",
    [
        {"provider": "google"},
        {"mode": "guess"},
        {"staff_id": "none"},
        {"more": "x"},
        {"job_id": None},
    ],
)
def test_a_faulty_origin_is_refused(world: World, origin: dict[str, Any]) -> None:
    event_id = world.event()
    faulty = {**world.origin(), **origin}
    assert code(world.post(origin=faulty)) == (422, "invalid_request")
    assert code(world.patch(event_id, 1, origin=faulty)) == (422, "invalid_request")
    path = f"/events/{event_id}?origin={quote(json.dumps(faulty))}"
    assert code(world.request("DELETE", path, If_Match='"1"')) == (422, "invalid_request")


def test_a_patch_without_origin_is_refused(world: World) -> None:
    answer = world.request("PATCH", f"/events/{world.event()}", {"title": "x"}, If_Match='"1"')
    assert code(answer) == (422, "invalid_request")


def test_a_deletion_without_origin_or_with_no_json_is_refused(world: World) -> None:
    event_id = world.event()
    assert code(world.request("DELETE", f"/events/{event_id}", If_Match='"1"')) == (422, "invalid_request")
    assert code(world.request("DELETE", f"/events/{event_id}?origin=x", If_Match='"1"')) == (422, "invalid_request")


@pytest.mark.parametrize("etag", ["", "1", 'W/"1"', "*", '"one"'])
def test_a_missing_or_malformed_if_match_is_refused(world: World, etag: str) -> None:
    event_id = world.event()
    body = {"title": "x", "origin": world.origin()}
    assert code(world.request("PATCH", f"/events/{event_id}", body, If_Match=etag)) == (422, "invalid_request")


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_missing_or_overlong_key_is_refused(world: World, key: str) -> None:
    assert code(world.request("POST", "/events", world.write(), Idempotency_Key=key)) == (422, "invalid_request")


def test_an_events_own_retired_category_may_be_repeated(world: World) -> None:
    event_id = world.event(category="Internal")
    world.caseflow.set_categories(world.firm, [("Hearing", True)], by=world.ann)
    assert world.patch(event_id, 1, title="New", category="Internal").status == 200
    assert code(world.patch(event_id, 2, category="Client Meeting")) == (422, "invalid_request")


def test_a_changed_zone_keeps_the_instants(world: World) -> None:
    body = world.patch(world.event(), 1, timezone="Europe/Paris").body
    assert body is not None
    assert (body["start"], body["timezone"]) == ("2026-03-05T16:00:00+01:00", "Europe/Paris")


def test_the_audit_log_carries_the_origin_of_sync_writes(world: World) -> None:
    event = world.post(origin=world.origin(mode="import", job_id="job-9")).body
    assert event is not None
    world.caseflow.edit_event(event["id"], by=world.ben, title="x")
    delete(world, event["id"], 2)
    records = [one for one in world.caseflow.audit(world.firm) if one["object"]["kind"] == "event"]
    assert [(one["action"], one["object"]["version"]) for one in records] == [
        ("created", 1),
        ("updated", 2),
        ("deleted", 3),
    ]
    assert records[0]["origin"] == world.origin(mode="import", job_id="job-9")
    assert records[1]["origin"] is None
    assert records[1]["actor"] == {"kind": "staff", "id": world.ben}
    assert records[2]["actor"] == {"kind": "sync", "id": world.ann}


def test_a_batch_answers_each_operation_on_its_own(world: World) -> None:
    kept, dropped = world.event(), world.event()
    origin = world.origin()
    operations = [
        {"method": "POST", "idempotency_key": "a", "body": world.write()},
        {"method": "PATCH", "event_id": kept, "if_match": 1, "body": {"title": "New", "origin": origin}},
        {"method": "PATCH", "event_id": kept, "if_match": 1, "body": {"title": "Late", "origin": origin}},
        {"method": "DELETE", "event_id": dropped, "if_match": 1, "body": {"origin": origin}},
        {"method": "POST", "body": world.write()},
        {"method": "PATCH", "event_id": "none", "if_match": 1, "body": {"origin": origin}},
        {"method": "POST", "idempotency_key": "a", "body": world.write()},
        {"method": "DELETE", "event_id": kept, "if_match": 2, "body": {"origin": origin, "title": "x"}},
        {"method": "POST", "idempotency_key": "b", "if_match": 1, "body": world.write()},
    ]
    answer = world.request("POST", "/events:batch", {"operations": operations})
    assert answer.status == 200
    assert answer.body is not None
    results = answer.body["results"]
    assert [one["status"] for one in results] == [201, 200, 412, 204, 422, 404, 200, 422, 422]
    assert results[2]["body"]["title"] == "New"
    assert "body" not in results[3]
    assert results[5]["body"]["code"] == "not_found"
    assert results[6]["body"] == results[0]["body"]


@pytest.mark.parametrize("count", [0, 101])
def test_a_batch_holds_one_to_a_hundred_operations(world: World, count: int) -> None:
    operations = [{"method": "POST", "idempotency_key": str(n), "body": world.write()} for n in range(count)]
    assert code(world.request("POST", "/events:batch", {"operations": operations})) == (422, "invalid_request")
    assert world.caseflow.events(world.firm) == []


@pytest.mark.parametrize(
    "operation", [{"method": "PUT"}, {"method": "POST", "extra": 1}, {"method": "POST", "body": []}]
)
def test_a_batch_with_a_malformed_operation_is_refused_whole(world: World, operation: dict[str, Any]) -> None:
    good = {"method": "POST", "idempotency_key": "a", "body": world.write()}
    assert code(world.request("POST", "/events:batch", {"operations": [good, operation]})) == (422, "invalid_request")
    assert world.caseflow.events(world.firm) == []


def test_one_write_of_a_batch_can_be_made_to_fail(world: World) -> None:
    event_id = world.event()

    def busy(method: str, path: str) -> Answer | None:
        return problem(503, "unavailable", "Later.") if (method, path.endswith(event_id)) == ("PATCH", True) else None

    world.caseflow.faults = busy
    operations = [
        {"method": "PATCH", "event_id": event_id, "if_match": 1, "body": {"title": "x", "origin": world.origin()}},
        {"method": "POST", "idempotency_key": "a", "body": world.write()},
    ]
    answer = world.request("POST", "/events:batch", {"operations": operations})
    assert answer.body is not None
    assert [one["status"] for one in answer.body["results"]] == [503, 201]


def test_a_refused_write_leaves_nothing_behind(world: World) -> None:
    with pytest.raises(Refused, match="staff_ids"):
        world.caseflow.unassign(world.event(), world.ann, by=world.ann)
    assert [event["staff_ids"] for event in world.caseflow.events(world.firm)] == [[world.ann]]
