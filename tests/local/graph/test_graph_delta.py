"""The change feed: windows in tokens, pages, what is reported as removed, and links that stop working."""

from __future__ import annotations

from typing import Any

import pytest

from local.graph.service import Switches
from tests.local.graph.world import SPAN, World, at, event, removed, standing


def test_a_first_round_gives_what_shows_in_the_window_page_by_page(world: World) -> None:
    made = [world.create(event(day=day))["id"] for day in range(1, 6)]
    world.create(event(start=at(1, month=10), end=at(1, 10, month=10)))

    rows, link = world.round(page=2)

    assert standing(rows) == made
    assert world.round(link)[0] == []


def test_a_later_round_gives_what_changed_since(world: World) -> None:
    kept, changed = world.create()["id"], world.create()["id"]
    _, link = world.round()
    world.ann.edit(changed, {"subject": "Other"})
    fresh = world.create()["id"]

    rows, _ = world.round(link)

    assert standing(rows) == [changed, fresh]
    assert kept not in standing(rows)
    assert rows[0]["subject"] == "Other"


def test_an_old_link_can_be_asked_again(world: World) -> None:
    _, link = world.round()
    made = world.create()["id"]

    assert standing(world.round(link)[0]) == [made]
    assert standing(world.round(link)[0]) == [made]


def test_removed_comes_for_deleted_moved_out_and_moved_away(world: World) -> None:
    deleted, left, far, back = (world.create()["id"] for _ in range(4))
    _, link = world.round()
    world.ask("DELETE", f"/me/events/{deleted}")
    world.ann.to_secondary(left)
    world.ann.to_secondary(back)
    world.ann.back(back)
    world.ann.edit(far, {"start": at(1, month=10), "end": at(1, 10, month=10)})

    rows, _ = world.round(link)

    assert removed(rows) == [deleted, left, far]
    assert standing(rows) == [back]


def test_removed_comes_for_an_event_made_outside_the_window(world: World) -> None:
    _, link = world.round()
    far = world.create(event(start=at(1, month=10), end=at(1, 10, month=10)))["id"]

    assert removed(world.round(link)[0]) == [far]


def test_another_calendars_events_are_never_told(world: World) -> None:
    _, link = world.round()
    made = world.ann.create(event(), calendar="secondary")
    world.ann.edit(made, {"subject": "Other"})

    assert world.round(link)[0] == []


def test_rows_carry_the_transaction_id_and_no_marks(world: World) -> None:
    name = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name link"
    world.create(event(transactionId="t-1", singleValueExtendedProperties=[{"id": name, "value": "1"}]))

    rows, _ = world.round()

    assert rows[0]["transactionId"] == "t-1"
    assert "singleValueExtendedProperties" not in rows[0]


@pytest.mark.parametrize("option", ["$select=subject", "$filter=subject eq 'x'", "$orderby=subject", "$top=5"])
def test_options_are_refused(world: World, option: str) -> None:
    assert world.refused("GET", f"/me/calendarView/delta?{SPAN}&{option}")[0] == 400


def test_a_window_is_needed_and_limited(world: World) -> None:
    wide = "startDateTime=2026-01-01T00:00:00Z&endDateTime=2031-01-02T00:00:00Z"

    assert world.refused("GET", "/me/calendarView/delta") == (400, "ErrorInvalidParameter")
    assert world.refused("GET", f"/me/calendarView/delta?{wide}") == (400, "ErrorCalendarViewRangeTooBig")
    assert world.refused("GET", f"/me/calendarView?{wide}") == (400, "ErrorCalendarViewRangeTooBig")


def test_a_link_that_is_unknown_foreign_expired_or_restored_over_is_gone(world: World) -> None:
    _, link = world.round()
    backup = world.ann.dump()
    gone = (410, "SyncStateNotFound")

    assert world.refused("GET", f"{link[:-2]}AA") == gone
    assert world.refused("GET", "/me/calendarView/delta?$deltatoken=x") == gone
    assert world.refused("GET", link, mailbox=world.bob) == gone
    world.ann.load(backup)
    assert world.refused("GET", link) == gone
    _, fresh = world.round()
    world.ann.expire_delta_links()
    assert world.refused("GET", fresh) == gone


def test_old_links_fall_out_if_the_switch_says_so() -> None:
    world = World(Switches(delta_tokens_kept=2))
    _, first = world.round()
    _, second = world.round(first)
    world.round(second)

    assert world.refused("GET", first)[0] == 410
    assert world.ask("GET", second).status == 200


@pytest.mark.parametrize(("code", "status"), [("resyncRequired", 410), ("syncStateInvalid", 400)])
def test_a_dead_link_may_answer_otherwise(code: Any, status: int) -> None:
    world = World(Switches(delta_gone=code))

    assert world.refused("GET", "/me/calendarView/delta?$deltatoken=x") == (status, code)


def test_a_row_may_come_twice_in_a_round() -> None:
    world = World(Switches(delta_repeats_a_row=True))
    made = [world.create()["id"] for _ in range(2)]

    assert standing(world.round()[0]) == [*made, made[0]]


def test_the_id_reported_removed_is_the_one_it_had_in_the_calendar(world: World) -> None:
    made = world.create()["id"]
    old = world.good("GET", f"/me/events/{made}", headers={})["id"]
    link = world.good("GET", f"/me/calendarView/delta?{SPAN}", headers={})["@odata.deltaLink"]
    world.ann.to_secondary(made)
    world.ann.delete(made)

    assert removed(world.good("GET", link, headers={})["value"]) == [old]


def test_stale_rows_come_a_round_later() -> None:
    world = World(Switches(stale_delta_rows=2))
    first = world.create()["id"]
    late = [world.create()["id"], world.create()["id"]]

    rows, link = world.round()
    after, link = world.round(link)

    assert standing(rows) == [first]
    assert standing(after) == late
    assert world.round(link)[0] == []


def test_mutable_ids_are_told_without_the_preference(world: World) -> None:
    made = world.create()
    body = world.good("GET", f"/me/calendarView/delta?{SPAN}", headers={})
    old = body["value"][0]["id"]
    world.ask("DELETE", f"/me/events/{made['id']}")

    after = world.good("GET", body["@odata.deltaLink"], headers={})

    assert old != made["id"]
    assert removed(after["value"]) == [old]


def test_an_item_changed_while_pages_are_read_comes_again(world: World) -> None:
    made = [world.create()["id"] for _ in range(3)]
    headers = {"Prefer": 'odata.maxpagesize=2, IdType="ImmutableId"'}
    first = world.good("GET", f"/me/calendarView/delta?{SPAN}", headers=headers)
    world.ann.edit(made[0], {"subject": "Other"})

    rest, link = world.round(first["@odata.nextLink"])

    assert standing(first["value"]) + standing(rest) == made
    assert standing(world.round(link)[0]) == [made[0]]
