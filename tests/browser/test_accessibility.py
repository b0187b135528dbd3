"""The page for everybody: axe finds nothing, the keyboard reaches everything, small and large screens fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scripted import DISCONNECTED, Script, job, open_page, script, status
from tests.browser.test_reviews_on_the_page import SETTLED, review, settled
from tests.browser.test_settings_page import FAULT, RUNNING, WITHDRAWN

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "local" / "node_modules" / "axe-core" / "axe.min.js"


def states() -> dict[str, tuple[Script, str]]:
    """Every face of the page, with the end of its address."""
    fresh = status(last_sync=None, last_success_at=None)
    failed = job(id="j-9", state="failed", error="throttled", message="Microsoft asked us to slow down.")
    importing = {"GET jobs/i-1": (200, {"job": RUNNING})}
    refused = (401, {"status": 401, "code": "unauthorized", "detail": "Sign in."})
    return {
        "connected": (script(status(set_aside=1, not_fully_masked=3)), ""),
        "new": (
            script(fresh, **{"GET jobs": (200, {"jobs": []})}),
            "?connected=1",
        ),
        "disconnected": (script(DISCONNECTED), ""),
        "consent": (script(DISCONNECTED), "?error=admin_consent_required"),
        "plan": (script({**DISCONNECTED, "availability": "plan_required"}), ""),
        "error": (script(status(sync="error", error=FAULT), **{"GET jobs": (200, {"jobs": [failed]})}), ""),
        "reconnect": (script(status(connection="needs_reconnect", sync="error", error=WITHDRAWN)), ""),
        "importing": (script(status(**{"import": RUNNING}), **importing), ""),
        "reviews": (script(status(reviews_open=1), **{"GET reviews": (200, {"reviews": [review()]})}), ""),
        "settled": (settled(review(**SETTLED, kept="outlook", notice="It stays in Outlook.")), ""),
        "signed out": (script({}, **{"GET status": refused}), ""),
    }


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("axe.run()")
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("face", states())
def test_axe_finds_nothing(page: Page, face: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    open_page(page, *states()[face])
    page.wait_for_load_state("networkidle")
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_dialog(page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    open_page(page, script(status()))
    page.get_by_role("button", name="Disconnect").click()
    assert violations(page) == []


@pytest.mark.parametrize("face", states())
def test_nothing_is_cut_off_or_scrolls_sideways(page: Page, face: str) -> None:
    """320 CSS pixels are a phone, 450 a page of 900 at 200 % zoom."""
    open_page(page, *states()[face])
    page.wait_for_load_state("networkidle")
    for width in (1600, 450, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_everything_is_reached_and_used_by_keyboard(page: Page) -> None:
    open_page(page, script(status()))
    page.wait_for_load_state("networkidle")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
    assert reached[:9] == [
        "home", "disconnect", "sync-now", "sync_enabled", "calendar_events", "tasks", "deadlines", "import-30",
        "import-90",
    ]  # fmt: skip
    page.get_by_label("Tasks with due dates").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Save preferences")).to_be_enabled()


def test_escape_closes_the_dialog_and_gives_the_focus_back(page: Page) -> None:
    open_page(page, script(status()))
    page.get_by_role("button", name="Disconnect").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Disconnect")).to_be_focused()


def test_where_the_focus_is_can_be_seen(page: Page) -> None:
    open_page(page, script(status()))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"


def test_the_page_reads_from_right_to_left_too(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    open_page(page, script(status(set_aside=1)))
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert violations(page) == []
