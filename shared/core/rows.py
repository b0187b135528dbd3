"""Names of partitions and keys, and rows to JSON and back (design.md section 2). Pure; the Store does the I/O."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, TypeVar

import msgspec

STAFF_KEY = "s"
LINK_PREFIX = "l|"
ENDED_PREFIX = "e|"
IMPORTED_PREFIX = "i|"
RESTING_PREFIX = "z|"
OUTBOX_PREFIX = "a|"
REVIEW_PREFIX = "r|"
JOB_PREFIX = "j|"
LOSER_PREFIX = "k|"
CHAIN_PREFIX = "c|"
HEAD_KEY = "head"
CLAIM_KEY = "claim"
FLOW_PARTITION = "flows"
SHARDS = 16
_NEWEST_FIRST = 10**13

T = TypeVar("T")


def safe(text: str) -> str:
    """An id as part of a key: Table Storage refuses / \\ # ? and control characters, so odd ids become hex."""
    plain = text.isascii() and text != "" and all(sign.isalnum() or sign in "._-" for sign in text)
    return text if plain else "~" + text.encode().hex()


def staff_partition(firm_id: str, staff_id: str) -> str:
    """Where everything of one staff member lies: what a job records commits together."""
    return f"staff|{safe(firm_id)}|{safe(staff_id)}"


def firm_partition(firm_id: str) -> str:
    """Where the firm's audit chain lies."""
    return f"firm|{safe(firm_id)}"


def meetings_partition(firm_id: str) -> str:
    """Where a firm's rows of who leads each meeting lie (E3)."""
    return f"meetings|{safe(firm_id)}"


def mailbox_partition(tid: str, oid: str) -> str:
    """Where the claim of one mailbox lies (B6)."""
    return f"mailbox|{safe(tid)}|{safe(oid)}"


def connection_partition(firm_id: str, staff_id: str) -> str:
    """The shard of the list of connections that the timer scans."""
    number = int(hashlib.sha256(f"{firm_id}|{staff_id}".encode()).hexdigest(), 16) % SHARDS
    return connection_shard(number)


def connection_shard(number: int) -> str:
    """The name of shard 0 to SHARDS - 1."""
    return f"connections|{number:02d}"


def connection_key(firm_id: str, staff_id: str) -> str:
    """The row of one connection in its shard."""
    return f"{safe(firm_id)}|{safe(staff_id)}"


def flow_key(state: str) -> str:
    """The row of one OAuth flow; the state itself is never stored (B2)."""
    return hashlib.sha256(state.encode()).hexdigest()


def outbox_key(fence: int, number: int) -> str:
    """One batch of audit notes that waits for the firm's chain; sorts in order of arrival."""
    return f"{OUTBOX_PREFIX}{fence:010d}|{number:06d}"


def job_key(job_id: str, started: datetime) -> str:
    """A job row; newer jobs sort first."""
    return f"{JOB_PREFIX}{_NEWEST_FIRST - int(started.timestamp() * 1000):014d}|{safe(job_id)}"


def encoded(value: Any) -> str:
    """A row's data as JSON."""
    return msgspec.json.encode(value).decode()


def decoded(data: str, kind: type[T]) -> T:
    """A row's data as a struct. Raises msgspec.ValidationError if another program wrote it."""
    return msgspec.json.decode(data, type=kind)


class Connection(msgspec.Struct, frozen=True):
    """A row of the list of connections: a hint for the timer, the staff row is the truth."""

    firm_id: str
    staff_id: str
    paused: bool = False


class Claim(msgspec.Struct, frozen=True):
    """Whose mailbox it is at present (B6)."""

    firm_id: str
    staff_id: str


class PendingFlow(msgspec.Struct, frozen=True):
    """An OAuth flow that waits for its callback (B2). `flow` is MSAL's, `browser` the hash of the flow cookie."""

    firm_id: str
    staff_id: str
    browser: str
    expires_at: datetime
    flow: str
