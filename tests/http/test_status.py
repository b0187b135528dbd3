"""What the page and CaseFlow's banner are told (sync-api.md, `status` and `connections`; product.md K)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core import rows
from shared.core.events import Kind
from shared.core.links import Born, Link
from shared.core.state import ALL_ON, Counts, Fault, Job, Result
from shared.ports import Put
from tests.http.world import DOWN, FIRM, NOW, STAFF, World

MEMBERS = {
    "availability",
    "connection",
    "account_email",
    "sync",
    "preferences",
    "last_sync",
    "last_success_at",
    "next_sync_at",
    "error",
    "import",
    "reviews_open",
    "set_aside",
    "not_fully_masked",
}
ERROR_MEMBERS = {"code", "message", "since", "retryable", "action", "reference"}
PAUSED = structs.replace(ALL_ON, sync_enabled=False)
FAULT = Fault("throttled", NOW - timedelta(minutes=20), retryable=True, action="wait", reference="req-1")


def status(world: World, **who: Any) -> dict[str, Any]:
    answer = world.call("status", **who)
    assert answer.status == 200
    found: dict[str, Any] = answer.json
    return found


def link(category: str | None, ends_at: datetime) -> Put:
    made = Link("l-1", Kind.EVENT, Born.CASEFLOW, category=category, ends_at=ends_at)
    return Put(f"{rows.LINK_PREFIX}l-1", rows.encoded(made))


def test_the_status_has_exactly_the_members_of_the_contract(world: World) -> None:
    assert status(world).keys() == MEMBERS
    world.staff(fault=FAULT)
    found = status(world)
    assert found.keys() == MEMBERS
    assert found["error"].keys() == ERROR_MEMBERS


def test_somebody_who_never_connected_is_disconnected_and_idle(world: World) -> None:
    found = status(world)
    assert (found["connection"], found["sync"], found["availability"]) == ("disconnected", "idle", "available")
    assert found["preferences"] == structs.asdict(ALL_ON)
    assert [found[name] for name in ("account_email", "last_sync", "next_sync_at", "error", "import")] == [None] * 5


def test_a_connected_person_sees_account_last_sync_and_next_tick(world: World) -> None:
    last = Job("j-9", "sync", "succeeded", NOW, NOW, result=Result(pulled=Counts(created=3)))
    world.staff(last_sync=last, reviews_open=1, set_aside=2, not_fully_masked=3)
    found = status(world)
    assert found["account_email"] == "s-1@harbor-law.example"
    assert found["last_sync"]["id"] == "j-9"
    assert found["last_sync"]["result"]["pulled"]["created"] == 3
    assert found["next_sync_at"] == "2026-11-24T15:45:00Z"
    assert (found["reviews_open"], found["set_aside"], found["not_fully_masked"]) == (1, 2, 3)


def test_a_status_costs_one_get_and_one_scan(world: World) -> None:
    world.staff()
    heard: list[str] = []
    world.store._observe = heard.append
    status(world)
    assert heard == ["get", "scan"]


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({}, "idle"),
        ({"lease_until": NOW + timedelta(seconds=60)}, "running"),
        ({"lease_until": NOW - timedelta(seconds=1)}, "idle"),
        ({"fault": FAULT}, "error"),
        ({"fault": FAULT, "lease_until": NOW + timedelta(seconds=60)}, "running"),
        ({"preferences": PAUSED, "fault": FAULT}, "paused"),
        ({"connection": "needs_reconnect", "fault": FAULT}, "error"),
        ({"connection": "disconnected", "fault": FAULT}, "idle"),
    ],
)
def test_one_word_says_how_sync_goes(world: World, members: dict[str, Any], word: str) -> None:
    world.staff(**members)
    assert status(world)["sync"] == word


def test_a_queued_sync_now_counts_as_running(world: World) -> None:
    world.staff()
    world.put_job(Job("j-1", "manual", "queued"), NOW)
    assert status(world)["sync"] == "running"


def test_an_open_import_is_shown_until_it_ends(world: World) -> None:
    world.staff()
    world.put_job(Job("j-1", "import", "succeeded"), NOW)
    assert status(world)["import"] is None
    world.put_job(Job("j-2", "import", "running", done=120, total=480), NOW)
    assert status(world)["import"]["progress"] == {"done": 120, "total": 480}


@pytest.mark.parametrize("members", [{"preferences": PAUSED}, {"connection": "needs_reconnect"}])
def test_what_is_not_scheduled_has_no_next_sync(world: World, members: dict[str, Any]) -> None:
    world.staff(**members)
    assert status(world)["next_sync_at"] is None


def test_an_ineligible_firm_is_named_and_not_scheduled(world: World) -> None:
    world.staff()
    world.caseflow.record = structs.replace(world.caseflow.record, outlook_sync=False)
    found = status(world)
    assert (found["availability"], found["next_sync_at"]) == ("beta_not_enabled", None)


def test_the_next_sync_waits_for_a_back_off(world: World) -> None:
    world.staff(fault=FAULT, backoff_until=NOW + timedelta(minutes=30))
    assert status(world)["next_sync_at"] == "2026-11-24T16:15:00Z"


def test_the_status_stays_readable_while_caseflow_is_down(world: World) -> None:
    world.staff(fault=FAULT)
    world.caseflow.fault = DOWN
    found = status(world)
    assert (found["availability"], found["error"]["code"]) == ("available", "throttled")


def test_an_error_is_a_plain_sentence_with_since_and_action(world: World) -> None:
    world.staff(fault=FAULT)
    error = status(world)["error"]
    assert error["since"] == "2026-11-24T15:22:00Z"
    assert (error["code"], error["retryable"], error["action"], error["reference"]) == (
        "throttled",
        True,
        "wait",
        "req-1",
    )
    assert error["message"].endswith(".")
    assert "throttled" not in error["message"]


def test_a_day_of_silence_is_an_error(world: World) -> None:
    world.staff(last_success_at=NOW - timedelta(hours=24))
    assert status(world)["error"] is None
    world.staff(last_success_at=NOW - timedelta(hours=24, seconds=1))
    found = status(world)
    assert (found["error"]["code"], found["error"]["since"], found["sync"]) == (
        "stale",
        "2026-11-23T15:41:59Z",
        "error",
    )


def test_a_day_of_failures_is_stale_and_keeps_its_reference(world: World) -> None:
    world.staff(last_success_at=NOW - timedelta(days=2), fault=FAULT)
    error = status(world)["error"]
    assert (error["code"], error["reference"]) == ("stale", "req-1")


def test_a_fault_that_only_the_person_can_mend_is_not_hidden_by_silence(world: World) -> None:
    fault = Fault("consent_withdrawn", NOW - timedelta(days=2), retryable=False, action="reconnect")
    world.staff(connection="needs_reconnect", last_success_at=NOW - timedelta(days=2), fault=fault)
    assert status(world)["error"]["code"] == "consent_withdrawn"


@pytest.mark.parametrize(
    ("category", "days", "code"),
    [
        ("Hearing", 3, "stale"),
        ("Hearing", 8, None),
        ("Hearing", -1, None),
        ("Lunch", 3, None),
        (None, 3, None),
        ("New", 3, "stale"),
    ],
)
def test_before_a_protected_event_two_hours_of_silence_are_an_error(
    world: World, category: str | None, days: int, code: str | None
) -> None:
    world.staff(last_success_at=NOW - timedelta(hours=2, seconds=1))
    world.store.commit(rows.staff_partition(FIRM, STAFF), [link(category, NOW + timedelta(days=days))])
    error = status(world)["error"]
    assert (error["code"] if error else None) == code


@pytest.mark.parametrize("members", [{"preferences": PAUSED}, {"connection": "disconnected"}, {"off_since": NOW}])
def test_a_pause_is_no_silence(world: World, members: dict[str, Any]) -> None:
    world.staff(**{"last_success_at": NOW - timedelta(days=3), **members})
    assert status(world)["error"] is None


def test_a_status_is_ones_own(world: World) -> None:
    world.staff("s-1")
    assert status(world, staff_id="s-2")["connection"] == "disconnected"
    assert status(world, firm_id="f-2")["connection"] == "disconnected"
    assert status(world, role="firm_admin", staff_id="s-9")["connection"] == "disconnected"


@pytest.mark.parametrize("role", ["firm_admin", "support"])
def test_connections_hold_states_and_counts_of_the_firm_only(world: World, role: str) -> None:
    world.staff("s-2", links=40, reviews_open=1, fault=FAULT)
    world.staff("s-1", last_success_at=NOW - timedelta(days=2))
    world.staff("s-3", firm_id="f-2")
    found = world.call("connections", role=role, staff_id="a-1").json["connections"]
    assert [row["staff_id"] for row in found] == ["s-1", "s-2"]
    assert [row["error"]["code"] for row in found] == ["stale", "throttled"]
    assert (found[1]["connection"], found[1]["links"], found[1]["reviews_open"]) == ("connected", 40, 1)
    assert found[0].keys() == {
        "staff_id", "connection", "account_email", "sync", "last_success_at", "error", "links", "reviews_open",
        "set_aside", "not_fully_masked",
    }  # fmt: skip


def test_a_firm_whose_id_begins_alike_is_another(world: World) -> None:
    world.staff("s-1", firm_id="f-11")
    assert world.call("connections", role="firm_admin").json == {"connections": []}
