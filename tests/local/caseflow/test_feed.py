"""The change feed: snapshots, cursors, what is on a calendar, restores."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.caseflow.world import World, code


def brief(items: list[dict[str, Any]]) -> list[tuple[str, str, str | None]]:
    return [(item["kind"], item["id"], item.get("reason")) for item in items]


def test_a_snapshot_holds_what_ends_after_the_start_of_the_day_in_the_staff_members_zone(world: World) -> None:
    edge = {"start": "2026-03-01T23:00:00-05:00"}
    world.event(**edge, end="2026-03-02T00:00:00-05:00")
    over = world.event(**edge, end="2026-03-02T00:00:01-05:00")
    world.event(all_day=True, start="2026-03-01", end="2026-03-02")
    today = world.event(all_day=True, start="2026-03-01", end="2026-03-03")
    world.caseflow.create_task(world.firm, by=world.ann, topic="Old", due_date="2026-03-01", assignee_ids=[world.ann])
    due = world.caseflow.create_task(
        world.firm, by=world.ann, topic="New", due_date="2026-03-02", assignee_ids=[world.ann]
    )
    items, _ = world.snapshot(since="2026-03-02")
    assert {item["id"] for item in items} == {over, today, due["id"]}


def test_the_zone_of_the_snapshot_is_the_staff_members_own(world: World) -> None:
    event_id = world.event(start="2026-03-01T22:00:00-05:00", end="2026-03-01T23:00:00-05:00")
    assert world.snapshot()[0] == []
    world.caseflow.edit_staff(world.ann, by=world.ann, timezone="Pacific/Auckland")
    assert [item["id"] for item in world.snapshot()[0]] == [event_id]


def test_a_snapshot_from_the_first_day_of_the_calendar_holds_everything(world: World) -> None:
    world.caseflow.edit_staff(world.ann, by=world.ann, timezone="Pacific/Auckland")
    event_id = world.event(start="1950-01-01T00:00:00Z", end="1950-01-01T01:00:00Z")
    assert [item["id"] for item in world.snapshot(since="0001-01-01")[0]] == [event_id]


def test_after_the_snapshot_every_change_comes_in_order_whatever_its_date(world: World) -> None:
    first = world.event()
    _, cursor = world.snapshot()
    old = world.event(start="2020-01-01T00:00:00Z", end="2020-01-01T01:00:00Z")
    world.caseflow.edit_event(first, by=world.ann, title="New")
    items = world.since(cursor)
    assert brief(items) == [("event", old, None), ("event", first, None)]
    assert items[1]["event"]["title"] == "New"
    assert items[1]["version"] == 2


def test_several_edits_are_folded_into_the_newest(world: World) -> None:
    event_id = world.event()
    _, cursor = world.snapshot()
    for title in ("one", "two", "three"):
        world.caseflow.edit_event(event_id, by=world.ann, title=title)
    assert [(item["version"], item["event"]["title"]) for item in world.since(cursor)] == [(4, "three")]


def test_a_cursor_may_be_used_again(world: World) -> None:
    _, cursor = world.snapshot()
    event_id = world.event()
    assert brief(world.since(cursor)) == brief(world.since(cursor)) == [("event", event_id, None)]


def test_pages_follow_each_other_without_a_gap_while_people_go_on_editing(world: World) -> None:
    ids = [world.event() for _ in range(5)]
    query: dict[str, Any] = {"from": "2026-03-02"}
    seen: dict[str, str] = {}
    rounds = 0
    while True:
        answer = world.changes(limit=2, **query)
        assert answer.body is not None
        seen.update({item["id"]: item["change"] for item in answer.body["items"]})
        if not answer.body["has_more"]:
            break
        if rounds == 0:
            world.caseflow.edit_event(ids[0], by=world.ann, title="late")
            world.caseflow.delete_event(ids[4], by=world.ann)
            ids.append(world.event())
        rounds += 1
        query = {"cursor": answer.body["next_cursor"]}
    assert seen == {**dict.fromkeys(ids, "upsert"), ids[4]: "removed"}
    assert rounds == 3


def test_a_deleted_or_unassigned_event_is_removed_with_its_reason(world: World) -> None:
    deleted, unassigned = world.event(), world.event(staff_ids=[world.ann, world.ben])
    _, cursor = world.snapshot()
    world.caseflow.delete_event(deleted, by=world.ann)
    world.caseflow.unassign(unassigned, world.ann, by=world.ben)
    items = world.since(cursor)
    assert brief(items) == [("event", deleted, "deleted"), ("event", unassigned, "unassigned")]
    assert [item["version"] for item in items] == [2, 2]
    assert all("event" not in item for item in items)


def test_a_colleagues_feed_carries_only_their_own_events(world: World) -> None:
    _, cursor = world.snapshot(world.ben)
    world.event()
    shared = world.event()
    world.caseflow.assign(shared, world.ben, by=world.ann)
    assert brief(world.since(cursor, world.ben)) == [("event", shared, None)]


def test_an_edit_of_an_event_that_left_the_calendar_is_not_reported(world: World) -> None:
    event_id = world.event(staff_ids=[world.ann, world.ben])
    world.caseflow.unassign(event_id, world.ann, by=world.ann)
    _, cursor = world.snapshot()
    world.caseflow.edit_event(event_id, by=world.ben, title="Ben's")
    assert world.since(cursor) == []


def test_a_task_is_on_the_calendar_while_open_dated_and_assigned(world: World) -> None:
    _, cursor = world.snapshot()
    task = world.caseflow.create_task(world.firm, by=world.ann, topic="File", assignee_ids=[world.ann])["id"]
    assert world.since(cursor) == []
    steps: list[tuple[dict[str, Any], str | None]] = [
        ({"due_date": "2026-03-09"}, None),
        ({"due_date": None}, "undated"),
        ({"due_date": "2026-03-10"}, None),
        ({"completed": True}, "completed"),
        ({"completed": False}, None),
        ({"assignee_ids": [world.ben]}, "unassigned"),
        ({"assignee_ids": [world.ann]}, None),
    ]
    for changes, reason in steps:
        world.caseflow.edit_task(task, by=world.ann, **changes)
        assert brief(world.since(cursor)) == [("task", task, reason)], changes
    world.caseflow.complete_task(task, by=world.ann)
    world.caseflow.delete_task(task, by=world.ann)
    assert brief(world.since(cursor)) == [("task", task, "completed")]


def test_a_deleted_task_is_removed(world: World) -> None:
    members = {"topic": "File", "due_date": "2026-03-09", "assignee_ids": [world.ann]}
    task = world.caseflow.create_task(world.firm, by=world.ann, **members)["id"]
    items, cursor = world.snapshot()
    assert items[0]["task"]["topic"] == "File"
    assert "completed" not in items[0]["task"]
    world.caseflow.delete_task(task, by=world.ann)
    assert brief(world.since(cursor)) == [("task", task, "deleted")]


def test_a_deadline_is_on_the_calendars_of_its_matters_staff(world: World) -> None:
    members = {"name": "Answer due", "date": "2026-03-20", "matter_id": world.matter}
    deadline = world.caseflow.create_deadline(world.firm, by=world.ann, **members)["id"]
    (of_ann,), ann = world.snapshot()
    of_ben, ben = world.snapshot(world.ben)
    assert of_ann["deadline"]["name"] == "Answer due"
    assert of_ben == []
    world.caseflow.set_matter_staff(world.matter, [world.ben], by=world.ann)
    assert brief(world.since(ann)) == [("deadline", deadline, "unassigned")]
    assert brief(world.since(ben, world.ben)) == [("deadline", deadline, None)]
    world.caseflow.edit_deadline(deadline, by=world.ben, date=None)
    assert brief(world.since(ben, world.ben)) == [("deadline", deadline, "undated")]
    world.caseflow.edit_deadline(deadline, by=world.ben, date="2026-03-21")
    world.caseflow.delete_deadline(deadline, by=world.ben)
    assert brief(world.since(ben, world.ben)) == [("deadline", deadline, "deleted")]


def test_an_expired_cursor_answers_410(world: World) -> None:
    _, cursor = world.snapshot()
    world.caseflow.expire_cursors()
    assert code(world.changes(cursor=cursor)) == (410, "cursor_expired")
    assert world.since(world.snapshot()[1]) == []


def test_a_restore_expires_the_cursors_given_out_since_the_backup(world: World) -> None:
    _, before = world.snapshot()
    backup = world.caseflow.backup()
    _, since = world.snapshot()
    world.caseflow.restore(backup)
    _, after = world.snapshot()
    event_id = world.event()
    assert code(world.changes(cursor=since)) == (410, "cursor_expired")
    assert brief(world.since(before)) == brief(world.since(after)) == [("event", event_id, None)]


def test_a_second_restore_of_the_same_backup_expires_what_came_between(world: World) -> None:
    _, before = world.snapshot()
    backup = world.caseflow.backup()
    world.caseflow.restore(backup)
    _, between = world.snapshot()
    world.caseflow.restore(backup)
    assert code(world.changes(cursor=between)) == (410, "cursor_expired")
    assert world.changes(cursor=before).status == 200


def test_a_restore_takes_versions_keys_and_new_events_back(world: World) -> None:
    kept = world.post("kept").body
    assert kept is not None
    backup = world.caseflow.backup()
    world.caseflow.edit_event(kept["id"], by=world.ann, title="New")
    lost = world.post("lost").body
    assert lost is not None
    world.caseflow.restore(backup)
    assert world.request("GET", f"/events/{kept['id']}").body == kept
    assert code(world.request("GET", f"/events/{lost['id']}")) == (404, "not_found")
    assert world.post("kept").status == 200
    again = world.post("lost")
    assert again.status == 201
    assert again.body is not None
    assert again.body["id"] != lost["id"]


def test_a_deactivated_staff_member_answers_403_and_a_removed_one_404(world: World) -> None:
    _, cursor = world.snapshot()
    world.caseflow.deactivate_staff(world.ann, by=world.ben)
    assert code(world.changes(cursor=cursor)) == (403, "staff_inactive")
    world.caseflow.remove_staff(world.ann, by=world.ben)
    assert code(world.changes(cursor=cursor)) == (404, "staff_not_found")


def test_another_firms_staff_member_is_unknown(world: World) -> None:
    other = world.caseflow.add_firm("Other")["id"]
    staff = world.caseflow.add_staff(other, "Cy", "cy@other.example")["id"]
    assert code(world.changes(staff, **{"from": "2026-03-02"})) == (404, "staff_not_found")


@pytest.mark.parametrize(
    ("query", "member"),
    [
        ({}, "from"),
        ({"from": "today"}, "from"),
        ({"from": "2026-03-02", "limit": 0}, "limit"),
        ({"from": "2026-03-02", "limit": 501}, "limit"),
        ({"from": "2026-03-02", "limit": "many"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"from": "2026-03-02", "since": "x"}, "since"),
    ],
)
def test_a_faulty_query_is_refused_by_name(world: World, query: dict[str, Any], member: str) -> None:
    answer = world.changes(**query)
    assert code(answer) == (422, "invalid_request")
    assert answer.body is not None
    assert f"`{member}`" in answer.body["detail"]


def test_a_cursor_of_a_colleague_is_refused(world: World) -> None:
    _, cursor = world.snapshot(world.ben)
    assert code(world.changes(cursor=cursor)) == (422, "invalid_request")
