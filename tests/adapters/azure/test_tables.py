"""The Store on Table Storage keeps the Store's promises, against Azurite."""

from __future__ import annotations

import pytest
from azure.data.tables import TableClient

from local.azurite import Azurite
from shared.adapters.tables import TABLE, TableStore, by_connection_string
from shared.config import Secret
from shared.core.errors import Retry
from shared.ports import Insert, Put, Remove, Replace, RowChange
from tests.contract.store_suite import StoreSuite, partition

__all__ = ["partition"]
pytestmark = pytest.mark.integration


@pytest.fixture
def store(azurite: Azurite) -> TableStore:
    return by_connection_string(Secret(azurite.connection_string))


class TestTableStore(StoreSuite):
    pass


@pytest.mark.parametrize(
    "changes",
    [
        [Insert("s", "1")],
        [Put("s", "1")],
        [Insert("s", "1"), Insert("l|1", "1")],
        [Remove("s"), Put("s|2", "1")],
    ],
)
def test_a_new_account_gets_its_table_at_the_first_write(
    azurite: Azurite, partition: str, changes: list[RowChange]
) -> None:
    client = TableClient.from_connection_string(azurite.connection_string, f"t{partition[-20:]}")
    store = TableStore(client)
    assert store.get(partition, "s") is None
    assert store.scan(partition, "") == []
    store.commit(partition, changes)
    written = sorted(change.key for change in changes if not isinstance(change, Remove))
    assert [row.key for row in store.scan(partition, "")] == written
    client.delete_table()


def test_each_operation_is_one_request(azurite: Azurite, partition: str) -> None:
    seen: list[str] = []
    store = by_connection_string(Secret(azurite.connection_string), seen.append)
    store.commit(partition, [Put("s", "1")])
    seen.clear()
    row = store.get(partition, "s")
    assert row is not None
    store.commit(partition, [Replace("s", "2", row.etag), Put("l|1", "1")])
    store.scan(partition, "l|")
    store.commit(partition, [Remove("l|1")])
    assert seen == ["get", "commit", "scan", "commit"]


def test_a_dead_service_is_to_be_tried_again() -> None:
    connection = "DefaultEndpointsProtocol=http;AccountName=dead;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:9/dead"
    store = by_connection_string(Secret(connection))
    with pytest.raises(Retry) as caught:
        store.commit("p", [Put("s", "1")])
    assert caught.value.code == "tables_unreachable"
    assert TABLE == "outlooksync"
