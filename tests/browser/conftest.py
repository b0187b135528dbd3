"""A fresh page in a law firm's time zone for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

NOW = "2026-11-24T15:42:00Z"


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
