"""What a staff member sees and does on the settings page (product.md A, B, J, K, L, M)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scripted import (
    BASE,
    CASEFLOW,
    CONSENT,
    DISCONNECTED,
    PAGE,
    PREFERENCES,
    job,
    open_page,
    script,
    status,
)

pytestmark = pytest.mark.browser

MICROSOFT = "https://login.example/authorize?state=s"
FAULT = {
    "code": "throttled",
    "message": "Microsoft asked us to slow down.",
    "since": "2026-11-24T15:20:00Z",
    "retryable": True,
    "action": "retry",
    "reference": "req-7",
}
WITHDRAWN = {**FAULT, "code": "consent_withdrawn", "message": "Permission was withdrawn.", "action": "reconnect"}
RUNNING = job(id="i-1", kind="import", state="running", finished_at=None, progress={"done": 120, "total": 480})
LANDED = {
    "access_denied": "refused at Microsoft",
    "admin_consent_required": "administrator",
    "state_invalid": "10 minutes",
    "account_in_use": "already connected",
    "account_not_allowed": "work account",
    "no_mailbox": "no Outlook mailbox",
    "provider_error": "could not complete",
    "something_new": "could not complete",
}


def problem(code: int, name: str, detail: str) -> tuple[int, dict[str, Any]]:
    return code, {"type": "about:blank", "title": "x", "status": code, "code": name, "detail": detail}


def name(page: Page, words: str) -> Any:
    return page.get_by_role("button", name=words, exact=True)


# --- connecting


def test_before_connect_the_page_says_what_will_be_copied_and_who_sees_it(page: Page) -> None:
    open_page(page, script(DISCONNECTED))
    expect(page.locator("#line-text")).to_have_text("Not connected")
    offer = page.locator("#offer")
    for words in ("primary Outlook calendar", "colleagues in your firm can see", "busy blocks", "Titles always"):
        expect(offer).to_contain_text(words)
    for section in ("sync", "preferences", "import", "activity", "account"):
        expect(page.locator(f"#{section}")).to_be_hidden()


def test_connect_goes_to_microsoft(page: Page) -> None:
    page.route("https://login.example/**", lambda route: route.fulfill(body="Microsoft"))
    open_page(page, script(DISCONNECTED, **{"POST connect": (200, {"authorization_url": MICROSOFT})}))
    name(page, "Connect Outlook").click()
    expect(page).to_have_url(MICROSOFT)


def test_a_refused_connect_says_why(page: Page) -> None:
    refused = problem(403, "plan_required", "Outlook sync is part of the Multi-Practice plan.")
    open_page(page, script(DISCONNECTED, **{"POST connect": refused}))
    name(page, "Connect Outlook").click()
    expect(page.locator("#landed-text")).to_have_text("Outlook sync is part of the Multi-Practice plan.")
    expect(name(page, "Connect Outlook")).to_be_enabled()


@pytest.mark.parametrize(("code", "words"), LANDED.items())
def test_every_error_of_the_callback_has_its_own_message(page: Page, code: str, words: str) -> None:
    open_page(page, script(DISCONNECTED), f"?error={code}")
    expect(page.locator("#landed-text")).to_contain_text(words)
    assert page.url == PAGE
    expect(page.locator("#landed-more")).to_be_visible(visible=code == "admin_consent_required")


def test_an_administrator_is_handed_a_link(page: Page) -> None:
    open_page(page, script(DISCONNECTED), "?error=admin_consent_required")
    expect(page.locator("#landed-more a")).to_have_attribute("href", CONSENT)


def test_a_new_connection_is_greeted(page: Page) -> None:
    open_page(page, script(status(last_sync=None, last_success_at=None)), "?connected=1")
    expect(page.locator("#landed-text")).to_contain_text("Outlook is connected")
    expect(page.locator("#line-text")).to_have_text("Connected, first sync is on its way")
    assert page.url == PAGE


def test_an_error_in_the_address_is_never_markup(page: Page) -> None:
    open_page(page, script(DISCONNECTED), "?error=%3Cimg%20src%3Dx%3E")
    assert page.locator("main img").count() == 0


# --- connected


def test_a_connection_shows_account_label_and_how_it_goes(page: Page) -> None:
    open_page(page, script(status()))
    expect(page.locator("#label")).to_have_text("Connected")
    expect(page.locator("#email")).to_have_text("dana.ortiz@harbor-law.example")
    expect(page.locator("#line-text")).to_have_text("Connected, up to date (10:40 AM, next run in about 3 minutes)")
    expect(page.locator("#last")).to_have_text("10:40 AM. From Outlook: 2 new, 1 changed. To Outlook: 4 changed.")
    expect(page.locator("#next")).to_have_text("in about 3 minutes")


def test_the_connected_label_is_green_in_light_and_dark(page: Page) -> None:
    open_page(page, script(status()))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        rgb = page.evaluate("getComputedStyle(document.getElementById('label')).color.match(/[\\d.]+/g).map(Number)")
        assert rgb[1] > rgb[0]
        assert rgb[1] > rgb[2]


def test_disconnect_asks_first_and_says_what_stays(page: Page) -> None:
    played = script(status(), **{"POST disconnect": (200, DISCONNECTED)})
    open_page(page, played)
    name(page, "Disconnect").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Events already synced stay where they are")
    expect(dialog).to_contain_text("myapps.microsoft.com")
    dialog.get_by_role("button", name="Keep connected").click()
    expect(dialog).to_be_hidden()
    assert played.bodies("POST disconnect") == []
    expect(name(page, "Disconnect")).to_be_focused()


def test_disconnect_disconnects_and_leaves_the_focus_in_place(page: Page) -> None:
    played = script(status(), **{"POST disconnect": (200, DISCONNECTED)})
    open_page(page, played)
    name(page, "Disconnect").click()
    played.answers["GET status"] = (200, DISCONNECTED)
    page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(page.locator("#line-text")).to_have_text("Not connected")
    expect(page.locator("#landed-text")).to_contain_text("Disconnected.")
    expect(page.locator("#connection-title")).to_be_focused()
    assert played.bodies("POST disconnect") == [None]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"set_aside": 1}, "1 event set aside"),
        ({"set_aside": 12}, "12 events set aside"),
        ({"not_fully_masked": 3}, "3 confidential events not fully masked"),
        ({"reviews_open": 2}, "2 changes to review"),
    ],
)
def test_what_is_not_in_step_is_counted_with_a_sentence(page: Page, members: dict[str, int], words: str) -> None:
    open_page(page, script(status(**members)))
    expect(page.locator("#counts")).to_contain_text(words)
    assert page.locator("#counts li:visible").count() == 1


# --- preferences


def test_every_toggle_has_its_words_and_its_consequence(page: Page) -> None:
    open_page(page, script(status()))
    for label, words in {
        "Sync enabled": "keeps the connection",
        "Calendar events (two-way)": "leaves synced events where they are",
        "Tasks with due dates (one-way)": "removes entries that are not past",
        "Key deadlines (one-way)": "removes deadlines that are not past",
    }.items():
        toggle = page.get_by_role("switch", name=label, exact=True)
        expect(toggle).to_be_checked()
        expect(page.locator(f"#{toggle.get_attribute('aria-describedby')}")).to_contain_text(words)


def test_preferences_are_saved_only_when_changed(page: Page) -> None:
    wanted = {**PREFERENCES, "tasks": False}
    played = script(status(), **{"PUT preferences": (200, wanted)})
    open_page(page, played)
    save = name(page, "Save preferences")
    expect(save).to_be_disabled()
    page.get_by_label("Tasks with due dates").click()
    expect(save).to_be_enabled()
    page.get_by_label("Tasks with due dates").click()
    expect(save).to_be_disabled()
    page.get_by_label("Tasks with due dates").click()
    played.answers["GET status"] = (200, status(preferences=wanted))
    save.click()
    expect(page.locator("#saved")).to_have_text("Preferences saved.")
    expect(save).to_be_disabled()
    assert played.bodies("PUT preferences") == [wanted]


def test_a_poll_does_not_take_back_what_is_not_saved_yet(page: Page) -> None:
    played = script(status())
    open_page(page, played)
    page.get_by_label("Key deadlines").click()
    with page.expect_response("**/jobs?limit=8"):
        page.clock.run_for(5_100)
    expect(name(page, "Save preferences")).to_be_enabled()
    expect(page.get_by_label("Key deadlines")).not_to_be_checked()


def test_preferences_that_are_refused_stay_as_chosen_and_say_why(page: Page) -> None:
    off = {**PREFERENCES, "tasks": False}
    refused = problem(403, "beta_not_enabled", "Outlook sync is in private beta.")
    open_page(page, script(status(preferences=off), **{"PUT preferences": refused}))
    page.get_by_label("Tasks with due dates").click()
    name(page, "Save preferences").click()
    expect(page.locator("#saved")).to_have_text("Outlook sync is in private beta.")
    expect(page.get_by_label("Tasks with due dates")).to_be_checked()
    expect(name(page, "Save preferences")).to_be_enabled()


# --- sync now, retry


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, {"job": job(kind="manual")}), "Synced. From Outlook: 2 new, 1 changed."),
        ((202, {"job": job(kind="manual", state="queued")}), "goes on in the background"),
        (problem(409, "sync_paused", "Sync is paused."), "Sync is paused."),
    ],
)
def test_sync_now_says_what_came_of_it(page: Page, answer: Any, words: str) -> None:
    played = script(status(), **{"POST sync": answer})
    open_page(page, played)
    name(page, "Sync now").click()
    expect(page.locator("#landed-text")).to_contain_text(words)
    expect(name(page, "Sync now")).to_be_focused()
    assert len(played.bodies("POST sync")) == 1


def test_an_error_is_a_banner_with_message_since_and_retry(page: Page) -> None:
    played = script(status(sync="error", error=FAULT), **{"POST retry": (200, {"job": job()})})
    open_page(page, played)
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("Microsoft asked us to slow down.")
    expect(banner).to_contain_text("Since Nov 24, 10:20 AM")
    expect(banner).to_contain_text("req-7")
    expect(page.locator("#line-text")).to_have_text("Trouble since 10:20 AM, we keep trying")
    played.answers["GET status"] = (200, status())
    name(page, "Retry now").click()
    expect(banner).to_be_hidden()
    assert len(played.bodies("POST retry")) == 1


def test_a_fault_that_needs_the_person_says_reconnect(page: Page) -> None:
    page.route("https://login.example/**", lambda route: route.fulfill(body="Microsoft"))
    shown = status(connection="needs_reconnect", sync="error", error=WITHDRAWN, next_sync_at=None)
    open_page(page, script(shown, **{"POST connect": (200, {"authorization_url": MICROSOFT})}))
    expect(page.locator("#line-text")).to_have_text("Needs you: reconnect")
    expect(page.locator("#label")).to_have_text("Reconnect needed")
    expect(name(page, "Sync now")).to_be_hidden()
    name(page, "Reconnect").click()
    expect(page).to_have_url(MICROSOFT)


# --- import


@pytest.mark.parametrize("days", [30, 90])
def test_an_import_shows_its_progress_and_its_result(page: Page, days: int) -> None:
    pulled = {"created": 40, "updated": 0, "removed": 0, "unchanged": 12, "skipped": 2}
    done = job(
        id="i-1",
        kind="import",
        result={**job()["result"], "pulled": pulled},
        skipped={"deleted_in_caseflow": 2},
    )
    played = script(status(), **{"POST import": (202, {"job": RUNNING}), "GET jobs/i-1": (200, {"job": RUNNING})})
    open_page(page, played)
    name(page, f"Import last {days} days").click()
    expect(page.locator("#import-text")).to_have_text("Importing: 120 of 480…")
    expect(page.get_by_role("progressbar")).to_have_attribute("max", "480")
    assert played.bodies("POST import") == [{"days": days}]
    played.answers["GET jobs/i-1"] = (200, {"job": done})
    page.clock.run_for(2_000)
    expect(page.locator("#import-result")).to_have_text(
        "Import finished: 40 imported, 12 already there, 2 skipped (2 deleted in CaseFlow)."
    )
    expect(page.locator("#import-progress")).to_be_hidden()


def test_an_import_under_way_is_followed_after_a_reload(page: Page) -> None:
    open_page(page, script(status(**{"import": RUNNING}), **{"GET jobs/i-1": (200, {"job": RUNNING})}))
    expect(page.locator("#line-text")).to_have_text("Importing, 120 of 480…")
    expect(page.locator("#import-text")).to_have_text("Importing: 120 of 480…")


def test_a_second_import_is_not_begun_while_one_runs(page: Page) -> None:
    played = script(status(**{"import": RUNNING}), **{"GET jobs/i-1": (200, {"job": RUNNING})})
    open_page(page, played)
    expect(page.locator("#import-progress")).to_be_visible()
    name(page, "Import last 30 days").press("Enter")
    assert played.bodies("POST import") == []


def test_a_failed_import_says_so(page: Page) -> None:
    failed = job(id="i-1", kind="import", state="failed", error="poison", message="It stopped several times.")
    played = script(status(), **{"POST import": (202, {"job": RUNNING}), "GET jobs/i-1": (200, {"job": failed})})
    open_page(page, played)
    name(page, "Import last 90 days").click()
    page.clock.run_for(2_000)
    expect(page.locator("#import-result")).to_have_text("Import did not finish. It stopped several times.")


# --- who may not, and who is not signed in


@pytest.mark.parametrize(
    ("code", "title", "way"),
    [("plan_required", "Not in your plan", "Multi-Practice"), ("beta_not_enabled", "Private beta", "support")],
)
def test_a_firm_without_access_learns_which_and_how_to_get_it(page: Page, code: str, title: str, way: str) -> None:
    open_page(page, script({**DISCONNECTED, "availability": code}))
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator("#unavailable-text")).to_contain_text(way)
    expect(name(page, "Connect Outlook")).to_be_hidden()


def test_a_connected_person_of_such_a_firm_can_still_disconnect(page: Page) -> None:
    open_page(page, script(status(availability="plan_required", next_sync_at=None)))
    expect(name(page, "Disconnect")).to_be_visible()
    expect(name(page, "Sync now")).to_be_hidden()
    expect(name(page, "Import last 30 days")).to_be_hidden()


def test_whoever_is_not_signed_in_gets_a_link_to_caseflow_and_nothing_else(page: Page) -> None:
    open_page(page, script({}, **{"GET status": problem(401, "unauthorized", "Sign in.")}))
    expect(page.get_by_role("link", name="Open CaseFlow")).to_have_attribute("href", CASEFLOW)
    assert page.locator("main section:visible").count() == 1


def test_a_service_that_does_not_answer_is_said_and_asked_again(page: Page) -> None:
    played = script({}, **{"GET status": problem(503, "caseflow_unavailable", "CaseFlow is not available.")})
    open_page(page, played)
    expect(page.locator("#line-text")).to_have_text("CaseFlow is not available.")
    played.answers["GET status"] = (200, status())
    page.clock.run_for(6_000)
    expect(page.locator("#label")).to_have_text("Connected")


# --- the page's own life


def test_the_status_is_asked_every_five_seconds_while_the_page_is_visible(page: Page) -> None:
    played = script(status())
    open_page(page, played)
    with page.expect_request(f"{BASE}/api/outlook/status"):
        page.clock.run_for(5_100)


def turn(page: Page, *, hidden: bool) -> None:
    value = str(hidden).lower()
    page.evaluate(f"Object.defineProperty(document, 'hidden', {{ value: {value}, configurable: true }})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_hidden_page_asks_nothing_and_looks_at_once_when_it_is_shown(page: Page) -> None:
    played = script(status())
    open_page(page, played)
    expect(page.locator("#jobs li")).to_have_count(2)
    turn(page, hidden=True)
    page.clock.run_for(60_000)
    page.wait_for_load_state("networkidle")
    assert len(played.bodies("GET status")) == 1
    with page.expect_request(f"{BASE}/api/outlook/status"):
        turn(page, hidden=False)


def test_recent_jobs_are_listed_with_what_they_did(page: Page) -> None:
    failed = job(id="j-4", state="failed", error="throttled", message="Microsoft asked us to slow down.")
    open_page(page, script(status(), **{"GET jobs": (200, {"jobs": [failed, job(kind="manual")]})}))
    rows = page.locator("#jobs li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Regular sync")
    expect(rows.first).to_contain_text("Microsoft asked us to slow down.")
    expect(rows.last).to_contain_text("Sync now")
