"""The interface as OpenAPI 3.1, written from the table of operations and the types of its bodies."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from shared.boundary.bodies import NoBody
from shared.boundary.operations import OPERATIONS, Media, NoContent, Operation
from shared.boundary.problems import ProblemDetails

VERSION = "1.0.0"
_REF = "#/components/schemas/{name}"
_SESSION = {401: ("unauthorized",), 403: ("role_not_allowed", "origin_mismatch")}
_BODY = {413: ("body_too_large",), 415: ("unsupported_media_type",), 422: ("invalid_request",)}
_PHRASES = {
    200: "Done",
    202: "Goes on in the background",
    302: "Go to the settings page",
    304: "Not modified",
    503: "A service fails",
}


def document(base_url: str) -> bytes:
    """The document as JSON; `base_url` is PUBLIC_BASE_URL."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in _described_ones():
        paths.setdefault(f"/{operation.path}", {})[operation.method.lower()] = _described(operation)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "Outlook sync for CaseFlow", "version": VERSION},
            "servers": [{"url": f"{base_url}/api"}],
            "paths": paths,
            "components": {"schemas": _schemas(), "securitySchemes": _SECURITY},
        }
    )


def _described_ones() -> list[Operation]:
    """Every operation but the preflight, which browsers ask by themselves."""
    return [operation for operation in OPERATIONS if operation.method != "OPTIONS"]


_SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "caseflow_session"},
}


def _schemas() -> dict[str, Any]:
    types: list[Any] = [ProblemDetails]
    for operation in _described_ones():
        types += [operation.body, *(kind for kind in operation.answers.values() if isinstance(kind, type))]
    wanted = [kind for kind in dict.fromkeys(types) if kind not in (NoBody, NoContent)]
    _, schemas = msgspec.json.schema_components(wanted, ref_template=_REF)
    return schemas


def _ref(kind: type[Struct]) -> dict[str, str]:
    return {"$ref": _REF.format(name=kind.__name__)}


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": {**_answers(operation), **_refusals(operation)},
    }
    parameters = [*_path_parameters(operation), *_query_parameters(operation)]
    if parameters:
        described["parameters"] = parameters
    if operation.roles:
        described["security"] = [{"bearer": []}, {"cookie": []}]
    if operation.body is not NoBody:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(operation.body)}},
        }
    return described


def _answers(operation: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, kind in operation.answers.items():
        answers[str(status)] = {"description": _PHRASES[status]}
        if isinstance(kind, Media):
            answers[str(status)]["content"] = {kind.type: {}}
        elif kind is not NoContent:
            answers[str(status)]["content"] = {"application/json": {"schema": _ref(kind)}}
    return answers


def _refusals(operation: Operation) -> dict[str, Any]:
    """The errors of an operation by status, each with its codes."""
    codes: dict[int, tuple[str, ...]] = {}
    takes_query = bool(operation.query.__struct_fields__)
    for known in (
        _SESSION if operation.roles else {},
        _BODY if operation.changes else {},
        {422: ("invalid_request",)} if takes_query else {},
        operation.refusals,
        {500: ("internal_error",)},
        {503: ("temporarily unavailable",)} if operation.roles else {},
    ):
        for status, names in known.items():
            codes[status] = codes.get(status, ()) + names
    content = {"application/problem+json": {"schema": _ref(ProblemDetails)}}
    return {
        str(status): {"description": "Code: " + ", ".join(names), "content": content}
        for status, names in sorted(codes.items())
    }


def _path_parameters(operation: Operation) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", operation.path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    schema = msgspec.json.schema(operation.query)
    members = schema["$defs"][operation.query.__name__]["properties"]
    return [{"name": name, "in": "query", "schema": member} for name, member in members.items()]
