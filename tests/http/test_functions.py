"""What the host finds when it indexes the app: names, triggers, routes, schedules and queues (sync-api.md)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.boundary.operations import OPERATIONS
from tests.http.world import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]

CONTRACT = {
    ("POST", "outlook/connect"),
    ("GET", "outlook/callback"),
    ("POST", "outlook/disconnect"),
    ("GET", "outlook/status"),
    ("GET", "outlook/preferences"),
    ("PUT", "outlook/preferences"),
    ("POST", "outlook/sync"),
    ("POST", "outlook/retry"),
    ("POST", "outlook/import"),
    ("GET", "outlook/jobs/{job_id}"),
    ("GET", "outlook/jobs"),
    ("GET", "outlook/reviews"),
    ("POST", "outlook/reviews/{review_id}/resolve"),
    ("GET", "outlook/audit"),
    ("GET", "outlook/audit.csv"),
    ("GET", "outlook/audit/verify"),
    ("GET", "outlook/connections"),
    ("GET", "outlook/health"),
    ("GET", "outlook/settings"),
    ("GET", "outlook/assets/{name}"),
    ("GET", "outlook/openapi.json"),
    ("OPTIONS", "outlook/{*path}"),
}
BACKGROUND = {
    "schedule_sync": ("timerTrigger", "0 */5 * * * *"),
    "sync_staff": ("queueTrigger", "sync-jobs"),
    "sync_poison": ("queueTrigger", "sync-jobs-poison"),
    "archive_audit": ("timerTrigger", "0 20 1 * * *"),
    "housekeeping": ("timerTrigger", "0 50 2 * * *"),
}


def trigger(function: Any) -> dict[str, Any]:
    return dict(function.get_trigger().get_dict_repr())


def test_every_endpoint_of_the_contract_is_a_function(functions: dict[str, Any]) -> None:
    routes = set()
    for function in functions.values():
        found = trigger(function)
        if found["type"] == "httpTrigger":
            methods = [getattr(method, "value", method) for method in found["methods"]]
            routes |= {(str(method), found["route"]) for method in methods}
    assert routes == CONTRACT


def test_timers_and_queues_have_the_names_of_the_contract(functions: dict[str, Any]) -> None:
    found = {}
    for name, function in functions.items():
        seen = trigger(function)
        if seen["type"] != "httpTrigger":
            found[name] = (seen["type"], seen.get("schedule") or seen.get("queueName"))
    assert found == BACKGROUND


def test_queues_use_the_storage_of_the_functions_host(functions: dict[str, Any]) -> None:
    connections = {name: trigger(functions[name]).get("connection") for name in ("sync_staff", "sync_poison")}
    assert set(connections.values()) == {"AzureWebJobsStorage"}


def test_no_endpoint_asks_for_a_function_key(functions: dict[str, Any]) -> None:
    levels = {str(getattr(trigger(f)["authLevel"], "value", trigger(f)["authLevel"])).lower()
              for f in functions.values() if trigger(f)["type"] == "httpTrigger"}  # fmt: skip
    assert levels == {"anonymous"}


def test_every_operation_of_the_table_is_served(functions: dict[str, Any]) -> None:
    assert {operation.name for operation in OPERATIONS} <= functions.keys()


def test_queue_texts_are_plain_in_the_host_and_time_out_before_it_kills_the_worker() -> None:
    host = json.loads((ROOT / "host.json").read_text())
    queues = host["extensions"]["queues"]
    assert queues["messageEncoding"] == "none"
    assert host["functionTimeout"] == "00:10:00"
    assert queues["visibilityTimeout"] == "00:01:00"


def test_the_template_names_every_setting_and_holds_no_secret() -> None:
    values = json.loads((ROOT / "local.settings.json").read_text())["Values"]
    assert ENVIRONMENT.keys() <= values.keys()
    assert not any(values[name] for name in values if "SECRET" in name or "TOKEN" in name or "STRING" in name)


@pytest.mark.parametrize("missing", ["CASEFLOW_API_URL", "PUBLIC_BASE_URL", "AzureWebJobsStorage"])
def test_a_missing_setting_stops_the_app_with_a_line_that_names_it(missing: str) -> None:
    settings = {name: value for name, value in ENVIRONMENT.items() if name != missing}
    command = [sys.executable, "-c", "import function_app"]
    path = os.environ.get("PATH", "")
    done = subprocess.run(
        command, cwd=ROOT, env={**settings, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert f"{missing} is missing" in last
