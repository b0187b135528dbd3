"""Invocations given to Microsoft's runtime and to the local host, and their answers in plain values.

Microsoft's side imports it too, so it needs nothing but the azure-functions package.
"""

from __future__ import annotations

import json
from typing import Any

from azure.functions.meta import Datum

Case = dict[str, Any]


def input_datum(case: Case) -> Datum:
    """Return what the host sends the worker as the trigger's value."""
    if "http" in case:
        given = case["http"]
        value = {
            "method": Datum(given["method"], "string"),
            "url": Datum(given["url"], "string"),
            "headers": _texts(given.get("headers", {})),
            "query": _texts(given.get("query", {})),
            "params": _texts(given.get("params", {})),
            "body": Datum(given.get("body", "").encode(), "bytes"),
        }
        return Datum(value, "http")
    if "timer" in case:
        return Datum(json.dumps(case["timer"]), "json")
    return Datum(case["message"], "string")


def metadata(case: Case) -> dict[str, Datum]:
    """Return the trigger metadata of a case."""
    return _texts(case.get("metadata", {}))


def plain(datum: Any) -> Any:
    """Return an encoded value as JSON can hold it."""
    if datum is None:
        return None
    if datum.type == "http":
        value = datum.value
        return {
            "status": value["status_code"].value,
            "headers": {name: each.value for name, each in value["headers"].items()},
            "cookies": [cookie.output() for cookie in value["cookies"] or ()],
            "body": value["body"].value.decode(),
        }
    value = datum.value.decode() if isinstance(datum.value, bytes) else datum.value
    return {"type": datum.type, "value": value}


def answer(*, ok: bool, returned: Any, outputs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return one invocation's outcome in plain values."""
    return {
        "ok": ok,
        "returned": plain(returned),
        "outputs": [[name, plain(value)] for name, value in outputs],
    }


def _texts(values: dict[str, str]) -> dict[str, Datum]:
    return {name: Datum(value, "string") for name, value in values.items()}
