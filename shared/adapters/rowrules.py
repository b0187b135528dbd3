"""What Table Storage accepts (azure.md 3.3); both stores refuse the rest alike, before anything is sent.

Azurite takes what Azure refuses, so the rules stand here and not only in the service.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.ports import Insert, Put, Replace, RowChange

CHANGES_MAX = 100
TRANSACTION_BYTES_MAX = 4 * 1024 * 1024
ROW_BYTES_MAX = 1024 * 1024 - 4096
KEY_BYTES_MAX = 1024
_FORBIDDEN = frozenset("/\\#?")


class BrokenRule(ValueError):
    """A program error: a change that Table Storage would refuse."""


def checked_key(key: str) -> str:
    """`key` itself. Raises BrokenRule if it cannot be a partition's or a row's name."""
    if not key or len(key.encode("utf-16-le")) > KEY_BYTES_MAX:
        raise BrokenRule(f"a key must have 1 to {KEY_BYTES_MAX // 2} characters, got {len(key)}")
    if any(sign in _FORBIDDEN or ord(sign) < 32 or 127 <= ord(sign) <= 159 for sign in key):
        raise BrokenRule(f"a key may not hold / \\ # ? or control characters: {key!r}")
    return key


def check(partition: str, changes: Sequence[RowChange]) -> None:
    """Raise BrokenRule unless Table Storage would take `changes` as one transaction."""
    checked_key(partition)
    if not 1 <= len(changes) <= CHANGES_MAX:
        raise BrokenRule(f"a transaction holds 1 to {CHANGES_MAX} changes, got {len(changes)}")
    keys = [checked_key(change.key) for change in changes]
    if len(set(keys)) < len(keys):
        raise BrokenRule("a transaction may touch each row once")
    sizes = [_size(change) for change in changes]
    if max(sizes) > ROW_BYTES_MAX:
        raise BrokenRule(f"a row may hold {ROW_BYTES_MAX} bytes, got {max(sizes)}")
    if sum(sizes) > TRANSACTION_BYTES_MAX:
        raise BrokenRule(f"a transaction may hold {TRANSACTION_BYTES_MAX} bytes, got {sum(sizes)}")


def _size(change: RowChange) -> int:
    """The row's own size: Table Storage counts text as UTF-16."""
    return len(change.data.encode("utf-16-le")) if isinstance(change, Insert | Put | Replace) else 0
