"""The world of the connection flows."""

from __future__ import annotations

import pytest

from tests.flows.world import World


@pytest.fixture
def world() -> World:
    return World()
