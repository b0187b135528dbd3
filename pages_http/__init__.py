"""The settings page, the interface's description, and health."""

from __future__ import annotations

import azure.functions as func

from shared import compose
from shared.boundary import pages
from shared.boundary.answers import answer, json_answer
from shared.boundary.callers import own_origins
from shared.boundary.endpoint import Call, endpoint
from shared.boundary.openapi import document
from shared.flows import health as healthy

blueprint = func.Blueprint()


@endpoint(blueprint, "settings_page")
def settings_page(call: Call) -> func.HttpResponse:
    """The settings page (HTML)."""
    return pages.page(call.request, own_origins())


@endpoint(blueprint, "page_asset")
def page_asset(call: Call) -> func.HttpResponse:
    """One script or style of the page."""
    return pages.asset(call.request, call.request.route_params["name"])


@endpoint(blueprint, "openapi")
def openapi(_: Call) -> func.HttpResponse:
    """This interface as OpenAPI 3.1."""
    return answer(document(compose.settings().public_base_url), "application/json")


@endpoint(blueprint, "health")
def health(call: Call) -> func.HttpResponse:
    """Alive; with deep=1 every service is asked."""
    found = healthy.deep(compose.probes()) if call.query.deep == "1" else healthy.ALIVE
    return json_answer(found, status=200 if found.status == "ok" else 503)
