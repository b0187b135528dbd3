"""What a CI run must have reached: a zero anywhere is a blind spot, and a failure (testing.md 4)."""

from __future__ import annotations

from collections import Counter

from shared.core.steps import Did
from tests.simulation.faulty import HTTP_FAULTS, STORE_FAULTS
from tests.simulation.restoring import RESTORES
from tests.simulation.seeds import ACTS

GRAPH_CALLS = (
    "graph delta",
    "graph read",
    "graph write",
    "graph filter",
    "graph calendarView",
    "graph calendar",
    "graph instances",
)
CASEFLOW_CALLS = ("caseflow firm", "caseflow changes", "caseflow events", "caseflow write")
STORE_CALLS = ("store get", "store scan", "store commit")
INNER = ("inner_throttled", "inner_gateway")
BATCHES = ("graph read", "graph write", "caseflow write")
REVIEWS = (
    "edit_conflict",
    "deleted_in_outlook",
    "deleted_in_caseflow",
    "organizer_controlled",
    "mass_deletion",
    "series_changed",
)


def wanted() -> set[str]:
    """Every name that must be counted at least once."""
    names = {f"act {act}" for act in (*ACTS, *RESTORES, "switch_staff")}
    for call in (*GRAPH_CALLS, *CASEFLOW_CALLS):
        faults = HTTP_FAULTS if call in BATCHES else [one for one in HTTP_FAULTS if one not in INNER]
        names |= {f"{call} / {fault}" for fault in faults}
    names |= {f"{call} / {fault}" for call in STORE_CALLS for fault in STORE_FAULTS}
    names |= {f"did {did.value}" for did in Did}
    return names | {f"review {kind}" for kind in REVIEWS}


def missing(reach: Counter[str]) -> set[str]:
    """What was never reached."""
    return {name for name in wanted() if not reach[name]}
