"""Names of partitions and keys, counts, sessions, errors, and the queue message (design.md section 2)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from shared.core import jobs, rows
from shared.core.errors import Retry, SyncError
from shared.core.jobs import JobMessage
from shared.core.session import Unauthorized
from shared.core.state import Counts

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("f1", "f1"),
        ("a-b_c.d", "a-b_c.d"),
        ("", "~"),
        ("a/b", "~612f62"),
        ("a b", "~612062"),
        ("é", "~c3a9"),
        ("~x", "~7e78"),
        ("a|b", "~617c62"),
    ],
)
def test_an_id_is_safe_in_a_key_and_never_meets_another(text: str, key: str) -> None:
    assert rows.safe(text) == key


def test_each_partition_has_its_name() -> None:
    assert rows.staff_partition("f/1", "s/1") == "staff|~662f31|~732f31"
    assert rows.firm_partition("f/1") == "firm|~662f31"
    assert rows.meetings_partition("f/1") == "meetings|~662f31"
    assert rows.mailbox_partition("t/1", "o/1") == "mailbox|~742f31|~6f2f31"
    assert rows.connection_shard(3) == "connections|03"
    assert rows.connection_key("f/1", "s/1") == "~662f31|~732f31"


def test_connections_are_spread_over_all_shards_and_stay_in_theirs() -> None:
    found = {rows.connection_partition("f1", f"s{number}") for number in range(300)}
    assert found == {f"connections|{number:02d}" for number in range(16)}
    number = int(hashlib.sha256(b"f1|s1").hexdigest(), 16) % 16
    assert rows.connection_partition("f1", "s1") == f"connections|{number:02d}"


def test_the_state_of_a_sign_in_is_not_in_its_key() -> None:
    """B2."""
    assert rows.flow_key("secret") == hashlib.sha256(b"secret").hexdigest()


def test_audit_notes_sort_in_order_of_arrival() -> None:
    """N1."""
    assert rows.outbox_key(12, 3) == "a|0000000012|000003"
    keys = [rows.outbox_key(fence, number) for fence, number in ((1, 2), (1, 10), (2, 1), (10, 0))]
    assert keys == sorted(keys)


def test_newer_jobs_sort_first() -> None:
    older, newer = rows.job_key("j/1", NOON), rows.job_key("j1", NOON + timedelta(milliseconds=1))
    assert newer < older
    assert older == f"j|{10**13 - int(NOON.timestamp()) * 1000:014d}|~6a2f31"


def test_a_row_comes_back_as_it_was_written() -> None:
    connection = rows.Connection("f1", "s1", paused=True)
    assert rows.decoded(rows.encoded(connection), rows.Connection) == connection
    with pytest.raises(msgspec.ValidationError):
        rows.decoded('{"firm_id":1}', rows.Connection)


@pytest.mark.parametrize("member", ["created", "updated", "removed"])
def test_what_was_written_is_a_change(member: str) -> None:
    """C5."""
    assert Counts(**{member: 1}).changed


def test_what_was_only_looked_at_is_no_change() -> None:
    """C5."""
    assert not Counts(unchanged=3, skipped=2).changed
    assert Counts(created=1, updated=1, removed=1).changed


@pytest.mark.parametrize(
    ("kind", "requested_by", "asked"),
    [("sync", None, False), ("sync", "ann", True), ("manual", None, True), ("import", "ann", True)],
)
def test_a_job_that_a_person_waits_for_is_never_dropped(kind: str, requested_by: str | None, asked: bool) -> None:
    """K1, K2, J4."""
    assert JobMessage("f1", "s1", kind, "j1", NOON, requested_by=requested_by).is_asked is asked


def test_the_queue_message_is_ascii_and_comes_back() -> None:
    """azure.md 1.3."""
    message = JobMessage("f1", "s1", "import", "j1", NOON, days=30, requested_by="ann")
    text = jobs.encoded(message)
    assert text.isascii()
    assert jobs.decoded(text) == jobs.decoded(text.encode()) == message
    with pytest.raises(msgspec.DecodeError):
        jobs.decoded("nonsense")


def test_an_error_names_its_code_and_the_services_reference() -> None:
    """G6: ids and codes, never content."""
    error = Retry("throttled", after_seconds=3.5, reference="r1")
    assert (error.code, error.reference, error.after_seconds, str(error)) == ("throttled", "r1", 3.5, "throttled")
    assert isinstance(error, SyncError)
    plain = SyncError("gone")
    assert (plain.code, plain.reference, str(plain)) == ("gone", None, "gone")
    bare = Retry("timeout")
    assert (bare.reference, bare.after_seconds) == (None, None)


def test_a_refused_session_says_why_to_our_log() -> None:
    refused = Unauthorized("expired")
    assert (refused.reason, str(refused)) == ("expired", "expired")
