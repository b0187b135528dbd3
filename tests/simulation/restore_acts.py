"""What an operator does: back up and restore CaseFlow (C4)."""

from __future__ import annotations

from tests.simulation.scenario import Operation
from tests.simulation.stage import Stage


def backup_caseflow_staff(acts: Stage, op: Operation) -> bool:
    """Keep a backup of all that CaseFlow holds."""
    acts.caseflow = acts.world.caseflow.backup()
    return True


def restore_caseflow_staff(acts: Stage, op: Operation) -> bool:
    """CaseFlow goes back: versions, lists and plans are those of then, cursors given out since answer 410 (C4)."""
    if acts.caseflow is None:
        return False
    acts.world.caseflow.restore(acts.caseflow)
    return True
