"""Route templates match as ASP.NET's do."""

from __future__ import annotations

import pytest

from local.host.errors import HostError
from local.host.indexing import IndexedFunction
from local.host.routes import Match, RouteTable


def function(route: str, methods: tuple[str, ...] = ()) -> IndexedFunction:
    trigger = {"type": "httpTrigger", "route": route, "methods": methods}
    return IndexedFunction(route, print, trigger, "req", False, (), None, False, "")


def match(path: str, *routes: str, prefix: str = "api") -> Match | None:
    return RouteTable(tuple(map(function, routes)), prefix, {"NAME": "set"}).match("GET", path)


@pytest.mark.parametrize(
    ("route", "path", "parameters"),
    [
        ("jobs/{id}", "/api/jobs/a%b", {"id": "a%b"}),
        ("jobs/{id:int}", "/API/Jobs/-7", {"id": "-7"}),
        ("jobs/{id:guid}", "/api/jobs/0D8F1F52-3E5D-4C6C-9D2A-7B1A1E6D0C11", None),
        ("jobs/{id?}", "/api/jobs", {}),
        ("a/{*rest}", "/api/a/b/c.css", {"rest": "b/c.css"}),
        ("a/{*rest}", "/api/a", {}),
        ("audit.csv", "/api/audit.csv", {}),
        ("%NAME%/x", "/api/set/x", {}),
        ("", "/api", {}),
    ],
)
def test_a_template_takes_its_paths(route: str, path: str, parameters: dict[str, str] | None) -> None:
    found = match(path, route)

    assert found is not None
    assert parameters is None or found.parameters == parameters


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ("jobs/{id}", "/api/jobs"),
        ("jobs/{id}", "/api/jobs/a/b"),
        ("jobs/{id:int}", "/api/jobs/7a"),
        ("audit.csv", "/api/auditxcsv"),
        ("jobs", "/jobs"),
    ],
)
def test_a_template_leaves_other_paths(route: str, path: str) -> None:
    assert match(path, route) is None


def test_the_more_exact_route_wins_whatever_the_order() -> None:
    routes = ("jobs/{*rest}", "jobs/{id}", "jobs/{id:int}", "jobs/last")

    found = [match(f"/api/jobs/{end}", *routes) for end in ("last", "7", "x", "x/y")]

    assert [each and each.function.name for each in found] == [
        "jobs/last",
        "jobs/{id:int}",
        "jobs/{id}",
        "jobs/{*rest}",
    ]


def test_the_prefix_may_be_empty() -> None:
    assert match("/jobs", "jobs", prefix="") is not None


def test_methods_part_functions_of_one_route() -> None:
    table = RouteTable((function("p", ("GET",)), function("p", ("PUT",))), "api", {})

    found = [table.match(method, "/api/p") for method in ("GET", "put", "POST")]

    assert [each and each.function.trigger["methods"] for each in found] == [("GET",), ("PUT",), None]


@pytest.mark.parametrize("route", ["jobs/{id", "jobs/{id:regex}", "jobs/x{id}", "%MISSING%"])
def test_a_malformed_template_is_refused_with_the_functions_name(route: str) -> None:
    with pytest.raises(HostError, match=r"^function .*: route"):
        match("/", route)
