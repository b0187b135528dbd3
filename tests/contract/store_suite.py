"""What every Store promises; each implementation inherits this class and gives `store`."""

from __future__ import annotations

import uuid

import pytest

from shared.adapters.rowrules import BrokenRule
from shared.core.errors import Stale
from shared.ports import Insert, Put, Remove, Replace, RowChange, Store


@pytest.fixture
def partition() -> str:
    """A partition of this test alone."""
    return f"staff|f1|{uuid.uuid4().hex}"


class StoreSuite:
    def test_a_missing_row_is_none(self, store: Store, partition: str) -> None:
        assert store.get(partition, "s") is None
        assert store.scan(partition, "l|") == []

    def test_what_was_written_is_read_back(self, store: Store, partition: str) -> None:
        store.commit(partition, [Insert("s", '{"title":"Grüße \'quoted\'"}')])
        row = store.get(partition, "s")
        assert row is not None
        assert row.key == "s"
        assert row.data == '{"title":"Grüße \'quoted\'"}'

    @pytest.mark.parametrize("sign", ["a", "é", "😀"])
    def test_long_data_comes_back_whole(self, store: Store, partition: str, sign: str) -> None:
        data = "x" + sign * 70_000
        store.commit(partition, [Put("s", data)])
        store.commit(partition, [Put("s", data + "!")])
        row = store.get(partition, "s")
        assert row is not None
        assert row.data == data + "!"

    def test_shrunk_data_leaves_no_old_parts(self, store: Store, partition: str) -> None:
        store.commit(partition, [Put("s", "x" * 100_000)])
        store.commit(partition, [Put("s", "y" * 40_000)])
        row = store.get(partition, "s")
        assert row is not None
        assert row.data == "y" * 40_000

    def test_an_insert_of_a_present_row_is_refused(self, store: Store, partition: str) -> None:
        store.commit(partition, [Insert("s", "1")])
        with pytest.raises(Stale):
            store.commit(partition, [Insert("s", "2")])

    def test_a_replace_with_an_old_etag_is_refused(self, store: Store, partition: str) -> None:
        store.commit(partition, [Insert("s", "1")])
        row = store.get(partition, "s")
        assert row is not None
        store.commit(partition, [Replace("s", "2", row.etag)])
        with pytest.raises(Stale):
            store.commit(partition, [Replace("s", "3", row.etag)])
        now = store.get(partition, "s")
        assert now is not None
        assert (now.data, now.etag == row.etag) == ("2", False)

    def test_a_replace_of_a_missing_row_is_refused(self, store: Store, partition: str) -> None:
        with pytest.raises(Stale):
            store.commit(partition, [Replace("s", "1", 'W/"1"')])

    def test_an_identical_write_changes_the_etag(self, store: Store, partition: str) -> None:
        store.commit(partition, [Put("s", "1")])
        first = store.get(partition, "s")
        store.commit(partition, [Put("s", "1")])
        second = store.get(partition, "s")
        assert first is not None
        assert second is not None
        assert first.etag != second.etag

    def test_a_removal_with_an_old_etag_is_refused(self, store: Store, partition: str) -> None:
        store.commit(partition, [Put("s", "1")])
        row = store.get(partition, "s")
        assert row is not None
        store.commit(partition, [Put("s", "2")])
        with pytest.raises(Stale):
            store.commit(partition, [Remove("s", row.etag)])
        assert store.get(partition, "s") is not None

    def test_a_row_is_removed_once(self, store: Store, partition: str) -> None:
        store.commit(partition, [Put("s", "1")])
        row = store.get(partition, "s")
        assert row is not None
        store.commit(partition, [Remove("s", row.etag)])
        with pytest.raises(Stale):
            store.commit(partition, [Remove("s", row.etag)])

    def test_a_removal_without_an_etag_forgives_a_missing_row(self, store: Store, partition: str) -> None:
        store.commit(partition, [Remove("s")])
        store.commit(partition, [Put("l|1", "1"), Remove("l|2"), Remove("l|3"), Put("l|4", "4")])
        assert [row.key for row in store.scan(partition, "l|")] == ["l|1", "l|4"]

    @pytest.mark.parametrize("bad", [Insert("l|1", "9"), Replace("l|9", "9", 'W/"1"'), Remove("l|9", 'W/"1"')])
    def test_a_transaction_is_all_or_nothing(self, store: Store, partition: str, bad: RowChange) -> None:
        store.commit(partition, [Put("l|1", "1")])
        with pytest.raises(Stale):
            store.commit(partition, [Put("l|2", "2"), Remove("l|7"), bad, Put("l|3", "3")])
        assert [(row.key, row.data) for row in store.scan(partition, "")] == [("l|1", "1")]

    def test_a_scan_gives_the_prefix_in_key_order(self, store: Store, partition: str) -> None:
        keys = ["l|b", "l|a", "s", "l}", "l", "k|9", "l|~ab", "l|Z"]
        store.commit(partition, [Put(key, "1") for key in keys])
        assert [row.key for row in store.scan(partition, "l|")] == ["l|Z", "l|a", "l|b", "l|~ab"]
        assert [row.key for row in store.scan(partition, "")] == sorted(keys)

    def test_a_scan_goes_past_a_thousand_rows(self, store: Store, partition: str) -> None:
        keys = [f"l|{number:05d}" for number in range(1050)]
        for start in range(0, len(keys), 100):
            store.commit(partition, [Put(key, "{}") for key in keys[start : start + 100]])
        assert [row.key for row in store.scan(partition, "l|")] == keys

    @pytest.mark.parametrize(
        ("changes", "fault"),
        [
            ([], "1 to 100"),
            ([Put(f"l|{number}", "1") for number in range(101)], "1 to 100"),
            ([Put("l|1", "1"), Remove("l|1")], "once"),
            ([Put("a/b", "1")], "may not hold"),
            ([Put("a\x7fb", "1")], "may not hold"),
            ([Put("", "1")], "characters"),
            ([Put("a" * 513, "1")], "characters"),
            ([Put("s", "x" * 600_000)], "a row"),
            ([Put(f"l|{number}", "x" * 400_000) for number in range(6)], "a transaction"),
        ],
    )
    def test_what_table_storage_refuses_is_refused(
        self, store: Store, partition: str, changes: list[RowChange], fault: str
    ) -> None:
        with pytest.raises(BrokenRule, match=fault):
            store.commit(partition, changes)

    def test_a_commit_tells_the_new_etags(self, store: Store, partition: str) -> None:
        """A job chains its transactions by them, without reading its row again."""
        single = store.commit(partition, [Insert("s", "1")])
        both = store.commit(partition, [Replace("s", "2", single["s"]), Insert("l|a", "3"), Remove("l|b")])
        again = store.commit(partition, [Replace("s", "4", both["s"])])
        row = store.get(partition, "s")
        assert row is not None
        assert row.etag == again["s"]
        assert set(both) == {"s", "l|a"}
