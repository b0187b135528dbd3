"""The world of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.local.caseflow.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """A small firm, new for every test."""
    made = World()
    yield made
    made.caseflow.close()
