"""Connecting a mailbox (product.md B, D2, L3)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from shared.core import rows
from shared.core.errors import Inactive, NotEligible, Reconnect, Retry, SyncError
from shared.core.rows import PendingFlow
from shared.core.state import Fault
from shared.flows import claims, connect, directory, housekeeping
from shared.ports import Insert, RowChange
from tests.flows.world import ANNA, BEN, FIRM, START, World


def test_a_connection_stands_with_its_line_at_the_start_of_the_persons_day(world: World) -> None:
    assert world.connect() is None
    staff = world.staff()
    assert staff.connection == "connected"
    assert staff.account is not None
    assert (staff.account.oid, staff.account.email) == ("o-anna", "anna@outlook.example")
    assert staff.zone == "America/New_York"
    assert staff.line == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    assert staff.off_since is None
    assert staff.secret is not None
    assert staff.secret.startswith("ot-")
    assert world.microsoft.kept == {staff.secret: "cache of anna"}
    assert world.timer_list() == ["f1|s1"]
    assert world.actions() == ["connect"]


def test_the_first_sync_starts_at_once(world: World) -> None:
    world.connect()
    [(job, delay)] = world.queue.sent
    assert (job.firm_id, job.staff_id, job.kind, job.sent_at, delay) == ("f1", "s1", "sync", START, 0)


def test_a_queue_that_does_not_answer_does_not_undo_the_connection(world: World) -> None:
    world.queue.refuse = lambda _: True
    assert world.connect() is None
    assert world.staff().connection == "connected"


@pytest.mark.parametrize(
    ("members", "code"), [({"plan": "growth"}, "plan_required"), ({"outlook_sync": False}, "beta_not_enabled")]
)
def test_a_firm_without_the_feature_cannot_begin(world: World, members: dict[str, object], code: str) -> None:
    world.caseflow.firms["f1"] = structs.replace(FIRM, **members)
    with pytest.raises(NotEligible) as caught:
        connect.begin(world.ports, ANNA)
    assert caught.value.code == code
    assert world.rows_under(rows.FLOW_PARTITION) == []


def test_a_deactivated_person_cannot_begin(world: World) -> None:
    world.caseflow.people["f1", "s1"] = structs.replace(world.caseflow.people["f1", "s1"], active=False)
    with pytest.raises(Inactive):
        connect.begin(world.ports, ANNA)


def test_a_person_deactivated_during_the_sign_in_is_not_connected(world: World) -> None:
    params, cookie = world.begin()
    world.caseflow.people["f1", "s1"] = structs.replace(world.caseflow.people["f1", "s1"], active=False)
    assert connect.finish(world.ports, {**params, "code": "anna"}, cookie).code == "provider_error"
    assert world.microsoft.kept == {}
    assert world.timer_list() == []


def test_neither_state_nor_cookie_is_stored(world: World) -> None:
    params, cookie = world.begin()
    stored = rows.decoded(world.rows_under(rows.FLOW_PARTITION)[0].data, PendingFlow)
    assert cookie not in stored.browser
    assert params["state"] not in world.rows_under(rows.FLOW_PARTITION)[0].key
    assert world.microsoft.hints == ["s1@firm.example"]


def test_a_callback_counts_once(world: World) -> None:
    params, cookie = world.begin()
    callback = {**params, "code": "anna"}
    assert connect.finish(world.ports, callback, cookie).code is None
    generation = world.staff().generation
    assert connect.finish(world.ports, callback, cookie).code == "state_invalid"
    assert world.staff().generation == generation


@pytest.mark.parametrize("cookie", [None, "", "another browser"])
def test_a_foreign_browser_changes_nothing_and_uses_nothing_up(world: World, cookie: str | None) -> None:
    params, own = world.begin()
    callback = {**params, "code": "anna"}
    assert connect.finish(world.ports, callback, cookie).code == "state_invalid"
    assert world.keys() == []
    assert connect.finish(world.ports, callback, own).code is None


def test_a_flow_ends_after_ten_minutes(world: World) -> None:
    params, cookie = world.begin()
    world.pass_time(minutes=10)
    assert connect.finish(world.ports, {**params, "code": "anna"}, cookie).code == "state_invalid"
    assert world.microsoft.kept == {}


@pytest.mark.parametrize("params", [{}, {"state": ""}, {"state": "made up", "code": "anna"}])
def test_a_made_up_callback_changes_nothing(world: World, params: dict[str, str]) -> None:
    assert connect.finish(world.ports, params, "cookie").code == "state_invalid"


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (Reconnect("access_denied"), "access_denied"),
        (Reconnect("admin_consent_required"), "admin_consent_required"),
        (Reconnect("account_not_allowed"), "account_not_allowed"),
        (Retry("sign_in_unavailable"), "provider_error"),
    ],
)
def test_a_refused_sign_in_stores_nothing(world: World, refusal: SyncError, code: str) -> None:
    world.microsoft.refusal = refusal
    assert world.connect() == code
    assert world.microsoft.kept == {}
    assert world.keys() == []
    assert world.timer_list() == []
    assert world.rows_under(directory.DROPS_PARTITION) == []


@pytest.mark.parametrize(
    ("fault", "is_well", "code"),
    [
        (Reconnect("no_mailbox"), True, "no_mailbox"),
        (None, False, "no_mailbox"),
        (Reconnect("token_refused"), True, "provider_error"),
        (Retry("graph_unavailable"), True, "provider_error"),
    ],
)
def test_an_account_without_a_mailbox_is_not_connected(
    world: World, fault: SyncError | None, is_well: bool, code: str
) -> None:
    world.microsoft.mailbox_fault, world.microsoft.is_well = fault, is_well
    assert world.connect() == code
    assert world.microsoft.kept == {}
    assert world.keys() == []
    assert world.rows_under(rows.mailbox_partition("t1", "o-anna")) == []


def test_a_vault_that_does_not_answer_leaves_only_a_name_to_clear_away(world: World) -> None:
    world.microsoft.vault_fault = world.microsoft.drop_fault = Retry("vault_unreachable")
    assert world.connect() == "provider_error"
    assert world.keys() == []
    assert len(world.rows_under(directory.DROPS_PARTITION)) == 1


@pytest.mark.parametrize("reconnecting", [False, True])
def test_a_row_whose_answer_was_lost_keeps_its_tokens(
    world: World, monkeypatch: pytest.MonkeyPatch, reconnecting: bool
) -> None:
    if reconnecting:
        world.connect()
    old = list(world.microsoft.kept)
    commit = world.store.commit

    def commit_and_lose(partition: str, changes: Sequence[RowChange]) -> None:
        commit(partition, changes)
        if partition == world.partition():
            raise Retry("tables_unreachable")

    with monkeypatch.context() as patch:
        patch.setattr(world.store, "commit", commit_and_lose)
        assert world.connect() == "provider_error"
    world.pass_time(days=1)
    housekeeping.run(world.ports)
    staff = world.staff()
    assert staff.connection == "connected"
    assert list(world.microsoft.kept) == [staff.secret]
    assert world.microsoft.dropped == old
    assert world.rows_under(directory.DROPS_PARTITION) == []


def test_a_mailbox_in_use_is_refused_without_saying_by_whom(world: World) -> None:
    world.connect(ANNA, "anna")
    assert world.connect(BEN, "anna") == "account_in_use"
    assert list(world.microsoft.kept.values()) == ["cache of anna"]
    assert world.keys(BEN) == []


def test_a_mailbox_left_by_a_crash_is_free(world: World) -> None:
    world.store.commit(
        rows.mailbox_partition("t1", "o-anna"),
        [Insert(rows.CLAIM_KEY, rows.encoded(rows.Claim("f1", "s2")))],
    )
    assert world.connect() is None


def test_of_two_that_connect_one_mailbox_at_once_one_is_connected(world: World) -> None:
    params, cookie = world.begin(ANNA)
    world.microsoft.on_keep = lambda: None

    def ben_meanwhile(_: float = 0) -> None:
        world.microsoft.on_keep = lambda: None
        assert world.connect(BEN, "anna") is None

    world.microsoft.on_keep = ben_meanwhile
    assert connect.finish(world.ports, {**params, "code": "anna"}, cookie).code == "account_in_use"
    assert world.staff(BEN).connection == "connected"
    assert world.keys(ANNA) == []


def test_who_loses_the_mailbox_after_writing_the_row_withdraws(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "confirm", lambda *_: False)
    assert world.connect() == "account_in_use"
    staff = world.staff()
    assert (staff.connection, staff.secret) == ("disconnected", None)
    assert world.microsoft.kept == {}
    assert world.timer_list() == []
    assert world.rows_under(directory.DROPS_PARTITION) == []


def test_a_claim_seen_before_our_row_stood_can_no_longer_be_taken_over(world: World) -> None:
    world.connect()
    account = world.staff().account
    assert account is not None
    partition = rows.mailbox_partition(account.tid, account.oid)
    seen = world.store.get(partition, rows.CLAIM_KEY)
    assert claims.confirm(world.ports, account, rows.Claim("f1", "s1"))
    now = world.store.get(partition, rows.CLAIM_KEY)
    assert seen is not None
    assert now is not None
    assert seen.etag != now.etag
    assert not claims.confirm(world.ports, account, rows.Claim("f1", "s2"))


def test_the_same_account_again_keeps_line_and_links(world: World) -> None:
    world.connect()
    first = world.staff()
    world.put("l|1", {"any": "link"})
    world.edit_staff(
        delta_link="https://graph.example/delta", cursor="c1", fence=7, links=1, failures=3,
        connection="needs_reconnect", fault=Fault("sign_in_expired", START + timedelta(days=1), False, "reconnect"),
    )  # fmt: skip
    world.pass_time(days=3)
    world.grant("anna", "t1", "o-anna")
    assert world.connect() is None
    staff = world.staff()
    assert staff.line == first.line
    assert world.keys(prefix="l|") == ["l|1"]
    assert (staff.fence, staff.links, staff.failures, staff.fault) == (7, 1, 0, None)
    assert (staff.delta_link, staff.cursor) == (None, None)
    assert staff.generation > first.generation
    assert staff.off_since == START + timedelta(days=1)
    assert first.secret in world.microsoft.dropped
    assert list(world.microsoft.kept) == [staff.secret]
    assert world.rows_under(directory.DROPS_PARTITION) == []


def test_what_was_removed_while_off_does_not_count_since_the_earliest_reason(world: World) -> None:
    world.connect()
    world.edit_staff(off_since=START + timedelta(hours=1), disconnected_at=START + timedelta(hours=2))
    world.pass_time(days=1)
    world.connect()
    assert world.staff().off_since == START + timedelta(hours=1)


def test_another_account_starts_afresh(world: World) -> None:
    world.connect()
    for number in range(150):
        world.put(f"l|{number:03d}", {})
    for key in ("e|1", "i|1", "r|1", "k|1"):
        world.put(key, {})
    world.put("j|1", {})
    world.edit_staff(links=150, todo=3, first_done=True, reviews_open=1, off_since=START)
    world.pass_time(days=2)
    assert world.connect(ANNA, "ben") is None
    staff = world.staff()
    assert staff.account is not None
    assert staff.account.oid == "o-ben"
    assert staff.line == datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
    assert (staff.links, staff.todo, staff.first_done, staff.reviews_open, staff.off_since) == (0, 0, False, 0, None)
    assert world.keys() == ["j|1", "s"]
    assert world.rows_under(rows.mailbox_partition("t1", "o-anna")) == []
    assert world.connect(BEN, "anna") is None


def test_no_log_line_of_a_connection_holds_a_secret(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    world.connect()
    world.microsoft.refusal = Reconnect("provider_error", reference="ref-1")
    world.connect(BEN, "ben")
    assert "connect.refused code=provider_error reference=ref-1" in caplog.text
    for word in ("cache of", "anna@", "ot-", "state="):
        assert word not in caplog.text


def test_the_audit_note_says_who_connected(world: World) -> None:
    world.connect()
    row = world.store.scan(rows.firm_partition("f1"), rows.CHAIN_PREFIX)[0]
    record = json.loads(row.data)
    assert record["actor"] == {"kind": "staff", "id": "s1"}
    assert (record["origin"], record["object"]["kind"], record["at"]) == ("user", "connection", "2026-11-24T09:30:00Z")
