"""What the two calendars hold, in one vocabulary.

Times are aware UTC datetimes (`Span.start`, `Span.end`) or, for all-day events, dates with an exclusive end (D5).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum

from msgspec import Struct

from shared.core.zones import day_start


class Kind(StrEnum):
    """Kinds of CaseFlow item that reach a calendar."""

    EVENT = "event"
    TASK = "task"
    DEADLINE = "deadline"


class Field(StrEnum):
    """The fields that cross both ways (E10)."""

    TITLE = "title"
    TIME = "time"
    PLACE = "place"
    TEXT = "text"


class Span(Struct, frozen=True):
    """From when to when: instants in UTC, or `all_day` dates with an exclusive end; `zone` is IANA."""

    start: datetime | date
    end: datetime | date
    all_day: bool
    zone: str

    def ends_at(self, zone: str | None = None) -> datetime:
        """The instant it ends; all-day ends are read in `zone` (default: the span's own)."""
        if isinstance(self.end, datetime):
            return self.end
        return day_start(self.end, zone or self.zone)

    def starts_at(self, zone: str | None = None) -> datetime:
        """The instant it starts; all-day starts are read in `zone` (default: the span's own)."""
        if isinstance(self.start, datetime):
            return self.start
        return day_start(self.start, zone or self.zone)


def timed(start: datetime, end: datetime, zone: str = "UTC") -> Span:
    """A span of instants."""
    return Span(start=start.astimezone(UTC), end=end.astimezone(UTC), all_day=False, zone=zone)


def days(start: date, end: date, zone: str = "UTC") -> Span:
    """An all-day span; `end` is the day after the last."""
    return Span(start=start, end=end, all_day=True, zone=zone)


class Content(Struct, frozen=True):
    """The four fields that cross, as one side shows them. `text` is HTML, `place` and `text` "" when empty."""

    title: str
    span: Span
    place: str = ""
    text: str = ""


class Author(Struct, frozen=True):
    """Who wrote a CaseFlow version last: `kind` is staff, sync or system; for sync, `id` is a staff id."""

    kind: str
    id: str | None = None


class CaseflowEvent(Struct, frozen=True):
    """One event as CaseFlow holds it (caseflow-api.yaml, schema Event)."""

    id: str
    version: int
    content: Content
    staff_ids: tuple[str, ...]
    updated_at: datetime
    updated_by: Author
    category: str | None = None
    matter_id: str | None = None
    confidential: bool = False
    visibility: str = "firm"
    series_id: str | None = None


class MirrorItem(Struct, frozen=True):
    """A task or key deadline, as far as its one-way mirror needs it (I1, I2)."""

    kind: Kind
    id: str
    version: int
    title: str
    date: date
    matter_id: str | None = None
    text: str = ""


class Removed(Struct, frozen=True):
    """A CaseFlow item that left this staff member's calendar; `reason` as in the change feed (C4)."""

    kind: Kind
    id: str
    version: int
    reason: str


class OutlookEvent(Struct, frozen=True):
    """One event as Graph answers it; `content` is raw (not sanitised, not cut, not reduced)."""

    id: str
    change_key: str
    content: Content
    type: str = "singleInstance"
    sensitivity: str = "normal"
    places: int = 0
    online: bool = False
    attachments: bool = False
    attendees: int = 0
    is_organizer: bool = True
    organizer: str = ""
    response: str = "none"
    cancelled: bool = False
    ical_uid: str = ""
    master_id: str | None = None
    original_start: datetime | None = None
    transaction_id: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    link_mark: str | None = None
    stamp: str | None = None

    @property
    def is_meeting(self) -> bool:
        """At least one attendee besides the mailbox owner (product.md, Words)."""
        return self.attendees > 0

    @property
    def is_private(self) -> bool:
        """Marked private or personal by a person (E4)."""
        return self.sensitivity in {"private", "personal"}

    @property
    def has_ended_for_user(self) -> bool:
        """Declined or cancelled (E5)."""
        return self.cancelled or self.response == "declined"
