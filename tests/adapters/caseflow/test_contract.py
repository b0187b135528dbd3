"""The client against the CaseFlow stand-in, which refuses whatever the contract refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from local.caseflow.answers import problem
from shared.core.errors import Expired, Gone, Inactive, Rejected, Retry
from shared.core.events import Author, Content, Kind, Removed, days, timed
from shared.core.writes import CreateCaseflow, DeleteCaseflow, PatchCaseflow, Verdict
from tests.adapters.caseflow.world import HEARING, HOUR, NOW, World


def test_a_created_event_reads_back_as_it_was_sent() -> None:
    world = World()
    told: dict[str, Any] = {"category": "Hearing", "confidential": True, "visibility": "private"}
    result = world.one(world.create(series_id="s1", matter_id=world.matter, **told))
    event = result.event
    assert event is not None
    assert (result.verdict, result.replayed, event.version) == (Verdict.DONE, False, 1)
    assert event.content == HEARING
    assert (event.series_id, event.matter_id) == ("s1", world.matter)
    assert {name: getattr(event, name) for name in told} == told
    assert event.updated_by == Author("sync", world.ann)
    assert event.updated_at == NOW
    assert world.client.event(world.firm, event.id) == event


def test_empty_texts_cross_as_null_and_come_back_empty() -> None:
    world = World()
    event = world.made(content=Content("Call", HEARING.span))
    assert (event.content.place, event.content.text) == ("", "")
    sent = world.sent[-1].body["operations"][0]["body"]
    assert (sent["location"], sent["description_html"]) == (None, None)


def test_times_are_sent_with_the_offset_of_their_zone() -> None:
    world = World()
    world.made()
    sent = world.sent[-1].body["operations"][0]["body"]
    assert (sent["start"], sent["end"]) == ("2026-11-24T10:00:00-05:00", "2026-11-24T11:00:00-05:00")


def test_both_equal_hours_of_an_autumn_night_are_kept_apart() -> None:
    world = World()
    start = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    content = Content("Night", timed(start, start + HOUR, "America/New_York"))
    assert world.made(content=content).content == content


def test_all_day_events_are_dates() -> None:
    world = World()
    content = Content("Trial", days(date(2026, 12, 1), date(2026, 12, 4), "America/New_York"))
    assert world.made(content=content).content == content


def test_a_repeated_create_replays_the_first_event() -> None:
    world = World()
    event = world.made()
    again = world.one(world.create(content=Content("Other", HEARING.span)))
    assert (again.verdict, again.replayed, again.event) == (Verdict.DONE, True, event)


def test_a_repeated_create_of_a_deleted_event_is_gone() -> None:
    world = World()
    world.caseflow.delete_event(world.made().id, by=world.ann)
    again = world.one(world.create())
    assert (again.verdict, again.code, again.event) == (Verdict.GONE, "gone", None)


def test_an_update_changes_only_what_it_sets() -> None:
    world = World()
    event = world.made()
    result = world.one(PatchCaseflow(event.id, event.version, title="Moved hearing", place=""))
    assert result.event is not None
    assert result.event.content == Content("Moved hearing", HEARING.span, "", HEARING.text)
    assert world.sent[-1].body["operations"][0]["body"].keys() == {"origin", "title", "location"}


def test_every_member_of_an_update_is_taken() -> None:
    world = World()
    event = world.made()
    moved = timed(NOW + 5 * HOUR, NOW + 6 * HOUR, "Europe/Paris")
    write = PatchCaseflow(
        event.id, 1, title="A", span=moved, place="B", text="<p>C</p>", staff_ids=(world.ann, world.ben), series_id="s"
    )
    changed = world.one(write).event
    assert changed is not None
    assert changed.content == Content("A", moved, "B", "<p>C</p>")
    assert (changed.staff_ids, changed.series_id) == ((world.ann, world.ben), "s")


def test_a_stale_version_is_refused_with_the_event_as_it_is() -> None:
    world = World()
    event = world.made()
    world.caseflow.edit_event(event.id, by=world.ben, title="Ben's title")
    result = world.one(PatchCaseflow(event.id, event.version, title="Ours"))
    assert result.verdict is Verdict.STALE
    assert result.event is not None
    assert (result.event.version, result.event.content.title) == (2, "Ben's title")
    assert world.one(DeleteCaseflow(event.id, event.version)).verdict is Verdict.STALE


def test_a_412_that_shows_what_was_sent_is_done() -> None:
    world = World()
    event = world.made()
    write = PatchCaseflow(event.id, event.version, title="Ours", place="Court 9")
    first, second = world.one(write), world.one(write)
    assert (first.verdict, second.verdict) == (Verdict.DONE, Verdict.DONE)
    assert first.event == second.event


def test_a_deleted_event_is_gone_and_an_unknown_one_proves_nothing() -> None:
    world = World()
    event = world.made()
    assert world.one(DeleteCaseflow(event.id, 1)).verdict is Verdict.DONE
    again = world.one(DeleteCaseflow(event.id, 1))
    assert (again.verdict, again.code) == (Verdict.GONE, "gone")
    unknown = world.one(PatchCaseflow("nowhere", 1, title="x"))
    assert (unknown.verdict, unknown.code) == (Verdict.GONE, "not_found")
    with pytest.raises(Gone, match="gone"):
        world.client.event(world.firm, event.id)
    with pytest.raises(Gone, match="not_found"):
        world.client.event(world.firm, "no/where?")


def test_ninety_writes_have_their_own_results_in_order_and_one_request() -> None:
    world = World()
    writes = [world.create(f"k{number}", Content(f"E{number}", HEARING.span)) for number in range(89)]
    results = world.client.write(world.firm, [*writes, world.create("bad", Content("", HEARING.span))], world.origin)
    assert [result.event.content.title for result in results if result.event] == [f"E{n}" for n in range(89)]
    assert (results[-1].verdict, results[-1].code) == (Verdict.REFUSED, "invalid_request")
    assert len(world.sent) == 1


def test_more_than_ninety_writes_are_refused_before_they_leave() -> None:
    world = World()
    with pytest.raises(ValueError, match="at most 90"):
        world.client.write(world.firm, [world.create(str(number)) for number in range(91)], world.origin)
    assert world.sent == []


def test_no_writes_ask_nothing() -> None:
    world = World()
    assert world.client.write(world.firm, [], world.origin) == []
    assert world.sent == []


def test_a_write_that_fails_inside_a_batch_is_unknown() -> None:
    world = World()
    busy = {("POST", f"/firms/{world.firm}/events"): problem(503, "busy", "secret words")}
    world.caseflow.faults = lambda method, path: busy.get((method, path))
    result = world.one(world.create())
    assert (result.verdict, result.code) == (Verdict.UNKNOWN, "busy")


def test_a_lost_batch_is_unknown_for_all() -> None:
    world = World()
    world.caseflow.throttle(1, retry_after=12)
    results = world.client.write(world.firm, [world.create("a"), world.create("b")], world.origin)
    assert [(r.verdict, r.code, r.after_seconds) for r in results] == [(Verdict.UNKNOWN, "throttled", 12)] * 2


def test_the_origin_stands_in_caseflows_own_audit() -> None:
    world = World()
    world.made()
    origin = world.caseflow.audit(world.firm)[-1]["origin"]
    assert origin == {"provider": "outlook", "mode": "sync", "staff_id": world.ann, "job_id": "job-1"}


def test_a_firm_is_read_once_a_minute_and_then_only_if_it_changed() -> None:
    world = World()
    firm = world.client.firm(world.firm)
    assert (firm.plan, firm.outlook_sync, firm.timezone) == ("multi_practice", True, "America/New_York")
    assert {category.name for category in firm.categories if category.protected} >= {"Hearing", "Deposition"}
    world.at += timedelta(seconds=59)
    assert world.client.firm(world.firm) is firm
    assert len(world.sent) == 1
    world.at += timedelta(seconds=1)
    assert world.client.firm(world.firm) is firm
    assert world.sent[-1].headers["If-None-Match"]
    world.caseflow.set_plan(world.firm, "solo")
    world.at += timedelta(seconds=60)
    assert world.client.firm(world.firm).plan == "solo"
    assert len(world.sent) == 3


def test_an_unknown_firm_or_staff_member_is_gone() -> None:
    world = World()
    with pytest.raises(Gone, match="firm_not_found"):
        world.client.firm("other")
    with pytest.raises(Gone, match="staff_not_found"):
        world.client.staff(world.firm, "other")


def test_a_staff_member_is_read_each_time() -> None:
    world = World()
    ann = world.client.staff(world.firm, world.ann)
    assert (ann.name, ann.email, ann.active, ann.role) == ("Ann Reed", "ann@reed.example", True, "firm_admin")
    world.caseflow.deactivate_staff(world.ann, by=world.ben)
    assert not world.client.staff(world.firm, world.ann).active


def test_the_feed_tells_events_tasks_deadlines_and_removals() -> None:
    world = World()
    event = world.made()
    task = world.caseflow.create_task(
        world.firm, by=world.ann, topic="File", due_date="2026-11-30", assignee_ids=[world.ann], matter_id=world.matter
    )
    deadline = world.caseflow.create_deadline(
        world.firm, by=world.ann, name="Appeal", date="2026-12-01", matter_id=world.matter
    )
    page = world.client.changes(world.firm, world.ann, None, NOW.date())
    assert page.events == (event,)
    assert {(item.kind, item.id, item.title, item.date, item.matter_id) for item in page.mirrors} == {
        (Kind.TASK, task["id"], "File", date(2026, 11, 30), world.matter),
        (Kind.DEADLINE, deadline["id"], "Appeal", date(2026, 12, 1), world.matter),
    }
    assert not page.has_more
    world.caseflow.complete_task(task["id"], by=world.ann)
    world.caseflow.delete_event(event.id, by=world.ann)
    later = world.client.changes(world.firm, world.ann, page.next_cursor, None)
    assert {(removed.kind, removed.id, removed.reason) for removed in later.removed} == {
        (Kind.TASK, task["id"], "completed"),
        (Kind.EVENT, event.id, "deleted"),
    }
    assert all(isinstance(removed, Removed) and removed.version > 0 for removed in later.removed)
    assert (later.events, later.mirrors) == ((), ())


def test_a_snapshot_in_pages_ends() -> None:
    world = World()
    writes = [CreateCaseflow(f"k{number}", Content(f"E{number}", HEARING.span), (world.ann,)) for number in range(80)]
    for _ in range(7):
        world.client.write(world.firm, writes, world.origin)
        writes = [CreateCaseflow(write.key + "x", write.content, write.staff_ids) for write in writes]
    first = world.client.changes(world.firm, world.ann, None, NOW.date())
    second = world.client.changes(world.firm, world.ann, first.next_cursor, None)
    assert (len(first.events), first.has_more) == (500, True)
    assert (len(second.events), second.has_more) == (60, False)


def test_an_expired_cursor_says_so() -> None:
    world = World()
    _, cursor = world.everything()
    world.caseflow.expire_cursors()
    with pytest.raises(Expired, match="cursor_expired"):
        world.client.changes(world.firm, world.ann, cursor, None)


def test_whom_caseflow_no_longer_serves_is_inactive() -> None:
    world = World()
    _, cursor = world.everything()
    world.caseflow.deactivate_staff(world.ann, by=world.ben)
    with pytest.raises(Inactive, match="staff_inactive"):
        world.client.changes(world.firm, world.ann, cursor, None)
    with pytest.raises(Inactive, match="staff_not_found"):
        world.client.changes(world.firm, "nobody", cursor, None)


def test_a_feed_needs_a_cursor_or_a_date() -> None:
    world = World()
    with pytest.raises(ValueError, match="cursor"):
        world.client.changes(world.firm, world.ann, None, None)


def test_a_garbled_cursor_is_rejected_with_caseflows_code() -> None:
    world = World()
    with pytest.raises((Rejected, Expired)) as fault:
        world.client.changes(world.firm, world.ann, "garbage", None)
    assert fault.value.code


def test_throttling_says_how_long() -> None:
    world = World()
    world.caseflow.throttle(1, retry_after=30)
    with pytest.raises(Retry) as fault:
        world.client.event(world.firm, "any")
    assert (fault.value.code, fault.value.after_seconds) == ("throttled", 30)


def test_each_request_has_the_token_and_an_id_of_its_own() -> None:
    world = World()
    world.everything()
    world.everything()
    assert [request.headers["Authorization"] for request in world.sent] == ["Bearer token"] * 2
    assert len({request.headers["X-Request-Id"] for request in world.sent}) == 2
