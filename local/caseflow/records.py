"""Firms, staff, matters, events, tasks and deadlines as stored documents."""

from __future__ import annotations

import json

from local.caseflow.answers import Document, Refused
from local.caseflow.store import Store

EVENT, TASK, DEADLINE = "event", "task", "deadline"


def firm(store: Store, firm_id: str) -> Document:
    """Return a firm. Raises Refused 404 `firm_not_found`."""
    found = store.documents("SELECT doc FROM firms WHERE id = ?", firm_id)
    if not found:
        raise Refused(404, "firm_not_found", f"There is no firm {firm_id!r}.")
    return found[0]


def put_firm(store: Store, doc: Document) -> None:
    """Write a firm."""
    store.rows("INSERT OR REPLACE INTO firms VALUES (?, ?)", doc["id"], json.dumps(doc))


def find_staff(store: Store, firm_id: str, staff_id: str) -> Document | None:
    """Return a staff member of that firm, or None."""
    found = store.documents("SELECT doc FROM staff WHERE id = ? AND firm_id = ?", staff_id, firm_id)
    return found[0] if found else None


def staff(store: Store, firm_id: str, staff_id: str) -> Document:
    """Return a staff member of that firm. Raises Refused 404 `firm_not_found` or `staff_not_found`."""
    found = find_staff(store, firm_id, staff_id)
    if found is None:
        firm(store, firm_id)
        raise Refused(404, "staff_not_found", f"There is no staff member {staff_id!r} in firm {firm_id!r}.")
    return found


def put_staff(store: Store, doc: Document) -> None:
    """Write a staff member."""
    store.rows("INSERT OR REPLACE INTO staff VALUES (?, ?, ?)", doc["id"], doc["firm_id"], json.dumps(doc))


def find_matter(store: Store, firm_id: str, matter_id: str) -> Document | None:
    """Return a matter of that firm, or None."""
    found = store.documents("SELECT doc FROM matters WHERE id = ? AND firm_id = ?", matter_id, firm_id)
    return found[0] if found else None


def put_matter(store: Store, doc: Document) -> None:
    """Write a matter."""
    store.rows("INSERT OR REPLACE INTO matters VALUES (?, ?, ?)", doc["id"], doc["firm_id"], json.dumps(doc))


def find_item(store: Store, kind: str, item_id: str) -> tuple[Document, bool] | None:
    """Return an event, task or deadline and whether it is deleted; None when it was never known."""
    found = store.rows("SELECT doc, deleted FROM items WHERE kind = ? AND id = ?", kind, item_id)
    return (json.loads(str(found[0][0])), bool(found[0][1])) if found else None


def item(store: Store, kind: str, item_id: str, firm_id: str | None = None) -> Document:
    """Return a living item, of `firm_id` where given. Raises Refused 404: `gone` or `not_found` (rule C4)."""
    found = find_item(store, kind, item_id)
    if found is None or firm_id not in {None, found[0]["firm_id"]}:
        raise Refused(404, "not_found", f"There is no {kind} {item_id!r}.")
    if found[1]:
        raise Refused(404, "gone", f"The {kind} {item_id!r} has been deleted.")
    return found[0]


def put_item(store: Store, kind: str, doc: Document, *, deleted: bool = False) -> None:
    """Write an item as it is now, or as the tombstone of what it was."""
    row = (kind, doc["id"], doc["firm_id"], doc["version"], int(deleted), doc["matter_id"], json.dumps(doc))
    store.rows("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?, ?)", *row)


def items(store: Store, kind: str, firm_id: str) -> list[Document]:
    """Return the living items of a firm, by id."""
    sql = "SELECT doc FROM items WHERE firm_id = ? AND kind = ? AND deleted = 0 ORDER BY id"
    return store.documents(sql, firm_id, kind)


def deadlines_of(store: Store, matter_id: str) -> list[Document]:
    """Return the living deadlines of a matter."""
    sql = "SELECT doc FROM items WHERE matter_id = ? AND kind = ? AND deleted = 0 ORDER BY id"
    return store.documents(sql, matter_id, DEADLINE)


def add_audit(store: Store, firm_id: str, record: Document) -> None:
    """Append to CaseFlow's own event audit log."""
    store.rows("INSERT INTO audit (firm_id, doc) VALUES (?, ?)", firm_id, json.dumps(record))


def audit(store: Store, firm_id: str) -> list[Document]:
    """Return a firm's event audit log, oldest first."""
    return store.documents("SELECT doc FROM audit WHERE firm_id = ? ORDER BY seq", firm_id)
