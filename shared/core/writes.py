"""The writes a plan asks for, and what a service answered to each. All are frozen; none knows how it is sent."""

from __future__ import annotations

from enum import StrEnum

from msgspec import UNSET, Struct, UnsetType

from shared.core.events import CaseflowEvent, Content, Field, OutlookEvent, Span
from shared.core.marks import Stamp
from shared.core.mask import Projection


class CreateCaseflow(Struct, frozen=True):
    """Make an event in CaseFlow; `key` is the Idempotency-Key, computed, so a repeat makes no second one."""

    key: str
    content: Content
    staff_ids: tuple[str, ...]
    series_id: str | None = None
    matter_id: str | None = None
    category: str | None = None
    confidential: bool = False
    visibility: str = "firm"


class PatchCaseflow(Struct, frozen=True):
    """Change the named members of a CaseFlow event, if it still has `version`."""

    event_id: str
    version: int
    title: str | UnsetType = UNSET
    span: Span | UnsetType = UNSET
    place: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    staff_ids: tuple[str, ...] | UnsetType = UNSET
    series_id: str | UnsetType | None = UNSET

    def fields(self) -> frozenset[Field]:
        """The crossing fields that this write sets."""
        members = {Field.TITLE: self.title, Field.TIME: self.span, Field.PLACE: self.place, Field.TEXT: self.text}
        return frozenset(field for field, member in members.items() if member is not UNSET)


class DeleteCaseflow(Struct, frozen=True):
    """Delete a CaseFlow event, if it still has `version` (E8)."""

    event_id: str
    version: int


class CreateOutlook(Struct, frozen=True):
    """Make an event in Outlook, with our marks in the same request."""

    projection: Projection
    transaction_id: str
    link_id: str
    stamp: Stamp


class PatchOutlook(Struct, frozen=True):
    """Change an Outlook event; `change_key` goes out as If-Match, but correctness never leans on it."""

    event_id: str
    change_key: str
    projection: Projection
    link_id: str
    stamp: Stamp


class DeleteOutlook(Struct, frozen=True):
    """Move an Outlook event to Deleted Items; never a permanent deletion (F1)."""

    event_id: str
    change_key: str


CaseflowWrite = CreateCaseflow | PatchCaseflow | DeleteCaseflow
OutlookWrite = CreateOutlook | PatchOutlook | DeleteOutlook


class Verdict(StrEnum):
    """What is known after a write: UNKNOWN is the same as a crash, never "not done" (design.md 5)."""

    DONE = "done"
    STALE = "stale"
    GONE = "gone"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class CaseflowResult(Struct, frozen=True):
    """CaseFlow's answer to one write; `replayed` marks the answer to a key seen before (200 instead of 201)."""

    verdict: Verdict
    event: CaseflowEvent | None = None
    replayed: bool = False
    code: str = ""
    reference: str | None = None
    after_seconds: float | None = None


class OutlookResult(Struct, frozen=True):
    """Graph's answer to one write; `existing_id` comes with `ErrorDuplicateTransactionId`."""

    verdict: Verdict
    event: OutlookEvent | None = None
    existing_id: str | None = None
    code: str = ""
    reference: str | None = None
    after_seconds: float | None = None
