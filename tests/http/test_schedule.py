"""When the timer ticks next: checked against examples and against croniter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from croniter import croniter
from hypothesis import given
from hypothesis import strategies as st

from shared.core.schedule import next_tick

NOON = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("0 */5 * * * *", "2026-11-24T12:05:00"),
        ("0 * * * * *", "2026-11-24T12:01:00"),
        ("*/10 * * * * *", "2026-11-24T12:00:10"),
        ("30 0 12 * * *", "2026-11-24T12:00:30"),
        ("0 0 12 * * *", "2026-11-25T12:00:00"),
        ("0 15,45 8-18/2 * * 1-5", "2026-11-24T12:15:00"),
        ("0 0 6 * * 0", "2026-11-29T06:00:00"),
        ("0 0 6 1 1 *", "2027-01-01T06:00:00"),
        ("0 10/20 * * * *", "2026-11-24T12:10:00"),
    ],
)
def test_the_next_tick_is_the_first_after_now(schedule: str, expected: str) -> None:
    assert next_tick(schedule, NOON) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "schedule", ["0 0 6 * * MON", "@daily", "*/5 * * * *", "0 0 0 30 2 *", "0 61 * * * *", "0 */0 * * * *", ""]
)
def test_what_only_the_host_can_read_has_no_next_tick(schedule: str) -> None:
    assert next_tick(schedule, NOON) is None


def field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    spans = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    spans = spans.filter(lambda text: len(set(text.split("-"))) == 2)  # croniter reads 0-0 as every day
    return st.one_of(
        st.just("*"),
        st.integers(1, high).map(lambda step: f"*/{step}"),
        st.lists(number, min_size=1, max_size=3).map(lambda many: ",".join(map(str, many))),
        spans,
    )


@given(field(0, 59), field(0, 59), field(0, 23), field(0, 6), st.integers(0, 30 * 24 * 3600))
def test_it_agrees_with_croniter(second: str, minute: str, hour: str, weekday: str, seconds: int) -> None:
    now = NOON + timedelta(seconds=seconds)
    # croniter puts the seconds last, and reads the day by weekday alone where the day of the month is a star
    expected = croniter(f"{minute} {hour} * * {weekday} {second}", now).get_next(datetime)
    assert next_tick(f"{second} {minute} {hour} * * {weekday}", now) == expected
