"""Working days around today, and wall-clock times on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def working_day(today: date, offset: int) -> date:
    """Return the working day `offset` working days after today (0: today, or the Monday after it)."""
    day = today
    while day.weekday() > 4:
        day += timedelta(days=1)
    step = timedelta(days=1 if offset > 0 else -1)
    for _ in range(abs(offset)):
        day += step
        while day.weekday() > 4:
            day += step
    return day


@dataclass(frozen=True)
class Slot:
    """When something stands: from a wall-clock time for some minutes, or for whole days where `at` is empty."""

    day: int
    at: str = ""
    minutes: int = 60
    days: int = 1

    @property
    def all_day(self) -> bool:
        """Whether it fills whole days."""
        return not self.at

    def bounds(self, today: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return start and end in `zone`; whole days run from midnight to midnight."""
        day = working_day(today, self.day)
        if self.all_day:
            midnight = datetime.combine(day, time(), zone)
            return midnight, midnight + timedelta(days=self.days)
        start = datetime.combine(day, time.fromisoformat(self.at), zone)
        return start, start + timedelta(minutes=self.minutes)
