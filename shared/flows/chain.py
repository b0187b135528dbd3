"""The firm's audit chain: outbox records join it in order of arrival, each hashed with the one before (N1).

Rows of the firm's partition: `c|<seq>` a record, `head` where the chain ends, `m|<staff>` which outbox rows of a staff
member the last transaction took in. They change in one transaction under the head's etag, so of two that append at
once one fails and looks again; an outbox row is removed after, and `m|` tells one that was chained but not removed.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import Any

import msgspec
import rfc8785
from msgspec import Struct

from shared.core import rows
from shared.core.errors import Retry, Stale
from shared.core.state import AuditNote
from shared.flows import directory
from shared.ports import Insert, Ports, Put, Remove, Replace, Row, RowChange

GENESIS = "0" * 64
RECORDS_MAX = 96
TRIES_MAX = 8
BLOCK = 100
MARK_PREFIX = "m|"


class Head(Struct, frozen=True):
    """Where the chain ends: the number of records and the last one's hash."""

    seq: int = 0
    hash: str = GENESIS


def record_of(firm_id: str, note: AuditNote) -> dict[str, Any]:
    """The contract's audit record, still without a place in the chain."""
    return {
        "seq": None,
        "at": note.at.isoformat().replace("+00:00", "Z"),
        "firm_id": firm_id,
        "actor": {"kind": note.actor_kind, "id": note.actor_id},
        "action": note.action,
        "object": {"kind": note.object_kind, "id": note.object_id, "version": note.object_version},
        "origin": note.origin,
        "staff_id": note.staff_id,
        "job_id": note.job_id,
        "before": note.before,
        "after": note.after,
        "hash": None,
        "prev_hash": None,
    }


def digest(record: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of everything in the record but its own hash."""
    return hashlib.sha256(rfc8785.dumps({key: value for key, value in record.items() if key != "hash"})).hexdigest()


def append(ports: Ports, firm_id: str, staff_id: str) -> int:
    """Move the staff member's outbox into the chain; how many records joined. Raises Retry."""
    joined = tries = 0
    while tries < TRIES_MAX:
        try:
            count = _append_some(ports, firm_id, staff_id)
        except Stale:
            tries += 1
            continue
        if count == 0:
            return joined
        joined += count
    raise Retry("chain_contended", after_seconds=5)


def settle(ports: Ports, firm_id: str, staff_id: str) -> None:
    """Append now if it can be; what waits is appended by the next job or by housekeeping."""
    with suppress(Retry):
        append(ports, firm_id, staff_id)


def _append_some(ports: Ports, firm_id: str, staff_id: str) -> int:
    """Chain as many outbox rows as one transaction takes; 0 when none is left. Raises Stale, Retry."""
    partition, outbox = rows.firm_partition(firm_id), rows.staff_partition(firm_id, staff_id)
    mark = MARK_PREFIX + rows.safe(staff_id)
    # The head is read before the outbox: what another appender chained since then fails our transaction.
    head_row, mark_row = ports.store.get(partition, rows.HEAD_KEY), ports.store.get(partition, mark)
    waiting = ports.store.scan(outbox, rows.OUTBOX_PREFIX)
    chained = set(msgspec.json.decode(mark_row.data, type=list[str])) if mark_row else set()
    _remove(ports, outbox, [row.key for row in waiting if row.key in chained])
    taken = _taken([row for row in waiting if row.key not in chained])
    if not taken:
        return 0
    head = rows.decoded(head_row.data, Head) if head_row else Head()
    records, end = linked(head, [record_of(firm_id, note) for _, notes in taken for note in notes])
    keys = [key for key, _ in taken]
    changes: list[RowChange] = [Insert(record_key(record["seq"]), rows.encoded(record)) for record in records]
    changes += [_moved(head_row, end), Put(mark, rows.encoded(keys))]
    ports.store.commit(partition, changes)
    _remove(ports, outbox, keys)
    return max(1, len(records))


def _taken(waiting: list[Row]) -> list[tuple[str, list[AuditNote]]]:
    taken: list[tuple[str, list[AuditNote]]] = []
    for row in waiting:
        notes = rows.decoded(row.data, list[AuditNote])
        if taken and sum(len(some) for _, some in taken) + len(notes) > RECORDS_MAX:
            break
        taken.append((row.key, notes))
    return taken


def linked(head: Head, records: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], Head]:
    """The records in their places after `head`, and where the chain ends then."""
    placed = []
    for record in records:
        record = {**record, "seq": head.seq + 1, "prev_hash": head.hash}  # noqa: PLW2901
        record["hash"] = digest(record)
        head = Head(head.seq + 1, record["hash"])
        placed.append(record)
    return placed, head


def record_key(seq: int) -> str:
    """The row of one record; sorts by number."""
    return f"{rows.CHAIN_PREFIX}{seq:012d}"


def _moved(head_row: Row | None, end: Head) -> RowChange:
    data = rows.encoded(end)
    return Insert(rows.HEAD_KEY, data) if head_row is None else Replace(rows.HEAD_KEY, data, head_row.etag)


def _remove(ports: Ports, outbox: str, keys: list[str]) -> None:
    for start in range(0, len(keys), BLOCK):
        ports.store.commit(outbox, [Remove(key) for key in keys[start : start + BLOCK]])


def head_of(ports: Ports, firm_id: str) -> Head:
    """Where the firm's chain ends. Raises Retry."""
    row = ports.store.get(rows.firm_partition(firm_id), rows.HEAD_KEY)
    return rows.decoded(row.data, Head) if row else Head()


def block(ports: Ports, firm_id: str, number: int) -> list[dict[str, Any]]:
    """Records `number` * 100 to `number` * 100 + 99 by their seq, in order; one table operation. Raises Retry."""
    prefix = f"{rows.CHAIN_PREFIX}{number:010d}"
    return [msgspec.json.decode(row.data) for row in ports.store.scan(rows.firm_partition(firm_id), prefix)]


def waiting(ports: Ports, firm_id: str, staff_id: str) -> list[dict[str, Any]]:
    """Records of a staff member that still wait for the chain, oldest first. Raises Retry."""
    outbox = ports.store.scan(rows.staff_partition(firm_id, staff_id), rows.OUTBOX_PREFIX)
    notes = [note for row in outbox for note in rows.decoded(row.data, list[AuditNote])]
    return [record_of(firm_id, note) for note in notes]


def verify(ports: Ports, firm_id: str) -> dict[str, Any]:
    """Prove the whole chain: the contract's `{ok, records, head, pending, first_bad?}`. Raises Retry."""
    end, head = head_of(ports, firm_id), Head()
    answer: dict[str, Any] = {"ok": True, "records": end.seq, "head": end.hash, "pending": _pending(ports, firm_id)}
    for number in range(end.seq // BLOCK + 1):
        for record in block(ports, firm_id, number):
            if record["seq"] > end.seq:
                break  # chained since the head was read
            if not _follows(head, record):
                return {**answer, "ok": False, "first_bad": head.seq + 1}
            head = Head(record["seq"], record["hash"])
        if head.seq < min(end.seq, (number + 1) * BLOCK - 1):
            return {**answer, "ok": False, "first_bad": head.seq + 1}
    return answer if head == end else {**answer, "ok": False, "first_bad": end.seq}


def _follows(head: Head, record: dict[str, Any]) -> bool:
    is_next = record["seq"] == head.seq + 1 and record["prev_hash"] == head.hash
    return bool(is_next and record["hash"] == digest(record))


def _pending(ports: Ports, firm_id: str) -> int:
    return sum(len(waiting(ports, firm_id, staff_id)) for _, staff_id in directory.everybody(ports, firm_id))
