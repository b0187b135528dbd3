"""A frozen job's write lands after a newer one: it is ours, and no person's edit (E2, design.md 3 and 4.9)."""

from __future__ import annotations

import pytest

from local.graph.switches import Switches
from tests.engine.acts import book, is_quiet
from tests.faces import GraphHttp
from tests.simulation.world import Person, World


def _last_patch(world: World) -> tuple[str, str, bytes]:
    """The last request that changed an event in Outlook."""
    service, method, url, body = next(one for one in reversed(world.requests) if b'"PATCH"' in one[3])
    assert service == "graph"
    return method, url, body


@pytest.fixture
def world() -> World:
    """Graph may not honour If-Match here; where it does, the late write is refused."""
    world = World(switches=Switches(if_match_honoured=False))
    world.add_firm()
    return world


def test_a_late_write_is_undone_and_never_read_as_a_persons_edit(world: World, ann: Person) -> None:
    case_id = book(world)
    world.settle(ann)
    world.caseflow.edit_event(case_id, by="ann", title="Call 2")
    world.settle(ann, 2)
    method, url, body = _last_patch(world)
    world.caseflow.edit_event(case_id, by="ann", title="Call 3")
    world.settle(ann, 2)
    headers = {"Authorization": f"Bearer {ann.secret}", "Content-Type": "application/json"}
    late = GraphHttp(world.graph, world.graph_caller).send(method, url, headers=headers, body=body)
    assert late.status == 200
    assert [event["subject"] for event in world.outlook(ann)] == ["Call 2"]
    world.settle(ann, 3)
    assert [event["title"] for event in world.cases()] == ["Call 3"]
    assert [event["subject"] for event in world.outlook(ann)] == ["Call 3"]
    assert is_quiet(world, ann)
