"""What CaseFlow's own users do to firms and staff: the page, the seeding and the simulation call these.

Every action takes `by`, the acting staff member's id (`"system"` for CaseFlow itself), and raises Refused like
the API does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from operator import itemgetter
from threading import RLock
from typing import Any

from local.caseflow import events, records
from local.caseflow.answers import Document, Refused, invalid
from local.caseflow.events import Behaviour, Writer
from local.caseflow.store import Store
from local.caseflow.validation import parse_zone

DEFAULT_CATEGORIES = (
    ("Court Date", True),
    ("Hearing", True),
    ("Deposition", True),
    ("Filing Deadline", True),
    ("Statute of Limitations", True),
    ("Client Meeting", False),
    ("Internal", False),
)
_PLANS = ("solo", "growth", "multi_practice")
_ROLES = ("staff", "firm_admin")


class FirmActions:
    """Firms and their staff, as CaseFlow's own pages change and read them."""

    def __init__(self, store: Store, now: Callable[[], datetime], behaviour: Behaviour) -> None:
        self._store = store
        self._now = now
        self._lock = RLock()
        self.behaviour = behaviour

    def _writer(self, by: str) -> Writer:
        return Writer("system" if by == "system" else "staff", by, self._now())

    def _note(self, firm_id: str, kind: str, object_id: str, action: str, by: str) -> None:
        events.note(self._store, firm_id, self._writer(by), action, (kind, object_id, None))

    # Firms and staff

    def add_firm(
        self,
        name: str,
        *,
        by: str = "system",
        plan: str = "multi_practice",
        outlook_sync: bool = True,
        timezone: str = "America/New_York",
        categories: Iterable[tuple[str, bool]] = DEFAULT_CATEGORIES,
        firm_id: str | None = None,
    ) -> Document:
        """Open a firm with its categories, given as (name, protected)."""
        with self._lock, self._store.transaction():
            doc: Document = {
                "id": firm_id or self._store.new_id("firm"),
                "name": name,
                "plan": one_of(plan, _PLANS, "plan"),
                "features": {"outlook_sync": outlook_sync},
                "timezone": parse_zone(timezone, "timezone").key,
                "event_categories": [{"name": n, "protected": p} for n, p in categories],
            }
            records.put_firm(self._store, doc)
            self._note(doc["id"], "firm", doc["id"], "created", by)
            return doc

    def _change_firm(self, firm_id: str, changes: Document, by: str) -> Document:
        with self._lock, self._store.transaction():
            doc = {**records.firm(self._store, firm_id), **changes}
            records.put_firm(self._store, doc)
            self._note(firm_id, "firm", firm_id, "updated", by)
            return doc

    def set_plan(self, firm_id: str, plan: str, *, by: str = "system") -> Document:
        """Put a firm on another plan (rule A1)."""
        return self._change_firm(firm_id, {"plan": one_of(plan, _PLANS, "plan")}, by)

    def set_feature(self, firm_id: str, *, outlook_sync: bool, by: str = "system") -> Document:
        """Switch a firm's beta flag (rule A1)."""
        return self._change_firm(firm_id, {"features": {"outlook_sync": outlook_sync}}, by)

    def set_categories(self, firm_id: str, categories: Iterable[tuple[str, bool]], *, by: str) -> Document:
        """Replace the firm's list of categories, given as (name, protected)."""
        listed = [{"name": name, "protected": protected} for name, protected in categories]
        return self._change_firm(firm_id, {"event_categories": listed}, by)

    def protect_category(self, firm_id: str, name: str, protected: bool = True, *, by: str) -> Document:
        """Protect a category of the firm, or stop protecting it (rule G3)."""
        with self._lock:
            listed = [(c["name"], c["protected"]) for c in self.firm(firm_id)["event_categories"]]
            if name not in {listed_name for listed_name, _ in listed}:
                raise invalid(f"There is no category {name!r} in the firm's list.")
            changed = [(n, protected if n == name else p) for n, p in listed]
            return self.set_categories(firm_id, changed, by=by)

    def add_staff(
        self,
        firm_id: str,
        name: str,
        email: str,
        *,
        by: str = "system",
        role: str = "staff",
        timezone: str | None = None,
        staff_id: str | None = None,
    ) -> Document:
        """Add a staff member to a firm, in the firm's zone unless another is given."""
        with self._lock, self._store.transaction():
            firm = records.firm(self._store, firm_id)
            doc: Document = {
                "id": staff_id or self._store.new_id("staff"),
                "firm_id": firm_id,
                "name": name,
                "email": email,
                "timezone": parse_zone(timezone or firm["timezone"], "timezone").key,
                "active": True,
                "role": one_of(role, _ROLES, "role"),
            }
            records.put_staff(self._store, doc)
            self._note(firm_id, "staff", doc["id"], "created", by)
            return doc

    def edit_staff(self, staff_id: str, *, by: str, **changes: Any) -> Document:
        """Change `name`, `email`, `timezone`, `role` or `active` of a staff member."""
        unknown = changes.keys() - {"name", "email", "timezone", "role", "active"}
        if unknown:
            raise invalid(f"Object contains unknown field `{min(unknown)}`")
        if "timezone" in changes:
            parse_zone(changes["timezone"], "timezone")
        with self._lock, self._store.transaction():
            doc = {**self.staff_member(staff_id), **changes}
            records.put_staff(self._store, doc)
            self._note(doc["firm_id"], "staff", staff_id, "updated", by)
            return doc

    def deactivate_staff(self, staff_id: str, *, by: str) -> Document:
        """Deactivate a staff member: their feed answers 403 from now on (rule A2)."""
        return self.edit_staff(staff_id, by=by, active=False)

    def remove_staff(self, staff_id: str, *, by: str) -> None:
        """Delete a staff member who has left: their feed answers 404 from now on (rule A2)."""
        with self._lock, self._store.transaction():
            firm_id = self.staff_member(staff_id)["firm_id"]
            self._store.rows("DELETE FROM staff WHERE id = ?", staff_id)
            self._note(firm_id, "staff", staff_id, "deleted", by)

    # Reads

    def firms(self) -> list[Document]:
        """Return all firms."""
        with self._lock:
            return self._store.documents("SELECT doc FROM firms ORDER BY id")

    def firm(self, firm_id: str) -> Document:
        """Return a firm."""
        with self._lock:
            return records.firm(self._store, firm_id)

    def staff(self, firm_id: str) -> list[Document]:
        """Return a firm's staff by name, deactivated ones included."""
        with self._lock:
            found = self._store.documents("SELECT doc FROM staff WHERE firm_id = ?", firm_id)
        return sorted(found, key=itemgetter("name", "id"))

    def staff_member(self, staff_id: str) -> Document:
        """Return one staff member of any firm."""
        with self._lock:
            found = self._store.documents("SELECT doc FROM staff WHERE id = ?", staff_id)
        if not found:
            raise Refused(404, "staff_not_found", f"There is no staff member {staff_id!r}.")
        return found[0]

    def audit(self, firm_id: str) -> list[Document]:
        """Return CaseFlow's own audit log of a firm, oldest first; sync writes carry their `origin`."""
        with self._lock:
            return records.audit(self._store, firm_id)


def one_of(value: str, allowed: tuple[str, ...], member: str) -> str:
    """Return `value` if it is allowed. Raises Refused 422 naming `member`."""
    if value not in allowed:
        raise invalid(f"`{member}` must be one of {', '.join(allowed)}, not {value!r}.")
    return value
