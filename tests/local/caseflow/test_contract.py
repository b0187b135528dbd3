"""Every answer fits `caseflow-api.yaml`, and requests drawn from it find no hole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import flask
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from openapi_spec_validator.readers import read_from_filename
from schemathesis.specs.openapi.checks import negative_data_rejection

from local.caseflow import service
from local.caseflow.answers import Answer
from local.caseflow.server import create_app
from local.caseflow.sessions import Sessions
from tests.local.caseflow.world import TOKEN, World

SPEC_FILE = Path(service.__file__).parent / "caseflow-api.yaml"
SPEC: dict[str, Any] = dict(read_from_filename(str(SPEC_FILE))[0])
METHODS = ("get", "post", "patch", "delete")
OPERATIONS = [(method, path) for path, item in SPEC["paths"].items() for method in METHODS if method in item]
# "Any operation may answer 401, 415, 422, 429 and 503."
ANYWHERE = ("401", "415", "422", "429", "503")


def assert_fits(method: str, path: str, answer: Answer) -> None:
    """Check status, media type and body against what the contract says of this operation."""
    responses = SPEC["paths"][path][method]["responses"]
    problem: Any = {"$ref": "#/components/responses/Problem"}
    said: Any = responses[str(answer.status)] if str(answer.status) not in ANYWHERE else problem
    if "$ref" in said:
        said = SPEC["components"]["responses"][said["$ref"].rpartition("/")[2]]
    if "content" not in said:
        assert answer.body is None
        return
    ((media, content),) = said["content"].items()
    assert answer.headers["Content-Type"] == media
    schema = {**content["schema"], "components": SPEC["components"]}
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(answer.body)


def exchanges(world: World) -> list[tuple[str, str, Answer]]:
    """Every operation of the contract, with each status it can answer."""
    event = world.post(location=None, matter_id=world.matter).body
    assert event is not None
    one, firm, staff = f"/events/{event['id']}", "/firms/{firm_id}", "/firms/{firm_id}/staff/{staff_id}"
    events, item = f"{firm}/events", f"{firm}/events/{{event_id}}"
    origin = quote(json.dumps(world.origin()))
    world.caseflow.create_task(world.firm, by=world.ann, topic="x", due_date="2026-03-09", assignee_ids=[world.ann])
    world.caseflow.create_deadline(world.firm, by=world.ann, name="x", date="2026-03-09", matter_id=world.matter)
    gone = world.event()
    world.caseflow.delete_event(gone, by=world.ann)
    _, cursor = world.snapshot()
    world.caseflow.delete_event(world.event(), by=world.ann)
    body = {"origin": world.origin(), "title": "y"}
    write = {"method": "POST", "idempotency_key": "z", "body": world.write()}
    stale = {"method": "PATCH", "event_id": event["id"], "if_match": 9, "body": body}
    etag = world.request("GET", "").headers["ETag"]
    done = [
        ("get", firm, world.request("GET", "")),
        ("get", firm, world.request("GET", "", If_None_Match=etag)),
        ("get", firm, world.request("GET", "", Authorization="")),
        ("get", staff, world.request("GET", f"/staff/{world.ann}")),
        ("get", staff, world.request("GET", "/staff/none")),
        ("get", f"{staff}/changes", world.changes(**{"from": "2026-03-01"})),
        ("get", f"{staff}/changes", world.changes(cursor=cursor)),
        ("get", f"{staff}/changes", world.changes("none", cursor=cursor)),
        ("post", events, world.post("k2")),
        ("post", events, world.post("k2")),
        ("post", events, world.post("k3", title="")),
        ("get", item, world.request("GET", one)),
        ("get", item, world.request("GET", f"/events/{gone}")),
        ("patch", item, world.patch(event["id"], 1, title="x")),
        ("patch", item, world.patch(event["id"], 1, title="x")),
        ("patch", item, world.patch(gone, 2, title="x")),
        ("patch", item, world.patch(event["id"], 2, title="")),
        ("patch", item, world.request("PATCH", one, {}, If_Match='"2"', Content_Type="text/plain")),
        ("post", f"{firm}/events:batch", world.request("POST", "/events:batch", {"operations": [write, stale]})),
        ("delete", item, world.request("DELETE", f"{one}?origin={origin}", If_Match='"1"')),
        ("delete", item, world.request("DELETE", f"{one}?origin={origin}", If_Match='"2"')),
        ("delete", item, world.request("DELETE", f"{one}?origin={origin}", If_Match='"2"')),
    ]
    world.caseflow.expire_cursors()
    done.append(("get", f"{staff}/changes", world.changes(cursor=cursor)))
    world.caseflow.deactivate_staff(world.ann, by=world.ben)
    done.append(("get", f"{staff}/changes", world.changes(cursor=cursor)))
    world.caseflow.throttle(1, 5)
    done.append(("get", firm, world.request("GET", "")))
    return done


def test_every_answer_fits_the_contract(world: World) -> None:
    done = exchanges(world)
    for method, path, answer in done:
        assert_fits(method, path, answer)
    assert {(method, path) for method, path, _ in done} == set(OPERATIONS)
    seen = {(method, path, str(answer.status)) for method, path, answer in done}
    said = {
        (method, path, status) for method, path in OPERATIONS for status in SPEC["paths"][path][method]["responses"]
    }
    assert said - seen <= {("get", "/firms/{firm_id}", "404"), ("post", "/firms/{firm_id}/events", "404")}


def test_an_answer_beside_the_contract_is_noticed(world: World) -> None:
    answer = world.request("GET", "")
    assert answer.body is not None
    del answer.body["timezone"]
    with pytest.raises(jsonschema_rs.ValidationError, match="timezone"):
        assert_fits("get", "/firms/{firm_id}", answer)


def narrowed(world: World) -> dict[str, Any]:
    """The contract with ids that exist, so that drawn requests get past the first refusal."""
    spec: dict[str, Any] = json.loads(json.dumps(SPEC))
    spec["servers"] = [{"url": "/api"}]
    known = {"firm_id": [world.firm], "staff_id": [world.ann, world.ben], "event_id": [world.event(), world.event()]}
    parameters = [*spec["components"]["parameters"].values()]
    for item in spec["paths"].values():
        parameters += item.get("parameters", [])
    for parameter in parameters:
        if parameter.get("name") in known:
            parameter["schema"]["enum"] = known[parameter["name"]]
    return spec


def application(world: World, folder: Path) -> flask.Flask:
    sessions = Sessions(folder, issuer="https://caseflow.example", now=world.clock)
    app = create_app(world.caseflow, sessions, settings_url="/", outlook_url=str, node_modules=folder)
    app.add_url_rule("/openapi.json", "openapi", lambda: narrowed(world))
    return app


def flat(headers: dict[str, list[str]]) -> dict[str, str]:
    return {name.title(): values[0] for name, values in headers.items()}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_drawn_requests_find_no_hole(world: World, tmp_path: Path, method: str, path: str) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", application(world, tmp_path))
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Request-Id": "drawn"}
    operation = schema[path][method.upper()]
    for mode in schemathesis.GenerationMode:

        @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy(generation_mode=mode))
        def drawn(case: Any) -> None:
            response = case.call(headers=headers)
            body: Any = response.json() if response.content else None
            # A drawn id that is empty or holds a slash or a line break makes a path that isn't in the contract.
            assume(response.status_code != 405 and (response.status_code != 404 or body["code"] != "not_found"))
            assert_fits(method, path, Answer(response.status_code, flat(response.headers), body))
            case.validate_response(response, checks=[negative_data_rejection])

        drawn()
