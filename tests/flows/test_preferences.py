"""The four toggles (product.md L, A1)."""

from __future__ import annotations

import json

import pytest
from msgspec import structs

from shared.core import rows
from shared.core.errors import NotEligible
from shared.core.state import ALL_ON, Preferences
from shared.flows import disconnect, preferences
from tests.flows.world import ANNA, BEN, FIRM, START, World

PAUSED = structs.replace(ALL_ON, sync_enabled=False)
NO_EVENTS = structs.replace(ALL_ON, calendar_events=False)
NO_TASKS = structs.replace(ALL_ON, tasks=False)


def test_all_toggles_are_on_where_nothing_was_saved(world: World) -> None:
    assert preferences.get(world.ports, ANNA) == ALL_ON
    assert world.keys() == []


def test_what_was_saved_is_read_back_and_noted_in_the_audit_log(world: World) -> None:
    world.connect()
    assert preferences.put(world.ports, ANNA, NO_TASKS) == NO_TASKS
    assert preferences.get(world.ports, ANNA) == NO_TASKS
    assert preferences.get(world.ports, BEN) == ALL_ON
    assert world.actions() == ["connect", "preferences"]
    record = json.loads(world.store.scan(rows.firm_partition("f1"), rows.CHAIN_PREFIX)[-1].data)
    assert record["before"] != record["after"]
    assert "tasks" not in record["after"]


def test_saving_the_same_again_changes_nothing(world: World) -> None:
    world.connect()
    before = world.staff()
    assert preferences.put(world.ports, ANNA, ALL_ON) == ALL_ON
    assert world.staff() == before


@pytest.mark.parametrize("wanted", [PAUSED, NO_EVENTS, NO_TASKS])
def test_a_change_stops_the_job_under_way_and_is_looked_at_by_the_next(world: World, wanted: Preferences) -> None:
    world.connect()
    before = world.staff()
    preferences.put(world.ports, ANNA, wanted)
    assert world.staff().generation == before.generation + 1
    assert world.staff().pending == "preferences"


@pytest.mark.parametrize("off", [PAUSED, NO_EVENTS])
def test_off_begins_with_pausing_and_on_again_begins_with_a_full_round(world: World, off: Preferences) -> None:
    world.connect()
    world.edit_staff(delta_link="https://graph.example/delta", cursor="c1")
    preferences.put(world.ports, ANNA, off)
    assert (world.staff().off_since, world.staff().cursor) == (START, "c1")
    world.pass_time(days=1)
    preferences.put(world.ports, ANNA, structs.replace(off, tasks=False))
    preferences.put(world.ports, ANNA, ALL_ON)
    staff = world.staff()
    assert (staff.off_since, staff.delta_link, staff.cursor) == (START, None, None)


def test_tasks_off_leaves_the_feeds_where_they_are(world: World) -> None:
    world.connect()
    world.edit_staff(delta_link="https://graph.example/delta", cursor="c1")
    preferences.put(world.ports, ANNA, NO_TASKS)
    assert (world.staff().off_since, world.staff().cursor) == (None, "c1")


def test_the_timer_skips_whom_pauses(world: World) -> None:
    world.connect()
    preferences.put(world.ports, ANNA, PAUSED)
    shard = rows.connection_partition("f1", "s1")
    assert rows.decoded(world.rows_under(shard)[0].data, rows.Connection).paused
    preferences.put(world.ports, ANNA, ALL_ON)
    assert not rows.decoded(world.rows_under(shard)[0].data, rows.Connection).paused


def test_toggles_of_who_is_not_connected_are_kept_for_later(world: World) -> None:
    preferences.put(world.ports, ANNA, PAUSED)
    assert world.timer_list() == []
    world.connect()
    assert world.staff().preferences == PAUSED
    assert rows.decoded(world.rows_under(rows.connection_partition("f1", "s1"))[0].data, rows.Connection).paused
    disconnect.run(world.ports, ANNA)
    preferences.put(world.ports, ANNA, ALL_ON)
    assert world.timer_list() == []


@pytest.mark.parametrize(
    ("members", "code"), [({"plan": "solo"}, "plan_required"), ({"outlook_sync": False}, "beta_not_enabled")]
)
def test_switching_on_needs_the_feature_and_switching_off_does_not(
    world: World, members: dict[str, object], code: str
) -> None:
    world.connect()
    world.caseflow.firms["f1"] = structs.replace(FIRM, **members)
    assert preferences.put(world.ports, ANNA, NO_TASKS) == NO_TASKS
    with pytest.raises(NotEligible) as caught:
        preferences.put(world.ports, ANNA, structs.replace(PAUSED, tasks=True))
    assert caught.value.code == code
    assert preferences.get(world.ports, ANNA) == NO_TASKS
