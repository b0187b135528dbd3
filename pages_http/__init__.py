"""The settings page, the interface's description, and health."""

from __future__ import annotations

from urllib.parse import urlencode

import azure.functions as func

from shared import compose
from shared.boundary import crossorigin, pages
from shared.boundary.answers import answer, json_answer
from shared.boundary.callers import own_origins
from shared.boundary.endpoint import Call, endpoint, new_blueprint
from shared.boundary.openapi import document
from shared.boundary.probes import probes
from shared.flows import health as healthy

blueprint = new_blueprint()


CONSENT_SCOPE = "https://graph.microsoft.com/Calendars.ReadWrite"


def _values() -> pages.PageValues:
    """This installation's links; the administrator's consent ends at our callback, the one registered redirect (B4)."""
    settings = compose.settings()
    asked = {"client_id": settings.entra.client_id, "redirect_uri": settings.redirect_uri, "scope": CONSENT_SCOPE}
    return pages.PageValues(
        caseflow_app_url=settings.caseflow_app_url,
        admin_consent_url=f"{settings.entra.authority}/v2.0/adminconsent?{urlencode(asked)}",
        frames=own_origins(),
    )


@endpoint(blueprint, "settings_page")
def settings_page(call: Call) -> func.HttpResponse:
    """The settings page (HTML)."""
    return pages.page(call.request, _values())


@endpoint(blueprint, "page_asset")
def page_asset(call: Call) -> func.HttpResponse:
    """One script or style of the page."""
    return pages.asset(call.request, call.request.route_params["name"])


@endpoint(blueprint, "preflight")
def preflight(_: Call) -> func.HttpResponse:
    """What browsers ask before a page of CaseFlow may call us."""
    return crossorigin.preflight()


@endpoint(blueprint, "openapi")
def openapi(_: Call) -> func.HttpResponse:
    """This interface as OpenAPI 3.1."""
    return answer(document(compose.settings().public_base_url), "application/json")


@endpoint(blueprint, "health")
def health(call: Call) -> func.HttpResponse:
    """Alive; with deep=1 every service is asked."""
    found = healthy.deep(probes()) if call.query.deep == "1" else healthy.ALIVE
    return json_answer(found, status=200 if found.status == "ok" else 503)
