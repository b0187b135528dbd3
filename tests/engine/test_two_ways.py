"""Single events cross both ways, once, and come to rest (C3, E1, E2, F1, F2)."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from shared.core import rows
from shared.flows import sync
from shared.ports import Put
from tests.engine.acts import is_quiet
from tests.simulation.world import Person, World

TEN = datetime(2026, 11, 25, 10)  # noqa: DTZ001 - wall clock of the mailbox
ELEVEN = datetime(2026, 11, 25, 11)  # noqa: DTZ001


def book(world: World, title: str = "Call", **members: object) -> str:
    given = {
        "title": title, "start": "2026-11-26T10:00:00-05:00", "end": "2026-11-26T11:00:00-05:00", "all_day": False,
        "staff_ids": ["ann"], **members,
    }  # fmt: skip
    return str(world.caseflow.create_event("f1", by="ann", **given)["id"])


def test_an_outlook_event_is_made_in_caseflow_once(world: World, ann: Person) -> None:
    ann.mailbox.book("Lunch", TEN, ELEVEN, "America/New_York", location={"displayName": "Cafe"})
    world.settle(ann)
    case = world.case("Lunch")
    assert (case["start"], case["location"], case["staff_ids"]) == ("2026-11-25T10:00:00-05:00", "Cafe", ["ann"])
    assert is_quiet(world, ann)


def test_a_caseflow_event_is_made_in_outlook_once(world: World, ann: Person) -> None:
    book(world, "Call", description_html="<p>agenda</p>", location="Office")
    world.settle(ann)
    event = world.event(ann, "Call")
    assert event["location"]["displayName"] == "Office"
    assert "agenda" in event["body"]["content"]
    assert event["sensitivity"] == "normal"
    assert is_quiet(world, ann)


def test_an_edit_in_outlook_is_carried(world: World, ann: Person) -> None:
    event_id = ann.mailbox.book("Lunch", TEN, ELEVEN, "America/New_York")
    world.settle(ann)
    ann.mailbox.edit(event_id, {"subject": "Late lunch"})
    world.settle(ann, 2)
    assert world.case("Late lunch")
    assert len(world.cases()) == 1


def test_an_edit_in_caseflow_is_carried(world: World, ann: Person) -> None:
    case_id = book(world)
    world.settle(ann)
    world.caseflow.edit_event(case_id, by="ann", start="2026-11-27T10:00:00-05:00", end="2026-11-27T11:00:00-05:00")
    world.settle(ann, 2)
    (event,) = world.outlook(ann)
    assert event["start"]["dateTime"].startswith("2026-11-27T15:00")
    assert is_quiet(world, ann)


def test_a_deletion_in_outlook_is_carried(world: World, ann: Person) -> None:
    for title in ("A", "B", "C", "D"):
        ann.mailbox.book(title, TEN, ELEVEN, "America/New_York")
    world.settle(ann)
    ann.mailbox.delete(world.event(ann, "A")["id"])
    world.settle(ann, 2)
    assert [case["title"] for case in world.cases()] == ["B", "C", "D"]


def test_a_deletion_in_caseflow_removes_the_copy(world: World, ann: Person) -> None:
    ids = [book(world, title) for title in ("A", "B", "C", "D")]
    world.settle(ann)
    world.caseflow.delete_event(ids[0], by="ann")
    world.settle(ann, 2)
    assert [event["subject"] for event in world.outlook(ann)] == ["B", "C", "D"]


def test_a_matter_event_is_masked_from_its_first_write(world: World, ann: Person) -> None:
    book(world, "Hearing Doe", description_html="<p>secret strategy</p>", location="Court 5", matter_id="m1")
    world.settle(ann)
    event = world.event(ann, "Hearing Doe")
    assert event["sensitivity"] == "confidential"
    assert event["location"]["displayName"] == ""
    assert "secret" not in str(event)
    assert not [r for r in world.requests if r[0] == "graph" and (b"secret" in r[3] or b"Court 5" in r[3])]


def test_tasks_and_deadlines_are_mirrored(world: World, ann: Person) -> None:
    world.caseflow.set_matter_staff("m1", ["ann"], by="system")
    world.caseflow.create_task("f1", by="ann", topic="File brief", due_date="2026-11-27", assignee_ids=["ann"])
    world.caseflow.create_deadline("f1", by="ann", name="Answer due", date="2026-12-01", matter_id="m1")
    world.settle(ann)
    assert [event["subject"] for event in world.outlook(ann)] == ["Task: File brief", "Deadline: Answer due"]
    assert all(event["isAllDay"] and event["showAs"] == "free" for event in world.outlook(ann))
    assert world.cases() == []
    assert is_quiet(world, ann)


def test_an_idle_run_costs_two_requests_and_two_table_operations(world: World, ann: Person) -> None:
    ann.mailbox.book("Lunch", TEN, ELEVEN, "America/New_York")
    world.settle(ann)
    world.requests.clear()
    world.table_operations.clear()
    world.sync(ann)
    assert [(r[0], r[1]) for r in world.requests] == [("caseflow", "GET"), ("caseflow", "GET"), ("graph", "GET")]
    assert world.table_operations == ["get", "commit"]


def test_a_series_arrives_as_its_occurrences(world: World, ann: Person) -> None:
    event_id = ann.mailbox.book("Standup", TEN, ELEVEN, "America/New_York")
    recurrence = {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["wednesday"]},
        "range": {"type": "numbered", "startDate": "2026-11-25", "numberOfOccurrences": 3},
    }
    ann.mailbox.make_series(event_id, recurrence)
    world.settle(ann)
    assert [case["start"] for case in world.cases()] == [
        "2026-11-25T10:00:00-05:00", "2026-12-02T10:00:00-05:00", "2026-12-09T10:00:00-05:00",
    ]  # fmt: skip
    assert {case["series_id"] for case in world.cases()} != {None}
    assert is_quiet(world, ann)


def test_events_before_the_line_are_left_alone(world: World, ann: Person) -> None:
    ann.mailbox.book("Old", datetime(2026, 11, 23, 10), datetime(2026, 11, 23, 11), "America/New_York")  # noqa: DTZ001
    book(world, "Old case", start="2026-11-20T10:00:00-05:00", end="2026-11-20T11:00:00-05:00")
    world.settle(ann)
    assert [event["subject"] for event in world.outlook(ann)] == ["Old"]
    assert [case["title"] for case in world.cases()] == ["Old case"]


def test_an_import_copies_past_events_once(world: World, ann: Person) -> None:
    ann.mailbox.book("Old", datetime(2026, 11, 3, 10), datetime(2026, 11, 3, 11), "America/New_York")  # noqa: DTZ001
    world.settle(ann)
    job = world.sync(ann, "import", 30)
    assert job is not None
    assert job.result.pulled.created == 1
    again = world.sync(ann, "import", 90)
    assert again is not None
    assert (again.result.pulled.created, again.result.pulled.unchanged) == (0, 1)
    assert len(world.cases()) == 1
    world.settle(ann)
    assert len(world.outlook(ann)) == 1


def test_a_pull_never_renews_the_window(world: World, ann: Person) -> None:
    """D3, K1: it would not push what the new window reaches."""
    world.settle(ann)
    far = {"start": "2028-12-14T10:00:00-05:00", "end": "2028-12-14T11:00:00-05:00"}
    book(world, "Far", **far)
    world.settle(ann, 2)
    world.clock.pass_(days=8)
    world.sync(ann, "manual")
    world.settle(ann, 2)
    times = [event["subject"] for event in ann.mailbox.events(world.clock(), datetime(2029, 1, 1, tzinfo=UTC))]
    assert times == ["Far"]


def test_a_job_that_a_person_overtakes_gives_its_lease_back(world: World, ann: Person) -> None:
    """C2: else nobody could sync for two minutes after preferences were saved during a job."""
    book(world)
    plain = world.ports.outlook

    class Overtaken:
        """The mailbox, until the first read by id: then the row is changed as the page changes it."""

        def __init__(self, secret: str) -> None:
            self._mailbox = plain(secret)

        def __getattr__(self, name: str) -> object:
            if name == "write":
                row = msgspec.structs.replace(world.row(ann), generation=9)
                world.store.commit(world.partition(ann), [Put(rows.STAFF_KEY, rows.encoded(row))])
            return getattr(self._mailbox, name)

    ports = msgspec.structs.replace(world.ports, outlook=Overtaken)
    assert sync.run(ports, world.message(ann)) is None
    assert world.row(ann).lease_until is None
    assert world.row(ann).generation == 9
