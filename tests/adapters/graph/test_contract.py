"""The client against the Graph stand-in, in every world that Microsoft leaves possible."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from local.graph.switches import Switches
from shared.core.errors import Expired, Reconnect, Retry
from shared.core.events import Content, days
from shared.core.marks import decoded
from shared.core.policy import Mask
from shared.core.texts import MASK_TEXT, plain
from shared.core.writes import DeleteOutlook, Verdict
from tests.adapters.graph.world import END, HOUR, NOW, PLAIN, START, World, create, error, local, patch, span


def test_a_created_event_reads_back_as_it_was_sent() -> None:
    world = World()
    result = world.one(create())
    assert result.verdict is Verdict.DONE
    assert result.event is not None
    content = result.event.content
    assert (content.title, content.span, content.place, plain(content.text)) == ("Lunch", PLAIN.span, "Cafe", "x")
    assert result.event.transaction_id == create().transaction_id


def test_a_created_event_carries_both_marks_when_read_by_id() -> None:
    world = World()
    event_id, _ = world.made()
    event = world.client.events([event_id])[event_id]
    assert event is not None
    assert event.link_mark == "link-1"
    assert decoded(event.stamp) == create().stamp


def test_a_masked_event_holds_title_times_and_the_mask_alone() -> None:
    world = World()
    event_id, _ = world.made(create(mask=Mask.CONFIDENTIAL))
    found = world.mailbox.event(event_id)
    assert found["sensitivity"] == "confidential"
    assert plain(found["body"]["content"]) == MASK_TEXT
    assert not found["locations"]
    assert found["subject"] == "Lunch"


def test_all_day_events_keep_their_dates_in_any_zone() -> None:
    world = World()
    holiday = days(date(2026, 12, 24), date(2026, 12, 27), "Asia/Tokyo")
    event_id, _ = world.made(create(content=Content("Holiday", holiday)))
    event = world.client.events([event_id])[event_id]
    assert event is not None
    assert event.content.span == holiday


def test_the_second_of_two_equal_hours_is_kept_exactly() -> None:
    world = World()
    start = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # 01:30 in New York for the second time
    content = Content("Night", PLAIN.span.__class__(start, start + HOUR, False, "America/New_York"))
    event_id, _ = world.made(create(content=content))
    event = world.client.events([event_id])[event_id]
    assert event is not None
    assert (event.content.span.start, event.content.span.end) == (start, start + HOUR)


def test_an_update_changes_only_what_it_sets() -> None:
    world = World()
    event_id, _ = world.made()
    world.mailbox.edit(event_id, {"categories": ["Mine"]})
    result = world.one(patch(event_id, "", title="Dinner"))
    assert result.verdict is Verdict.DONE
    found = world.mailbox.event(event_id)
    assert (found["subject"], found["location"]["displayName"], found["categories"]) == ("Dinner", "Cafe", ["Mine"])


def test_an_empty_place_clears_it() -> None:
    world = World()
    event_id, change_key = world.made()
    assert world.one(patch(event_id, change_key, place="")).verdict is Verdict.DONE
    event = world.client.events([event_id])[event_id]
    assert event is not None
    assert (event.content.place, event.places) == ("", 0)


def test_a_moved_event_has_its_new_times_and_zone() -> None:
    world = World()
    event_id, change_key = world.made()
    result = world.one(patch(event_id, change_key, span=span(5, "Europe/Paris")))
    assert result.event is not None
    assert result.event.content.span == span(5, "Europe/Paris")


def test_a_stale_change_key_is_stale() -> None:
    world = World()
    event_id, change_key = world.made()
    world.mailbox.touch(event_id)
    assert world.one(patch(event_id, change_key, title="Dinner")).verdict is Verdict.STALE
    assert world.delete(event_id, change_key).verdict is Verdict.STALE
    assert world.mailbox.event(event_id)["subject"] == "Lunch"


def test_a_deletion_goes_to_deleted_items_and_a_second_is_gone() -> None:
    world = World()
    event_id, change_key = world.made()
    assert world.delete(event_id, change_key).verdict is Verdict.DONE
    assert world.mailbox.place(event_id) not in {"primary", "secondary"}
    assert world.delete(event_id, change_key).verdict is Verdict.GONE


def test_a_repeated_create_answers_the_first_event() -> None:
    world = World()
    event_id, _ = world.made()
    again = world.one(create())
    assert again.verdict is Verdict.DONE
    assert again.event is not None
    assert again.event.id == event_id


@pytest.mark.parametrize("status", [400, 409])
def test_a_repeated_create_with_other_content_names_the_first_event(status: int) -> None:
    world = World(Switches(duplicate_transaction_status=status))  # type: ignore[arg-type]
    event_id, _ = world.made()
    again = world.one(create(content=Content("Other", span(3))))
    assert (again.verdict, again.existing_id, again.event) == (Verdict.STALE, event_id, None)
    assert again.code == "ErrorDuplicateTransactionId"


def test_twenty_writes_have_their_own_results_in_order() -> None:
    world = World()
    writes = [create(f"link-{number}", Content(f"Event {number}", span(number + 1))) for number in range(20)]
    results = world.client.write(writes)
    titles = [result.event.content.title for result in results if result.event]
    assert titles == [f"Event {number}" for number in range(20)]
    assert world.sent == [("POST", f"{world.graph.base_url}/$batch")]


def test_more_than_twenty_writes_are_refused_before_they_leave() -> None:
    world = World()
    with pytest.raises(ValueError, match="at most 20"):
        world.client.write([create(f"link-{number}") for number in range(21)])
    assert world.sent == []


def test_no_writes_ask_nothing() -> None:
    world = World()
    assert world.client.write([]) == []
    assert world.sent == []


def test_what_graph_refuses_is_refused_with_its_code() -> None:
    world = World()
    event_id, change_key = world.made()
    backwards = PLAIN.span.__class__(NOW + HOUR, NOW, False, "UTC")
    result = world.one(patch(event_id, change_key, span=backwards))
    assert result.verdict is Verdict.REFUSED
    assert result.code
    assert result.reference


def test_a_throttled_write_inside_a_batch_is_unknown() -> None:
    world = World()
    world.fault_once(error(429, "ApplicationThrottled", {"Retry-After": "7"}), "/me/calendar/events")
    result = world.one(create())
    assert (result.verdict, result.code, result.after_seconds) == (Verdict.UNKNOWN, "ApplicationThrottled", 7)


def test_a_lost_batch_is_unknown_for_all() -> None:
    world = World()
    world.fault_once(error(503, "serviceNotAvailable", {"Retry-After": "9"}), "/$batch")
    results = world.client.write([create("a"), create("b")])
    assert [(result.verdict, result.after_seconds) for result in results] == [(Verdict.UNKNOWN, 9)] * 2


def test_unknown_events_are_none_and_unanswered_ones_have_no_entry() -> None:
    world = World()
    kept, _ = world.made(create("a"))
    gone, _ = world.made(create("b", Content("Other", span(3))))
    silent, _ = world.made(create("c", Content("Third", span(5))))
    world.delete(gone)
    world.fault_once(error(500, "ErrorInternalServerError"), silent)
    found = world.client.events([kept, gone, silent])
    assert found[kept] is not None
    assert found[gone] is None
    assert silent not in found


def test_a_mailbox_without_rest_is_no_proof_that_an_event_is_gone() -> None:
    world = World()
    event_id, change_key = world.made()
    world.fault_once(error(404, "MailboxNotEnabledForRESTAPI"), event_id)
    with pytest.raises(Reconnect) as fault:
        world.client.events([event_id])
    assert (fault.value.code, fault.value.reference) == ("no_mailbox", "ref-1")
    world.fault_once(error(404, "MailboxNotEnabledForRESTAPI"), event_id)
    assert world.delete(event_id, change_key).verdict is Verdict.UNKNOWN


def test_forty_one_events_are_read_in_three_batches() -> None:
    world = World()
    ids = [world.made(create(f"l{number}", Content(f"E{number}", span(number + 1))))[0] for number in range(41)]
    world.sent.clear()
    found = world.client.events(ids)
    assert list(found) == ids
    assert all(found.values())
    assert len(world.sent) == 3


def test_no_ids_ask_nothing() -> None:
    world = World()
    assert world.client.events([]) == {}
    assert world.sent == []


def test_a_delta_round_finds_new_changed_and_removed_events() -> None:
    world = World()
    first = world.client.delta(None, START, END)
    assert (first.events, first.removed) == ((), ())
    kept = world.mailbox.book("Walk", local(2026, 11, 25, 9), local(2026, 11, 25, 10), "Europe/Berlin")
    second = world.client.delta(first.delta_link, START, END)
    assert [(event.id, event.content.title) for event in second.events] == [(kept, "Walk")]
    world.mailbox.delete(kept)
    third = world.client.delta(second.delta_link, START, END)
    assert (third.events, third.removed) == ((), (kept,))
    assert world.client.delta(third.delta_link, START, END).removed == ()


def test_a_round_over_many_pages_is_whole() -> None:
    world = World()
    for number in range(450):
        day = local(2026, 12, 1, 9) + timedelta(days=number)
        world.mailbox.book(f"E{number}", day, day + HOUR)
    found = world.client.delta(None, START, END)
    assert len({event.id for event in found.events}) == 450
    assert len(world.sent) >= 3


def weekly(count: int) -> dict[str, object]:
    return {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["wednesday"], "firstDayOfWeek": "sunday"},
        "range": {
            "type": "numbered", "startDate": "2026-11-25", "numberOfOccurrences": count, "recurrenceTimeZone": "UTC",
        },
    }  # fmt: skip


def series(world: World, count: int = 4) -> str:
    """A weekly series; its id."""
    made = world.mailbox.book("Standup", local(2026, 11, 25, 9), local(2026, 11, 25, 10))
    world.mailbox.make_series(made, weekly(count))
    return made


@pytest.mark.parametrize("bare", [True, False])
def test_a_series_is_reported_by_its_master_and_read_by_instances(bare: bool) -> None:
    world = World(Switches(occurrence_rows_bare=bare))
    series(world)
    found = world.client.delta(None, START, END)
    assert found.events == ()
    (master,) = found.series
    occurrences = world.client.instances(master, START, END)
    assert occurrences is not None
    assert [event.content.title for event in occurrences] == ["Standup"] * 4
    assert all(event.master_id == master and event.original_start for event in occurrences)
    assert {event.type for event in occurrences} == {"occurrence"}


def test_a_cancelled_occurrence_brings_the_series_back() -> None:
    world = World()
    master = series(world)
    link = world.client.delta(None, START, END).delta_link
    world.mailbox.cancel_occurrence(master, date(2026, 12, 2))
    assert len(world.client.delta(link, START, END).series) == 1
    assert len(world.client.instances(master, START, END) or ()) == 3


def test_the_instances_of_an_unknown_series_are_none() -> None:
    world = World()
    master = series(world)
    world.mailbox.delete(master)
    world.mailbox.empty_deleted_items()
    assert world.client.instances(master, START, END) is None


def test_an_expired_delta_link_says_so() -> None:
    world = World()
    link = world.client.delta(None, START, END).delta_link
    world.mailbox.expire_delta_links()
    with pytest.raises(Expired):
        world.client.delta(link, START, END)


def test_only_the_primary_calendar_is_listed() -> None:
    world = World()
    here = world.mailbox.book("Here", local(2026, 11, 25, 9), local(2026, 11, 25, 10))
    there = world.mailbox.book("There", local(2026, 11, 25, 9), local(2026, 11, 25, 10))
    world.mailbox.to_secondary(there)
    assert world.client.listed(START, NOW + timedelta(days=30)) == frozenset({here})


def test_our_events_are_found_by_their_mark() -> None:
    world = World()
    event_id, _ = world.made(create("link-a"))
    world.made(create("link-b", Content("Other", span(4))))
    found = world.client.find("link-a")
    assert [(event.id, event.link_mark) for event in found] == [(event_id, "link-a")]
    assert world.client.find("o'hara") == []


def test_a_world_whose_filter_finds_nothing_is_no_fault() -> None:
    world = World(Switches(filter_on_properties_finds=False))
    world.made()
    assert world.client.find("link-1") == []


def test_a_calendar_that_answers_is_sound() -> None:
    world = World()
    assert world.client.is_sound()
    world.fault_once(error(404, "ErrorItemNotFound"), "/me/calendar")
    assert not world.client.is_sound()
    world.fault_once(error(503, "serviceNotAvailable"), "/me/calendar")
    with pytest.raises(Retry):
        world.client.is_sound()


def test_a_throttled_mailbox_says_how_long() -> None:
    world = World()
    world.graph.throttle(world.mailbox, 1, retry_after=11)
    with pytest.raises(Retry) as fault:
        world.client.delta(None, START, END)
    assert (fault.value.code, fault.value.after_seconds) == ("throttled", 11)


def test_an_invited_meeting_is_a_meeting_and_ones_own_is_one_only_with_others() -> None:
    world = World()
    boss = world.graph.add_mailbox("tid", "boss", "boss@firm.example", "Boss")
    theirs = boss.book("Review", local(2026, 11, 25, 9), local(2026, 11, 25, 10))
    boss.invite(theirs, "ann@firm.example")
    mine = world.mailbox.book("Mine", local(2026, 11, 26, 9), local(2026, 11, 26, 10))
    world.mailbox.edit(mine, {"attendees": [{"emailAddress": {"address": "Ann@firm.example"}, "type": "required"}]})
    found = {event.content.title: event for event in world.client.delta(None, START, END).events}
    assert found["Review"].is_meeting
    assert not found["Review"].is_organizer
    assert found["Review"].response == "notResponded"
    assert not found["Mine"].is_meeting
    assert found["Mine"].is_organizer


def test_a_private_calendar_event_is_private_and_a_custom_zone_is_read_exactly() -> None:
    world = World()
    body = {
        "subject": "Doctor",
        "start": {"dateTime": "2026-11-25T09:00:00", "timeZone": "W. Europe Standard Time"},
        "end": {"dateTime": "2026-11-25T10:00:00", "timeZone": "W. Europe Standard Time"},
        "sensitivity": "private",
    }
    world.mailbox.create(body, custom_zone=True)
    (event,) = world.client.delta(None, START, END).events
    assert event.is_private
    assert event.content.span.start == datetime(2026, 11, 25, 8, tzinfo=UTC)
    assert event.content.span.zone == "UTC"


def test_a_delete_of_many_is_one_batch() -> None:
    world = World()
    made = [world.made(create(f"l{number}", Content(f"E{number}", span(number + 1)))) for number in range(5)]
    world.sent.clear()
    results = world.client.write([DeleteOutlook(event_id, change_key) for event_id, change_key in made])
    assert [result.verdict for result in results] == [Verdict.DONE] * 5
    assert len(world.sent) == 1


def test_a_token_that_graph_refuses_needs_the_user() -> None:
    world = World()
    world.token = "withdrawn"
    with pytest.raises(Reconnect, match="token_refused"):
        world.client.delta(None, START, END)
    assert len(world.sent) == 2
