"""A person decides between two edits (H2, H3, H4)."""

from __future__ import annotations

import pytest

from shared.core import rows
from shared.core.errors import Rejected, Retry
from shared.flows.reviews import ChangedSince
from tests.engine.acts import is_quiet
from tests.engine.reviewing import audit, clash, connected, listed, lossy_world, only, resolve, titles
from tests.simulation.world import Person, World


def test_both_versions_are_shown_side_by_side(world: World, ann: Person) -> None:
    clash(world, ann, category="Hearing", matter_id="m1", description_html="<p>secret strategy</p>")
    item = only(world)
    assert (item["kind"], item["state"], item["staff_id"], item["count"], item["events"]) == (
        "edit_conflict", "open", "ann", 1, [],
    )  # fmt: skip
    assert item["caseflow"] == {
        "event_id": world.cases()[0]["id"], "version": world.cases()[0]["version"], "title": "From CaseFlow",
        "start": "2026-11-26T10:00:00-05:00", "end": "2026-11-26T11:00:00-05:00", "all_day": False,
        "category": "Hearing", "matter_linked": True,
    }  # fmt: skip
    assert item["outlook"]["title"] == "From Outlook"
    assert item["outlook"]["event_id"] == world.outlook(ann)[0]["id"]
    assert "secret" not in str(item)


def test_keeping_caseflow_sends_its_title_out(world: World, ann: Person) -> None:
    clash(world, ann, category="Hearing")
    answer = resolve(world, "caseflow")
    assert (answer["state"], answer["kept"], answer["resolved_by"]) == (
        "resolved", "caseflow", {"kind": "staff", "id": "ann"},
    )  # fmt: skip
    assert titles(world, ann) == (["From CaseFlow"], ["From CaseFlow"])
    assert is_quiet(world, ann)
    assert world.row(ann).reviews_open == 0
    assert listed(world) == []


def test_keeping_outlook_takes_its_title_in(world: World, ann: Person) -> None:
    clash(world, ann, category="Hearing")
    assert resolve(world, "outlook")["kept"] == "outlook"
    assert titles(world, ann) == (["From Outlook"], ["From Outlook"])
    assert is_quiet(world, ann)


@pytest.mark.parametrize("keep", ["caseflow", "outlook"])
def test_a_masked_event_leaks_and_loses_nothing(world: World, ann: Person, keep: str) -> None:
    """H4, always-true 3: never body or place, in either direction."""
    clash(
        world, ann, category="Hearing", matter_id="m1", location="Court 5",
        description_html="<p>secret strategy</p>",
    )  # fmt: skip
    resolve(world, keep)
    world.settle(ann, 2)
    (case,) = world.cases()
    assert (case["description_html"], case["location"]) == ("<p>secret strategy</p>", "Court 5")
    assert not [r for r in world.requests if r[0] == "graph" and (b"secret" in r[3] or b"Court 5" in r[3])]
    assert world.outlook(ann)[0]["sensitivity"] == "confidential"


def test_the_whole_version_is_kept_not_only_what_clashed(world: World, ann: Person) -> None:
    _, event_id = clash(world, ann, category="Hearing")
    new_times = {
        "start": {"dateTime": "2026-11-27T15:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-27T16:00:00", "timeZone": "UTC"},
    }
    ann.mailbox.edit(event_id, new_times)
    world.settle(ann, 2)
    resolve(world, "caseflow")
    assert world.outlook(ann)[0]["start"]["dateTime"].startswith("2026-11-26T15:00")
    assert world.cases()[0]["start"] == "2026-11-26T10:00:00-05:00"
    assert is_quiet(world, ann)


def test_the_decision_is_audited_with_the_person(world: World, ann: Person) -> None:
    """N1."""
    clash(world, ann, category="Hearing")
    answer = resolve(world, "outlook")
    (record,) = audit(world, ann, "review.resolved")
    assert record["actor"] == {"kind": "staff", "id": "ann"}
    assert (record["origin"], record["staff_id"]) == ("review", "ann")
    assert record["object"] == {"kind": "review", "id": answer["id"], "version": None}
    assert None not in (record["before"], record["after"], record["job_id"])
    (written,) = [r for r in audit(world, ann, "caseflow.updated") if r["job_id"] == record["job_id"]]
    assert written["origin"] == "review"


