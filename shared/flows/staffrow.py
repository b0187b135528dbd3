"""Changing a staff member's row by hand of a person: again after a job was faster, and with its audit note."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import structs

from shared.core import rows
from shared.core.errors import Retry, Stale
from shared.core.state import AuditNote, StaffRow
from shared.ports import Insert, Ports, Replace, Row, RowChange

TRIES_MAX = 8
MAILBOX_PREFIXES = (
    rows.LINK_PREFIX,
    rows.ENDED_PREFIX,
    rows.IMPORTED_PREFIX,
    rows.REVIEW_PREFIX,
    rows.LOSER_PREFIX,
)
Change = Callable[[StaffRow], StaffRow | None]


def read(ports: Ports, firm_id: str, staff_id: str) -> StaffRow:
    """The row `s`, or one that never connected. Raises Retry."""
    return _read(ports, firm_id, staff_id)[0]


def change(
    ports: Ports, firm_id: str, staff_id: str, edit: Change, notes: Sequence[AuditNote] = ()
) -> tuple[StaffRow, StaffRow]:
    """Replace the row by what `edit` makes of it, together with `notes`; the row before and after.

    `edit` returns None where nothing is to be changed; then nothing is written. Every change raises the generation,
    so a job under way stops at its next transaction (design.md 4.6). Raises Retry where jobs are faster every time.
    """
    partition = rows.staff_partition(firm_id, staff_id)
    for _ in range(TRIES_MAX):
        before, row = _read(ports, firm_id, staff_id)
        edited = edit(before)
        if edited is None:
            return before, before
        after = structs.replace(edited, generation=before.generation + 1)
        try:
            ports.store.commit(partition, [_written(row, after), *_outbox(after, notes)])
        except Stale:
            continue
        return before, after
    raise Retry("row_contended", after_seconds=5)


def emptied(row: StaffRow) -> StaffRow:
    """The row without anything that speaks of links: for when the rows under MAILBOX_PREFIXES go."""
    return structs.replace(
        row,
        first_done=False,
        delta_link=None,
        cursor=None,
        window_start=None,
        window_end=None,
        renew_at=None,
        todo=0,
        ended=0,
        links=0,
        set_aside=0,
        not_fully_masked=0,
        reviews_open=0,
        last_sync=None,
        last_success_at=None,
    )


def _read(ports: Ports, firm_id: str, staff_id: str) -> tuple[StaffRow, Row | None]:
    row = ports.store.get(rows.staff_partition(firm_id, staff_id), rows.STAFF_KEY)
    if row is None:
        return StaffRow(firm_id=firm_id, staff_id=staff_id), None
    return rows.decoded(row.data, StaffRow), row


def _written(row: Row | None, after: StaffRow) -> RowChange:
    data = rows.encoded(after)
    return Insert(rows.STAFF_KEY, data) if row is None else Replace(rows.STAFF_KEY, data, row.etag)


def _outbox(after: StaffRow, notes: Sequence[AuditNote]) -> list[RowChange]:
    """The notes under a key of their own: jobs number theirs within a fence, persons by generation, after them."""
    if not notes:
        return []
    key = f"{rows.OUTBOX_PREFIX}{after.fence:010d}|u{after.generation:010d}"
    return [Insert(key, rows.encoded(list(notes)))]


def note(ports: Ports, actor: tuple[str, str | None], action: str, staff_id: str, **prints: str | None) -> AuditNote:
    """An audit note of what a person, or the system, did to a connection; `prints` are `before` and `after`."""
    return AuditNote(
        at=ports.now(),
        actor_kind=actor[0],
        actor_id=actor[1],
        action=action,
        object_kind="connection",
        object_id=staff_id,
        object_version=None,
        origin="user" if actor[0] == "staff" else "system",
        staff_id=staff_id,
        job_id=None,
        before=prints.get("before"),
        after=prints.get("after"),
    )
