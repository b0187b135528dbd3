"""The values that lost a conflict, as the rows `k|…` keep them for 30 days (H3). Pure.

Spans are written out: JSON cannot tell a date from an instant by its type.
"""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from shared.core.events import Content, Field, Span


class Lost(Struct, frozen=True):
    """One side of an event as it was, and the `fields` in which it lost.

    `winner` are the fingerprints of what won: while an event still shows them, nobody has edited it since.
    """

    title: str
    start: str
    end: str
    all_day: bool
    zone: str
    place: str
    text: str
    fields: tuple[Field, ...]
    winner: dict[Field, str] = {}

    @property
    def content(self) -> Content:
        """The values."""
        read = date.fromisoformat if self.all_day else datetime.fromisoformat
        span = Span(read(self.start), read(self.end), self.all_day, self.zone)
        return Content(self.title, span, self.place, self.text)


def lost(content: Content, fields: frozenset[Field], winner: dict[Field, str]) -> Lost:
    """What is kept of `content`, which lost in `fields` to a side with the fingerprints `winner`."""
    span = content.span
    return Lost(
        title=content.title,
        start=span.start.isoformat(),
        end=span.end.isoformat(),
        all_day=span.all_day,
        zone=span.zone,
        place=content.place,
        text=content.text,
        fields=tuple(sorted(fields)),
        winner={field: winner[field] for field in sorted(fields)},
    )
