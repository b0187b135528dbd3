"""Rounds of sync: start one, wait until every staff member's run of it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import requests

from local.up.child import Host
from local.up.member import Member

ROUND_SECONDS = 180.0
_POLL_SECONDS = 0.3


class RoundFailed(RuntimeError):
    """A round did not end well; the message says whose and why."""


def run(host: Host, members: Sequence[Member], *, monotonic: Callable[[], float] = time.monotonic) -> None:
    """Make everybody due now and wait until each one has a later successful run. Raises `RoundFailed`."""
    before = {member.person.staff_id: _run_id(member.ask("GET", "/status")) for member in members}
    trigger(host)
    deadline = monotonic() + ROUND_SECONDS
    waiting = list(members)
    while waiting:
        host.check()
        member = waiting[0]
        status = member.ask("GET", "/status")
        if _ended(status) and _run_id(status) != before[member.person.staff_id]:
            waiting.pop(0)
        elif status["sync"] == "error":
            raise RoundFailed(f"{member.person.name}: {status['error']}")
        elif monotonic() > deadline:
            seen = {name: status[name] for name in ("connection", "sync", "last_sync", "error")}
            raise RoundFailed(f"{member.person.name}'s sync did not end in {ROUND_SECONDS:.0f} s: {seen}")
        else:
            time.sleep(_POLL_SECONDS)


def trigger(host: Host) -> None:
    """Run the timer's function now, as the platform's own endpoint does."""
    answer = requests.post(f"{host.url}/admin/functions/schedule_sync", json={}, timeout=15)
    if answer.status_code != 202:
        raise RoundFailed(f"POST /admin/functions/schedule_sync answered {answer.status_code}: {answer.text[:200]}")


def _run_id(status: dict[str, Any]) -> str | None:
    last = status["last_sync"]
    return None if last is None else str(last["id"])


def _ended(status: dict[str, Any]) -> bool:
    last = status["last_sync"]
    return status["sync"] == "idle" and last is not None and last["state"] == "succeeded"
