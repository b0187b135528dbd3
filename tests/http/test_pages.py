"""The settings page's files, the interface's description and health."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from shared.boundary.operations import OPERATIONS
from shared.core.errors import Retry
from shared.flows.health import deep
from tests.http.world import CASEFLOW_ORIGIN, DOWN, OWN_ORIGIN, World

WEB = Path(__file__).resolve().parents[2] / "web"
TYPES = {"settings.css": "text/css", "settings.js": "text/javascript", "icon.svg": "image/svg+xml"}


def policy(world: World) -> dict[str, str]:
    text = world.call("settings_page").headers["Content-Security-Policy"]
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in text.split(";"))}


def test_the_page_runs_nothing_but_its_own_files(world: World) -> None:
    rules = policy(world)
    assert rules["default-src"] == "'none'"
    assert {rules[name] for name in ("script-src", "style-src", "connect-src", "img-src")} == {"'self'"}


def test_the_page_is_framed_by_caseflow_and_ourselves_only(world: World) -> None:
    assert policy(world)["frame-ancestors"].split() == [OWN_ORIGIN, CASEFLOW_ORIGIN]


def test_the_page_knows_the_way_back_and_the_administrators_link(world: World) -> None:
    page = world.call("settings_page")
    assert page.response.mimetype == "text/html"
    assert f'href="{CASEFLOW_ORIGIN}"' in page.text
    consent = "https://login.microsoftonline.com/organizations/v2.0/adminconsent?client_id=client-1&amp;redirect_uri="
    assert consent in page.text
    assert "$" not in page.text


def test_the_page_holds_no_inline_script_or_style() -> None:
    html = (WEB / "settings.html").read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", html)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_an_asset_has_its_type(world: World, name: str) -> None:
    answer = world.call("page_asset", route={"name": name})
    assert (answer.status, answer.response.mimetype) == (200, TYPES[name])
    assert answer.response.get_body() == (WEB / name).read_bytes()


def test_every_file_that_the_page_asks_for_is_served(world: World) -> None:
    sources = [path.read_text() for path in WEB.iterdir() if path.suffix in {".html", ".js"}]
    asked = {name for text in sources for name in re.findall(r'(?:assets/|from "\./)([\w.-]+)"', text)}
    assert asked >= {"settings.css", "settings.js", "api.js"}
    assert {world.call("page_asset", route={"name": name}).status for name in asked} == {200}


@pytest.mark.parametrize("name", ["../host.json", "..%2fhost.json", "settings.html", "nothing.js", "", "/etc/passwd"])
def test_nothing_else_is_served(world: World, name: str) -> None:
    answer = world.call("page_asset", route={"name": name})
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize(("name", "route"), [("settings_page", {}), ("page_asset", {"name": "settings.js"})])
def test_an_unchanged_file_is_not_sent_again(world: World, name: str, route: dict[str, str]) -> None:
    etag = world.call(name, route=route).headers["ETag"]
    again = world.call(name, route=route, headers={"if-none-match": f'"other", W/{etag}'})
    assert (again.status, again.response.get_body()) == (304, b"")
    assert world.call(name, route=route, headers={"if-none-match": '"other"'}).status == 200


def test_the_interface_is_valid_openapi(world: World) -> None:
    document = world.call("openapi").json
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": f"{OWN_ORIGIN}/api"}]


def test_the_interface_describes_every_operation(world: World) -> None:
    paths = world.call("openapi").json["paths"]
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert described == {
        (operation.method, f"/{operation.path}") for operation in OPERATIONS if operation.method != "OPTIONS"
    }


def test_the_interface_says_what_a_body_may_hold(world: World) -> None:
    schemas = world.call("openapi").json["components"]["schemas"]
    assert schemas["ImportBody"]["properties"]["days"] == {"type": "integer", "minimum": 1, "maximum": 90}
    assert schemas["ImportBody"]["additionalProperties"] is False
    assert set(schemas["Preferences"]["required"]) == {"sync_enabled", "calendar_events", "tasks", "deadlines"}
    assert "import" in schemas["Status"]["properties"]


def test_what_needs_a_session_says_so(world: World) -> None:
    paths = world.call("openapi").json["paths"]
    assert paths["/outlook/status"]["get"]["security"] == [{"bearer": []}, {"cookie": []}]
    assert "security" not in paths["/outlook/health"]["get"]
    assert "import_range_too_long" in paths["/outlook/import"]["post"]["responses"]["422"]["description"]


def test_being_alive_asks_nobody(world: World) -> None:
    world.caseflow.fault = world.queue.fault = world.vault.fault = DOWN
    answer = world.call("health", role=None)
    assert (answer.status, answer.json) == (200, {"status": "ok", "checks": {}})


def test_a_deep_look_asks_every_service(world: World) -> None:
    answer = world.call("health", role=None, params={"deep": "1"})
    checks = dict.fromkeys(("tables", "queue", "vault", "caseflow", "graph"), "ok")
    assert (answer.status, answer.json) == (200, {"status": "ok", "checks": checks})


@pytest.mark.parametrize("service", ["tables", "queue", "vault", "caseflow", "graph"])
def test_one_failing_service_is_named(world: World, monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    def fail(*_: Any) -> Any:
        raise Retry("tables_timeout")

    if service == "tables":
        monkeypatch.setattr(world.store, "get", fail)
    elif service == "graph":
        world.http.status = 503
    else:
        getattr(world, service).fault = DOWN
    answer = world.call("health", role=None, params={"deep": "1"})
    assert (answer.status, answer.json["status"]) == (503, "failing")
    assert {name for name, check in answer.json["checks"].items() if check != "ok"} == {service}


def test_a_service_that_hangs_is_not_waited_for() -> None:
    ended = threading.Event()

    def hang() -> None:
        ended.wait(20)

    found = deep({"tables": lambda: None, "graph": hang}, seconds=0.05)
    ended.set()
    assert (found.status, found.checks) == ("failing", {"tables": "ok", "graph": "timeout"})


def test_a_probe_that_breaks_is_a_failing_service() -> None:
    def broken() -> None:
        raise OSError

    assert deep({"vault": broken}).checks == {"vault": "OSError"}
