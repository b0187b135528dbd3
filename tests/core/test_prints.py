"""Fingerprints and marks: what is compared, kept and carried on the event (E2, N1, design.md 3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core.events import Content, Field, days, timed
from shared.core.losers import lost
from shared.core.marks import Stamp, decoded, encoded, nonce
from shared.core.prints import Printer, comparable, same, span_text
from tests.core.ideal import PRINTER, day, hour

CONTENT = Content(" Call\u200b  me ", hour(2), " Office  5 ", "<p>one</p><p>two</p>")


def test_a_field_is_compared_in_its_normal_form() -> None:
    """E2."""
    assert comparable(CONTENT, Field.TITLE) == "Call me"
    assert comparable(CONTENT, Field.PLACE) == "Office 5"
    assert comparable(CONTENT, Field.TEXT) == "one two"
    assert comparable(CONTENT, Field.TIME) == "2026-11-24T11:00:00+00:00|2026-11-24T12:00:00+00:00"


@pytest.mark.parametrize("field", list(Field))
def test_a_difference_in_one_field_is_seen_there_only(field: Field) -> None:
    members: dict[Field, dict[str, Any]] = {
        Field.TITLE: {"title": "Other"}, Field.TIME: {"span": hour(3)}, Field.PLACE: {"place": "x"},
        Field.TEXT: {"text": "x"},
    }  # fmt: skip
    other = structs.replace(CONTENT, **members[field])
    assert [one for one in Field if not same(CONTENT, other, one)] == [field]


def test_zone_and_fractions_of_a_second_are_no_change_of_time() -> None:
    """E2: services rename zones, and Exchange keeps no fractions."""
    start = datetime(2026, 12, 1, 12, tzinfo=UTC)
    fine = timedelta(microseconds=700_000)
    here = timed(start, start + timedelta(hours=1), "Europe/Berlin")
    there = timed(start + fine, start + timedelta(hours=1) + fine, "UTC")
    assert span_text(here) == span_text(there)
    assert span_text(here) != span_text(timed(start + timedelta(seconds=1), start + timedelta(hours=1)))
    assert span_text(here) != span_text(timed(start, start + timedelta(minutes=59)))


def test_days_are_compared_by_their_dates() -> None:
    assert span_text(days(date(2026, 12, 1), date(2026, 12, 3), "Asia/Tokyo")) == "day|2026-12-01|2026-12-03"


def test_a_key_has_at_least_16_bytes() -> None:
    Printer(b"0123456789abcdef")
    with pytest.raises(ValueError, match=r"^a firm's fingerprint key needs at least 16 bytes$"):
        Printer(b"0123456789abcde")


def test_a_print_is_keyed_and_tells_nothing() -> None:
    """N1: HMAC-SHA-256, never a plain hash."""
    key = b"0123456789abcdef"
    assert Printer(key).of("Call") == hmac.new(key, b"Call", hashlib.sha256).hexdigest()[:24]
    assert Printer(key).of("Call") != Printer(b"another firm's key").of("Call")


def test_equal_words_in_two_fields_have_two_prints() -> None:
    twins = Content("Same", hour(1), "Same", "Same")
    prints = PRINTER.all(twins)
    assert len(set(prints.values())) == len(Field)
    assert prints == {field: PRINTER.field(twins, field) for field in Field}
    assert prints[Field.TITLE] == PRINTER.of("title|Same")


def test_the_audit_print_follows_every_field() -> None:
    """N1."""
    assert PRINTER.audit(CONTENT) == PRINTER.of("|".join(comparable(CONTENT, field) for field in Field))


def test_a_stamp_comes_back_as_it_was_written() -> None:
    stamp = Stamp(nonce(4, 11), 7, {"title": "ab", "text": "cd"}, "private")
    assert stamp.nonce == "4.11"
    assert decoded(encoded(stamp)) == stamp
    assert stamp.written() == {Field.TITLE: "ab", Field.TEXT: "cd"}


def test_the_stamp_is_safe_in_an_address() -> None:
    for number in range(40):
        assert not set(encoded(Stamp("?" * number + "ÿ>", 1, {}))) & {"+", "/"}


@pytest.mark.parametrize(
    "value",
    [None, "", "%%%", "AAAA", base64.b64encode(b'["1.1",1,{"mood":"ab"}]').decode(), base64.b64encode(b"[]").decode()],
)
def test_a_stamp_that_somebody_made_up_is_none(value: str | None) -> None:
    assert decoded(value) is None


@pytest.mark.parametrize("span", [hour(5), day(3)])
def test_values_that_lost_come_back_as_they_were(span: object) -> None:
    """H3."""
    content = structs.replace(CONTENT, span=span)
    winner = dict.fromkeys(Field, "won")
    kept = lost(content, frozenset({Field.TITLE, Field.PLACE}), winner)
    assert kept.content == content
    assert kept.fields == (Field.PLACE, Field.TITLE)
    assert kept.winner == {Field.PLACE: "won", Field.TITLE: "won"}
