"""How many cases the property tests of this folder promise; each of them asserts its own line."""

from __future__ import annotations

PROMISED = {
    "instants over both wires": 60_000,
    "local times read by the app": 25_000,
    "all-day dates over both wires": 15_000,
    "starts of days": 25_000,
    "series expanded": 4_200,
    "series by ical.js": 3_900,
    "occurrences placed": 20_000,
    "lines near midnight": 10_000,
    "window edges": 1_500,
}
GOAL = 100_000


def counted(name: str, cases: int) -> str:
    """A line for the report. Raises AssertionError where fewer cases ran than promised."""
    assert cases >= PROMISED[name], f"{name}: only {cases} of {PROMISED[name]} cases ran"
    return f"{name}: {cases}"
