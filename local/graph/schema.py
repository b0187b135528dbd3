"""Microsoft's metadata as a reader: checks a request body against it and returns a clean copy."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from local.graph.errors import GraphError, bad_request

_FILE = Path(__file__).parent / "graph-schema.json"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})")

_PRIMITIVES: dict[str, Callable[[Any], bool]] = {
    "Edm.String": lambda value: isinstance(value, str),
    "Edm.Boolean": lambda value: isinstance(value, bool),
    "Edm.Int32": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Edm.Double": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "Edm.Date": lambda value: isinstance(value, str) and _DATE.fullmatch(value) is not None,
    "Edm.DateTimeOffset": lambda value: isinstance(value, str) and _INSTANT.fullmatch(value) is not None,
}


@cache
def types() -> dict[str, Any]:
    """Return Microsoft's types by name (`graph.event` and all it reaches)."""
    return dict(json.loads(_FILE.read_text(encoding="utf-8"))["types"])


@cache
def properties(name: str) -> dict[str, tuple[str, bool]]:
    """Return a type's members, inherited ones included, as name to (type, nullable)."""
    found = types()[name]
    inherited = properties(found["base"]) if found.get("base") else {}
    own = {key: (member["type"], bool(member["nullable"])) for key, member in found["properties"].items()}
    return {**inherited, **own}


def read(name: str, value: Any, path: str) -> Any:
    """Return a copy of `value` if it is of the named type.

    Raises GraphError 400 `RequestBodyRead`, naming the member, for a wrong type, member or enumeration value.
    """
    if name.startswith("Collection("):
        return _read_list(name[11:-1], value, path)
    if name in _PRIMITIVES:
        if not _PRIMITIVES[name](value):
            raise _unreadable(path, value, name)
        return value
    if types()[name]["kind"] == "enum":
        return _read_enum(name, value, path)
    return read_members(name, value, path)


def read_members(name: str, value: Any, path: str) -> dict[str, Any]:
    """Return a copy of an object of the named type; raises GraphError 400 as `read` does."""
    if not isinstance(value, dict):
        raise _unreadable(path, value, name)
    known = properties(name)
    result: dict[str, Any] = {}
    for key, member in value.items():
        if "@odata." in key:
            continue
        if key not in known:
            raise _unknown(key, name)
        result[key] = _read_member(known[key], member, f"{path}.{key}" if path else key)
    return result


def _read_member(kind: tuple[str, bool], value: Any, path: str) -> Any:
    if value is None and kind[1]:
        return None
    return read(kind[0], value, path)


def _read_list(name: str, value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise _unreadable(path, value, f"Collection({name})")
    return [read(name, member, f"{path}[{index}]") for index, member in enumerate(value)]


def _read_enum(name: str, value: Any, path: str) -> str:
    if not isinstance(value, str) or value not in types()[name]["members"]:
        raise bad_request("RequestBodyRead", f"Requested value '{value}' was not found for '{path}' ({name}).")
    return value


def _unknown(key: str, name: str) -> GraphError:
    full = name.replace("graph.", "microsoft.graph.")
    return bad_request(
        "RequestBodyRead",
        f"The property '{key}' does not exist on type '{full}'. "
        "Make sure to only use property names that are defined by the type.",
    )


def _unreadable(path: str, value: Any, name: str) -> GraphError:
    shown = json.dumps(value, default=str)[:60]
    return bad_request("RequestBodyRead", f"Cannot convert the value {shown} of '{path}' to the type '{name}'.")
