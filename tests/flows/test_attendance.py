"""The daily look at who is connected and not served: people who left (A2), silence (K5)."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core.errors import Gone, Inactive, Reconnect, Retry, SyncError
from shared.core.events import Kind
from shared.core.jobs import JobMessage
from shared.core.links import Born, Link
from shared.core.state import Fault, Job, Preferences
from shared.flows import attendance, housekeeping
from shared.flows.sync import ending
from shared.ports import CategoryRow, Staff
from tests.flows.world import ANNA, BEN, FIRM, START, World

PAUSED = Preferences(False, True, True, True)
YESTERDAY = START - timedelta(days=1)


@pytest.fixture
def world(world: World) -> World:
    world.connect()
    return world


def deactivate(world: World) -> None:
    key = (ANNA.firm_id, ANNA.staff_id)
    world.caseflow.people[key] = structs.replace(world.caseflow.people[key], active=False)


def had_job(world: World, **ago: float) -> None:
    started = START - timedelta(**ago)
    world.edit_staff(last_sync=Job("j1", "sync", "succeeded", started, started), last_success_at=started)


def failing(world: World, monkeypatch: pytest.MonkeyPatch, error: SyncError) -> list[str]:
    """CaseFlow answers every question about a person with an error; who was asked for."""
    asked: list[str] = []

    def staff(firm_id: str, staff_id: str) -> Staff:
        asked.append(staff_id)
        raise error

    monkeypatch.setattr(world.caseflow, "staff", staff)
    return asked


@pytest.mark.parametrize("reason", ["paused", "not eligible", "must reconnect"])
def test_who_left_without_having_jobs_is_disconnected(world: World, reason: str) -> None:
    """A2: the tokens go, and it is audited."""
    secret = world.staff().secret
    if reason == "paused":
        world.edit_staff(preferences=PAUSED)
    elif reason == "not eligible":
        world.caseflow.firms["f1"] = structs.replace(FIRM, outlook_sync=False)
    else:
        world.edit_staff(connection="needs_reconnect")
    deactivate(world)
    assert housekeeping.run(world.ports).inactive == 1
    assert (world.staff().connection, world.staff().secret) == ("disconnected", None)
    assert world.microsoft.dropped == [secret]
    assert world.timer_list() == []
    assert world.actions() == ["connect", "disconnect"]


@pytest.mark.parametrize("error", [Inactive("staff_inactive"), Gone("staff_not_found")])
def test_who_is_unknown_to_caseflow_is_disconnected(
    world: World, monkeypatch: pytest.MonkeyPatch, error: SyncError
) -> None:
    failing(world, monkeypatch, error)
    assert attendance.look(world.ports).inactive == 1
    assert world.staff().connection == "disconnected"


@pytest.mark.parametrize("code", ["not_found", "firm_not_found"])
def test_another_404_proves_nothing(world: World, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """C4."""
    failing(world, monkeypatch, Gone(code))
    assert attendance.look(world.ports).inactive == 0
    assert world.staff().connection == "connected"


def test_who_had_a_job_within_a_day_is_not_asked_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = failing(world, monkeypatch, Inactive("staff_inactive"))
    had_job(world, hours=23, minutes=59)
    assert attendance.look(world.ports).inactive == 0
    had_job(world, hours=24)
    assert attendance.look(world.ports).inactive == 1
    assert asked == [ANNA.staff_id]


def test_who_is_active_stays_connected(world: World) -> None:
    world.edit_staff(preferences=PAUSED)
    assert attendance.look(world.ports).inactive == 0
    assert world.staff().connection == "connected"


def test_a_caseflow_that_does_not_answer_is_asked_once(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "outlooksync")
    world.connect(BEN, "ben")
    asked = failing(world, monkeypatch, Retry("timeout"))
    swept = housekeeping.run(world.ports)
    assert (swept.inactive, swept.failed, len(asked)) == (0, 0, 1)
    assert "housekeeping.unasked code=timeout" in caplog.messages


def test_one_persons_fault_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.connect(BEN, "ben")
    deactivate(world)
    get = world.store.get

    def refusing(partition: str, key: str) -> Any:
        if partition == world.partition(BEN):
            raise Retry("tables_unreachable")
        return get(partition, key)

    monkeypatch.setattr(world.store, "get", refusing)
    found = attendance.look(world.ports)
    assert (found.failed, found.inactive) == (1, 1)


def silent(world: World, caplog: pytest.LogCaptureFixture) -> list[str]:
    caplog.set_level(logging.INFO, "outlooksync")
    count = housekeeping.run(world.ports).silent
    lines = said(caplog)
    assert count == len(lines)
    return lines


def test_a_day_of_silence_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """K5."""
    had_job(world, hours=25)
    assert silent(world, caplog) == ["sync.silent firm=f1 staff=s1 age_seconds=90000"]


@pytest.mark.parametrize(("category", "lines"), [("Hearing", 1), ("Lunch", 0)])
def test_hours_of_silence_before_a_hearing_are_logged(
    world: World, caplog: pytest.LogCaptureFixture, category: str, lines: int
) -> None:
    world.caseflow.firms["f1"] = structs.replace(FIRM, categories=(CategoryRow("Lunch", protected=False),))
    link = Link("l1", Kind.EVENT, Born.CASEFLOW, category=category, ends_at=START + timedelta(days=3))
    world.put("l|l1", link)
    had_job(world, hours=3)
    assert len(silent(world, caplog)) == lines


@pytest.mark.parametrize("reason", ["paused", "not eligible", "must reconnect", "no answer", "young"])
def test_what_is_no_silence_is_not_logged(world: World, caplog: pytest.LogCaptureFixture, reason: str) -> None:
    had_job(world, hours=23 if reason == "young" else 25)
    if reason == "paused":
        world.edit_staff(preferences=PAUSED)
    elif reason == "not eligible":
        world.caseflow.firms["f1"] = structs.replace(FIRM, plan="solo")
    elif reason == "must reconnect":
        fault = Fault("consent_withdrawn", YESTERDAY, retryable=False, action="reconnect")
        world.edit_staff(connection="needs_reconnect", fault=fault)
    elif reason == "no answer":
        world.caseflow.fault = Retry("timeout")
    assert silent(world, caplog) == []


def failed(world: World, error: SyncError, requested_by: str | None = None) -> None:
    message = JobMessage("f1", "s1", "sync", "j2", START, requested_by=requested_by)
    with suppress(Retry):
        ending.failed(world.ports, message, error, START)


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [line for line in caplog.messages if line.startswith("sync.silent")]


@pytest.mark.parametrize(("hours", "lines"), [(23, []), (25, ["sync.silent firm=f1 staff=s1 age_seconds=90000"])])
def test_a_regular_job_that_fails_after_a_day_says_so(
    world: World, caplog: pytest.LogCaptureFixture, hours: int, lines: list[str]
) -> None:
    """K5."""
    had_job(world, hours=hours)
    failed(world, Retry("throttled"))
    assert said(caplog) == lines


def test_a_job_that_a_person_asked_for_does_not_repeat_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """It comes back every few seconds."""
    had_job(world, hours=25)
    failed(world, Retry("throttled"), requested_by="s1")
    assert said(caplog) == []


def test_a_job_that_finds_the_consent_gone_is_no_silence(world: World, caplog: pytest.LogCaptureFixture) -> None:
    had_job(world, hours=25)
    failed(world, Reconnect("consent_withdrawn"))
    assert said(caplog) == []
