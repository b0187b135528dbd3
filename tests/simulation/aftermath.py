"""What an act means beyond the events that it changed: for the ground truth, and for what may be a minute old."""

from __future__ import annotations

from tests.simulation.ground import FIRMS, Ground
from tests.simulation.scenario import Operation
from tests.simulation.seen import VANISHED


def heed(ground: Ground, operation: Operation) -> None:
    """Take in an act that has happened and was looked at."""
    truth, firm = ground.truth, FIRMS[operation.who]
    match operation.do:
        case "backup_staff":
            truth.backup_at = ground.watch.clock
        case "restore_staff":
            truth.tables_restored = True
            truth.left_while_off.clear()  # the rows that said so are those of before
        case "delete_series":  # another series on the same days is another thing
            truth.loosen(operation.event)
        case "feature_staff":
            ground.feature_at[firm] = ground.world.clock()
        case "protect_staff":
            truth.list_changed(firm)
        case "backup_caseflow_staff":
            truth.before.backup_at = ground.watch.clock
        case "restore_mailbox_staff":
            truth.mailboxes_restored.add(operation.who)
        case "switch_staff":  # what stood in the other mailbox left while sync was off (B5, L3)
            gone = [seen for seen in ground.watch.now.values() if seen.side == "outlook" and seen.where == VANISHED]
            truth.left_while_off.update({seen.id: True for seen in gone if seen.owner == operation.who})
        case "restore_caseflow_staff":
            _caseflow_went_back(ground)


def _caseflow_went_back(ground: Ground) -> None:
    """What stood in CaseFlow is judged anew, and so are the lists and plans of its firms (C4)."""
    truth = ground.truth
    looked_at = max((task.began for task in ground.scheduler.tasks.values()), default=0)
    truth.before.went_back(truth.shown["caseflow"], truth.times["caseflow"], looked_at)
    for firm in {FIRMS[who] for who in ground.scenario.people}:
        ground.feature_at[firm] = ground.world.clock()
        truth.list_changed(firm)
