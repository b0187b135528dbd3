"""A round ends when everybody's later run has ended well, and otherwise says whose did not and why."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import flask
import pytest

from local.serving import Served, serve
from local.up import rounds
from local.up.child import Host, HostFailed
from local.up.demo.people import AVA
from local.up.member import Member


def status(run: str | None, sync: str = "idle", state: str = "succeeded") -> dict[str, Any]:
    last = None if run is None else {"id": run, "state": state}
    return {"connection": "connected", "sync": sync, "last_sync": last, "error": {"code": "boom"}}


def answering(*answers: dict[str, Any]) -> Member:
    """Give a member whose status is these, one after the other, the last for ever."""
    left = list(answers)

    def ask(_method: str, _path: str) -> dict[str, Any]:
        return left.pop(0) if len(left) > 1 else left[0]

    return cast(Member, SimpleNamespace(person=AVA, ask=ask))


@pytest.fixture
def platform() -> Iterator[tuple[Served, list[str]]]:
    """Serve the platform's endpoint that runs a function, and record what it was asked."""
    asked: list[str] = []
    app = flask.Flask(__name__)

    @app.post("/admin/functions/<name>")
    def run(name: str) -> tuple[str, int]:
        asked.append(name)
        return "", 202

    served = serve(app)
    yield served, asked
    served.stop()


def host(served: Served, *, alive: bool = True) -> Host:
    def check() -> None:
        if not alive:
            raise HostFailed("the functions host ended: out of memory")

    return cast(Host, SimpleNamespace(url=served.url, check=check))


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "_POLL_SECONDS", 0.001)


def test_a_round_waits_for_a_later_run_that_has_ended(platform: tuple[Served, list[str]]) -> None:
    served, asked = platform
    ann = answering(status("1"), status("1"), status("2", "running", "running"), status("2"))
    rounds.run(host(served), [ann])
    assert asked == ["schedule_sync"]


def test_a_failed_run_is_told_with_its_owner_and_error(platform: tuple[Served, list[str]]) -> None:
    with pytest.raises(rounds.RoundFailed, match=r"Ava Whitfield.*boom"):
        rounds.run(host(platform[0]), [answering(status(None), status("1", "error", "failed"))])


def test_a_round_that_never_ends_is_given_up(platform: tuple[Served, list[str]]) -> None:
    clock = iter(range(0, 1000, 100))
    with pytest.raises(rounds.RoundFailed, match="did not end in 180 s"):
        rounds.run(host(platform[0]), [answering(status("1"))], monotonic=lambda: float(next(clock)))


def test_a_host_that_ends_ends_the_round(platform: tuple[Served, list[str]]) -> None:
    with pytest.raises(HostFailed, match="out of memory"):
        rounds.run(host(platform[0], alive=False), [answering(status("1"))])
