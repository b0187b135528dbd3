"""What an operator does: back up and restore CaseFlow (C4), or a mailbox."""

from __future__ import annotations

from typing import Any

from local.graph.store import Item
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


def backup_mailbox_staff(acts: Stage, op: Operation) -> bool:
    """Keep a backup of the person's mailbox."""
    acts.mailboxes[op.who] = acts.person(op).mailbox.dump()
    return True


def restore_mailbox_staff(acts: Stage, op: Operation) -> bool:
    """The mailbox goes back: what came since is gone, what was deleted stands again, and no delta link works.

    Not where a series would be a single event again (docs/invariants.md).
    """
    backup, mailbox = acts.mailboxes.get(op.who), acts.person(op).mailbox
    if backup is None or _breaks_series(backup, mailbox.store.items):
        return False
    mailbox.load(backup)
    return True


def _breaks_series(backup: dict[str, Any], now: dict[int, Item]) -> bool:
    singles = {item["number"] for item in backup["items"] if item["content"]["recurrence"] is None}
    return any(item.is_series for number, item in now.items() if number in singles)
