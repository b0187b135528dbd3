"""Values that tell who wrote them: every word names its event, its field and the operation that made it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from tests.simulation.world import START, ZONE

WORD = re.compile(r"(?:ev|tk|dl)\d{4}[tpx]\d+")
TOKEN = re.compile(r"(?:ev|tk|dl)\d{4}")
MATTER_NAME = re.compile(r"mx\d{4}")
EASTERN = ZoneInfo(ZONE)
ZONES = (ZONE, "UTC", "Europe/Berlin")
DST_DAY = date(2027, 3, 13)
"""The eve of the next change of the clocks in New York."""


class When(Struct, frozen=True, order=True):
    """From when to when, as both sides can be compared: UTC instants, or dates with an exclusive end."""

    start: str
    end: str
    all_day: bool


def title(event: str, number: int) -> str:
    """A title nobody else writes."""
    return f"{event}t{number}"


def place(event: str, number: int) -> str:
    """A place nobody else writes."""
    return f"{event}p{number}"


def text(event: str, number: int) -> str:
    """A description nobody else writes."""
    return f"{event}x{number}"


def token_of(words: str) -> str | None:
    """The event that a title, a place or a text belongs to."""
    found = TOKEN.search(words)
    return found.group() if found else None


def words_of(content: str) -> frozenset[str]:
    """The words in a title, a place or a body."""
    return frozenset(WORD.findall(content))


def _day(number: int, reach: str) -> date:
    today = START.date()
    match reach:
        case "past":
            return today - timedelta(days=2 + number % 5)
        case "dst":
            return DST_DAY + timedelta(days=number % 3)
        case "far":
            return today + timedelta(days=800 + number % 30)
        case _:
            return today + timedelta(days=1 + number % 20)


def slot(number: int, reach: str = "near") -> tuple[datetime, datetime]:
    """An hour that no other operation of a scenario gives, in UTC."""
    wall = datetime.combine(_day(number, reach), datetime.min.time(), EASTERN)
    start = wall.replace(hour=8 + (number // 60) % 10, minute=number % 60).astimezone(UTC)
    return start, start + timedelta(hours=1)


def whole_day(number: int) -> tuple[date, date]:
    """A day that no other operation gives."""
    first = START.date() + timedelta(days=2 + number)
    return first, first + timedelta(days=1)


def instant_text(moment: datetime) -> str:
    """One form for an instant."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def when_of(start: str | datetime | date, end: str | datetime | date, *, all_day: bool) -> When:
    """The comparable form of times as either side stores them."""
    if all_day:
        return When(str(start)[:10], str(end)[:10], all_day=True)
    return When(_instant(start), _instant(end), all_day=False)


def _instant(value: str | datetime | date) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    assert isinstance(moment, datetime)
    return instant_text(moment)


RESTS = timedelta(days=30)
"""What ended longer ago is left alone (D6)."""


def ends_at(when: When) -> datetime:
    """The instant it ends; days are read in the firm's zone."""
    return _at(when.end, all_day=when.all_day)


def starts_at(when: When) -> datetime:
    """The instant it starts; days are read in the firm's zone."""
    return _at(when.start, all_day=when.all_day)


def _at(text: str, *, all_day: bool) -> datetime:
    if all_day:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), EASTERN).astimezone(UTC)
    return datetime.fromisoformat(text)
