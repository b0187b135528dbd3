"""Writes to events, by the sync and by people alike, and what each leaves in the event audit log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from local.caseflow import feed, records
from local.caseflow.answers import Document, Outdated, invalid
from local.caseflow.records import EVENT
from local.caseflow.store import Store
from local.caseflow.validation import with_times


@dataclass(frozen=True)
class Behaviour:
    """Where the contract leaves CaseFlow a choice.

    `no_change_grows`: a PATCH that changes nothing still raises the version.
    `rewrite_html`: how CaseFlow rewrites a description when it stores it (None: as it came).
    """

    no_change_grows: bool = False
    rewrite_html: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Writer:
    """Who writes (`kind` staff, sync or system), when, and for the sync from which origin."""

    kind: str
    id: str
    at: datetime
    origin: Document | None = None

    def stamp(self) -> Document:
        """The `updated_by` of what this writer writes."""
        return {"kind": self.kind, "id": self.id}


def timestamp(at: datetime) -> str:
    """A UTC instant as the API writes it."""
    return at.isoformat().replace("+00:00", "Z")


def create(store: Store, firm_id: str, members: Document, writer: Writer, behaviour: Behaviour) -> Document:
    """Make an event of checked members (see `validation.parse_write`) and return it."""
    given = {name: value for name, value in members.items() if name != "origin"}
    _check_references(store, firm_id, given, {})
    at = timestamp(writer.at)
    event = {
        "id": store.new_id("ev"),
        "firm_id": firm_id,
        "version": 1,
        **with_times(_rewritten(given, behaviour)),
        "created_at": at,
        "updated_at": at,
        "updated_by": writer.stamp(),
    }
    _store(store, event, writer, "created")
    return event


def change(store: Store, event: Document, changes: Document, writer: Writer, behaviour: Behaviour) -> Document:
    """Change the given members of an event and return it as it is now."""
    given = {name: value for name, value in changes.items() if name != "origin"}
    _check_references(store, event["firm_id"], given, event)
    merged = with_times({**event, **_rewritten(given, behaviour)})
    if merged == event and not behaviour.no_change_grows:
        return event
    stamped = {"version": event["version"] + 1, "updated_at": timestamp(writer.at), "updated_by": writer.stamp()}
    changed = {**merged, **stamped}
    _store(store, changed, writer, "updated")
    return changed


def delete(store: Store, event: Document, writer: Writer) -> None:
    """Delete an event; its tombstone answers `gone` from now on."""
    stamped = {"version": event["version"] + 1, "updated_at": timestamp(writer.at), "updated_by": writer.stamp()}
    _store(store, {**event, **stamped}, writer, "deleted")


def current(store: Store, firm_id: str, event_id: str, version: int) -> Document:
    """Return the event if `version` is its newest. Raises Refused 404, Outdated."""
    event = records.item(store, EVENT, event_id, firm_id)
    if event["version"] != version:
        raise Outdated(event)
    return event


def _store(store: Store, event: Document, writer: Writer, action: str) -> None:
    deleted = action == "deleted"
    records.put_item(store, EVENT, event, deleted=deleted)
    feed.touch(store, EVENT, event, deleted=deleted)
    note(store, event["firm_id"], writer, action, (EVENT, event["id"], event["version"]))


def note(store: Store, firm_id: str, writer: Writer, action: str, of: tuple[str, str, int | None]) -> None:
    """Record an action on an object (kind, id, version) in CaseFlow's own audit log."""
    record = {
        "at": timestamp(writer.at),
        "actor": writer.stamp(),
        "action": action,
        "object": dict(zip(("kind", "id", "version"), of, strict=True)),
        "origin": writer.origin,
    }
    records.add_audit(store, firm_id, record)


def _rewritten(members: Document, behaviour: Behaviour) -> Document:
    text = members.get("description_html")
    if behaviour.rewrite_html is None or text is None:
        return members
    return {**members, "description_html": behaviour.rewrite_html(text)}


def _check_references(store: Store, firm_id: str, given: Document, event: Document) -> None:
    firm = records.firm(store, firm_id)
    changed = {name: value for name, value in given.items() if value is not None and event.get(name) != value}
    for staff_id in changed.get("staff_ids", ()):
        if records.find_staff(store, firm_id, staff_id) is None:
            raise invalid(f"`staff_ids` names an unknown staff member: {staff_id!r}.")
    if "category" in changed and changed["category"] not in {c["name"] for c in firm["event_categories"]}:
        raise invalid(f"`category` is not in the firm's list: {changed['category']!r}.")
    if "matter_id" in changed and records.find_matter(store, firm_id, changed["matter_id"]) is None:
        raise invalid(f"`matter_id` names an unknown matter: {changed['matter_id']!r}.")
    if "key_deadline_id" in changed:
        _check_deadline(store, firm_id, changed["key_deadline_id"])


def _check_deadline(store: Store, firm_id: str, deadline_id: str) -> None:
    found = records.find_item(store, records.DEADLINE, deadline_id)
    if found is None or found[1] or found[0]["firm_id"] != firm_id:
        raise invalid(f"`key_deadline_id` names an unknown deadline: {deadline_id!r}.")
