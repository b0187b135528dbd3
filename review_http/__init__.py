"""Review items (product.md H) and the event audit log (product.md N)."""

from __future__ import annotations

from typing import Any

import azure.functions as func

from shared.boundary.answers import answer, json_answer
from shared.boundary.auditcsv import table
from shared.boundary.callers import own_or_firm
from shared.boundary.endpoint import Call, endpoint, new_blueprint
from shared.boundary.operations import AuditQuery
from shared.boundary.problems import changed_since, invalid
from shared.core.errors import Rejected
from shared.flows import auditlog, chain, reviews

EXPORT_RECORDS_MAX = 50_000

blueprint = new_blueprint()


@endpoint(blueprint, "list_reviews")
def list_reviews(call: Call) -> func.HttpResponse:
    """The caller's review items, for a firm admin the firm's."""
    staff_id = call.caller.staff_id if call.query.mine == "1" else own_or_firm(call.caller, call.query.staff_id)
    return json_answer({"reviews": reviews.listed(call.ports, call.caller, call.query.state, staff_id)})


@endpoint(blueprint, "resolve_review")
def resolve_review(call: Call) -> func.HttpResponse:
    """Apply a decision at once, or say why not (H4)."""
    review_id = call.request.route_params["review_id"]
    try:
        return json_answer(reviews.resolve(call.ports, call.caller, review_id, call.body.keep))
    except reviews.ChangedSince as error:
        raise changed_since(error.review) from None


def _asked(call: Call) -> auditlog.Query:
    query: AuditQuery = call.query
    return auditlog.Query(
        since=query.from_,
        until=query.to,
        action=query.action,
        staff_id=own_or_firm(call.caller, query.staff_id),
        origin=query.origin,
        object_id=query.object_id,
    )


def _page(call: Call, cursor: str | None) -> auditlog.Page:
    try:
        return auditlog.read(call.ports, call.caller.firm_id, _asked(call), cursor)
    except Rejected:
        raise invalid("`cursor` is not one that an earlier answer gave as next_cursor.") from None


@endpoint(blueprint, "list_audit")
def list_audit(call: Call) -> func.HttpResponse:
    """A page of audit records."""
    return json_answer(_page(call, call.query.cursor))


def _all_records(call: Call) -> list[dict[str, Any]]:
    page = _page(call, call.query.cursor)
    records = page.records
    while page.next_cursor:
        if len(records) > EXPORT_RECORDS_MAX:
            raise invalid(f"That is over {EXPORT_RECORDS_MAX:,} records: ask for a shorter time with `from` and `to`.")
        page = _page(call, page.next_cursor)
        records = records + page.records
    return records


@endpoint(blueprint, "export_audit")
def export_audit(call: Call) -> func.HttpResponse:
    """All matching audit records as CSV (N2)."""
    headers = {"Content-Disposition": 'attachment; filename="outlook-sync-audit.csv"'}
    return answer(table(_all_records(call)), "text/csv", headers=headers)


@endpoint(blueprint, "verify_audit")
def verify_audit(call: Call) -> func.HttpResponse:
    """Prove the firm's chain (N1)."""
    return json_answer(chain.verify(call.ports, call.caller.firm_id))
