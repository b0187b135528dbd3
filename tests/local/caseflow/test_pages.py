"""The calendar in a real browser: make, edit, drag, delete."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from local.caseflow import server
from local.caseflow.sessions import Sessions
from local.serving import serve
from tests.local.caseflow.world import World

pytestmark = pytest.mark.browser
NOON = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)  # a Wednesday, in New York, where the firm is
NODE_MODULES = Path(server.__file__).parent.parent / "node_modules"


@pytest.fixture
def page(world: World, tmp_path: Path, chromium: Browser) -> Iterator[Page]:
    """Ann at her calendar; a script error on the page fails the test."""
    sessions = Sessions(tmp_path, issuer="https://caseflow.example", now=world.clock)
    app = server.create_app(
        world.caseflow, sessions, settings_url="/", outlook_url=lambda _: "/", node_modules=NODE_MODULES
    )
    served = serve(app)
    faults: list[str] = []
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    opened = context.new_page()
    opened.clock.set_fixed_time(NOON)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(served.url)
    opened.get_by_role("button", name="Open calendar").first.click()
    yield opened
    context.close()
    served.stop()
    assert faults == []


def test_an_event_is_made_edited_and_deleted(world: World, page: Page) -> None:
    page.get_by_role("button", name="New", exact=True).click()
    page.get_by_label("Title").fill("Hearing in Doe")
    page.get_by_label("Matter").select_option(label="Doe v. Roe")
    page.get_by_label("Category").select_option(label="Hearing (protected)")
    page.get_by_label("Description").fill("Bring <exhibits>")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("dialog")).to_be_hidden()
    (event,) = world.caseflow.events(world.firm)
    assert (event["matter_id"], event["category"]) == (world.matter, "Hearing")
    assert event["description_html"] == "<p>Bring &lt;exhibits></p>"
    assert event["updated_by"] == {"kind": "staff", "id": world.ann}
    page.get_by_role("tab", name="List").click()
    page.get_by_text("Hearing in Doe").click()
    page.get_by_label("Title").fill("Moved hearing")
    page.get_by_label("Ben Marsh").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Moved hearing")).to_be_visible()
    (event,) = world.caseflow.events(world.firm)
    assert (event["version"], event["staff_ids"]) == (2, [world.ann, world.ben])
    assert event["description_html"] == "<p>Bring &lt;exhibits></p>"
    page.get_by_text("Moved hearing").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Moved hearing")).to_be_hidden()
    assert world.caseflow.events(world.firm) == []


def test_an_event_is_dragged_an_hour_down(world: World, page: Page) -> None:
    world.event(title="Call", start=NOON.isoformat(), end=(NOON + timedelta(hours=1)).isoformat())
    box = page.get_by_text("Call", exact=True).bounding_box(timeout=10_000)
    hour = page.get_by_text("1pm", exact=True).bounding_box()
    before = page.get_by_text("12pm", exact=True).bounding_box()
    assert box is not None
    assert hour is not None
    assert before is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, box["y"] + 5 + hour["y"] - before["y"], steps=8)
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.mouse.up()
    (event,) = world.caseflow.events(world.firm)
    assert datetime.fromisoformat(event["start"]) == datetime.fromisoformat(event["end"]) - timedelta(hours=1)
    assert datetime.fromisoformat(event["start"]) == NOON + timedelta(hours=1)


def test_what_another_writes_appears_by_itself(world: World, page: Page) -> None:
    expect(page.get_by_role("tab", name="Week")).to_be_visible()
    today = "2026-03-04"
    world.caseflow.create_task(world.firm, by=world.ben, topic="File it", due_date=today, assignee_ids=[world.ann])
    world.caseflow.create_deadline(world.firm, by=world.ben, name="Answer due", date=today, matter_id=world.matter)
    expect(page.get_by_text("Task: File it")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("Deadline: Answer due")).to_be_visible()


def test_a_refusal_is_told_in_the_form(world: World, page: Page) -> None:
    page.get_by_role("button", name="New", exact=True).click()
    page.get_by_label("Title").fill("Nobody's")
    page.get_by_label("Ann Reed").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("staff_ids")
    assert world.caseflow.events(world.firm) == []
