"""Which mask, window and line apply to an event, to the second (D2 to D6, G1, K1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec import structs

from shared.core.events import Span, days, timed
from shared.core.policy import Mask, Mode
from tests.core.ideal import NOW, RULES

POLICY = RULES.policy


def ending(moment: datetime) -> Span:
    return timed(moment - timedelta(hours=1), moment)


def ending_on(last: date) -> Span:
    return days(last - timedelta(days=1), last)


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("after", "before"), [(timedelta(), True), (SECOND, False), (-SECOND, True)])
def test_limits_of_time_are_exact(after: timedelta, before: bool) -> None:
    """D2, D6: an event that ends exactly then has ended."""
    assert POLICY.before_line(ending(POLICY.line + after)) is before
    assert POLICY.has_ended(ending(NOW + after)) is before
    assert POLICY.rests(ending(NOW - timedelta(days=30) + after)) is before
    begins = timed(POLICY.window_end + after, POLICY.window_end + timedelta(hours=9))
    assert POLICY.beyond_window(begins) is (after >= timedelta())


def test_the_lines_own_day_decides_for_all_day_events() -> None:
    """D2: the line does not move with travel."""
    today = date(2026, 11, 24)
    assert POLICY.before_line(ending_on(today))
    assert not POLICY.before_line(ending_on(today + timedelta(days=1)))
    travelled = structs.replace(POLICY, line_day=today + timedelta(days=1))
    assert travelled.before_line(ending_on(today + timedelta(days=1)))
    assert structs.replace(POLICY, zone="Pacific/Honolulu").before_line(ending_on(today - timedelta(days=1)))
    assert not structs.replace(POLICY, zone="Pacific/Honolulu").before_line(ending_on(today))


def test_all_day_ends_are_read_in_the_persons_zone() -> None:
    """D5."""
    whole = days(date(2026, 11, 23), date(2026, 11, 24), "UTC")
    early = structs.replace(POLICY, now=datetime(2026, 11, 24, 2, tzinfo=UTC))
    assert not early.has_ended(whole)
    assert structs.replace(early, zone="UTC").has_ended(whole)
    late = structs.replace(early, now=early.now + timedelta(days=30))
    assert not late.rests(whole)
    assert structs.replace(late, zone="UTC").rests(whole)
    first = days(date(2026, 12, 1), date(2026, 12, 2), "UTC")
    near = structs.replace(POLICY, window_end=datetime(2026, 12, 1, 2, tzinfo=UTC))
    assert near.beyond_window(first)
    assert not structs.replace(near, zone="UTC").beyond_window(first)


def test_occurrences_reach_180_days_ahead_but_not_past_the_window() -> None:
    """D4."""
    assert POLICY.series_end == NOW + timedelta(days=180)
    assert structs.replace(POLICY, window_end=NOW + timedelta(days=44)).series_end == NOW + timedelta(days=44)


@pytest.mark.parametrize(
    ("mode", "may"), [(Mode.SYNC, True), (Mode.REVIEW, True), (Mode.MANUAL, False), (Mode.IMPORT, False)]
)
def test_a_pull_never_writes_to_outlook(mode: Mode, may: bool) -> None:
    """K1, J5, H4."""
    assert structs.replace(POLICY, mode=mode).may_write_outlook is may


@pytest.mark.parametrize(
    ("category", "matter", "confidential", "visibility", "mask"),
    [
        (None, None, False, "firm", Mask.NONE),
        ("Internal", None, False, "firm", Mask.NONE),
        ("Hearing", None, False, "firm", Mask.CONFIDENTIAL),
        ("Forgotten", None, False, "firm", Mask.CONFIDENTIAL),
        (None, "m1", False, "firm", Mask.CONFIDENTIAL),
        (None, None, True, "firm", Mask.CONFIDENTIAL),
        (None, None, False, "private", Mask.PRIVATE),
        (None, "m1", False, "private", Mask.CONFIDENTIAL),
        (None, None, True, "private", Mask.CONFIDENTIAL),
        ("Hearing", None, False, "private", Mask.CONFIDENTIAL),
    ],
)
def test_what_masks_an_event(
    category: str | None, matter: str | None, confidential: bool, visibility: str, mask: Mask
) -> None:
    """G1."""
    assert POLICY.mask(category, matter, confidential, visibility) is mask


def test_a_list_that_cannot_be_read_protects_every_category() -> None:
    """G1."""
    unread = structs.replace(POLICY, known=None, protected=frozenset())
    assert unread.is_protected("Internal")
    assert not unread.is_protected(None)
