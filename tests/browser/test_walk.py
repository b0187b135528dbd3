"""One walk through the whole world in a real browser: disconnect, connect, save, sync now, and watch events cross."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

PICTURES = Path("ci-output") / "walk"
START_SECONDS = 120
SYNC_MS = 60_000
SLOW_MS = 20_000
CROSSING_MS = 150_000
DAY = "[role=gridcell]"


class LocalWorld:
    """A running `./dev up` and the addresses it printed."""

    def __init__(self, process: subprocess.Popen[str], addresses: dict[str, str]) -> None:
        self.process = process
        self.addresses = addresses

    @property
    def caseflow(self) -> str:
        """Where people choose who they are."""
        return self.addresses["CaseFlow: choose who you are"]


@pytest.fixture(scope="module")
def local_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorld]:
    """`./dev up` on free ports, with the demonstration firm connected and synced once."""
    data = tmp_path_factory.mktemp("world")
    command = [sys.executable, "-m", "local.up", "up", "--ports", "0", "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield LocalWorld(process, _addresses(process))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=START_SECONDS)
        assert process.returncode == 0


def _addresses(process: subprocess.Popen[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    assert process.stdout is not None
    for line in process.stdout:
        match = re.match(r"(.+?)\s{2,}(https?://\S+)$", line.strip())
        if match:
            found[match.group(1)] = match.group(2)
        if line.startswith("Logs"):
            return found
    raise AssertionError("the local world did not start")


@pytest.fixture
def walker(chromium: Browser) -> Iterator[Page]:
    """A page of a person who sits in New York; an error in any script fails the walk."""
    context = chromium.new_context(viewport={"width": 1500, "height": 1000}, timezone_id="America/New_York")
    page = context.new_page()
    page.set_default_timeout(20_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


def picture(page: Page, name: str) -> None:
    """Keep a screenshot as output of the CI."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def sign_in(page: Page, world: LocalWorld, name: str, next_page: str) -> None:
    """Choose who to be on CaseFlow's page."""
    page.goto(world.caseflow)
    page.locator("form", has=page.get_by_text(name)).or_(
        page.locator("li", has_text=name).locator("form")
    ).first.get_by_role("button", name=next_page).click()


@pytest.mark.browser
@pytest.mark.integration
def test_a_person_disconnects_connects_saves_syncs_and_watches(local_world: LocalWorld, walker: Page) -> None:
    """B1, B3, K1, L1, M1: on the real pages, through the real flow, both calendars side by side at the end."""
    sign_in(walker, local_world, "Ava Whitfield", "Open calendar")
    walker.goto(local_world.addresses["Outlook sync settings"])
    expect(walker.get_by_text("Connected", exact=True)).to_be_visible()
    picture(walker, "1-connected")

    walker.get_by_role("button", name="Disconnect").click()
    walker.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(walker.get_by_role("button", name=re.compile("Connect"))).to_be_visible(timeout=30_000)
    picture(walker, "2-disconnected")

    walker.get_by_role("button", name=re.compile("Connect")).click()
    walker.get_by_label(re.compile("Ava Whitfield")).check()
    picture(walker, "3-permission-asked")
    walker.get_by_role("button", name="Accept").click()
    expect(walker.get_by_text("Connected", exact=True)).to_be_visible()
    expect(walker.get_by_text("ava@whitfield-castellanos.example")).to_be_visible()

    walker.get_by_label(re.compile("Tasks")).uncheck()
    walker.get_by_role("button", name="Save preferences").click()
    expect(walker.get_by_text(re.compile("saved", re.IGNORECASE))).to_be_visible()
    walker.get_by_label(re.compile("Tasks")).check()
    walker.get_by_role("button", name="Save preferences").click()
    walker.get_by_role("button", name="Sync now").click()
    expect(walker.get_by_role("button", name="Sync now")).to_be_enabled(timeout=SYNC_MS)
    picture(walker, "4-after-sync-now")

    walker.goto(local_world.addresses["Both calendars side by side"])
    caseflow, settings, outlook = (walker.frame_locator(f"iframe >> nth={number}") for number in range(3))
    expect(settings.get_by_text("Connected", exact=True)).to_be_visible(timeout=SLOW_MS)
    caseflow.get_by_role("button", name="New", exact=True).click()
    caseflow.get_by_label("Title").fill("Crossing over")
    caseflow.get_by_role("button", name="Save").click()
    expect(caseflow.get_by_text("Crossing over").first).to_be_visible(timeout=SLOW_MS)
    expect(outlook.get_by_text("Crossing over").first).to_be_visible(timeout=CROSSING_MS)
    picture(walker, "5-side-by-side")

    look_at_the_series(walker, (caseflow, outlook))


def look_at_the_series(page: Page, calendars: tuple[FrameLocator, FrameLocator]) -> None:
    """The weekly Stand-up on both calendars: its second day moved, its third cancelled, its fourth as it was (D4)."""
    for calendar in calendars:
        calendar.get_by_role("tab", name="Month").click()
        expect(calendar.get_by_text("Stand-up").first).to_be_visible(timeout=SLOW_MS)
    cell = calendars[1].locator(DAY, has_text="Stand-up").first
    first = date.fromisoformat(cell.get_attribute("data-date") or "")
    moved, cancelled, plain = (first + timedelta(weeks=weeks) for weeks in (1, 2, 3))
    for calendar in calendars:
        stands(calendar, first, "8a")
        stands(calendar, moved, "10a")
    picture(page, "6-a-series-with-a-moved-day")
    for calendar in calendars:
        stands(calendar, plain, "8a")
        gone = day_of(calendar, cancelled)
        expect(gone).to_be_in_viewport(ratio=0.9)
        expect(gone.get_by_text("Stand-up")).to_have_count(0)
        expect(gone.get_by_text("more")).to_have_count(0)  # nothing is folded away
    picture(page, "7-and-a-cancelled-day")


def stands(calendar: FrameLocator, day: date, hour: str) -> None:
    """The Stand-up is shown on a day, at its hour."""
    entry = day_of(calendar, day).get_by_role("button").filter(has_text="Stand-up")
    expect(entry).to_be_in_viewport(ratio=0.9, timeout=SLOW_MS)  # what lies below the pane is "visible" too
    expect(entry).to_contain_text(hour)


def day_of(calendar: FrameLocator, day: date) -> Locator:
    """A day's cell, after going on to the month that shows it."""
    cell = calendar.locator(f'{DAY}[data-date="{day.isoformat()}"]')
    if cell.count() == 0:
        calendar.get_by_role("button", name="Next Month").click()
    return cell
