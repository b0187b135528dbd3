"""Review items as they stand in the rows (H4); deciding one comes with the engine's part."""

from __future__ import annotations

from typing import Any

from shared.core import rows
from shared.core.errors import Gone, Retry
from shared.core.session import Session
from shared.core.state import Review
from shared.flows import directory
from shared.ports import Ports


def listed(ports: Ports, session: Session, state: str, staff_id: str | None) -> list[dict[str, Any]]:
    """The items of one staff member, or of the firm where none is named. Raises Retry."""
    people = [staff_id] if staff_id else [who for _, who in directory.everybody(ports, session.firm_id)]
    found = [(who, review) for who in people for review in _of(ports, session.firm_id, who)]
    return [_view(who, review) for who, review in found if review.state == state]


def resolve(ports: Ports, session: Session, review_id: str, keep: str) -> dict[str, Any]:  # noqa: ARG001
    """Refuse for now: nothing is decided by halves. Raises Gone, Retry."""
    if all(review.id != review_id for review in _of(ports, session.firm_id, session.staff_id)):
        raise Gone("not_found")
    raise Retry("reviews_unavailable")


def _of(ports: Ports, firm_id: str, staff_id: str) -> list[Review]:
    partition = rows.staff_partition(firm_id, staff_id)
    return [rows.decoded(row.data, Review) for row in ports.store.scan(partition, rows.REVIEW_PREFIX)]


def _view(staff_id: str, review: Review) -> dict[str, Any]:
    return {
        "id": review.id,
        "kind": review.kind,
        "state": review.state,
        "staff_id": staff_id,
        "opened_at": review.opened_at,
        "resolved_at": review.resolved_at,
        "resolved_by": review.resolved_by,
        "kept": review.kept,
        "count": max(1, len(review.links)),
        "events": [],
        "caseflow": None,
        "outlook": None,
    }
