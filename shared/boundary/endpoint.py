"""The decorator of every HTTP function: caller, role, body and query in; safe headers and problems out."""

from __future__ import annotations

import logging
import re
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.functions as func

from shared import compose, log
from shared.boundary import callers, crossorigin
from shared.boundary.answers import problem_answer
from shared.boundary.bodies import read_body, read_query
from shared.boundary.operations import BY_NAME, Operation
from shared.boundary.problems import Problem, of_sync_error
from shared.core.errors import SyncError
from shared.core.session import Session
from shared.ports import Ports

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


@dataclass(frozen=True)
class Call:
    """One request as a handler sees it: `body` and `query` are of the operation's types."""

    request: func.HttpRequest
    id: str
    session: Session | None
    body: Any
    query: Any

    @property
    def ports(self) -> Ports:
        """Everything the flows may touch."""
        return compose.ports()

    @property
    def caller(self) -> Session:
        """Who calls; only on endpoints that need a session."""
        if self.session is None:
            raise RuntimeError("an open endpoint has no caller")
        return self.session


def new_blueprint() -> func.Blueprint:
    """An empty set of functions."""
    return func.Blueprint()  # type: ignore[no-untyped-call]


Handler = Callable[[Call], func.HttpResponse]


def endpoint(blueprint: func.Blueprint, name: str) -> Callable[[Handler], Any]:
    """Register a handler as the HTTP function `name` of the table of operations."""
    operation = BY_NAME[name]

    def register(handler: Handler) -> Any:
        # azure.md 1.1: the host indexes the wrapper, so its one parameter must be the binding, without a default
        def serve(req: func.HttpRequest) -> func.HttpResponse:
            return _guarded(operation, handler, req)

        serve.__name__ = handler.__name__
        serve.__qualname__ = handler.__qualname__
        serve.__doc__ = handler.__doc__
        serve.__module__ = handler.__module__
        route = blueprint.route(route=operation.path, methods=[operation.method], auth_level=func.AuthLevel.ANONYMOUS)
        return blueprint.function_name(operation.name)(route(serve))

    return register


def _guarded(operation: Operation, handler: Handler, request: func.HttpRequest) -> func.HttpResponse:
    sent = request.headers.get("x-request-id", "")
    request_id = sent if _REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex
    try:
        response = handler(_call(operation, request, request_id))
    except Problem as problem:
        response = problem_answer(problem)
    except SyncError as error:
        log.line(
            "http.refused",
            function=operation.name,
            request_id=request_id,
            code=error.code,
            reference=error.reference,
        )
        response = problem_answer(of_sync_error(error))
    except Exception as error:  # noqa: BLE001  (azure.md 1.4: an unhandled exception would be a bare 500 without a body)
        log.line(
            "http.failed",
            level=logging.ERROR,
            function=operation.name,
            request_id=request_id,
            error=type(error).__name__,
            path=_place(error),
        )
        response = problem_answer(_unexpected(request_id))
    response.headers["X-Request-Id"] = request_id
    crossorigin.allow(request, response)
    return response


def _place(error: Exception) -> str:
    """Where an error arose, as file:line: its own text may hold what no log may (G6)."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


def _call(operation: Operation, request: func.HttpRequest, request_id: str) -> Call:
    session = None
    if operation.roles:
        session = callers.caller(request)
        callers.check_role(session, operation.roles)
    body = read_body(request, operation.body) if operation.changes else None
    return Call(request, request_id, session, body, read_query(request.params, operation.query))


def _unexpected(request_id: str) -> Problem:
    detail = f"Something went wrong on our side. Tell support this reference: {request_id}."
    return Problem(500, "internal_error", detail, extra={"reference": request_id})
