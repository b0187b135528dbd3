"""Reading the firm's audit log, newest first, filtered, in pages (N2)."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from shared.core.errors import Rejected
from shared.flows import chain, directory
from shared.ports import Ports

PAGE_RECORDS = 100
PAGE_BLOCKS = 20
# Records join the chain soon after they arise; one that waited longer than this may be missed by `from`.
LATE = timedelta(days=30)


class Query(Struct, frozen=True):
    """What to show; None shows all. `since` and `until` are UTC, the second exclusive."""

    since: datetime | None = None
    until: datetime | None = None
    action: str | None = None
    staff_id: str | None = None
    origin: str | None = None
    object_id: str | None = None


class Page(Struct, frozen=True):
    """Some records, newest first; `next_cursor` is None at the end. A page may hold few and yet not be the last."""

    records: list[dict[str, Any]]
    next_cursor: str | None


def read(ports: Ports, firm_id: str, query: Query, cursor: str | None = None) -> Page:
    """One page; the first also shows what waits for the chain, with `seq` null. Raises Rejected for a bad cursor."""
    found: list[dict[str, Any]] = []
    if cursor is None:
        waiting = [record for record in _waiting(ports, firm_id, query) if _matches(query, record)]
        found = sorted(waiting, key=lambda record: str(record["at"]), reverse=True)
    below = _decoded(cursor) if cursor else chain.head_of(ports, firm_id).seq + 1
    for _ in range(PAGE_BLOCKS):
        if below <= 1 or len(found) >= PAGE_RECORDS:
            break
        block = [record for record in chain.block(ports, firm_id, (below - 1) // chain.BLOCK) if record["seq"] < below]
        found += [record for record in reversed(block) if _matches(query, record)]
        below = max(1, (below - 1) // chain.BLOCK * chain.BLOCK)
        if _is_past(query, block):
            return Page(found, None)
    return Page(found, _encoded(below) if below > 1 else None)


def _waiting(ports: Ports, firm_id: str, query: Query) -> list[dict[str, Any]]:
    if query.staff_id is not None:
        return chain.waiting(ports, firm_id, query.staff_id)
    people = directory.everybody(ports, firm_id)
    return [record for _, staff_id in people for record in chain.waiting(ports, firm_id, staff_id)]


def _matches(query: Query, record: dict[str, Any]) -> bool:
    at = datetime.fromisoformat(record["at"])
    wanted = {
        "action": query.action,
        "staff_id": query.staff_id,
        "origin": query.origin,
    }
    return (
        (query.since is None or at >= query.since)
        and (query.until is None or at < query.until)
        and all(value is None or record[name] == value for name, value in wanted.items())
        and (query.object_id is None or record["object"]["id"] == query.object_id)
    )


def _is_past(query: Query, block: list[dict[str, Any]]) -> bool:
    """True if nothing further down can be as young as `since`."""
    if query.since is None or not block:
        return False
    return datetime.fromisoformat(block[0]["at"]) < query.since - LATE


def _encoded(below: int) -> str:
    return base64.urlsafe_b64encode(f"1|{below}".encode()).decode().rstrip("=")


def _decoded(cursor: str) -> int:
    try:
        version, _, below = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
    except ValueError as error:
        raise Rejected("cursor_invalid") from error
    if version != "1" or not below.isdigit():
        raise Rejected("cursor_invalid")
    return int(below)
