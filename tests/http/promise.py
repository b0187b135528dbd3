"""Every answer of a test is held to what the interface's own description promises."""

from __future__ import annotations

import functools
import json
from typing import Any

import azure.functions as func
from openapi_schema_validator import OAS31Validator

from shared.boundary.openapi import document


@functools.cache
def description() -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = json.loads(document("https://sync.example.com"))
    return found


@functools.cache
def promised(name: str) -> dict[str, Any] | None:
    """The answers of one operation by status; None for what is not described."""
    for methods in description()["paths"].values():
        for operation in methods.values():
            if operation["operationId"] == name:
                responses: dict[str, Any] = operation["responses"]
                return responses
    return None


def check(name: str, response: func.HttpResponse) -> None:
    """Fail if an answer has a status or a body that the description does not have."""
    responses = promised(name)
    if responses is None:
        return
    assert str(response.status_code) in responses, f"{name} does not promise {response.status_code}"
    content = responses[str(response.status_code)].get("content", {})
    if response.mimetype.endswith("json") and "schema" in content.get(response.mimetype, {}):
        schema = {**content[response.mimetype]["schema"], "components": description()["components"]}
        OAS31Validator(schema).validate(json.loads(response.get_body()))
