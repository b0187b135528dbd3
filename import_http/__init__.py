"""What a person asks for now: Sync now, Retry now, imports of the past, and how they go (product.md J, K)."""

from __future__ import annotations

import azure.functions as func

from shared.boundary.answers import json_answer
from shared.boundary.endpoint import Call, endpoint, new_blueprint
from shared.boundary.operations import DAYS_MAX
from shared.boundary.problems import Problem
from shared.core.state import Job
from shared.flows import jobs, views

blueprint = new_blueprint()


def _answer(job: Job) -> func.HttpResponse:
    finished = job.state in ("succeeded", "failed")
    return json_answer({"job": views.job_view(job)}, status=200 if finished else 202)


@endpoint(blueprint, "sync_now")
def sync_now(call: Call) -> func.HttpResponse:
    """Pull from Outlook within the request, or go on in the background (K1)."""
    return _answer(jobs.sync_now(call.ports, call.caller.firm_id, call.caller.staff_id))


@endpoint(blueprint, "retry")
def retry(call: Call) -> func.HttpResponse:
    """Run the failed job again (K2)."""
    return _answer(jobs.retry(call.ports, call.caller.firm_id, call.caller.staff_id))


@endpoint(blueprint, "import_past")
def import_past(call: Call) -> func.HttpResponse:
    """Queue an import of past events (J1, J4)."""
    if call.body.days > DAYS_MAX:
        detail = f"`days` may be at most {DAYS_MAX}. To import further back, please ask CaseFlow support."
        raise Problem(422, "import_range_too_long", detail)
    return _answer(jobs.begin_import(call.ports, call.caller.firm_id, call.caller.staff_id, call.body.days))


@endpoint(blueprint, "get_job")
def get_job(call: Call) -> func.HttpResponse:
    """One job of the caller's own."""
    job = jobs.find(call.ports, call.caller.firm_id, call.caller.staff_id, call.request.route_params["job_id"])
    return json_answer({"job": views.job_view(job)})


@endpoint(blueprint, "list_jobs")
def list_jobs(call: Call) -> func.HttpResponse:
    """The caller's jobs, the newest first."""
    found = jobs.listed(call.ports, call.caller.firm_id, call.caller.staff_id, call.query.limit)
    return json_answer({"jobs": [views.job_view(job) for job in found]})
