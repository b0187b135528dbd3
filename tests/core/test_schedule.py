"""When the timer ticks next: steps, ranges and lists (azure.md 1.2)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.core.schedule import next_tick

NOON = datetime(2026, 11, 24, 12, 30, 45, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("0 10/20 * * * *", "2026-11-24T12:50:00"),
        ("46 30 12 * * *", "2026-11-24T12:30:46"),
        ("45 30 12 * * *", "2026-11-25T12:30:45"),
        ("0 0 0-6/3 * * *", "2026-11-25T00:00:00"),
        ("0 0 22/1 * * *", "2026-11-24T22:00:00"),
        ("0 0 6 24 11 *", "2027-11-24T06:00:00"),
        ("0 0 6 * * 6", "2026-11-28T06:00:00"),
        ("0 59 23 31 12 *", "2026-12-31T23:59:00"),
        ("59 0 0 1 * *", "2026-12-01T00:00:59"),
    ],
)
def test_the_next_tick_is_the_first_after_now(schedule: str, expected: str) -> None:
    tick = next_tick(schedule, NOON)
    assert tick == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert tick.tzinfo is UTC


@pytest.mark.parametrize(
    "schedule",
    ["0 0 6 30 2 *", "0 60 * * * *", "0 * 24 * * *", "0 0 0 0 * *", "0 0 0 * 13 *", "0 0 0 * * 7", "0 5-1 * * * *"],
)
def test_a_schedule_that_never_comes_or_makes_no_sense_has_no_next_tick(schedule: str) -> None:
    assert next_tick(schedule, NOON) is None
