"""The nightly round (sync-api.md, Functions)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.core import rows
from shared.core.errors import Retry
from shared.core.state import Job, Review
from shared.flows import connect, directory, disconnect, housekeeping
from tests.flows.test_chain import fill, notes
from tests.flows.world import ANNA, BEN, START, World


def put_job(world: World, job_id: str, ended: datetime) -> None:
    world.put(rows.job_key(job_id, ended), Job(job_id, "sync", "succeeded", started_at=ended, finished_at=ended))


def put_review(world: World, review_id: str, resolved: datetime | None) -> None:
    review = Review(review_id, "edit_conflict", "l1", START, resolved_at=resolved)
    world.put(rows.REVIEW_PREFIX + review_id, review)
    world.put(rows.LOSER_PREFIX + review_id, {"title": "the losing title"})


def test_expired_flows_go_and_waiting_ones_stay(world: World) -> None:
    connect.begin(world.ports, ANNA)
    world.pass_time(minutes=6)
    connect.begin(world.ports, BEN)
    world.pass_time(minutes=5)
    assert housekeeping.run(world.ports).flows == 1
    assert len(world.rows_under(rows.FLOW_PARTITION)) == 1


def test_jobs_are_kept_ninety_days(world: World) -> None:
    world.connect()
    put_job(world, "old", START - timedelta(days=91))
    put_job(world, "new", START - timedelta(days=89))
    assert housekeeping.run(world.ports).jobs == 1
    assert [key.rpartition("|")[2] for key in world.keys(prefix="j|")] == ["new"]


def test_losing_values_are_kept_thirty_days_after_the_decision(world: World) -> None:
    world.connect()
    put_review(world, "open", None)
    put_review(world, "young", START - timedelta(days=29))
    put_review(world, "old", START - timedelta(days=31))
    world.put("k|gone", {})
    assert housekeeping.run(world.ports).values == 2
    assert world.keys(prefix="k|") == ["k|open", "k|young"]
    assert len(world.keys(prefix="r|")) == 3


def test_links_end_ninety_days_after_a_disconnect_and_the_line_stays(world: World) -> None:
    world.connect()
    line = world.staff().line
    world.edit_staff(links=120, first_done=True)
    for number in range(120):
        world.put(f"l|{number:03d}", {})
    disconnect.run(world.ports, ANNA)
    world.pass_time(days=89)
    assert housekeeping.run(world.ports).links == 0
    world.pass_time(days=1)
    assert housekeeping.run(world.ports).links == 120
    assert world.keys(prefix="l|") == []
    staff = world.staff()
    assert (staff.line, staff.links, staff.first_done) == (line, 0, False)
    assert world.rows_under(directory.FORMER_PARTITION) == []
    world.connect()
    assert world.staff().line == line


def test_the_links_of_who_came_back_stay(world: World) -> None:
    world.connect()
    world.put("l|1", {})
    disconnect.run(world.ports, ANNA)
    world.connect()
    world.pass_time(days=200)
    housekeeping.run(world.ports)
    assert world.keys(prefix="l|") == ["l|1"]
    assert world.staff().connection == "connected"


def test_secrets_that_could_not_be_dropped_are_dropped(world: World) -> None:
    world.connect()
    secret = world.staff().secret
    world.microsoft.drop_fault = Retry("vault_unreachable")
    disconnect.run(world.ports, ANNA)
    world.microsoft.drop_fault = None
    world.pass_time(days=1)
    assert housekeeping.run(world.ports).secrets == 1
    assert set(world.microsoft.dropped) == {secret}
    assert world.staff().secret is None


def test_a_sign_in_cut_short_leaves_no_secret_behind(world: World) -> None:
    directory.plan_drop(world.ports, "f1", "s1", "ot-orphan")
    assert housekeeping.run(world.ports).secrets == 0
    world.pass_time(minutes=10)
    assert housekeeping.run(world.ports).secrets == 1
    assert world.microsoft.dropped == ["ot-orphan"]


def test_a_secret_in_use_is_never_dropped(world: World) -> None:
    world.connect()
    secret = world.staff().secret
    assert secret is not None
    directory.plan_drop(world.ports, "f1", "s1", secret)
    world.pass_time(days=1)
    assert housekeeping.run(world.ports).secrets == 0
    assert list(world.microsoft.kept) == [secret]
    assert world.rows_under(directory.DROPS_PARTITION) == []


def test_waiting_audit_records_join_the_chain(world: World) -> None:
    world.connect()
    fill(world, [notes(3)], fence=2)
    housekeeping.run(world.ports)
    assert world.actions() == ["connect", "update", "update", "update"]


def test_one_persons_fault_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.connect(ANNA)
    world.connect(BEN, "ben")
    put_job(world, "old", START - timedelta(days=91))
    scan = world.store.scan

    def failing(partition: str, prefix: str) -> Any:
        if partition == world.partition(BEN):
            raise Retry("tables_unreachable")
        return scan(partition, prefix)

    monkeypatch.setattr(world.store, "scan", failing)
    swept = housekeeping.run(world.ports)
    assert (swept.failed, swept.jobs) == (1, 1)
