"""The firm's audit chain (product.md N)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import rfc8785

from shared.core import rows
from shared.core.errors import Rejected, Retry
from shared.core.state import AuditNote
from shared.flows import auditlog, chain
from shared.ports import Put, RowChange
from tests.flows.world import ANNA, BEN, START, World


def notes(count: int, staff_id: str = "s1", first: int = 0, **members: Any) -> list[AuditNote]:
    return [
        AuditNote(
            at=members.get("at", START) + timedelta(seconds=number),
            actor_kind="outlook",
            actor_id=None,
            action=members.get("action", "update"),
            object_kind="event",
            object_id=f"e{number % 7}",
            object_version=number,
            origin=members.get("origin", "sync"),
            staff_id=staff_id,
            job_id="j1",
        )
        for number in range(first, first + count)
    ]


def fill(world: World, batches: Sequence[list[AuditNote]], who: Any = ANNA, fence: int = 1) -> None:
    for number, batch in enumerate(batches):
        world.put(rows.outbox_key(fence, number), batch, who)


def chained(world: World) -> list[dict[str, Any]]:
    return [json.loads(row.data) for row in world.store.scan(rows.firm_partition("f1"), rows.CHAIN_PREFIX)]


def test_records_join_in_order_each_with_the_hash_before_it(world: World) -> None:
    fill(world, [notes(90), notes(40, first=90), notes(3, first=130)])
    assert chain.append(world.ports, "f1", "s1") == 133
    records = chained(world)
    assert [record["seq"] for record in records] == list(range(1, 134))
    assert [record["object"]["version"] for record in records] == list(range(133))
    previous = "0" * 64
    for record in records:
        body = {key: value for key, value in record.items() if key != "hash"}
        assert body["prev_hash"] == previous
        previous = hashlib.sha256(rfc8785.dumps(body)).hexdigest()
        assert record["hash"] == previous
    assert world.keys(prefix="a|") == []
    expected = {"ok": True, "records": 133, "head": previous, "pending": 0}
    assert chain.verify(world.ports, "f1") == expected


def test_an_empty_chain_is_proved(world: World) -> None:
    assert chain.verify(world.ports, "f1") == {"ok": True, "records": 0, "head": "0" * 64, "pending": 0}


def test_appending_nothing_writes_nothing(world: World) -> None:
    assert chain.append(world.ports, "f1", "s1") == 0
    assert world.rows_under(rows.firm_partition("f1")) == []


@pytest.mark.parametrize("survived", range(1, 8))
def test_a_crash_at_any_commit_loses_and_doubles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    fill(world, [notes(60), notes(60, first=60), notes(60, first=120)])
    commit, left = world.store.commit, [survived]

    def commit_or_die(partition: str, changes: Sequence[RowChange]) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Retry("tables_unreachable")
        commit(partition, changes)

    with monkeypatch.context() as patch:
        patch.setattr(world.store, "commit", commit_or_die)
        chain.settle(world.ports, "f1", "s1")
    chain.append(world.ports, "f1", "s1")
    assert [record["object"]["version"] for record in chained(world)] == list(range(180))
    assert world.keys(prefix="a|") == []
    assert chain.verify(world.ports, "f1")["ok"]


@pytest.mark.parametrize("step", range(1, 12))
def test_two_that_append_at_once_chain_each_record_once(
    world: World, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    fill(world, [notes(50), notes(60, first=50)])
    store, taken = world.store, [0]

    def interrupted(name: str) -> Any:
        real = getattr(store, name)

        def call(*arguments: Any) -> Any:
            taken[0] += 1
            if taken[0] == step:
                with monkeypatch.context() as patch:
                    patch.setattr(store, "get", originals["get"])
                    patch.setattr(store, "scan", originals["scan"])
                    patch.setattr(store, "commit", originals["commit"])
                    chain.append(world.ports, "f1", "s1")
            return real(*arguments)

        return call

    originals = {name: getattr(store, name) for name in ("get", "scan", "commit")}
    with monkeypatch.context() as patch:
        for name in originals:
            patch.setattr(store, name, interrupted(name))
        chain.append(world.ports, "f1", "s1")
    assert [record["object"]["version"] for record in chained(world)] == list(range(110))
    assert chain.verify(world.ports, "f1")["ok"]


def test_colleagues_share_one_chain(world: World) -> None:
    fill(world, [notes(2)])
    fill(world, [notes(2, "s2")], BEN)
    chain.append(world.ports, "f1", "s1")
    chain.append(world.ports, "f1", "s2")
    assert [record["staff_id"] for record in chained(world)] == ["s1", "s1", "s2", "s2"]


def test_verify_says_how_many_still_wait(world: World) -> None:
    world.connect(ANNA)
    world.connect(BEN, "ben")
    fill(world, [notes(3)])
    fill(world, [notes(4, "s2")], BEN)
    assert chain.verify(world.ports, "f1")["pending"] == 7


def tampered(world: World, seq: int, **members: Any) -> None:
    partition, key = rows.firm_partition("f1"), chain.record_key(seq)
    row = world.store.get(partition, key)
    assert row is not None
    record = {**json.loads(row.data), **members}
    if members.pop("rehash", False):
        record.pop("rehash")
        record["hash"] = chain.digest(record)
    world.store.commit(partition, [Put(key, json.dumps(record))])


@pytest.mark.parametrize("seq", [1, 99, 100, 101, 250])
def test_an_altered_record_is_found(world: World, seq: int) -> None:
    fill(world, [notes(90), notes(90), notes(70)])
    chain.append(world.ports, "f1", "s1")
    tampered(world, seq, action="nothing")
    assert chain.verify(world.ports, "f1")["first_bad"] == seq


def test_an_altered_record_with_a_fitting_hash_is_found_by_its_successor(world: World) -> None:
    fill(world, [notes(10)])
    chain.append(world.ports, "f1", "s1")
    tampered(world, 4, action="nothing", rehash=True)
    assert chain.verify(world.ports, "f1")["first_bad"] == 5


@pytest.mark.parametrize(("removed", "first_bad"), [((5,), 5), ((1,), 1), ((120,), 120), (tuple(range(60, 121)), 60)])
def test_a_removed_record_is_found(world: World, removed: tuple[int, ...], first_bad: int) -> None:
    fill(world, [notes(60), notes(60)])
    chain.append(world.ports, "f1", "s1")
    for seq in removed:
        del world.store.partitions[rows.firm_partition("f1")][chain.record_key(seq)]
    answer = chain.verify(world.ports, "f1")
    assert (answer["ok"], answer["first_bad"]) == (False, first_bad)


def everything(world: World, query: auditlog.Query) -> list[dict[str, Any]]:
    page = auditlog.read(world.ports, "f1", query)
    records = page.records
    while page.next_cursor:
        page = auditlog.read(world.ports, "f1", query, page.next_cursor)
        records = records + page.records
    return records


def test_the_log_is_read_newest_first_in_pages(world: World) -> None:
    world.connect(ANNA)
    fill(world, [notes(90), notes(90, first=90), notes(90, first=180)], fence=2)
    chain.append(world.ports, "f1", "s1")
    fill(world, [notes(2, first=270)], fence=3)
    records = everything(world, auditlog.Query())
    assert [record["seq"] for record in records] == [None, None, *range(271, 0, -1)]
    assert [record["object"]["version"] for record in records[:2]] == [271, 270]


def test_the_log_is_filtered(world: World) -> None:
    world.connect(ANNA)
    world.connect(BEN, "ben")
    fill(world, [notes(20), notes(5, action="delete", origin="import")])
    fill(world, [notes(30, "s2", at=START + timedelta(days=2))], BEN)
    chain.append(world.ports, "f1", "s1")
    chain.append(world.ports, "f1", "s2")
    counts = {
        auditlog.Query(staff_id="s2", action="update"): 30,
        auditlog.Query(action="delete"): 5,
        auditlog.Query(action="connect"): 2,
        auditlog.Query(origin="import"): 5,
        auditlog.Query(object_id="e3", staff_id="s1"): 4,
        auditlog.Query(since=START + timedelta(days=1)): 30,
        auditlog.Query(until=START + timedelta(days=1), origin="sync"): 20,
        auditlog.Query(staff_id="s3"): 0,
    }
    for query, count in counts.items():
        assert len(everything(world, query)) == count, query


@pytest.mark.parametrize("cursor", ["nonsense", "é", "MXx4", "Mnw1"])
def test_a_made_up_cursor_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(Rejected, match="cursor_invalid"):
        auditlog.read(world.ports, "f1", auditlog.Query(), cursor)
