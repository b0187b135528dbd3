"""The Store in memory keeps the Store's promises."""

from __future__ import annotations

import pytest

from shared.adapters.memory import MemoryStore
from shared.ports import Put
from tests.contract.store_suite import StoreSuite, partition

__all__ = ["partition"]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


class TestMemoryStore(StoreSuite):
    pass


def test_operations_are_counted_as_azure_bills_them() -> None:
    seen: list[str] = []
    store = MemoryStore(seen.append)
    for start in range(0, 1100, 100):
        store.commit("p", [Put(f"l|{start + number:05d}", "1") for number in range(100)])
    seen.clear()
    store.get("p", "l|00000")
    store.scan("p", "l|")
    store.scan("p", "r|")
    assert seen == ["get", "scan", "scan", "scan"]
