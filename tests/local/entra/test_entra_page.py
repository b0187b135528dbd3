"""The sign-in page in a real browser: it can be used, and by everybody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.local.entra.world import REDIRECT, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:.*response_mode.*:UserWarning"),
]

AXE = Path(__file__).parents[3] / "local" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page in front of the directory; the application behind the redirect URI answers with its name."""
    context = chromium.new_context(ignore_https_errors=True, bypass_csp=True)
    page = context.new_page()
    page.route(f"{REDIRECT}**", lambda route: route.fulfill(body="the application"))
    yield page
    context.close()


def test_a_person_picks_an_account_and_accepts(page: Page, world: World) -> None:
    world.entra.add_account(tid="t-1", oid="o-bob", email="bob@firm.example", name="Bob Baker")
    application = world.application()
    flow = world.begin(application)
    page.goto(flow["auth_uri"])
    page.get_by_label("Bob Baker").check()
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("the application").wait_for()
    answer = dict(parse_qsl(urlsplit(page.url).query))
    result = application.acquire_token_by_auth_code_flow(flow, answer)
    assert result["id_token_claims"]["oid"] == "o-bob"


def test_a_person_cancels_without_picking_an_account(page: Page, world: World) -> None:
    page.goto(world.begin(world.application())["auth_uri"])
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("the application").wait_for()
    assert dict(parse_qsl(urlsplit(page.url).query))["error"] == "access_denied"


def test_the_pages_have_no_accessibility_faults(page: Page, world: World) -> None:
    asked = world.begin(world.application())["auth_uri"]
    for address in (asked, asked.replace("client_id=client-1", "client_id=other")):
        page.goto(address)
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run()")
        assert found["passes"]
        assert [fault["id"] for fault in found["violations"]] == []
