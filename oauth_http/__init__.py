"""Connecting a mailbox, the four toggles, and what the page and CaseFlow's banner show (product.md B, K, L, M)."""

from __future__ import annotations

import time

import azure.functions as func

from shared import compose
from shared.boundary import flowcookie
from shared.boundary.answers import json_answer, redirect
from shared.boundary.endpoint import Call, endpoint, new_blueprint
from shared.flows import connect as connecting
from shared.flows import connections as firm
from shared.flows import disconnect as disconnecting
from shared.flows import preferences
from shared.flows import status as states

blueprint = new_blueprint()


def _page() -> str:
    return f"{compose.settings().public_base_url}/api/outlook/settings"


def _status(call: Call) -> func.HttpResponse:
    schedule = compose.settings().sync_schedule
    return json_answer(states.read(call.ports, call.caller.firm_id, call.caller.staff_id, schedule))


@endpoint(blueprint, "connect")
def connect(call: Call) -> func.HttpResponse:
    """Begin the authorization code flow (B1)."""
    begun = connecting.begin(call.ports, call.caller)
    response = json_answer({"authorization_url": begun.authorization_url})
    flowcookie.put(response, begun.cookie)
    return response


@endpoint(blueprint, "callback")
def callback(call: Call) -> func.HttpResponse:
    """Finish the flow and land on the settings page, whatever came of it (B2, B4)."""
    if call.request.params.get("admin_consent") == "True":  # an administrator comes back, who need not be our user
        return redirect(f"{_page()}?consented=1")
    outcome = connecting.finish(call.ports, dict(call.request.params), flowcookie.read(call.request))
    ending = f"error={outcome.code}" if outcome.code else "connected=1"
    response = redirect(f"{_page()}?{ending}")
    if outcome.code != "state_invalid":  # a foreign callback must not end the flow that this browser has begun
        flowcookie.end(response)
    return response


@endpoint(blueprint, "disconnect")
def disconnect(call: Call) -> func.HttpResponse:
    """Stop at once, delete the tokens (M1)."""
    disconnecting.run(call.ports, call.caller, time.sleep)
    return _status(call)


@endpoint(blueprint, "status")
def status(call: Call) -> func.HttpResponse:
    """Everything the page shows, in one read."""
    return _status(call)


@endpoint(blueprint, "get_preferences")
def get_preferences(call: Call) -> func.HttpResponse:
    """The four toggles as stored."""
    return json_answer(preferences.get(call.ports, call.caller))


@endpoint(blueprint, "put_preferences")
def put_preferences(call: Call) -> func.HttpResponse:
    """Save the four toggles (L1)."""
    return json_answer(preferences.put(call.ports, call.caller, call.body))


@endpoint(blueprint, "connections")
def connections(call: Call) -> func.HttpResponse:
    """The firm's connections: states and counts."""
    return json_answer({"connections": firm.listed(call.ports, call.caller.firm_id)})
