"""A real Chromium, one for each test process, and a fresh page in a law firm's time zone for every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

NOW = "2026-11-24T15:42:00Z"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, else Playwright's own."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page at a fixed time; an error in its scripts or against its content policy fails the test."""
    context = chromium.new_context(
        viewport={"width": 900, "height": 900}, timezone_id="America/New_York", locale="en-US", reduced_motion="reduce"
    )
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # the browser itself reports refused requests, which tests script on purpose
        if message.type == "error" and "Failed to load resource" not in message.text:
            faults.append(message.text)

    made = context.new_page()
    made.set_default_timeout(10_000)
    made.on("console", heard)
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.clock.install(time=NOW)
    yield made
    context.close()
    assert faults == []
