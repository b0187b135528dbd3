"""What CaseFlow's own users do to matters, events, tasks and key deadlines."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from local.caseflow import events, feed, records
from local.caseflow.answers import Document, invalid
from local.caseflow.events import timestamp
from local.caseflow.people import FirmActions
from local.caseflow.records import DEADLINE, EVENT, TASK
from local.caseflow.validation import (
    DeadlineMembers,
    TaskMembers,
    given_members,
    parse_date,
    parse_members,
    parse_new_event,
)

_SHAPES: dict[str, type[Struct]] = {TASK: TaskMembers, DEADLINE: DeadlineMembers}
_DATES = {TASK: "due_date", DEADLINE: "date"}
_EMPTY: dict[str, Document] = {
    TASK: {
        "topic": "",
        "description_html": None,
        "due_date": None,
        "priority": None,
        "matter_id": None,
        "assignee_ids": [],
        "completed": False,
    },
    DEADLINE: {"name": "", "date": None, "matter_id": "", "description_html": None},
}
_TITLES = {TASK: "topic", DEADLINE: "name"}


class CalendarActions(FirmActions):
    """Matters, events, tasks and deadlines, as CaseFlow's own pages change and read them."""

    # Matters

    def add_matter(
        self, firm_id: str, name: str, staff_ids: list[str], *, by: str, matter_id: str | None = None
    ) -> Document:
        """Open a matter and assign staff to it."""
        with self._lock, self._store.transaction():
            self._check_staff(firm_id, staff_ids, "staff_ids")
            new_id = matter_id or self._store.new_id("mat")
            doc = {"id": new_id, "firm_id": firm_id, "name": name, "staff_ids": staff_ids}
            records.put_matter(self._store, doc)
            self._note(firm_id, "matter", new_id, "created", by)
            return doc

    def set_matter_staff(self, matter_id: str, staff_ids: list[str], *, by: str) -> Document:
        """Assign exactly these staff members to a matter; its deadlines come to and leave their calendars."""
        with self._lock, self._store.transaction():
            doc = {**self._matter(matter_id), "staff_ids": staff_ids}
            self._check_staff(doc["firm_id"], staff_ids, "staff_ids")
            records.put_matter(self._store, doc)
            self._note(doc["firm_id"], "matter", matter_id, "updated", by)
            for deadline in records.deadlines_of(self._store, matter_id):
                feed.touch(self._store, DEADLINE, deadline)
            return doc

    def _matter(self, matter_id: str) -> Document:
        found = self._store.documents("SELECT doc FROM matters WHERE id = ?", matter_id)
        if not found:
            raise invalid(f"There is no matter {matter_id!r}.")
        return found[0]

    def _check_staff(self, firm_id: str, staff_ids: list[str], member: str) -> None:
        for staff_id in staff_ids:
            if records.find_staff(self._store, firm_id, staff_id) is None:
                raise invalid(f"`{member}` names an unknown staff member: {staff_id!r}.")

    # Events

    def create_event(self, firm_id: str, *, by: str, **members: Any) -> Document:
        """Make an event; members as EventWrite, without `origin`. `timezone` is the firm's unless given."""
        with self._lock, self._store.transaction():
            zone = records.firm(self._store, firm_id)["timezone"]
            given = parse_new_event({"timezone": zone, **members})
            return events.create(self._store, firm_id, given, self._writer(by), self.behaviour)

    def edit_event(self, event_id: str, *, by: str, **changes: Any) -> Document:
        """Change the named members of an event."""
        with self._lock, self._store.transaction():
            event = records.item(self._store, EVENT, event_id)
            given = parse_members(changes)
            return events.change(self._store, event, given, self._writer(by), self.behaviour)

    def delete_event(self, event_id: str, *, by: str) -> None:
        """Delete an event."""
        with self._lock, self._store.transaction():
            events.delete(self._store, records.item(self._store, EVENT, event_id), self._writer(by))

    def assign(self, event_id: str, staff_id: str, *, by: str) -> Document:
        """Put an event on one more staff member's calendar."""
        with self._lock:
            staff_ids = self.living_event(event_id)["staff_ids"]
            return self.edit_event(event_id, by=by, staff_ids=[*staff_ids, staff_id])

    def unassign(self, event_id: str, staff_id: str, *, by: str) -> Document:
        """Take an event off a staff member's calendar. The last one can't be taken off: Refused 422."""
        with self._lock:
            staff_ids = self.living_event(event_id)["staff_ids"]
            return self.edit_event(event_id, by=by, staff_ids=[one for one in staff_ids if one != staff_id])

    def link_matter(self, event_id: str, matter_id: str | None, *, by: str) -> Document:
        """Link an event to a matter, or unlink it with None (rules G1, G8)."""
        return self.edit_event(event_id, by=by, matter_id=matter_id)

    def set_category(self, event_id: str, category: str | None, *, by: str) -> Document:
        """Give an event a category of the firm's list, or none."""
        return self.edit_event(event_id, by=by, category=category)

    def set_confidential(self, event_id: str, confidential: bool, *, by: str) -> Document:
        """Mark an event confidential, or not."""
        return self.edit_event(event_id, by=by, confidential=confidential)

    def set_visibility(self, event_id: str, visibility: str, *, by: str) -> Document:
        """Show an event to the `firm`, or to its staff alone (`private`)."""
        return self.edit_event(event_id, by=by, visibility=visibility)

    # Tasks and key deadlines

    def create_task(self, firm_id: str, *, by: str, **members: Any) -> Document:
        """Make a task: `topic`, `description_html`, `due_date`, `priority`, `matter_id` and `assignee_ids`."""
        return self._create_item(TASK, firm_id, members, by)

    def edit_task(self, task_id: str, *, by: str, **changes: Any) -> Document:
        """Change the named members of a task."""
        return self._edit_item(TASK, task_id, changes, by)

    def complete_task(self, task_id: str, completed: bool = True, *, by: str) -> Document:
        """Mark a task done, or open again."""
        return self._edit_item(TASK, task_id, {"completed": completed}, by)

    def delete_task(self, task_id: str, *, by: str) -> None:
        """Delete a task."""
        self._delete_item(TASK, task_id, by)

    def create_deadline(self, firm_id: str, *, by: str, **members: Any) -> Document:
        """Make a key deadline: `matter_id`, `name`, `date`, `description_html`."""
        return self._create_item(DEADLINE, firm_id, members, by)

    def edit_deadline(self, deadline_id: str, *, by: str, **changes: Any) -> Document:
        """Change the named members of a key deadline."""
        return self._edit_item(DEADLINE, deadline_id, changes, by)

    def delete_deadline(self, deadline_id: str, *, by: str) -> None:
        """Delete a key deadline."""
        self._delete_item(DEADLINE, deadline_id, by)

    def _create_item(self, kind: str, firm_id: str, members: Document, by: str) -> Document:
        with self._lock, self._store.transaction():
            records.firm(self._store, firm_id)
            empty = {"id": self._store.new_id(kind), "firm_id": firm_id, "version": 0, **_EMPTY[kind]}
            return self._put_item(kind, empty, given_members(members, _SHAPES[kind]), "created", by)

    def _edit_item(self, kind: str, item_id: str, changes: Document, by: str) -> Document:
        with self._lock, self._store.transaction():
            before = records.item(self._store, kind, item_id)
            given = given_members(changes, _SHAPES[kind])
            if before == {**before, **given}:
                return before
            return self._put_item(kind, before, given, "updated", by)

    def _put_item(self, kind: str, before: Document, changes: Document, action: str, by: str) -> Document:
        doc = {**before, **changes, "version": before["version"] + 1, "updated_at": timestamp(self._now())}
        self._check_item(kind, doc)
        records.put_item(self._store, kind, doc)
        feed.touch(self._store, kind, doc)
        self._note_item(kind, doc, action, by)
        return doc

    def _check_item(self, kind: str, doc: Document) -> None:
        if not doc[_TITLES[kind]]:
            raise invalid(f"`{_TITLES[kind]}` must not be empty.")
        if doc[_DATES[kind]] is not None:
            parse_date(doc[_DATES[kind]], _DATES[kind])
        self._check_staff(doc["firm_id"], doc.get("assignee_ids", []), "assignee_ids")
        if doc["matter_id"] is not None or kind == DEADLINE:
            matter = records.find_matter(self._store, doc["firm_id"], doc["matter_id"])
            if matter is None:
                raise invalid(f"`matter_id` names an unknown matter: {doc['matter_id']!r}.")

    def _delete_item(self, kind: str, item_id: str, by: str) -> None:
        with self._lock, self._store.transaction():
            before = records.item(self._store, kind, item_id)
            doc = {**before, "version": before["version"] + 1, "updated_at": timestamp(self._now())}
            records.put_item(self._store, kind, doc, deleted=True)
            feed.touch(self._store, kind, doc, deleted=True)
            self._note_item(kind, doc, "deleted", by)

    def _note_item(self, kind: str, doc: Document, action: str, by: str) -> None:
        of = (kind, doc["id"], doc["version"])
        events.note(self._store, doc["firm_id"], self._writer(by), action, of)

    # Reads

    def events(self, firm_id: str) -> list[Document]:
        """Return a firm's events, deleted ones left out."""
        return self._items(EVENT, firm_id)

    def event(self, event_id: str) -> Document | None:
        """Return an event, or None when it is deleted or was never known."""
        with self._lock:
            found = records.find_item(self._store, EVENT, event_id)
        return None if found is None or found[1] else found[0]

    def living_event(self, event_id: str) -> Document:
        """Return an event. Raises Refused 404 `gone` or `not_found`."""
        with self._lock:
            return records.item(self._store, EVENT, event_id)

    def tasks(self, firm_id: str) -> list[Document]:
        """Return a firm's tasks, `completed` ones included."""
        return self._items(TASK, firm_id)

    def deadlines(self, firm_id: str) -> list[Document]:
        """Return a firm's key deadlines."""
        return self._items(DEADLINE, firm_id)

    def matters(self, firm_id: str) -> list[Document]:
        """Return a firm's matters, each with the `staff_ids` assigned to it."""
        with self._lock:
            return self._store.documents("SELECT doc FROM matters WHERE firm_id = ? ORDER BY id", firm_id)

    def _items(self, kind: str, firm_id: str) -> list[Document]:
        with self._lock:
            return records.items(self._store, kind, firm_id)
