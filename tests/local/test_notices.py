"""What a test could not check here is shown at the end of the run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from tests.conftest import pytest_terminal_summary


@dataclass
class Report:
    """A test's report, as far as the summary looks at it."""

    user_properties: list[tuple[str, str]]


@dataclass
class Terminal:
    """Collects what would be written."""

    stats: dict[str, list[Any]]
    lines: list[str] = field(default_factory=list)

    def write_sep(self, sep: str, title: str, **markup: bool) -> None:
        self.lines.append(title)

    def write_line(self, line: str, **markup: bool) -> None:
        self.lines.append(line)


def test_a_notice_is_shown_once_and_loudly() -> None:
    reports = [Report([("notice", "NOT CHECKED: x")]), Report([("notice", "NOT CHECKED: x"), ("other", "y")])]
    terminal = Terminal({"passed": reports, "warnings": [object()]})

    pytest_terminal_summary(cast("pytest.TerminalReporter", terminal))

    assert terminal.lines == ["NOTICE", "NOT CHECKED: x"]


def test_nothing_is_shown_when_nothing_was_left_out() -> None:
    terminal = Terminal({"passed": [Report([])]})

    pytest_terminal_summary(cast("pytest.TerminalReporter", terminal))

    assert terminal.lines == []
