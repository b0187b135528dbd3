"""Sync now, Retry now, imports, and how they go (product.md J, K; sync-api.md)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core import rows
from shared.core.errors import Retry
from shared.core.jobs import decoded
from shared.core.messages import message
from shared.core.state import ALL_ON, Fault, Job
from tests.http.engine import Engine
from tests.http.world import DOWN, FIRM, NOW, STAFF, World

JOB_MEMBERS = {"id", "kind", "state", "started_at", "finished_at", "progress", "result", "error"}
PAUSED = structs.replace(ALL_ON, sync_enabled=False)
ASKING = [("sync_now", None), ("retry", None), ("import_past", {"days": 30})]


def failed(**members: Any) -> Fault:
    usual: dict[str, Any] = {"code": "throttled", "since": NOW, "retryable": True, "action": "wait"}
    return Fault(**{**usual, **members})


def test_sync_now_answers_the_finished_job(world: World, engine: Engine) -> None:
    world.staff()
    answer = world.call("sync_now")
    assert answer.status == 200
    job = answer.json["job"]
    assert job.keys() >= JOB_MEMBERS
    assert (job["kind"], job["state"]) == ("manual", "succeeded")
    assert job["result"]["pulled"].keys() == {"created", "updated", "removed", "unchanged", "skipped"}
    assert world.queue.sent == []


def test_sync_now_is_a_pull_of_the_caller_within_18_seconds(world: World, engine: Engine) -> None:
    world.staff()
    world.call("sync_now")
    asked = engine.asked[0]
    assert (asked.firm_id, asked.staff_id, asked.kind, asked.requested_by) == (FIRM, STAFF, "manual", STAFF)
    assert (asked.sent_at, engine.budgets) == (NOW, [18])


@pytest.mark.parametrize("fault", [None, Retry("throttled")])
def test_a_sync_that_does_not_finish_goes_on_from_the_queue(world: World, engine: Engine, fault: Retry | None) -> None:
    world.staff()
    engine.finished, engine.fault = None, fault
    answer = world.call("sync_now")
    assert answer.status == 202
    job = answer.json["job"]
    assert (job["kind"], job["state"]) == ("manual", "queued")
    assert [decoded(text).job_id for text in world.queue.sent] == [job["id"]]
    assert world.call("get_job", route={"job_id": job["id"]}).json["job"] == job


def test_a_job_row_that_the_run_has_written_is_kept(world: World, engine: Engine) -> None:
    world.staff()
    engine.finished = None
    world.put_job(Job("id-0", "manual", "running", done=4), NOW)
    assert world.call("sync_now").json["job"]["progress"] == {"done": 4, "total": None}


@pytest.mark.parametrize(("name", "body"), ASKING)
def test_whoever_is_not_connected_is_told(world: World, engine: Engine, name: str, body: Any) -> None:
    answer = world.call(name, body=body)
    assert (answer.status, answer.code) == (409, "not_connected")
    assert answer.json["detail"] == message("not_connected").text
    assert engine.asked == []


@pytest.mark.parametrize(("name", "body"), ASKING)
def test_whoever_must_reconnect_is_told(world: World, engine: Engine, name: str, body: Any) -> None:
    world.staff(connection="needs_reconnect", fault=failed())
    assert world.call(name, body=body).code == "not_connected"


@pytest.mark.parametrize(("name", "body"), ASKING)
def test_whoever_paused_is_told(world: World, engine: Engine, name: str, body: Any) -> None:
    world.staff(preferences=PAUSED, fault=failed())
    answer = world.call(name, body=body)
    assert (answer.status, answer.code) == (409, "sync_paused")
    assert engine.asked == []


@pytest.mark.parametrize(("name", "body"), ASKING)
@pytest.mark.parametrize("code", ["plan_required", "beta_not_enabled"])
def test_a_firm_without_the_plan_or_the_beta_is_refused(
    world: World, engine: Engine, name: str, body: Any, code: str
) -> None:
    world.staff(fault=failed())
    changed: dict[str, Any] = {"plan": "solo"} if code == "plan_required" else {"outlook_sync": False}
    world.caseflow.record = structs.replace(world.caseflow.record, **changed)
    answer = world.call(name, body=body)
    assert (answer.status, answer.code) == (403, code)
    assert engine.asked == []
    assert world.queue.sent == []


def test_a_firm_that_caseflow_does_not_know_has_no_plan(world: World, engine: Engine) -> None:
    assert world.call("sync_now", firm_id="f-9").code == "plan_required"


def test_while_caseflow_is_down_the_answer_says_when_to_come_back(world: World, engine: Engine) -> None:
    world.staff()
    world.caseflow.fault = DOWN
    answer = world.call("sync_now")
    assert (answer.status, answer.code) == (503, "caseflow_unavailable")
    assert answer.headers["Retry-After"] == "7"


def test_retry_without_a_failure_is_refused(world: World, engine: Engine) -> None:
    world.staff()
    answer = world.call("retry")
    assert (answer.status, answer.code) == (409, "nothing_to_retry")


@pytest.mark.parametrize("kind", ["sync", "manual"])
def test_retry_runs_the_failed_kind_again(world: World, engine: Engine, kind: str) -> None:
    world.staff(fault=failed(job_kind=kind))
    assert world.call("retry").status == 200
    assert [asked.kind for asked in engine.asked] == [kind]


def test_retry_does_not_wait_for_the_back_off(world: World, engine: Engine) -> None:
    world.staff(fault=failed(), backoff_until=NOW + timedelta(minutes=30))
    assert world.call("retry").status == 200
    assert world.stored().backoff_until is None


def test_retry_of_an_import_reaches_as_far_back_again(world: World, engine: Engine) -> None:
    world.staff(fault=failed(job_kind="import", days=90))
    assert world.call("retry").status == 202
    message = decoded(world.queue.sent[0])
    assert (message.kind, message.days) == ("import", 90)


def test_retry_of_a_long_silence_syncs(world: World, engine: Engine) -> None:
    world.staff(last_success_at=NOW - timedelta(hours=25))
    assert world.call("status").json["error"]["code"] == "stale"
    assert world.call("retry").status == 200
    assert [asked.kind for asked in engine.asked] == ["sync"]


@pytest.mark.parametrize("days", [1, 30, 90])
def test_an_import_is_queued_and_can_be_followed(world: World, engine: Engine, days: int) -> None:
    world.staff()
    answer = world.call("import_past", body={"days": days})
    assert answer.status == 202
    job = answer.json["job"]
    message = decoded(world.queue.sent[0])
    assert (message.kind, message.days, message.job_id) == ("import", days, job["id"])
    assert world.call("get_job", route={"job_id": job["id"]}).json == answer.json
    assert world.call("status").json["import"]["id"] == job["id"]
    assert engine.asked == []


@pytest.mark.parametrize("days", [91, 365, 10**30])
def test_an_import_over_90_days_names_support(world: World, days: int) -> None:
    world.staff()
    answer = world.call("import_past", body={"days": days})
    assert (answer.status, answer.code) == (422, "import_range_too_long")
    assert "support" in answer.json["detail"]
    assert world.queue.sent == []


def test_the_message_of_a_job_holds_ids_and_times_only(world: World, engine: Engine) -> None:
    world.staff()
    world.call("import_past", body={"days": 30})
    assert world.queue.sent[0] == (
        '{"firm_id":"f-1","staff_id":"s-1","kind":"import","job_id":"id-0",'
        '"sent_at":"2026-11-24T15:42:00Z","days":30,"requested_by":"s-1"}'
    )


def test_jobs_are_listed_newest_first(world: World) -> None:
    for age in range(3):
        world.put_job(Job(f"j-{age}", "sync", "succeeded"), NOW - timedelta(minutes=age))
    assert [job["id"] for job in world.call("list_jobs").json["jobs"]] == ["j-0", "j-1", "j-2"]
    assert [job["id"] for job in world.call("list_jobs", params={"limit": "2"}).json["jobs"]] == ["j-0", "j-1"]


@pytest.mark.parametrize(("age", "state"), [(timedelta(minutes=119), "running"), (timedelta(minutes=121), "failed")])
def test_a_job_that_nobody_runs_any_more_is_not_open_for_ever(world: World, age: timedelta, state: str) -> None:
    world.staff()
    world.put_job(Job("j-1", "import", "running"), NOW - age)
    world.put_job(Job("j-2", "manual", "running"), NOW - age)
    assert world.call("get_job", route={"job_id": "j-1"}).json["job"]["state"] == state
    status = world.call("status").json
    assert (status["import"] is None) == (state == "failed")
    assert status["sync"] == ("running" if state == "running" else "idle")


def test_another_persons_job_does_not_exist(world: World) -> None:
    world.put_job(Job("j-1", "sync", "succeeded"), NOW)
    for role, staff_id, firm_id in (("staff", "s-2", FIRM), ("staff", STAFF, "f-2"), ("firm_admin", "s-2", FIRM)):
        answer = world.call("get_job", route={"job_id": "j-1"}, role=role, staff_id=staff_id, firm_id=firm_id)
        assert (answer.status, answer.code) == (404, "not_found")


def test_a_failed_job_says_why_in_plain_words(world: World) -> None:
    world.put_job(Job("j-1", "sync", "failed", error="throttled"), NOW)
    job = world.call("get_job", route={"job_id": "j-1"}).json["job"]
    assert job["error"] == "throttled"
    assert "slow down" in job["message"]


def test_ids_with_odd_signs_find_nothing_and_break_nothing(world: World) -> None:
    for job_id in ("a/b", "%2e%2e", "j|1", "é"):
        assert world.call("get_job", route={"job_id": job_id}).status == 404


def test_job_rows_of_a_message_have_the_key_of_its_sending(world: World, engine: Engine) -> None:
    world.staff()
    world.call("import_past", body={"days": 30})
    assert world.store.get(rows.staff_partition(FIRM, STAFF), rows.job_key("id-0", NOW)) is not None
