"""Keyed fingerprints: HMAC-SHA-256 with the firm's key, so that rows hold no text and no plain hash (N1)."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from shared.core.events import Content, Field, Span
from shared.core.texts import one_line, plain

PRINT_BYTES = 12


def span_text(span: Span) -> str:
    """One string for one span: its instants in whole seconds, for Exchange keeps no fractions, or its days.

    The zone rides along when the times change, but is no change by itself: services rename zones, and Graph answers
    UTC where it cannot name one (E2, docs/decisions).
    """
    if not isinstance(span.start, datetime) or not isinstance(span.end, datetime):
        return f"day|{span.start:%Y-%m-%d}|{span.end:%Y-%m-%d}"
    start, end = (moment.replace(microsecond=0) for moment in (span.start, span.end))
    return f"{start.isoformat()}|{end.isoformat()}"


def comparable(content: Content, field: Field) -> str:
    """The normal form of one field (E2)."""
    match field:
        case Field.TITLE:
            return one_line(content.title)
        case Field.TIME:
            return span_text(content.span)
        case Field.PLACE:
            return one_line(content.place)
        case Field.TEXT:
            return plain(content.text)


def same(one: Content, other: Content, field: Field) -> bool:
    """True if both sides show the same in `field`."""
    return comparable(one, field) == comparable(other, field)


class Printer:
    """Makes the fingerprints of one firm. `key` is the firm's secret (at least 16 bytes)."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("a firm's fingerprint key needs at least 16 bytes")
        self._key = key

    def of(self, text: str) -> str:
        """24 hex characters for `text`."""
        return hmac.new(self._key, text.encode(), hashlib.sha256).digest()[:PRINT_BYTES].hex()

    def field(self, content: Content, field: Field) -> str:
        """The fingerprint of one field, named so that equal words in two fields differ."""
        return self.of(f"{field.value}|{comparable(content, field)}")

    def all(self, content: Content) -> dict[Field, str]:
        """The fingerprints of all four fields."""
        return {field: self.field(content, field) for field in Field}

    def audit(self, content: Content) -> str:
        """One fingerprint for a whole content, for the audit log's before and after (N1)."""
        return self.of("|".join(comparable(content, field) for field in Field))
