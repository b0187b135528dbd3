"""Review items on the settings page: both versions, two buttons (product.md H4)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scripted import Script, job, open_page, script, status

pytestmark = pytest.mark.browser

CASEFLOW = {
    "event_id": "e-1",
    "version": 3,
    "title": "Hearing <b>Alvarez</b>",
    "start": "2026-11-26T10:00:00-05:00",
    "end": "2026-11-26T11:00:00-05:00",
    "all_day": False,
    "category": "Hearing",
    "matter_linked": True,
}
OUTLOOK = {
    "event_id": "o-1",
    "title": "Hearing (moved)",
    "start": "2026-11-26T19:00:00Z",
    "end": "2026-11-26T20:00:00Z",
    "all_day": False,
    "modified_at": "2026-11-24T09:00:00Z",
}


def review(**members: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "id": "r-1",
        "kind": "edit_conflict",
        "state": "open",
        "staff_id": "s-1",
        "opened_at": "2026-11-24T10:00:00Z",
        "resolved_at": None,
        "resolved_by": None,
        "kept": None,
        "count": 1,
        "events": [],
        "caseflow": CASEFLOW,
        "outlook": OUTLOOK,
        "notice": None,
        "meeting": False,
        "reversible": False,
    }
    return {**usual, **members}


def shown(*reviews: dict[str, Any], **answers: Any) -> Script:
    return script(status(reviews_open=len(reviews)), **{"GET reviews": (200, {"reviews": list(reviews)}), **answers})


def test_both_versions_stand_side_by_side(page: Page) -> None:
    open_page(page, shown(review()))
    expect(page.locator(".side")).to_have_count(2)
    caseflow, outlook = page.locator(".side").all()
    expect(caseflow).to_contain_text("Hearing <b>Alvarez</b>")
    expect(caseflow).to_contain_text("Nov 26, 10:00 AM to 11:00 AM")
    expect(caseflow).to_contain_text("Linked to a matter")
    expect(outlook).to_contain_text("Nov 26, 2:00 PM to 3:00 PM")
    assert page.locator(".side b").count() == 0
    top = [side.bounding_box() for side in (caseflow, outlook)]
    assert top[0] is not None
    assert top[1] is not None
    assert top[0]["y"] == top[1]["y"]


@pytest.mark.parametrize(("button", "keep"), [("Keep CaseFlow", "caseflow"), ("Keep Outlook", "outlook")])
def test_a_decision_is_sent_and_the_item_goes(page: Page, button: str, keep: str) -> None:
    played = shown(review(), **{"POST reviews/r-1/resolve": (200, review(state="resolved"))})
    open_page(page, played)
    expect(page.locator(".review")).to_have_count(1)
    played.answers["GET status"] = (200, status())
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("#landed-text")).to_have_text("Your decision was applied.")
    expect(page.locator("#reviews")).to_be_hidden()
    assert played.bodies("POST reviews/r-1/resolve") == [{"keep": keep}]


def test_an_item_that_changed_meanwhile_is_shown_anew(page: Page) -> None:
    refused = (409, {"status": 409, "code": "changed_since", "detail": "It was changed meanwhile. Look again."})
    played = shown(review(), **{"POST reviews/r-1/resolve": refused})
    open_page(page, played)
    newer = review(outlook={**OUTLOOK, "title": "Hearing (moved again)"})
    played.answers["GET reviews"] = (200, {"reviews": [newer]})
    page.get_by_role("button", name="Keep Outlook", exact=True).click()
    expect(page.locator("#landed-text")).to_contain_text("changed meanwhile")
    expect(page.locator(".side").last).to_contain_text("moved again")


@pytest.mark.parametrize(
    ("kind", "buttons"),
    [
        ("deleted_in_outlook", ["Keep it in CaseFlow (restore)", "Delete it in CaseFlow"]),
        ("deleted_in_caseflow", ["Delete it in Outlook", "Keep Outlook (restore)"]),
        ("organizer_controlled", ["Keep CaseFlow", "Keep Outlook"]),
        ("series_changed", ["Keep it in CaseFlow (restore)", "Delete it in CaseFlow"]),
        ("mass_deletion", ["Make both as in CaseFlow", "Make both as in Outlook"]),
    ],
)
def test_the_buttons_say_what_will_happen(page: Page, kind: str, buttons: list[str]) -> None:
    open_page(page, shown(review(kind=kind)))
    expect(page.locator(".review button")).to_have_text(buttons)


def test_a_side_that_is_gone_says_so(page: Page) -> None:
    open_page(page, shown(review(kind="deleted_in_outlook", outlook=None)))
    expect(page.locator(".side").last).to_contain_text("Not there any more.")


def test_what_must_be_known_before_deciding_is_said(page: Page) -> None:
    words = "Its description cannot be brought back."
    open_page(page, shown(review(kind="deleted_in_caseflow", caseflow=None, notice=words)))
    expect(page.locator(".review")).to_contain_text(words)


def test_a_meeting_is_never_said_to_be_deleted_in_outlook(page: Page) -> None:
    """F3."""
    open_page(page, shown(review(kind="deleted_in_caseflow", caseflow=None, meeting=True)))
    expect(page.locator(".review button")).to_have_text(["Leave it out of CaseFlow", "Restore it in CaseFlow"])


def test_a_version_that_cannot_be_read_is_not_said_to_be_gone(page: Page) -> None:
    open_page(page, shown(review(outlook=None)))
    expect(page.locator(".side").last).to_contain_text("can’t be read just now")


def test_a_mass_deletion_lists_its_events(page: Page) -> None:
    events = [{"event_id": f"e-{n}", "title": f"Event {n}", "start": "2026-11-26T15:00:00Z"} for n in range(3)]
    open_page(page, shown(review(kind="mass_deletion", count=240, events=events, caseflow=None, outlook=None)))
    expect(page.locator(".review li")).to_have_text(
        ["Event 0, Nov 26, 10:00 AM", "Event 1, Nov 26, 10:00 AM", "Event 2, Nov 26, 10:00 AM", "and 237 more"]
    )


def test_an_all_day_event_keeps_its_date(page: Page) -> None:
    day = {**CASEFLOW, "all_day": True, "start": "2026-11-26", "end": "2026-11-27"}
    open_page(page, shown(review(caseflow=day)))
    expect(page.locator(".side").first).to_contain_text("Thu, Nov 26, 2026, all day")


def test_a_poll_leaves_an_unchanged_item_and_the_focus_alone(page: Page) -> None:
    open_page(page, shown(review()))
    button = page.get_by_role("button", name="Keep Outlook", exact=True)
    button.focus()
    with page.expect_response("**/reviews?state=open&mine=1"):
        page.clock.run_for(5_100)
    expect(button).to_be_focused()


SETTLED = {
    "state": "resolved",
    "resolved_at": "2026-11-24T12:00:00Z",
    "resolved_by": {"kind": "system", "id": None},
    "reversible": True,
}
RESOLVED = "GET reviews?state=resolved"


def settled(*reviews: dict[str, Any], **answers: Any) -> Script:
    return script(status(), **{RESOLVED: (200, {"reviews": list(reviews)}), **answers})


@pytest.mark.parametrize(
    ("kept", "said", "button", "keep"),
    [
        ("caseflow", "The sync kept CaseFlow’s version", "Bring back Outlook’s version", "outlook"),
        ("outlook", "The sync kept Outlook’s version", "Bring back CaseFlow’s version", "caseflow"),
    ],
)
def test_what_the_sync_decided_can_be_turned_round(page: Page, kept: str, said: str, button: str, keep: str) -> None:
    """H3."""
    item = review(**SETTLED, kept=kept)
    played = settled(item, **{"POST reviews/r-1/resolve": (200, {**item, "kept": keep, "reversible": False})})
    open_page(page, played)
    expect(page.locator("#reviews")).to_be_hidden()
    expect(page.locator("#settled .review")).to_contain_text(said)
    expect(page.locator("#settled button")).to_have_text([button])
    played.answers[RESOLVED] = (200, {"reviews": [{**item, "reversible": False}]})
    page.get_by_role("button", name=button).click()
    expect(page.locator("#settled")).to_be_hidden()
    assert played.bodies("POST reviews/r-1/resolve") == [{"keep": keep}]


def test_what_can_no_longer_be_turned_round_is_not_shown(page: Page) -> None:
    old = review(**{**SETTLED, "reversible": False}, kept="outlook")
    by_person = review(state="resolved", resolved_by={"kind": "staff", "id": "s-1"}, kept="outlook")
    open_page(page, settled(old, by_person))
    page.wait_for_load_state("networkidle")
    expect(page.locator("#settled")).to_be_hidden()


def test_that_bringing_back_a_time_sends_mail_is_said_beside_its_button(page: Page) -> None:
    """Always-true 7."""
    said = "Outlook mails the change to its attendees."
    open_page(page, settled(review(**SETTLED, kept="caseflow", meeting=True, notice=said)))
    expect(page.locator("#settled .review")).to_contain_text("A meeting that belongs to Outlook")
    expect(page.locator("#settled .review")).to_contain_text(said)


def test_settled_items_are_read_once_after_each_run(page: Page) -> None:
    played = settled(review(**SETTLED, kept="outlook"))
    open_page(page, played)
    expect(page.locator("#settled .review")).to_have_count(1)
    page.get_by_role("button", name="Bring back").focus()
    with page.expect_response("**/status"):
        page.clock.run_for(5_100)
    expect(page.get_by_role("button", name="Bring back")).to_be_focused()
    assert len(played.bodies(RESOLVED)) == 1
    played.answers["GET status"] = (200, status(last_sync=job(id="j-8")))
    with page.expect_response("**/reviews?state=resolved&mine=1"):
        page.clock.run_for(5_100)
