"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local import azurite as azurite_process


@pytest.fixture(scope="session")
def azurite() -> Iterator[azurite_process.Azurite]:
    """An Azurite in memory, one for each test process; tests use names of their own in it."""
    with azurite_process.start(None) as running:
        yield running
