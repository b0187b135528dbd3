"""A world with one connected lawyer."""

from __future__ import annotations

import pytest

from tests.simulation.world import Person, World


@pytest.fixture
def world() -> World:
    world = World()
    world.add_firm()
    world.caseflow.add_matter("f1", "Doe v. Acme", [], by="system", matter_id="m1")
    return world


@pytest.fixture
def ann(world: World) -> Person:
    ann = world.add_person("ann")
    world.connect(ann)
    return ann
