"""Removing many rows of one partition."""

from __future__ import annotations

from collections.abc import Sequence

from shared.ports import Ports, Remove

AT_ONCE = 100


def remove(ports: Ports, partition: str, keys: Sequence[str]) -> int:
    """Remove the rows, a hundred in a transaction; how many there were. Raises Retry."""
    for start in range(0, len(keys), AT_ONCE):
        ports.store.commit(partition, [Remove(key) for key in keys[start : start + AT_ONCE]])
    return len(keys)


def remove_under(ports: Ports, partition: str, prefixes: Sequence[str]) -> int:
    """Remove every row whose key starts with one of the prefixes; how many there were. Raises Retry."""
    return remove(ports, partition, [row.key for prefix in prefixes for row in ports.store.scan(partition, prefix)])
