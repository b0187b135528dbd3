"""Graph's errors: what is raised inside the stand-in, and the body that is answered."""

from __future__ import annotations

from typing import Any


class GraphError(Exception):
    """A request that Graph refuses: HTTP status, Graph's code and message, and what else the answer carries."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        members: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.members = members or {}
        self.headers = headers or {}


def bad_request(code: str, message: str) -> GraphError:
    """Return a 400 with Graph's code."""
    return GraphError(400, code, message)


def invalid(message: str) -> GraphError:
    """Return the 400 for a value that breaks a rule of the calendar."""
    return GraphError(400, "ErrorPropertyValidationFailure", message)


def not_found() -> GraphError:
    """Return the 404 for an event that this mailbox does not have."""
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def error_body(error: GraphError, request_id: str, client_request_id: str, date: str) -> dict[str, Any]:
    """Return Graph's error body (graph.md, Limits and errors); `date` is UTC without a zone, as Graph writes it."""
    inner = {"date": date, "request-id": request_id, "client-request-id": client_request_id}
    return {"error": {"code": error.code, "message": error.message, **error.members, "innerError": inner}}
