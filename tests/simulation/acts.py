"""Every act of people by its name; an act that does not apply does nothing."""

from __future__ import annotations

from collections.abc import Callable

from local.caseflow.answers import Refused
from local.graph.errors import GraphError
from shared.core.errors import SyncError
from tests.simulation import case_acts, item_acts, outlook_acts, restore_acts, series_acts, staff_acts
from tests.simulation.scenario import Operation
from tests.simulation.stage import Stage

Act = Callable[[Stage, Operation], bool]
_SUFFIXES = ("_outlook", "_case", "_item", "_series", "_staff")
TABLE: dict[str, Act] = {
    name: act
    for module in (outlook_acts, series_acts, case_acts, item_acts, staff_acts, restore_acts)
    for name, act in vars(module).items()
    if name.endswith(_SUFFIXES) and not name.startswith("_")
}


def perform(stage: Stage, operation: Operation) -> bool:
    """Do it; False if it did not apply. What a service refuses a person did not happen."""
    found = TABLE.get(operation.do)
    if found is None or operation.who not in stage.world.people:
        return False
    try:
        return found(stage, operation)
    except (GraphError, Refused, SyncError):
        return False
