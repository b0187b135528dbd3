"""The timers and queues hand over to their flows and answer nothing."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from azure.functions.queue import QueueMessage
from msgspec import structs

from shared import compose
from shared.core.errors import Retry, Stale
from shared.core.jobs import JobMessage, decoded, encoded
from shared.core.state import Fault, Job
from shared.flows import archive
from tests.http.engine import Engine
from tests.http.world import DOWN, FIRM, NOW, STAFF, World

MESSAGE = JobMessage(FIRM, STAFF, "import", "j-1", NOW, days=30, requested_by=STAFF)


def delivery(text: str | bytes) -> Any:
    return QueueMessage(  # type: ignore[no-untyped-call]
        id="m-1", body=text.encode() if isinstance(text, str) else text
    )


def test_a_tick_sends_one_message_for_each_connected_staff_member(world: World) -> None:
    world.staff("s-1")
    world.staff("s-2")
    world.run("schedule_sync")
    assert sorted(decoded(text).staff_id for text in world.queue.sent) == ["s-1", "s-2"]


def test_a_message_runs_its_job(world: World, engine: Engine) -> None:
    world.run("sync_staff", delivery(encoded(MESSAGE)))
    assert engine.asked == [MESSAGE]


def test_a_fault_of_a_job_gives_its_message_back_to_the_queue(world: World, engine: Engine) -> None:
    engine.fault = DOWN
    with pytest.raises(Retry):
        world.run("sync_staff", delivery(encoded(MESSAGE)))


def test_a_poisoned_message_fails_its_job_and_shows_it(world: World) -> None:
    world.staff()
    world.put_job(Job("j-1", "import", "running", done=7, days=30), NOW)
    world.run("sync_poison", delivery(encoded(MESSAGE)))
    job = world.call("get_job", route={"job_id": "j-1"}).json["job"]
    assert (job["state"], job["error"], job["progress"]["done"]) == ("failed", "poison", 7)
    error = world.call("status").json["error"]
    assert (error["code"], error["reference"], error["retryable"]) == ("poison", "j-1", True)


def test_a_poisoned_message_without_a_job_row_makes_one(world: World) -> None:
    world.staff()
    world.run("sync_poison", delivery(encoded(MESSAGE)))
    assert world.call("list_jobs").json["jobs"][0]["state"] == "failed"


def test_after_poison_retry_runs_the_same_import_again(world: World, engine: Engine) -> None:
    world.staff()
    world.run("sync_poison", delivery(encoded(MESSAGE)))
    assert world.call("retry").status == 202
    assert decoded(world.queue.sent[0]).days == 30


def test_poison_does_not_hide_the_fault_that_caused_it(world: World) -> None:
    world.staff(fault=Fault("throttled", NOW, retryable=True, action="wait"))
    world.run("sync_poison", delivery(encoded(MESSAGE)))
    assert world.stored().fault == Fault("throttled", NOW, retryable=True, action="wait")


@pytest.mark.parametrize("body", [b"", b"\xff", b"{}", b'{"firm_id": 1}', b"[]"])
def test_an_unreadable_poisoned_message_is_logged(world: World, caplog: pytest.LogCaptureFixture, body: bytes) -> None:
    world.run("sync_poison", delivery(body))
    assert "job.poison_unreadable" in caplog.text


@pytest.mark.parametrize("fault", [DOWN, Stale("row_changed")])
def test_poison_never_fails_even_while_tables_do(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    def refuse(*_: Any) -> Any:
        raise fault

    monkeypatch.setattr(world.store, "commit", refuse)
    world.run("sync_poison", delivery(encoded(MESSAGE)))
    assert "job.poison_unmarked" in caplog.text


def test_poison_with_odd_ids_is_handled_like_any_other(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.run("sync_poison", delivery(encoded(structs.replace(MESSAGE, staff_id="a b/ü"))))
    assert "job.given_up" in caplog.text


def test_the_archive_seals_yesterday_where_a_bucket_is_set(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed: list[Any] = []
    monkeypatch.setattr(archive, "run", lambda _, day, retention_days: sealed.append((day, retention_days)))
    world.run("archive_audit")
    assert sealed == []
    monkeypatch.setattr(compose, "settings", lambda: SimpleNamespace(sealing=SimpleNamespace(retention_days=400)))
    world.run("archive_audit")
    assert sealed == [((NOW - timedelta(days=1)).date(), 400)]


def test_housekeeping_runs_on_an_empty_world(world: World) -> None:
    world.run("housekeeping")
    assert world.queue.sent == []
