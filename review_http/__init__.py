"""Review items (product.md H) and the event audit log (product.md N)."""

from __future__ import annotations

import azure.functions as func

from shared.boundary.answers import answer, json_answer
from shared.boundary.auditcsv import table
from shared.boundary.callers import own_or_firm
from shared.boundary.endpoint import Call, endpoint
from shared.flows import chain, reviews

blueprint = func.Blueprint()


@endpoint(blueprint, "list_reviews")
def list_reviews(call: Call) -> func.HttpResponse:
    """The caller's review items, for a firm admin the firm's."""
    staff_id = own_or_firm(call.caller, call.query.staff_id)
    return json_answer({"reviews": reviews.listed(call.ports, call.caller, call.query.state, staff_id)})


@endpoint(blueprint, "resolve_review")
def resolve_review(call: Call) -> func.HttpResponse:
    """Apply a decision at once, or say why not (H4)."""
    review_id = call.request.route_params["review_id"]
    return json_answer(reviews.resolve(call.ports, call.caller, review_id, call.body.keep))


@endpoint(blueprint, "list_audit")
def list_audit(call: Call) -> func.HttpResponse:
    """A page of audit records."""
    return json_answer(_records(call))


@endpoint(blueprint, "export_audit")
def export_audit(call: Call) -> func.HttpResponse:
    """All matching audit records as CSV (N2)."""
    headers = {"Content-Disposition": 'attachment; filename="outlook-sync-audit.csv"'}
    return answer(table(_records(call)["records"]), "text/csv", headers=headers)


@endpoint(blueprint, "verify_audit")
def verify_audit(call: Call) -> func.HttpResponse:
    """Prove the firm's chain (N1)."""
    return json_answer(chain.verify(call.ports, call.caller.firm_id))
