"""A person disconnects while a job runs: at most the write already begun is done (M1, design.md 4.3 and 4.9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from shared.adapters.http import Http, HttpAnswer
from shared.core.session import Session
from shared.flows import disconnect
from tests.engine.acts import book, is_write
from tests.simulation.world import World


class Between:
    """Passes every request on; once armed, a person acts after the first one to Graph that `when` names."""

    def __init__(self) -> None:
        self.when: Callable[[str, bytes], bool] | None = None
        self.act: Callable[[], object] = lambda: None
        self.acted = False
        self._http: Http | None = None

    def wrap(self, http: Http, service: str) -> Http:
        """Sits before Graph only."""
        if service != "graph":
            return http
        self._http = http
        return self

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        """Answer, and let the person act."""
        assert self._http is not None
        answer = self._http.send(method, url, headers=headers, body=body)
        if self.when is not None and self.when(url, body or b""):
            self.when, self.acted = None, True
            self.act()
        return answer


def _reads_delta(url: str, _: bytes) -> bool:
    return "delta" in url


def _asks_by_id(_: str, body: bytes) -> bool:
    return b'"GET"' in body


@pytest.mark.parametrize("when", [_reads_delta, _asks_by_id])
def test_a_disconnect_between_a_jobs_reads_stops_it(when: Callable[[str, bytes], bool]) -> None:
    """Before the lease the row is not taken over; after it nothing is begun."""
    between = Between()
    world = World(wrap=between.wrap)
    world.add_firm()
    ann = world.add_person("ann")
    world.connect(ann)
    case_id = book(world)
    world.settle(ann)
    between.act = lambda: disconnect.run(world.ports, Session("ann", "f1", "staff"))
    between.when = when
    world.caseflow.edit_event(case_id, by="ann", title="Call 2")
    world.requests.clear()
    world.sync(ann)
    assert between.acted
    assert [request for request in world.requests if is_write(request)] == []
    assert (world.row(ann).connection, world.row(ann).secret) == ("disconnected", None)
