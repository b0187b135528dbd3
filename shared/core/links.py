"""The link: what both sides last agreed on for one event, task or deadline (design.md section 2)."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, structs

from shared.core.events import CaseflowEvent, Content, Field, Kind, OutlookEvent
from shared.core.prints import Printer

_NAMESPACE = uuid.UUID("6f1c1f0e-5b0c-4b53-9c38-0c2ab3f3f6d5")


class State(StrEnum):
    """Where a link stands: which of its lists its row is in, and whether a job follows it."""

    LIVE = "live"
    REVIEW = "review"
    ASIDE = "aside"
    RESTING = "resting"
    DISMISSED = "dismissed"
    ENDED = "ended"
    IMPORTED = "imported"


class Todo(StrEnum):
    """What a link still owes; a link with a todo is read on both sides in the next regular job (design.md 4.4)."""

    NONE = ""
    LOOK = "look"
    JOINING = "joining"
    CREATING_OUTLOOK = "creating_outlook"
    CREATING_CASEFLOW = "creating_caseflow"


class Born(StrEnum):
    """The system in which the event was first written."""

    CASEFLOW = "caseflow"
    OUTLOOK = "outlook"


class Base(Struct, frozen=True):
    """Two keyed fingerprints of one field, one for each side, as they were when both agreed."""

    caseflow: str
    outlook: str


class Link(Struct, frozen=True, omit_defaults=True):
    """One row `l|<id>`; holds ids, versions and fingerprints, never text.

    `former` is the Outlook event that the present one was made instead of, should a person bring it back. `create_key`
    is the Idempotency-Key of an unanswered create, whatever the event has become since. `veiled` names the fields that
    Outlook shows as the mask left them (G8); `not_masked` lists it as not fully masked (G7); `made_private` says that
    Outlook's "private" is ours, not a person's (G1, E4); `read_version` is CaseFlow's when it last answered (C4);
    `own_text` says that CaseFlow's description of a meeting, or of one day of a series, is its own (F3, D4);
    `meeting_row` names the firm's row of the meeting that the Outlook event is (E3).
    """

    id: str
    kind: Kind
    born: Born
    caseflow_id: str | None = None
    outlook_id: str | None = None
    former: str | None = None
    base: dict[Field, Base] = {}
    version: int = 0
    read_version: int = 0
    change_key: str = ""
    create_key: str = ""
    nonce: str = ""
    attempt: int = 0
    mask: str = ""
    meeting: bool = False
    meeting_row: str = ""
    leads: bool = True
    own_text: bool = False
    veiled: tuple[Field, ...] = ()
    not_masked: bool = False
    made_private: bool = False
    shared: bool = False
    matter_id: str | None = None
    category: str | None = None
    confidential: bool = False
    visibility: str = "firm"
    master_id: str | None = None
    original_start: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    state: State = State.LIVE
    todo: Todo = Todo.NONE
    review: str | None = None
    reason: str | None = None
    tries: int = 0
    retry_at: datetime | None = None

    @property
    def is_mirror(self) -> bool:
        """True for the one-way mirror of a task or deadline (I)."""
        return self.kind is not Kind.EVENT


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def caseflow_link_id(kind: Kind, caseflow_id: str) -> str:
    """The id of the link of an item born in CaseFlow: two jobs arrive at the same row (design.md 2)."""
    return _digest("caseflow", kind.value, caseflow_id)


def outlook_link_id(event: OutlookEvent) -> str:
    """The id of the link of an event born in Outlook; an occurrence is its series master and original start (D4)."""
    if event.master_id and event.original_start:
        return _digest("outlook", event.master_id, event.original_start.isoformat())
    return _digest("outlook", event.id)


def transaction_id(link_id: str, attempt: int) -> str:
    """The `transactionId` of one try to create the Outlook event of a link; a UUID, as Graph expects."""
    return str(uuid.uuid5(_NAMESPACE, f"{link_id}|{attempt}"))


def idempotency_key(link_id: str, attempt: int) -> str:
    """The `Idempotency-Key` of one try to create the CaseFlow event of a link."""
    return _digest("create", link_id, str(attempt))


def meeting_key(firm_id: str, event: OutlookEvent, attempt: int) -> str:
    """The `Idempotency-Key` that two mailboxes of a firm compute alike for one meeting (E3)."""
    start = event.original_start.isoformat() if event.original_start else ""
    return _digest("meeting", firm_id, event.ical_uid, start, str(attempt))


def pull_key(firm_id: str, link_id: str, event: OutlookEvent, attempt: int) -> str:
    """The `Idempotency-Key` of the create in CaseFlow: the firm's where a colleague's mailbox may hold it, too (E3)."""
    if is_shared_meeting(event):
        return meeting_key(firm_id, event, attempt)
    return idempotency_key(link_id, attempt)


def is_shared_meeting(event: OutlookEvent) -> bool:
    """True for a meeting that other mailboxes of the firm may hold, and name alike (E3, E4)."""
    return event.is_meeting and bool(event.ical_uid) and not event.is_private


def meeting_row(event: OutlookEvent) -> str:
    """The key of the firm's row of a meeting, alike in every mailbox of the firm; "" without an `iCalUId` (E3)."""
    start = event.original_start.isoformat() if event.original_start else ""
    return hashlib.sha256(f"{event.ical_uid}|{start}".encode()).hexdigest()[:32] if event.ical_uid else ""


def attempt_of(event: OutlookEvent, link_id: str, attempts: int) -> int | None:
    """In which of the link's attempts 0 to `attempts` we made `event`; None if in none (design.md 3)."""
    found = (attempt for attempt in range(attempts + 1) if transaction_id(link_id, attempt) == event.transaction_id)
    return next(found, None) if event.transaction_id is not None else None


def is_ours(event: OutlookEvent, link_id: str, attempts: int) -> bool:
    """True if we made `event` for the link in one of its attempts 0 to `attempts`."""
    return attempt_of(event, link_id, attempts) is not None


def based(link: Link, printer: Printer, caseflow: Content, outlook: Content) -> Link:
    """The link with both contents as its base, every field."""
    ours, theirs = printer.all(caseflow), printer.all(outlook)
    return structs.replace(link, base={field: Base(ours[field], theirs[field]) for field in Field})


def rebased(link: Link, caseflow: dict[Field, str], outlook: dict[Field, str]) -> Link:
    """The link with some fields' fingerprints replaced; a field without a base gets "" for the side not named."""
    base = dict(link.base)
    for field in Field:
        if field in caseflow or field in outlook:
            old = base.get(field, Base("", ""))
            base[field] = Base(caseflow.get(field, old.caseflow), outlook.get(field, old.outlook))
    return structs.replace(link, base=base)


def remembering(link: Link, event: CaseflowEvent, staff_id: str) -> Link:
    """The link with what only CaseFlow says of the event: matter, category and flags (ids, never names)."""
    return structs.replace(
        link,
        caseflow_id=event.id,
        matter_id=event.matter_id,
        category=event.category,
        confidential=event.confidential,
        visibility=event.visibility,
        shared=any(other != staff_id for other in event.staff_ids),
    )
