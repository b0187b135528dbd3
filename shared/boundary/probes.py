"""One look at each service behind the sync, for `GET health?deep=1`; none of them changes anything there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from shared import compose
from shared.core import rows
from shared.core.errors import Gone, Retry

NOBODY = "health"


def probes() -> dict[str, Callable[[], None]]:
    """A look a service; each raises SyncError where the service does not answer."""
    return {
        "tables": _tables,
        "queue": _queue,
        "vault": _vault,
        "caseflow": _caseflow,
        "graph": _graph,
    }


def _tables() -> None:
    compose.ports().store.get(rows.FLOW_PARTITION, NOBODY)


def _queue() -> None:
    compose.world().queue.check()


def _vault() -> None:
    compose.world().vault.get(NOBODY)


def _caseflow() -> None:
    with suppress(Gone):  # "there is no such firm" is an answer
        compose.ports().caseflow.firm(NOBODY)


def _graph() -> None:
    answer = compose.world().http.send("GET", f"{compose.settings().graph_base_url}/me/calendar", headers={}, body=None)
    if answer.status >= 500:  # without a token 401 is the healthy answer
        raise Retry("graph_unavailable")
