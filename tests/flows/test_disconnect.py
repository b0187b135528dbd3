"""Disconnecting (product.md M1, A2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.core import rows
from shared.core.errors import Retry
from shared.core.state import StaffRow
from shared.flows import directory, disconnect, staffrow
from shared.ports import Put
from tests.flows.world import ANNA, BEN, START, World


def test_our_access_goes_and_what_was_synced_stays(world: World) -> None:
    world.connect()
    world.put("l|1", {})
    before = world.staff()
    after = disconnect.run(world.ports, ANNA)
    assert after == world.staff()
    assert (after.connection, after.secret) == ("disconnected", None)
    assert after.generation > before.generation
    assert (after.disconnected_at, after.off_since) == (START, START)
    assert (after.line, after.account) == (before.line, before.account)
    assert world.microsoft.kept == {}
    assert world.keys(prefix="l|") == ["l|1"]
    assert world.timer_list() == []
    assert world.rows_under(rows.mailbox_partition("t1", "o-anna")) == []
    assert world.actions() == ["connect", "disconnect"]


def test_the_row_says_disconnected_before_anything_else_happens(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.connect()
    seen: list[str] = []

    def drop(secret: str) -> None:
        seen.append(world.staff().connection)

    monkeypatch.setattr(world.microsoft, "drop", drop)
    disconnect.run(world.ports, ANNA)
    assert seen == ["disconnected"]


def test_it_can_be_done_twice_and_without_a_connection(world: World) -> None:
    assert disconnect.run(world.ports, BEN) == StaffRow("f1", "s2")
    assert world.keys(BEN) == []
    world.connect()
    once = disconnect.run(world.ports, ANNA)
    assert disconnect.run(world.ports, ANNA) == once
    assert world.actions() == ["connect", "disconnect"]


def test_the_answer_waits_for_a_request_under_way(world: World) -> None:
    world.connect()
    world.edit_staff(lease_until=START + timedelta(seconds=3))
    disconnect.run(world.ports, ANNA, wait=lambda seconds: world.pass_time(seconds=seconds))
    assert world.time == START + timedelta(seconds=3)


def test_a_lease_given_back_ends_the_waiting(world: World) -> None:
    world.connect()
    world.edit_staff(lease_until=START + timedelta(seconds=90))

    def wait(seconds: float) -> None:
        world.pass_time(seconds=seconds)
        world.edit_staff(lease_until=None)

    disconnect.run(world.ports, ANNA, wait=wait)
    assert world.time == START + timedelta(seconds=disconnect.POLL_SECONDS)


def test_the_answer_waits_twenty_seconds_at_most(world: World) -> None:
    world.connect()
    world.edit_staff(lease_until=START + timedelta(seconds=120))
    disconnect.run(world.ports, ANNA, wait=lambda seconds: world.pass_time(seconds=seconds))
    assert world.time == START + timedelta(seconds=20)
    assert world.microsoft.kept == {}


def test_a_job_that_is_faster_does_not_stop_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.connect()
    get, left = world.store.get, [3]

    def get_and_lose(partition: str, key: str) -> object:
        row = get(partition, key)
        if partition == world.partition() and left[0]:
            left[0] -= 1
            assert row is not None
            world.store.commit(partition, [Put(key, row.data)])
        return row

    monkeypatch.setattr(world.store, "get", get_and_lose)
    assert disconnect.run(world.ports, ANNA).connection == "disconnected"


def test_endless_contention_is_to_be_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.connect()
    get = world.store.get

    def get_and_lose(partition: str, key: str) -> object:
        row = get(partition, key)
        if partition == world.partition() and row is not None:
            world.store.commit(partition, [Put(key, row.data)])
        return row

    monkeypatch.setattr(world.store, "get", get_and_lose)
    with pytest.raises(Retry):
        staffrow.change(world.ports, "f1", "s1", lambda row: row)


def test_a_vault_that_is_down_delays_the_deletion_only(world: World) -> None:
    world.connect()
    secret = world.staff().secret
    world.microsoft.drop_fault = Retry("vault_unreachable")
    after = disconnect.run(world.ports, ANNA)
    assert (after.connection, after.secret) == ("disconnected", secret)
    assert len(world.rows_under(directory.DROPS_PARTITION)) == 1
    world.microsoft.drop_fault = None
    assert disconnect.run(world.ports, ANNA).secret is None
    assert world.microsoft.dropped == [secret]
    assert world.rows_under(directory.DROPS_PARTITION) == []


def test_the_system_disconnects_whom_caseflow_no_longer_knows(world: World) -> None:
    world.connect()
    world.edit_staff(connection="needs_reconnect")
    disconnect.end(world.ports, "f1", "s1", reason="inactive")
    record = world.store.scan(rows.firm_partition("f1"), rows.CHAIN_PREFIX)[-1].data
    assert '"actor":{"kind":"system","id":null}' in record


def test_a_mailbox_taken_over_since_is_left_to_its_owner(world: World) -> None:
    world.connect()
    partition = rows.mailbox_partition("t1", "o-anna")
    world.store.commit(partition, [Put(rows.CLAIM_KEY, rows.encoded(rows.Claim("f1", "s2")))])
    disconnect.run(world.ports, ANNA)
    assert len(world.rows_under(partition)) == 1


def test_a_freed_mailbox_serves_a_colleague(world: World) -> None:
    world.connect()
    disconnect.run(world.ports, ANNA)
    assert world.connect(BEN, "anna") is None
