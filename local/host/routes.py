"""HTTP routes: templates such as `outlook/jobs/{id:int}` and `assets/{*path}`, matched as ASP.NET does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from local.host.config import expand
from local.host.errors import HostError
from local.host.indexing import IndexedFunction

_PARAMETER = re.compile(r"\{(\*{0,2})(\w+)(?::([^}=?]+))?(\?)?\}")
_CONSTRAINTS = {
    "int": r"-?\d{1,10}",
    "long": r"-?\d{1,19}",
    "alpha": r"[A-Za-z]+",
    "bool": r"true|false",
    "guid": r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}",
}
_LITERAL, _CONSTRAINED, _FREE, _CATCH_ALL = range(4)


@dataclass(frozen=True)
class Route:
    """A compiled template; routes of smaller `rank` are tried first (literal before parameter)."""

    function: IndexedFunction
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    methods: frozenset[str]
    rank: tuple[int, ...]


@dataclass(frozen=True)
class Match:
    """The function a request goes to, and its route parameters."""

    function: IndexedFunction
    parameters: Mapping[str, str]


class RouteTable:
    """All routes of an app under its prefix."""

    def __init__(self, functions: tuple[IndexedFunction, ...], prefix: str, settings: Mapping[str, str]) -> None:
        http = [function for function in functions if function.kind == "httpTrigger"]
        self._routes = sorted(
            (compile_route(function, prefix, settings) for function in http), key=lambda route: route.rank
        )

    def match(self, method: str, path: str) -> Match | None:
        """Return the function for a request to the decoded `path`, None (404) if there is none."""
        for route in self._routes:
            if route.methods and method.upper() not in route.methods:
                continue
            found = route.pattern.fullmatch(path.strip("/"))
            if found:
                values = zip(route.names, found.groups(), strict=True)
                return Match(route.function, {name: value for name, value in values if value})
        return None


def compile_route(function: IndexedFunction, prefix: str, settings: Mapping[str, str]) -> Route:
    """Compile a function's route template under `prefix`.

    Raises HostError naming the function when the template is malformed.
    """
    where = f"function {function.name}: route"
    template = expand(str(function.trigger["route"]), settings, where)
    pattern, names, rank = "", [], []
    for segment in f"{prefix}/{template}".strip("/").split("/"):
        part, name, order = _compile_segment(segment, where, first=not pattern)
        pattern += part
        rank.append(order)
        if name:
            names.append(name)
    methods = frozenset(str(method) for method in function.trigger.get("methods") or ())
    return Route(function, re.compile(pattern, re.IGNORECASE), tuple(names), methods, tuple(rank))


def _compile_segment(segment: str, where: str, *, first: bool) -> tuple[str, str | None, int]:
    slash = "" if first else "/"
    if "{" not in segment and "}" not in segment:
        return slash + re.escape(segment), None, _LITERAL
    parsed = _PARAMETER.fullmatch(segment)
    if parsed is None:
        raise HostError(f"{where} segment '{segment}' is malformed; write {{name}}, {{name:int}} or {{*name}}")
    stars, name, constraint, optional = parsed.groups()
    if stars:
        return f"(?:{slash}(.*))?", name, _CATCH_ALL
    value = f"{slash}({_value(constraint, where)})"
    return f"(?:{value})?" if optional else value, name, _CONSTRAINED if constraint else _FREE


def _value(constraint: str | None, where: str) -> str:
    if constraint is None:
        return "[^/]+"
    if constraint.lower() not in _CONSTRAINTS:
        raise HostError(f"{where} constraint '{constraint}' is unknown here; use {', '.join(_CONSTRAINTS)}")
    return _CONSTRAINTS[constraint.lower()]
