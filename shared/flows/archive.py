"""Sealing the firms' audit chains, day by day, in write-once storage (N2).

Each record lies in exactly one object: a day's object begins after the last one sealed and ends before the first
record of a later day, so one that joined the chain late is in the next day's. What an object holds is written down
before it is sealed: a run cut short seals the same bytes again.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct, structs

from shared import log
from shared.core import rows
from shared.core.errors import SyncError
from shared.flows import chain, directory
from shared.ports import Archive, Insert, Ports, Replace, Row

SEAL_KEY = "sealed"


class Seal(Struct, frozen=True):
    """The last object: the day it is named after, the records it holds (both ends included), and if it is stored."""

    day: date
    first: int
    last: int
    stored: bool = False


def run(ports: Ports, day: date, retention_days: int) -> int:
    """Seal the finished UTC day `day` of every firm; how many objects were stored. Does nothing without an archive.

    One firm's fault stops no other. Raises Retry where the list of firms cannot be read.
    """
    if ports.archive is None:
        return 0
    retain_until = ports.now() + timedelta(days=retention_days)
    sealed = failed = 0
    for firm_id in sorted({firm_id for firm_id, _ in directory.everybody(ports)}):
        try:
            sealed += _seal_firm(ports, ports.archive, firm_id, day, retain_until)
        except SyncError as error:
            failed += 1
            log.line("archive.failed", firm=firm_id, code=error.code)
    log.line("archive.done", sealed=sealed, failed=failed)
    return sealed


def _seal_firm(ports: Ports, archive: Archive, firm_id: str, day: date, retain_until: datetime) -> int:
    """Finish an object that was begun, then make the day's, if it has any records."""
    row = ports.store.get(rows.firm_partition(firm_id), SEAL_KEY)
    before = rows.decoded(row.data, Seal) if row else None
    if before is not None and not before.stored:
        _store(ports, archive, firm_id, before, retain_until)
        return 1 + _seal_firm(ports, archive, firm_id, day, retain_until)
    if before is not None and before.day >= day:
        return 0
    first = before.last + 1 if before else 1
    last = _last_of(ports, firm_id, first, day)
    if last < first:
        return 0
    begun = Seal(day, first, last)
    _write(ports, firm_id, row, begun)
    _store(ports, archive, firm_id, begun, retain_until)
    return 1


def _last_of(ports: Ports, firm_id: str, first: int, day: date) -> int:
    """The last record before the first one of a later day."""
    end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    last = first - 1
    for record in records(ports, firm_id, first, chain.head_of(ports, firm_id).seq):
        if datetime.fromisoformat(record["at"]) >= end:
            break
        last = record["seq"]
    return last


def records(ports: Ports, firm_id: str, first: int, last: int) -> list[dict[str, Any]]:
    """Records `first` to `last` of the firm's chain, in order. Raises Retry."""
    blocks = range(first // chain.BLOCK, last // chain.BLOCK + 1)
    found = [record for number in blocks for record in chain.block(ports, firm_id, number)]
    return [record for record in found if first <= record["seq"] <= last]


def _store(ports: Ports, archive: Archive, firm_id: str, seal: Seal, retain_until: datetime) -> None:
    lines = [msgspec.json.encode(record) for record in records(ports, firm_id, seal.first, seal.last)]
    archive.seal(f"{rows.safe(firm_id)}/{seal.day:%Y/%m/%d}.ndjson", b"\n".join(lines) + b"\n", retain_until)
    row = ports.store.get(rows.firm_partition(firm_id), SEAL_KEY)
    _write(ports, firm_id, row, structs.replace(seal, stored=True))


def _write(ports: Ports, firm_id: str, row: Row | None, seal: Seal) -> None:
    """Raises Stale where another run is at it."""
    data = rows.encoded(seal)
    change = Insert(SEAL_KEY, data) if row is None else Replace(SEAL_KEY, data, row.etag)
    ports.store.commit(rows.firm_partition(firm_id), [change])
