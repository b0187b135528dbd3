"""Schedules mean what NCrontab makes of them, and nothing else is taken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local.host.errors import HostError
from local.host.ncrontab import schedule

START = datetime(2026, 11, 24, 22, 7, 30, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("0 */5 * * * *", datetime(2026, 11, 24, 22, 10, tzinfo=UTC)),
        ("30 7 22 * * *", datetime(2026, 11, 25, 22, 7, 30, tzinfo=UTC)),
        ("* * * * * *", datetime(2026, 11, 24, 22, 7, 31, tzinfo=UTC)),
        ("0 0 9-17/4 * * MON-FRI", datetime(2026, 11, 25, 9, 0, tzinfo=UTC)),
        ("0 0 0 13 * 5", datetime(2027, 8, 13, tzinfo=UTC)),  # day and weekday must both match
        ("0 0 0 * * 0", datetime(2026, 11, 29, tzinfo=UTC)),
        ("0,15 8,9 22 * nov *", datetime(2026, 11, 24, 22, 8, tzinfo=UTC)),
        ("0 50/3 * * * *", datetime(2026, 11, 24, 22, 50, tzinfo=UTC)),
    ],
)
def test_the_next_occurrence_is_ncrontabs(text: str, following: datetime) -> None:
    assert schedule(text, "schedule").after(START) == following


@pytest.mark.parametrize(
    "text",
    [
        "*/5 * * * *",
        "0 0 0 * * * 2026",
        "@daily",
        "0 0 0 L * *",
        "0 0 0 ? * *",
        "0 0 0 * * 1#2",
        "0 0 0 * * 7",
        "60 * * * * *",
        "0 0 24 * * *",
        "0 0 0 0 * *",
        "0 */0 * * * *",
        "0 5-1 * * * *",
        "0 0 0 * 13 *",
        "0 0 0 * * noday",
        "0 1,,2 * * * *",
        "00:05:00",
        "",
    ],
)
def test_anything_else_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(HostError, match=r"^function x: schedule"):
        schedule(text, "function x: schedule")
