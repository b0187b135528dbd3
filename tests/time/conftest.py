"""Prints how many cases the property tests tried."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.time.tally import counted


@pytest.fixture
def ran(record_property: Callable[[str, object], None]) -> Callable[[str, int], None]:
    """Asserts and records the number of cases of one property."""

    def record(name: str, cases: int) -> None:
        record_property("cases", counted(name, cases))

    return record


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each property."""
    reports = terminalreporter.stats.get("passed", [])
    told = [value for report in reports for name, value in report.user_properties if name == "cases"]
    for line in sorted(map(str, told)):
        terminalreporter.write_line(f"time cases: {line}")