def test_caseflows_own_log_says_review(world: World, ann: Person) -> None:
    clash(world, ann, category="Hearing")
    world.requests.clear()
    resolve(world, "outlook")
    (body,) = [r[3] for r in world.requests if r[0] == "caseflow" and r[1] == "POST"]
    assert b'"mode":"review"' in body


def test_what_is_overwritten_is_kept_for_30_days(world: World, ann: Person) -> None:
    clash(world, ann, category="Hearing")
    resolve(world, "outlook")
    (row,) = world.store.scan(world.partition(ann), rows.LOSER_PREFIX)
    assert "From CaseFlow" in row.data


def test_an_edit_since_is_answered_with_the_refreshed_item(world: World, ann: Person) -> None:
    case_id, _ = clash(world, ann, category="Hearing")
    world.caseflow.edit_event(case_id, by="ann", title="Newer")
    with pytest.raises(ChangedSince) as refused:
        resolve(world, "outlook")
    assert refused.value.code == "changed_since"
    assert refused.value.review["caseflow"]["title"] == "Newer"
    assert titles(world, ann) == (["Newer"], ["From Outlook"])
    assert resolve(world, "outlook")["state"] == "resolved"
    assert titles(world, ann) == (["From Outlook"], ["From Outlook"])


def test_an_edit_in_outlook_since_counts_too(world: World, ann: Person) -> None:
    _, event_id = clash(world, ann, category="Hearing")
    ann.mailbox.edit(event_id, {"subject": "Newer"})
    with pytest.raises(ChangedSince) as refused:
        resolve(world, "caseflow")
    assert refused.value.review["outlook"]["title"] == "Newer"
    assert resolve(world, "caseflow")["state"] == "resolved"
    assert titles(world, ann) == (["From CaseFlow"], ["From CaseFlow"])


def test_sides_that_agree_again_close_the_item_before_the_decision(world: World, ann: Person) -> None:
    """H4: an item closes by itself."""
    case_id, _ = clash(world, ann, category="Hearing")
    world.caseflow.edit_event(case_id, by="ann", title="From Outlook")
    with pytest.raises(ChangedSince) as refused:
        resolve(world, "caseflow")
    assert (refused.value.review["state"], refused.value.review["resolved_by"]["kind"]) == ("resolved", "system")


def test_a_second_decision_comes_too_late(world: World, ann: Person) -> None:
    clash(world, ann, category="Hearing")
    review_id = resolve(world, "outlook")["id"]
    for keep in ("outlook", "caseflow"):
        with pytest.raises(Rejected, match="already_resolved"):
            resolve(world, keep, review_id=review_id)
    assert titles(world, ann) == (["From Outlook"], ["From Outlook"])


@pytest.mark.parametrize(("keep", "service"), [("caseflow", "graph"), ("outlook", "caseflow")])
def test_a_decision_whose_answer_is_lost_is_not_called_applied_and_loses_nothing(keep: str, service: str) -> None:
    """C3: what was done shows at the next run, which closes the item."""
    world, lossy = lossy_world()
    ann = connected(world)
    clash(world, ann, category="Hearing")
    lossy.next_write(service)
    with pytest.raises(Retry, match="not_applied"):
        resolve(world, keep)
    assert only(world)["state"] == "open"
    world.settle(ann, 2)
    kept = "From CaseFlow" if keep == "caseflow" else "From Outlook"
    assert titles(world, ann) == ([kept], [kept])
    assert listed(world) == []
    assert is_quiet(world, ann)


def test_a_mailbox_that_does_not_answer_changes_nothing(world: World, ann: Person) -> None:
    clash(world, ann, category="Hearing")
    review_id = only(world)["id"]
    ann.mailbox.throttle(50, 5)
    with pytest.raises(Retry):
        resolve(world, "caseflow", review_id=review_id)
    assert world.row(ann).lease_until is None
    assert titles(world, ann) == (["From CaseFlow"], ["From Outlook"])


def test_a_side_that_cannot_be_read_is_null(world: World, ann: Person) -> None:
    clash(world, ann, category="Hearing")
    ann.mailbox.throttle(50, 5)
    item = only(world)
    assert (item["outlook"], item["caseflow"]["title"]) == (None, "From CaseFlow")
