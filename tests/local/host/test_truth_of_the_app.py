"""This project's app is the same app to Microsoft's own runtime as to the local host, and each function runs there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from local.azurite import Azurite
from tests.local.host.runtime import ROOT, both
from tests.local.host.truth_cases import Case

pytestmark = pytest.mark.integration

# Nothing listens there: what a function asks of the other services fails at once, the same way on both sides.
NOWHERE = "https://127.0.0.1:9"


def settings(storage: str) -> dict[str, str]:
    """Return valid settings (sync-api.md) of a world in which only the storage answers."""
    return {
        "AzureWebJobsStorage": storage,
        "KEY_VAULT_URL": NOWHERE,
        "ENTRA_CLIENT_ID": "11111111-2222-4333-8444-555555555555",
        "ENTRA_CLIENT_SECRET": "not-a-secret",
        "ENTRA_AUTHORITY": f"{NOWHERE}/organizations",
        "GRAPH_BASE_URL": f"{NOWHERE}/v1.0",
        "PUBLIC_BASE_URL": "http://localhost:7071",
        "CASEFLOW_API_URL": NOWHERE,
        "CASEFLOW_API_TOKEN": "not-a-token",
        "CASEFLOW_JWKS_URL": f"{NOWHERE}/jwks.json",
        "CASEFLOW_ISSUER": NOWHERE,
        "CASEFLOW_APP_URL": "http://localhost:7072",
        "IDENTITY_ENDPOINT": "http://127.0.0.1:9/token",
        "IDENTITY_HEADER": "not-a-header",
    }


def case_of(function: dict[str, Any]) -> Case:
    """Return an invocation of a function as an unknown caller would make it."""
    name = function["name"]
    if function["type"] == "timerTrigger":
        status = {"Last": "2026-11-24T00:00:00+00:00", "Next": "2026-11-25T00:00:00+00:00"}
        return {"function": name, "timer": {"Schedule": {}, "ScheduleStatus": status, "IsPastDue": False}}
    if function["type"] == "queueTrigger":
        return {"function": name, "message": "{}", "metadata": {"Id": "1", "DequeueCount": "1"}}
    parameters = dict.fromkeys(re.findall(r"\{\*?(\w+)", function["route"]), "unknown")
    method = (function["methods"] or ["GET"])[0]
    url = f"http://localhost:7071/api/{function['route']}"
    return {"function": name, "http": {"method": method, "url": url, "params": parameters}}


def essence(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without what differs from one request to the next."""
    returned = answer["returned"]
    if returned and "status" in returned:
        changing = {"date", "x-request-id", "x-correlation-id", "set-cookie"}
        headers = {name: text for name, text in returned["headers"].items() if name.lower() not in changing}
        returned = {"status": returned["status"], "headers": headers}
    return {"ok": answer["ok"], "returned": returned, "outputs": answer["outputs"]}


def test_the_app_is_indexed_and_every_function_runs_alike(python: str, azurite: Azurite) -> None:
    if not python:
        return
    environment = settings(azurite.connection_string)
    (indexed,), (own,) = both(python, [ROOT], [], environment)
    assert "functions" in indexed, indexed
    assert own["functions"] == indexed["functions"]
    cases = [case_of(function) for function in indexed["functions"]]

    (truth,), (ours,) = both(python, [ROOT], cases, environment)

    for case, expected, found in zip(cases, truth["answers"], ours["answers"], strict=True):
        assert essence(found) == essence(expected), case["function"]
    timers = {function["name"] for function in indexed["functions"] if function["type"] == "timerTrigger"}
    outcomes = {case["function"]: answer["ok"] for case, answer in zip(cases, truth["answers"], strict=True)}
    assert all(outcomes[name] for name in timers)
    http = [answer for answer in truth["answers"] if answer["returned"]]
    assert all(answer["ok"] and int(answer["returned"]["status"]) < 500 for answer in http)
    assert {function["name"] for function in indexed["functions"]} >= {
        "schedule_sync",
        "sync_staff",
        "sync_poison",
        "archive_audit",
        "housekeeping",
    }
