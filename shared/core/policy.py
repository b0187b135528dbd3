"""What a job may do: the firm's list, the toggles, the window and the mode; and which mask an event needs (G1)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shared.core.events import Span
from shared.core.zones import local_day

REST_AFTER = timedelta(days=30)
SERIES_REACH = timedelta(days=180)


class Mask(StrEnum):
    """How much of an event may leave CaseFlow (G1, G2)."""

    NONE = "none"
    CONFIDENTIAL = "confidential"
    PRIVATE = "private"


class Mode(StrEnum):
    """What a job was started for; the `mode` of CaseFlow's Origin."""

    SYNC = "sync"
    MANUAL = "manual"
    IMPORT = "import"
    REVIEW = "review"


class Policy(Struct, frozen=True):
    """One job's rules, fixed when it starts. Times are UTC.

    `protected` and `known` are category names; `known` is None when the firm's list could not be read, then every
    category counts as protected (G1). `line` and its day are D2's, `window_end` D3's, `series_end` D4's. `off_since`
    is set while what was removed from Outlook during a pause may not count (L3).
    """

    firm_id: str
    staff_id: str
    zone: str
    now: datetime
    line: datetime
    window_start: datetime
    window_end: datetime
    protected: frozenset[str] = frozenset()
    known: frozenset[str] | None = frozenset()
    events: bool = True
    tasks: bool = True
    deadlines: bool = True
    mode: Mode = Mode.SYNC
    job_id: str = ""
    off_since: datetime | None = None
    line_day: date | None = None

    @property
    def series_end(self) -> datetime:
        """Occurrences of a series arrive up to here (D4)."""
        return min(self.window_end, self.now + SERIES_REACH)

    @property
    def may_write_outlook(self) -> bool:
        """A pull never writes to Outlook (K1); a person's decision does (H4)."""
        return self.mode in {Mode.SYNC, Mode.REVIEW}

    def is_protected(self, category: str | None) -> bool:
        """True if nothing may be overwritten silently on an event of this category (G1, H2)."""
        if category is None:
            return False
        return self.known is None or category not in self.known or category in self.protected

    def mask(self, category: str | None, matter_id: str | None, confidential: bool, visibility: str) -> Mask:
        """The mask an event needs by what CaseFlow says of it (G1)."""
        if matter_id is not None or confidential or self.is_protected(category):
            return Mask.CONFIDENTIAL
        return Mask.PRIVATE if visibility == "private" else Mask.NONE

    def before_line(self, span: Span) -> bool:
        """True if the event ended before sync began for this mailbox (D2)."""
        if isinstance(span.end, datetime):
            return span.end <= self.line
        return span.end <= (self.line_day or local_day(self.line, self.zone))

    def rests(self, span: Span) -> bool:
        """True if the event ended more than 30 days ago (D6)."""
        return span.ends_at(self.zone) <= self.now - REST_AFTER

    def beyond_window(self, span: Span) -> bool:
        """True if the event begins after the tracked window (D3)."""
        return span.starts_at(self.zone) >= self.window_end

    def has_ended(self, span: Span) -> bool:
        """True if the event lies in the past."""
        return span.ends_at(self.zone) <= self.now
