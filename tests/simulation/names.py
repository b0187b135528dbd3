"""Whose event it is that is seen: by its title, by what it was before, by its times; a day of a series by its day.

The days of a series bear one title. Each is told apart by the day that its rule puts it on: "ev0003@2026-12-02".
"""

from __future__ import annotations

from datetime import date

from tests.simulation.values import When, token_of

DAY = "@"


def of_day(token: str, day: date) -> str:
    """The token of one day of a series."""
    return f"{token}{DAY}{day.isoformat()}"


def family(token: str) -> str:
    """The token of the event, or of the series that a day belongs to."""
    return token.partition(DAY)[0]


def is_day(token: str) -> bool:
    """True for a day of a series."""
    return DAY in token


class Names:
    """What was learnt of who stands when."""

    def __init__(self) -> None:
        self._at: dict[When | None, str] = {}
        self._days: dict[tuple[str, When | None], str] = {}
        self._first: dict[str, str] = {}

    def learn(self, token: str, when: When, *, in_outlook: bool) -> None:
        """An event was seen at these times; an event's own go before a mirror's. Which day is which, Outlook says."""
        if not token.startswith("ev"):
            self._at.setdefault(when, token)
            return
        self._at[when] = token
        if is_day(token):
            key = (family(token), when)
            self._days[key] = token if in_outlook else self._days.get(key, token)
            first = self._first.setdefault(family(token), token)
            self._first[family(token)] = min(first, token)

    def is_series(self, token: str) -> bool:
        """True once a series of this title was seen."""
        return token in self._first

    def first_day(self, token: str) -> str:
        """The token of a series' first day."""
        return self._first.get(token, "")

    def of(self, title: str, when: When | None, before: str) -> str:
        """The token of an event that shows a title at its times; `before` is what it was known as, or ""."""
        token = token_of(title)
        if token is None:
            return before or self._at.get(when, "")
        if token not in self._first:
            return token
        if family(before) == token and is_day(before):
            return before
        return self._days.get((token, when), before or token)
