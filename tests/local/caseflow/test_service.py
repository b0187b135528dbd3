"""What every operation has in common, firms and staff, faults, and the data's life on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local.caseflow.answers import Answer, problem
from local.caseflow.service import CaseFlow, Refused
from tests.local.caseflow.world import TOKEN, Clock, World, code


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_a_request_without_the_service_token_is_refused(world: World, authorization: str) -> None:
    assert code(world.request("GET", "", Authorization=authorization)) == (401, "unauthorized")


def test_a_request_without_an_id_is_refused(world: World) -> None:
    answer = world.request("GET", "", X_Request_Id="")
    assert code(answer) == (422, "invalid_request")


@pytest.mark.parametrize("media", ["", "text/plain", "application/merge-patch+json"])
def test_a_wrong_content_type_is_refused(world: World, media: str) -> None:
    answer = world.request("POST", "/events", world.write(), Idempotency_Key="k", Content_Type=media)
    assert code(answer) == (415, "unsupported_media_type")


def test_a_content_type_with_parameters_is_understood(world: World) -> None:
    media = "application/json; charset=utf-8"
    assert world.request("POST", "/events", world.write(), Idempotency_Key="k", Content_Type=media).status == 201


def test_a_patch_needs_the_merge_patch_type(world: World) -> None:
    answer = world.request("PATCH", f"/events/{world.event()}", {}, If_Match='"1"', Content_Type="application/json")
    assert code(answer) == (415, "unsupported_media_type")


def test_unknown_paths_and_methods_are_refused(world: World) -> None:
    assert code(world.request("GET", "/nothing")) == (404, "not_found")
    answer = world.request("PUT", "/events/x")
    assert code(answer) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "DELETE, GET, PATCH"


def test_a_firm_is_answered_once_while_its_etag_holds(world: World) -> None:
    first = world.request("GET", "")
    assert first.body is not None
    assert first.body["plan"] == "multi_practice"
    assert {"name": "Hearing", "protected": True} in first.body["event_categories"]
    again = world.request("GET", "", If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, None)


def _protect(world: World) -> None:
    world.caseflow.protect_category(world.firm, "Internal", by=world.ann)


def _plan(world: World) -> None:
    world.caseflow.set_plan(world.firm, "solo")


def _feature(world: World) -> None:
    world.caseflow.set_feature(world.firm, outlook_sync=False)


@pytest.mark.parametrize("change", [_protect, _plan, _feature])
def test_the_etag_of_a_firm_changes_with_it(world: World, change: Any) -> None:
    etag = world.request("GET", "").headers["ETag"]
    change(world)
    assert world.request("GET", "", If_None_Match=etag).status == 200


def test_an_unknown_firm_or_staff_member_is_not_found(world: World) -> None:
    assert code(world.request("GET", "/staff/none")) == (404, "staff_not_found")
    world.firm = "none"
    assert code(world.request("GET", "")) == (404, "firm_not_found")
    assert code(world.request("GET", "/staff/none")) == (404, "firm_not_found")


def test_a_staff_member_is_answered_as_they_are(world: World) -> None:
    world.caseflow.edit_staff(world.ann, by=world.ann, timezone="America/Denver")
    body = world.request("GET", f"/staff/{world.ann}").body
    assert body == {
        "id": world.ann,
        "firm_id": world.firm,
        "name": "Ann Reed",
        "email": "ann@reed.example",
        "timezone": "America/Denver",
        "active": True,
        "role": "firm_admin",
    }


def test_throttling_lasts_as_many_requests_as_asked(world: World) -> None:
    world.caseflow.throttle(2, 7)
    answers = [world.request("GET", "") for _ in range(3)]
    assert [answer.status for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"


def test_a_fault_is_answered_instead_of_the_operation(world: World) -> None:
    def down(method: str, path: str) -> Answer | None:
        assert (method, path) == ("POST", f"/firms/{world.firm}/events")
        return problem(503, "unavailable", "Down.", {"Retry-After": "30"})

    world.caseflow.faults = down
    assert code(world.post()) == (503, "unavailable")
    assert world.caseflow.events(world.firm) == []


def test_the_same_calls_give_the_same_ids_and_another_seed_others() -> None:
    def first_id(seed: int) -> str:
        caseflow = CaseFlow(now=Clock(), seed=seed, service_token=TOKEN)
        firm_id: str = caseflow.add_firm("Firm")["id"]
        caseflow.close()
        return firm_id

    assert first_id(1) == first_id(1)
    assert first_id(1) != first_id(2)


def test_a_file_keeps_everything_between_runs(tmp_path: Path) -> None:
    first = World(path=str(tmp_path / "caseflow.sqlite"))
    _, cursor = first.snapshot()
    event_id = first.event()
    first.caseflow.close()
    again = CaseFlow(first.path, now=Clock(), service_token=TOKEN)
    first.caseflow = again
    assert [item["id"] for item in first.since(cursor)] == [event_id]
    assert first.event() != event_id
    again.close()


@pytest.mark.parametrize(
    "faulty",
    [
        lambda world: world.caseflow.set_plan(world.firm, "gold"),
        lambda world: world.caseflow.protect_category(world.firm, "None", by=world.ann),
        lambda world: world.caseflow.edit_staff(world.ann, by=world.ann, salary=1),
        lambda world: world.caseflow.edit_staff("none", by=world.ann, name="x"),
        lambda world: world.caseflow.add_staff(world.firm, "Cy", "cy@x.example", role="partner"),
        lambda world: world.caseflow.add_matter(world.firm, "X", ["none"], by=world.ann),
        lambda world: world.caseflow.set_matter_staff("none", [], by=world.ann),
        lambda world: world.caseflow.create_deadline(world.firm, by=world.ann, name="x", date="2026-03-09"),
        lambda world: world.caseflow.create_task(world.firm, by=world.ann, topic=""),
        lambda world: world.caseflow.create_task(world.firm, by=world.ann, due_date="2026-03-09"),
        lambda world: world.caseflow.create_task(world.firm, by=world.ann, topic="x", due_date="9 March"),
        lambda world: world.caseflow.create_task(world.firm, by=world.ann, topic="x", due_date="9999-12-31"),
        lambda world: world.caseflow.link_matter(world.event(), "none", by=world.ann),
        lambda world: world.caseflow.living_event("none"),
    ],
)
def test_people_are_refused_like_the_api(world: World, faulty: Any) -> None:
    with pytest.raises(Refused):
        faulty(world)


def test_what_people_set_on_an_event_is_there(world: World) -> None:
    event_id = world.event()
    world.caseflow.link_matter(event_id, world.matter, by=world.ann)
    world.caseflow.set_category(event_id, "Hearing", by=world.ann)
    world.caseflow.set_confidential(event_id, True, by=world.ann)
    world.caseflow.set_visibility(event_id, "private", by=world.ann)
    event = world.caseflow.event(event_id)
    assert event is not None
    assert event["matter_id"] == world.matter
    assert (event["category"], event["confidential"], event["visibility"]) == ("Hearing", True, "private")
    assert event["version"] == 5
    assert event["updated_by"] == {"kind": "staff", "id": world.ann}
    world.caseflow.delete_event(event_id, by=world.ann)
    assert world.caseflow.event(event_id) is None
