"""Audit records as CSV that a spreadsheet can open without running anything in it (dependencies.md, CSV safety)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

COLUMNS = (
    "seq",
    "at",
    "firm_id",
    "actor_kind",
    "actor_id",
    "action",
    "object_kind",
    "object_id",
    "object_version",
    "origin",
    "staff_id",
    "job_id",
    "before",
    "after",
    "hash",
    "prev_hash",
)
_RISKY = tuple("=+-@|%\t\r\n＝＋－＠｜％")
_NESTED = ("actor", "object")


def table(records: Iterable[Mapping[str, Any]]) -> bytes:
    """The records as UTF-8 CSV with a byte order mark, every field quoted."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for record in records:
        flat = _flat(record)
        writer.writerow([_safe(flat.get(name)) for name in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in record.items() if name not in _NESTED}
    for outer in _NESTED:
        flat.update({f"{outer}_{inner}": value for inner, value in record[outer].items()})
    return flat


def _safe(value: Any) -> str:
    text = "" if value is None else str(value)
    bare = text.lstrip(" \u00a0\u200b\ufeff")
    return f"'{text}" if text.startswith(_RISKY) or bare.startswith(_RISKY) else text
