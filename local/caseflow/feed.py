"""The change feed of a staff member's calendar: what is on it, what changed, and the cursors between."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from local.caseflow import records
from local.caseflow.answers import Document, Refused, invalid
from local.caseflow.records import DEADLINE, EVENT, TASK
from local.caseflow.store import Store
from local.caseflow.validation import instant_text, parse_date

# What people keep with a task or deadline and the API doesn't show.
_HIDDEN = {"firm_id", "completed"}
_ROWS = """SELECT f.kind, f.item_id, f.seq, f.reason, i.version, i.doc FROM feed f
    JOIN items i ON i.kind = f.kind AND i.id = f.item_id WHERE f.staff_id = ? AND f.seq > ?"""
_SNAPSHOT = " AND f.seq <= ? AND f.reason IS NULL AND f.ends > CASE f.all_day WHEN 1 THEN ? ELSE ? END"
_ORDER = " ORDER BY f.seq LIMIT ?"


class Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where a client stands. `upto` and `since` are set while it still pages through a snapshot."""

    staff_id: str
    timeline: int
    serial: int
    after: int
    upto: int | None = None
    since: str | None = None


def touch(store: Store, kind: str, item: Document, *, deleted: bool = False) -> None:
    """Put an item's newest change on every calendar it is on, and take it off those it left."""
    reason = _absent(kind, item, deleted=deleted)
    wanted = set() if reason else set(_people(store, kind, item))
    sql = "SELECT staff_id FROM feed WHERE kind = ? AND item_id = ? AND reason IS NULL"
    present = {str(row[0]) for row in store.rows(sql, kind, item["id"])}
    all_day, ends = _end(kind, item) if wanted else (True, "")
    for staff_id in sorted(wanted | present):
        gone = None if staff_id in wanted else reason or "unassigned"
        row = (staff_id, kind, item["id"], store.advance("seq"), gone, int(all_day), ends)
        store.rows("INSERT OR REPLACE INTO feed VALUES (?, ?, ?, ?, ?, ?, ?)", *row)


def _absent(kind: str, item: Document, *, deleted: bool) -> str | None:
    if deleted:
        return "deleted"
    if kind == TASK and item["completed"]:
        return "completed"
    undated = (kind == TASK and item["due_date"] is None) or (kind == DEADLINE and item["date"] is None)
    return "undated" if undated else None


def _people(store: Store, kind: str, item: Document) -> Iterable[str]:
    if kind == EVENT:
        return [str(staff_id) for staff_id in item["staff_ids"]]
    if kind == TASK:
        return [str(staff_id) for staff_id in item["assignee_ids"]]
    matter = records.find_matter(store, item["firm_id"], item["matter_id"])
    return [str(staff_id) for staff_id in matter["staff_ids"]] if matter else []


def _end(kind: str, item: Document) -> tuple[bool, str]:
    if kind == EVENT:
        return (True, item["end"]) if item["all_day"] else (False, instant_text(item["end"]))
    day = date.fromisoformat(item["due_date" if kind == TASK else "date"])
    return True, (day + timedelta(days=1)).isoformat()


def page(store: Store, staff: Document, query: dict[str, str]) -> Document:
    """Answer one page of changes, or of the snapshot that begins them.

    Raises Refused: 403 `staff_inactive`, 410 `cursor_expired`, 422 for a faulty query.
    """
    if not staff["active"]:
        raise Refused(403, "staff_inactive", f"Staff member {staff['id']!r} is deactivated.")
    limit = _limit(query.get("limit", "200"))
    start = _start(store, staff, query)
    rows = _rows(store, staff, start, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    after = int(rows[-1][2]) if rows else start.after
    if start.upto is not None and not more:
        # The snapshot is complete: from its high-water mark on, every change counts.
        after, more = start.upto, store.meta("seq") > start.upto
        start = msgspec.structs.replace(start, upto=None, since=None)
    cursor = msgspec.structs.replace(start, serial=store.advance("serial"), after=after)
    return {"items": [_change(row) for row in rows], "next_cursor": _encode(cursor), "has_more": more}


def _limit(text: str) -> int:
    if not (re.fullmatch("[0-9]{1,3}", text) and 1 <= int(text) <= 500):
        raise invalid(f"`limit` must be a whole number from 1 to 500, not {text!r}.")
    return int(text)


def _start(store: Store, staff: Document, query: dict[str, str]) -> Cursor:
    since = query.get("from")
    if since is not None:
        parse_date(since, "from")
    if "cursor" in query:
        return _decode(store, staff["id"], query["cursor"])
    if since is None:
        raise invalid("`from` is required without a `cursor`.")
    return Cursor(staff["id"], store.meta("timeline"), 0, 0, store.meta("seq"), since)


def _encode(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode()


def _decode(store: Store, staff_id: str, text: str) -> Cursor:
    try:
        cursor = msgspec.json.decode(base64.b64decode(text, altchars=b"-_", validate=True), type=Cursor)
    except (ValueError, msgspec.MsgspecError):
        raise invalid("`cursor` is not one that CaseFlow gave out.") from None
    if cursor.staff_id != staff_id:
        raise invalid("`cursor` was given out for another staff member.")
    if not _accepted(store, cursor):
        raise Refused(410, "cursor_expired", "The cursor has expired: start again with `from`.")
    return cursor


def _accepted(store: Store, cursor: Cursor) -> bool:
    if cursor.timeline == store.meta("timeline"):
        return True
    found = store.rows("SELECT last_serial FROM timelines WHERE timeline = ?", cursor.timeline)
    return bool(found) and cursor.serial <= int(str(found[0][0]))


def _rows(store: Store, staff: Document, start: Cursor, limit: int) -> list[tuple[Any, ...]]:
    if start.upto is None or start.since is None:
        return store.rows(_ROWS + _ORDER, staff["id"], start.after, limit)
    midnight = _midnight(start.since, ZoneInfo(staff["timezone"]))
    values = (staff["id"], start.after, start.upto, start.since, midnight, limit)
    return store.rows(_ROWS + _SNAPSHOT + _ORDER, *values)


def _midnight(day: str, zone: ZoneInfo) -> str:
    """The start of a day in `zone`, in UTC; of the calendar's first day, the beginning of time."""
    try:
        instant = datetime.combine(date.fromisoformat(day), time(), zone).astimezone(UTC)
    except OverflowError:
        instant = datetime.min.replace(tzinfo=UTC)
    return instant.isoformat(timespec="microseconds")


def _change(row: tuple[Any, ...]) -> Document:
    kind, item_id, _, reason, version, text = row
    change: Literal["removed", "upsert"] = "removed" if reason else "upsert"
    answer: Document = {"kind": kind, "id": item_id, "version": version, "change": change}
    if reason:
        return {**answer, "reason": reason}
    doc: Document = json.loads(text)
    shown = doc if kind == EVENT else {name: value for name, value in doc.items() if name not in _HIDDEN}
    return {**answer, kind: shown}
