"""The demonstration firm: seeded whole into both stand-ins, and rich enough for every rule to have a case."""

from __future__ import annotations

from datetime import UTC, date, datetime
from threading import Lock
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from local.caseflow.service import CaseFlow
from local.graph.service import GraphService
from local.up import reading
from local.up.demo import acts
from local.up.demo import caseflow as demo_caseflow
from local.up.demo import outlook as demo_outlook
from local.up.demo.days import Slot, working_day
from local.up.demo.people import FIRM_ID, STAFF
from local.up.standins import StandIns
from local.up.views import Firm

NOW = datetime(2026, 3, 4, 13, 30, tzinfo=UTC)


@pytest.fixture
def seeded() -> StandIns:
    graph = GraphService(now=lambda: NOW)
    caseflow = CaseFlow(now=lambda: NOW, service_token="t")
    demo_caseflow.seed(caseflow, NOW.date())
    demo_outlook.seed(graph, NOW.date())
    return cast(StandIns, SimpleNamespace(graph=graph, caseflow=caseflow, now=lambda: NOW, graph_lock=Lock()))


@pytest.fixture
def firm(seeded: StandIns) -> Firm:
    line = {person.staff_id: NOW.date() for person in STAFF}
    return reading.read(seeded, STAFF, line, reading.before(seeded, STAFF, line))


def test_all_that_people_wrote_stands_in_the_two_calendars(firm: Firm) -> None:
    assert len(firm.events) == len(demo_caseflow.ENTRIES)
    assert len(firm.one_way) == len(demo_caseflow.TASKS) + len(demo_caseflow.DEADLINES)
    titles = {row.title for box in firm.mailboxes for row in box.events}
    assert titles == {entry.title for entry in (*demo_outlook.ENTRIES, demo_outlook.SERIES)}
    assert {row.title for box in firm.mailboxes for row in box.secondary} == {"Book club", "Bins out"}


def test_every_reason_to_mask_has_a_case(firm: Firm) -> None:
    assert {event.masked for event in firm.events} == {"", "matter", "category", "confidential", "private"}


def test_masked_texts_hold_words_that_stand_nowhere_else(firm: Firm) -> None:
    own = {word for text in firm.open_texts for word in text.lower().split()}
    bare = [subject for subject, text in firm.secret_texts if not set(text.lower().split()) - own]
    assert bare == []


def test_the_series_has_a_moved_and_a_cancelled_occurrence(firm: Firm) -> None:
    days = [row.times.start for row in firm.mailboxes[0].events if row.title == demo_outlook.SERIES.title][:3]
    assert days == ["2026-03-05T13:00Z", "2026-03-12T14:00Z", "2026-03-26T12:00Z"]


def test_the_declined_meeting_and_the_private_appointment_are_seen_as_such(firm: Firm) -> None:
    rows = {row.title: row for box in firm.mailboxes for row in box.events}
    assert rows["Sales pitch"].ended
    assert rows["Doctor"].private
    assert rows["Case load review"].attendees == 1


def test_one_meeting_stands_in_the_mailboxes_of_two_of_the_staff(firm: Firm) -> None:
    held = [{row.ical_uid for row in box.events if row.title == "Case load review"} for box in firm.mailboxes]
    assert held[0] == held[1] != set()


@pytest.mark.parametrize(
    ("today", "offset", "expected"),
    [
        (date(2026, 3, 4), 0, date(2026, 3, 4)),
        (date(2026, 3, 7), 0, date(2026, 3, 9)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 3, 9), -1, date(2026, 3, 6)),
    ],
)
def test_a_working_day_is_never_on_a_weekend(today: date, offset: int, expected: date) -> None:
    assert working_day(today, offset) == expected


def test_a_slot_of_whole_days_runs_from_midnight_to_midnight() -> None:
    start, end = Slot(0, days=2).bounds(date(2026, 3, 4), ZoneInfo("UTC"))
    assert (start.isoformat(), end.isoformat()) == ("2026-03-04T00:00:00+00:00", "2026-03-06T00:00:00+00:00")


def test_the_busy_morning_changes_both_sides(seeded: StandIns) -> None:
    line = {person.staff_id: NOW.date() for person in STAFF}
    was = reading.everything(seeded, STAFF, line)
    # the sync would have brought this one over; its link to a matter is what the morning needs
    acts_need = {"title": "Dentist", "start": "2026-03-05", "end": "2026-03-06", "all_day": True}
    seeded.caseflow.create_event(FIRM_ID, by=STAFF[0].staff_id, staff_ids=[STAFF[0].staff_id], **acts_need)
    acts.in_outlook(seeded.graph, NOW.date())
    acts.in_caseflow(seeded.caseflow, NOW.date())
    now = reading.everything(seeded, STAFF, line)
    assert len(was.keys() - now.keys()) == 2
    assert len(now.keys() - was.keys()) == 2
    assert len([key for key in was.keys() & now.keys() if was[key] != now[key]]) == 6
