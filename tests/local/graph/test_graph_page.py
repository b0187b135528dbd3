"""The page in a real browser: a mailbox seen and changed by hand, inside an iframe too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, FrameLocator, Page, Route, expect

from local.graph.server import create_app
from local.graph.service import Caller
from local.serving import Served, serve
from tests.local.graph.world import World, at, event

pytestmark = pytest.mark.browser


def nobody(_: str) -> Caller:
    raise AssertionError("the page needs no token")


@pytest.fixture
def served(world: World) -> Iterator[Served]:
    running = serve(create_app(world.graph, nobody))
    yield running
    running.stop()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
    yield page
    context.close()
    assert faults == []


def _is_fault(message: ConsoleMessage) -> bool:
    """Tell whether the page itself complains; the browser also notes every answer of 400."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")


def subjects(world: World) -> list[tuple[str, str, str]]:
    rows = world.good("GET", "/me/events?$orderby=subject")["value"]
    return [(row["subject"], row["start"]["dateTime"][:16], row["sensitivity"]) for row in rows]


def lunch(world: World) -> str:
    """Make an event at noon of the page's today, in Ann's zone."""
    zone = "America/New_York"
    return world.ann.create(event(start=at(24, 12, month=11, zone=zone), end=at(24, 13, month=11, zone=zone)))


def test_nothing_is_made_before_it_is_known_whose_calendar_it_is(served: Served, tab: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    tab.route("**/people", hold)
    with tab.expect_request("**/people"):
        tab.goto(f"{served.url}/people/ann")
    new = tab.get_by_role("button", name="New event")
    expect(new).to_be_disabled()
    for route in held:
        route.continue_()
    expect(new).to_be_enabled()


def test_an_event_is_made_edited_and_deleted_by_hand(world: World, served: Served, tab: Page) -> None:
    tab.goto(f"{served.url}/people/ann")
    tab.get_by_role("button", name="New event").click()
    tab.get_by_label("Title").fill("Dentist")
    tab.get_by_label("Place").fill("Main Street")
    tab.get_by_label("Sensitivity").select_option("private")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Dentist (private)")).to_be_visible()
    assert subjects(world) == [("Dentist", "2026-11-24T10:00", "private")]

    tab.get_by_text("Dentist (private)").click()
    tab.get_by_label("Title").fill("Doctor")
    tab.get_by_label("All day").check()
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Doctor (private)")).to_be_visible()
    assert world.good("GET", "/me/events")["value"][0]["isAllDay"] is True

    tab.get_by_text("Doctor (private)").click()
    tab.get_by_role("button", name="Delete", exact=True).click()
    expect(tab.get_by_text("Doctor (private)")).to_have_count(0)
    assert subjects(world) == []


def test_an_event_is_dragged_to_another_time(world: World, served: Served, tab: Page) -> None:
    lunch(world)
    tab.goto(f"{served.url}/people/ann")
    box = tab.get_by_text("Lunch").bounding_box()
    assert box is not None
    tab.mouse.move(box["x"] + 10, box["y"] + 5)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 10, box["y"] + 60, steps=5)
    tab.mouse.move(box["x"] + 10, box["y"] + 105, steps=5)
    with tab.expect_response(lambda response: response.request.method == "PATCH") as patched:
        tab.mouse.up()

    assert patched.value.status == 200
    assert subjects(world) == [("Lunch", "2026-11-24T19:00", "normal")]


def test_an_event_is_moved_to_the_second_calendar_with_guests(world: World, served: Served, tab: Page) -> None:
    lunch(world)
    tab.goto(f"{served.url}/people/ann")
    tab.get_by_text("Lunch").click()
    tab.get_by_label("Attendees").fill("bob@firm.example")
    tab.locator("select[name=calendar]").select_option("secondary")
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator("#editor")).to_be_hidden()

    assert [(sent.to, sent.by) for sent in world.graph.outbox] == [("bob@firm.example", "person")]
    assert subjects(world) == []


def test_a_refusal_is_shown_and_nothing_changes(world: World, served: Served, tab: Page) -> None:
    lunch(world)
    tab.goto(f"{served.url}/people/ann")
    tab.get_by_text("Lunch").click()
    tab.get_by_role("textbox", name="End", exact=True).fill("2026-11-01T09:00")
    tab.get_by_role("button", name="Save").click()

    expect(tab.get_by_role("alert")).to_contain_text("must not lie after its end")
    assert subjects(world) == [("Lunch", "2026-11-24T17:00", "normal")]


def test_the_page_works_inside_another(world: World, served: Served, tab: Page) -> None:
    lunch(world)
    tab.route("**/frame.html", lambda route: route.fulfill(content_type="text/html", body=frame(served)))
    tab.goto(f"{served.url}/frame.html")
    inside: FrameLocator = tab.frame_locator("iframe")

    expect(inside.get_by_text("Lunch")).to_be_visible()
    inside.get_by_label("Mailbox").select_option(label="Bob")
    expect(inside.get_by_text("bob@firm.example")).to_be_visible()
    expect(inside.get_by_text("Lunch")).to_have_count(0)


def frame(served: Served) -> str:
    return f'<iframe src="{served.url}/people/ann" style="width:1200px;height:850px"></iframe>'
