"""The timer's tick (product.md C1, A1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec import structs

from shared.core import rows
from shared.core.errors import Rejected, Retry
from shared.core.rows import Connection
from shared.flows import downgrade, schedule
from shared.ports import Put, RowChange
from tests.flows.world import ANNA, BEN, CARA, FIRM, START, World


def listed(world: World, count: int, firm_id: str = "f1", *, paused: bool = False) -> None:
    for number in range(count):
        staff_id = f"p{number}"
        person = rows.encoded(Connection(firm_id, staff_id, paused))
        partition = rows.connection_partition(firm_id, staff_id)
        world.store.commit(partition, [Put(rows.connection_key(firm_id, staff_id), person)])


def test_everybody_connected_gets_one_message_of_their_own(world: World) -> None:
    listed(world, 40)
    assert schedule.run(world.ports) == schedule.Fanout(sent=40)
    jobs = [job for job, _ in world.queue.sent]
    assert {job.staff_id for job in jobs} == {f"p{number}" for number in range(40)}
    assert len({job.job_id for job in jobs}) == 40
    assert {(job.kind, job.sent_at) for job in jobs} == {("sync", START)}


def test_paused_people_and_firms_without_the_feature_are_left_alone(world: World) -> None:
    world.caseflow.firms["f2"] = structs.replace(FIRM, id="f2", plan="growth")
    world.caseflow.firms["f3"] = structs.replace(FIRM, id="f3", outlook_sync=False)
    listed(world, 2)
    for firm_id in ("f2", "f3", "unknown"):
        listed(world, 1, firm_id)
    world.caseflow.firms["f4"] = structs.replace(FIRM, id="f4")
    listed(world, 3, "f4", paused=True)
    assert schedule.run(world.ports) == schedule.Fanout(sent=2, paused=3, ineligible=3)
    assert {job.firm_id for job, _ in world.queue.sent} == {"f1"}


def test_messages_are_spread_over_a_tenth_of_a_second_each_twenty_seconds_at_most(world: World) -> None:
    listed(world, 5)
    schedule.run(world.ports)
    assert {delay for _, delay in world.queue.sent} == {0}
    world.queue.sent.clear()
    listed(world, 400)
    schedule.run(world.ports)
    delays = {delay for _, delay in world.queue.sent}
    assert delays == set(range(21))


def test_one_message_that_cannot_be_sent_stops_no_other(world: World) -> None:
    listed(world, 20)
    world.queue.refuse = lambda job: job.staff_id == "p7"
    assert schedule.run(world.ports) == schedule.Fanout(sent=19, failed=1)


def test_a_caseflow_that_does_not_answer_is_asked_once_and_the_jobs_go_out(world: World) -> None:
    for number in range(5):
        listed(world, 1, f"f{number}")
    world.caseflow.fault = Retry("timeout")
    assert schedule.run(world.ports).sent == 5
    assert world.caseflow.asked == 1


def test_what_is_removed_while_the_firm_is_not_eligible_will_not_count(world: World) -> None:
    world.connect(ANNA)
    world.connect(BEN, "ben")
    world.connect(CARA, "cara")
    world.edit_staff(delta_link="https://graph.example/delta", cursor="c1")
    world.edit_staff(BEN, off_since=START - timedelta(days=1))
    generation = world.staff().generation
    world.pass_time(minutes=5)
    world.caseflow.firms["f1"] = structs.replace(FIRM, plan="growth")
    for _ in range(3):
        assert schedule.run(world.ports) == schedule.Fanout(ineligible=3)
        world.pass_time(minutes=5)
    staff = world.staff()
    assert staff.off_since == START + timedelta(minutes=5)
    assert (staff.generation, staff.delta_link, staff.cursor) == (generation + 1, None, None)
    assert world.staff(BEN).off_since == START - timedelta(days=1)
    world.caseflow.firms["f1"] = FIRM
    assert schedule.run(world.ports).sent == 3
    assert world.staff() == staff
    assert world.rows_under(downgrade.PARTITION) == []


def test_a_person_whose_row_cannot_be_written_is_marked_at_the_next_tick(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect(ANNA)
    world.connect(BEN, "ben")
    world.caseflow.firms["f1"] = structs.replace(FIRM, outlook_sync=False)
    commit = world.store.commit

    def failing(partition: str, changes: Sequence[RowChange]) -> None:
        if partition == world.partition(BEN):
            raise Retry("tables_unavailable")
        commit(partition, changes)

    with monkeypatch.context() as patch:
        patch.setattr(world.store, "commit", failing)
        schedule.run(world.ports)
    assert world.staff(BEN).off_since is None
    schedule.run(world.ports)
    assert world.staff(BEN).off_since == START


def test_a_firm_that_caseflow_answers_strangely_is_left_to_its_jobs(world: World) -> None:
    listed(world, 1)
    world.caseflow.fault = Rejected("http_400")
    assert schedule.run(world.ports).sent == 1


def test_nobody_connected_is_a_tick_of_sixteen_reads(world: World) -> None:
    assert schedule.run(world.ports) == schedule.Fanout()
