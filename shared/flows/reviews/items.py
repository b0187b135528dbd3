"""The rows of review items, and who may see which (H4, sync-api.md "Who is calling")."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from shared.core import rows
from shared.core.errors import Gone
from shared.core.links import Link
from shared.core.losers import Lost
from shared.core.session import Session
from shared.core.state import Review
from shared.flows import directory
from shared.ports import Ports

REVERSIBLE = timedelta(days=30)
WINNER_SUFFIX = "|winner"


class Item(Struct, frozen=True):
    """A review item and whose it is."""

    staff_id: str
    review: Review

    def is_own(self, session: Session) -> bool:
        """True if the caller is the staff member whose calendar it is about."""
        return self.staff_id == session.staff_id


def of_person(ports: Ports, firm_id: str, staff_id: str) -> list[Item]:
    """All items of one staff member. One table operation a thousand. Raises Retry."""
    partition = rows.staff_partition(firm_id, staff_id)
    found = ports.store.scan(partition, rows.REVIEW_PREFIX)
    return [Item(staff_id, rows.decoded(row.data, Review)) for row in found]


def find(ports: Ports, session: Session, review_id: str) -> Item:
    """An item of the caller's, for a firm admin one of the firm's. Raises Gone, Retry."""
    people = [session.staff_id]
    if session.role == "firm_admin":
        people += [who for _, who in directory.everybody(ports, session.firm_id) if who != session.staff_id]
    if rows.safe(review_id) == review_id:
        for staff_id in people:
            review = read(ports, session.firm_id, staff_id, review_id)
            if review is not None:
                return Item(staff_id, review)
    raise Gone("not_found")


def read(ports: Ports, firm_id: str, staff_id: str, review_id: str) -> Review | None:
    """One item as it is stored now. Raises Retry."""
    row = ports.store.get(rows.staff_partition(firm_id, staff_id), rows.REVIEW_PREFIX + review_id)
    return rows.decoded(row.data, Review) if row is not None else None


def links_of(ports: Ports, firm_id: str, staff_id: str, prefix: str) -> dict[str, Link]:
    """The links of one list, by id. Raises Retry."""
    found = ports.store.scan(rows.staff_partition(firm_id, staff_id), prefix)
    return {link.id: link for link in (rows.decoded(row.data, Link) for row in found)}


def lost_of(ports: Ports, firm_id: str, staff_id: str, review: Review, now: datetime) -> Lost | None:
    """The values that lost where `system` decided within the last 30 days (H3); None where nothing can come back."""
    by_system = review.resolved_by is not None and review.resolved_by["kind"] == "system"
    if not by_system or review.kept is None or review.resolved_at is None or now - review.resolved_at >= REVERSIBLE:
        return None
    row = ports.store.get(rows.staff_partition(firm_id, staff_id), rows.LOSER_PREFIX + review.id)
    return rows.decoded(row.data, Lost) if row is not None else None
