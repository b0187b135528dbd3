"""`POST /$batch`: up to 20 requests in one, each with a status of its own, answered in any order."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from local.graph.errors import bad_request
from local.graph.gate import AT_A_TIME

LARGEST = 20

Send = Callable[[dict[str, Any], bool], dict[str, Any]]
"""Performs one inner request (throttled if the flag says so) and returns its inner answer."""


def run_batch(body: Any, send: Send, rng: random.Random, others: int) -> dict[str, Any]:
    """Perform a batch in a random order that keeps `dependsOn`, and return the answers in another.

    Graph feeds a mailbox four requests at a time from one batch (graph.md, Limits); `others` is how many requests
    are under way beside the batch: of each four inner requests so many are throttled.
    Raises GraphError 400 for a malformed batch.
    """
    requests = _checked(body)
    order = list(requests)
    rng.shuffle(order)
    answers: dict[str, dict[str, Any]] = {}
    started = 0
    while order:
        ready = next((key for key in order if not _waiting(requests[key], answers)), None)
        if ready is None:
            raise bad_request("BadRequest", "The batch's dependsOn members form a circle.")
        order.remove(ready)
        answers[ready] = _answer(requests[ready], answers, send, started % AT_A_TIME >= AT_A_TIME - others)
        started += 1
    shuffled = list(answers.values())
    rng.shuffle(shuffled)
    return {"responses": shuffled}


def _checked(body: Any) -> dict[str, dict[str, Any]]:
    sent = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(sent, list) or not sent:
        raise bad_request("BadRequest", "Invalid batch payload format: a list 'requests' is needed.")
    if len(sent) > LARGEST:
        raise bad_request("BadRequest", f"Number of batch request steps exceeds the maximum value of {LARGEST}.")
    requests = {request["id"]: request for request in map(_checked_request, sent)}
    if len(requests) != len(sent):
        raise bad_request("BadRequest", "Request ids in a batch must differ, whatever the case of their letters.")
    if any(set(request.get("dependsOn", [])) - set(requests) for request in sent):
        raise bad_request("BadRequest", "A batch request depends on an id that is not in the batch.")
    return requests


def _checked_request(request: Any) -> dict[str, Any]:
    if not isinstance(request, dict):
        raise bad_request("BadRequest", "Every batch request must be an object.")
    for name in ("id", "method", "url"):
        if not isinstance(request.get(name), str) or not request[name]:
            raise bad_request("BadRequest", f"Every batch request needs the member '{name}', a string.")
    if request["url"].startswith("http") or "$batch" in request["url"]:
        raise bad_request("BadRequest", "A batch request's url must be relative to the version.")
    return request


def _waiting(request: dict[str, Any], answers: dict[str, dict[str, Any]]) -> bool:
    return any(key not in answers for key in request.get("dependsOn", []))


def _answer(request: dict[str, Any], answers: dict[str, dict[str, Any]], send: Send, throttled: bool) -> dict[str, Any]:
    if any(answers[key]["status"] >= 400 for key in request.get("dependsOn", [])):
        message = "A request that this one depends on failed."
        return {
            "id": request["id"],
            "status": 424,
            "headers": {"Content-Type": "application/json"},
            "body": {"error": {"code": "FailedDependency", "message": message}},
        }
    return {"id": request["id"], **send(request, throttled)}


def check_content_type(method: str, headers: dict[str, str], body: Any) -> None:
    """Raise GraphError 400 if a body comes without `Content-Type: application/json`."""
    declared = headers.get("content-type", "").lower().startswith("application/json")
    if method in {"POST", "PATCH"} and body is not None and not declared:
        raise bad_request(
            "BadRequest", "Write requests (excluding DELETE) must contain the Content-Type header declaration."
        )
