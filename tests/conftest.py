"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from local import azurite as azurite_process
from local.up import chromium as browsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("untimed", deadline=None)  # how fast it is, is measured in bench/
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def azurite() -> Iterator[azurite_process.Azurite]:
    """An Azurite in memory, one for each test process; tests use names of their own in it."""
    with azurite_process.start(None) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, else Playwright's own; one for each test process, which can hold only one Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.find(), args=["--no-sandbox"])
        yield browser
        browser.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests recorded as `notice`: what could not be checked here must not pass unseen."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    recorded = [pair for report in reports for pair in getattr(report, "user_properties", ())]
    for notice in sorted({str(value) for name, value in recorded if name == "notice"}):
        terminalreporter.write_sep("!", "NOTICE", yellow=True, bold=True)
        terminalreporter.write_line(notice, yellow=True, bold=True)
