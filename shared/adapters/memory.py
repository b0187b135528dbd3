"""The Store in memory: as strict as Table Storage, for the simulation and for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock

from shared.adapters.rowrules import check, checked_key
from shared.core.errors import Stale
from shared.ports import Insert, Put, Remove, Replace, Row, RowChange

PAGE_ROWS = 1000


def unobserved(_operation: str) -> None:
    """Count nothing: the default of `observe`."""


class MemoryStore:
    """Rows in a dict of partitions; `observe` hears `get`, `scan` (once a page) and `commit`.

    `partitions` may be read and copied by tests: rows are frozen.
    """

    def __init__(self, observe: Callable[[str], None] = unobserved) -> None:
        self.partitions: dict[str, dict[str, Row]] = {}
        self._observe = observe
        self._lock = Lock()
        self._written = 0

    def get(self, partition: str, key: str) -> Row | None:
        """One row, or None."""
        self._observe("get")
        checked_key(key)
        with self._lock:
            return self.partitions.get(checked_key(partition), {}).get(key)

    def scan(self, partition: str, prefix: str) -> list[Row]:
        """All rows whose key starts with `prefix`, in key order."""
        checked_key(partition)
        with self._lock:
            rows = self.partitions.get(partition, {})
            found = [rows[key] for key in sorted(rows) if key.startswith(prefix)]
        for _ in range(max(1, -(-len(found) // PAGE_ROWS))):
            self._observe("scan")
        return found

    def commit(self, partition: str, changes: Sequence[RowChange]) -> dict[str, str]:
        """All changes or none; the new etag of each key written. Raises Stale."""
        check(partition, changes)
        self._observe("commit")
        with self._lock:
            rows = self.partitions.setdefault(partition, {})
            if any(_violates(change, rows.get(change.key)) for change in changes):
                raise Stale("row_changed")
            for change in changes:
                self._apply(rows, change)
            return {change.key: rows[change.key].etag for change in changes if change.key in rows}

    def restore(self, backup: Mapping[str, Mapping[str, Row]]) -> None:
        """Go back to a copy of `partitions`; as with a real restore, every row has a new etag."""
        with self._lock:
            self.partitions = {}
            for partition, rows in backup.items():
                restored = self.partitions.setdefault(partition, {})
                for row in rows.values():
                    self._apply(restored, Put(row.key, row.data))

    def _apply(self, rows: dict[str, Row], change: RowChange) -> None:
        if isinstance(change, Remove):
            rows.pop(change.key, None)
            return
        self._written += 1
        rows[change.key] = Row(change.key, change.data, f'W/"{self._written}"')


def _violates(change: RowChange, stored: Row | None) -> bool:
    match change:
        case Insert():
            return stored is not None
        case Put() | Remove(etag=None):
            return False
        case Replace(etag=etag) | Remove(etag=etag):
            return stored is None or stored.etag != etag
