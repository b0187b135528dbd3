"""What people do on the settings page, and firms with their lists and plans."""

from __future__ import annotations

from msgspec import structs

from shared.core.session import Session
from shared.flows import connect, disconnect, preferences
from shared.flows.reviews import resolving
from tests.simulation.scenario import Operation
from tests.simulation.stage import Stage

TOGGLES = ("sync_enabled", "calendar_events", "tasks", "deadlines")


def _session(acts: Stage, op: Operation) -> Session:
    person = acts.person(op)
    return Session(staff_id=person.staff_id, firm_id=person.firm_id, role="staff")


def toggle_staff(acts: Stage, op: Operation) -> bool:
    """Flip one of the four toggles (L)."""
    session = _session(acts, op)
    now = preferences.get(acts.world.ports, session)
    wanted = structs.replace(now, **{op.kind: not getattr(now, op.kind)})
    preferences.put(acts.world.ports, session, wanted)
    return True


def disconnect_staff(acts: Stage, op: Operation) -> bool:
    """Disconnect (M1)."""
    if acts.world.row(acts.person(op)).connection != "connected":
        return False
    disconnect.run(acts.world.ports, _session(acts, op))
    return True


def reconnect_staff(acts: Stage, op: Operation) -> bool:
    """Connect the same mailbox again (B5)."""
    if acts.world.row(acts.person(op)).connection == "connected":
        return False
    acts.world.sign_in.person = acts.person(op)
    begun = connect.begin(acts.world.ports, _session(acts, op))
    state = begun.authorization_url
    return connect.finish(acts.world.ports, {"state": state}, begun.cookie).code is None


def switch_staff(acts: Stage, op: Operation) -> bool:
    """Connect another account instead: it starts afresh, the old mailbox stays as it is (B5)."""
    session = _session(acts, op)
    begun = connect.begin(acts.world.ports, session)
    if acts.world.row(acts.person(op)).connection == "connected":
        disconnect.run(acts.world.ports, session)
    acts.world.sign_in.person = acts.world.other_account(op.who)
    connect.finish(acts.world.ports, {"state": begun.authorization_url}, begun.cookie)
    return True


def protect_staff(acts: Stage, op: Operation) -> bool:
    """The firm protects a category, or no longer (G3)."""
    firm = acts.person(op).firm_id
    listed = {row["name"]: row["protected"] for row in acts.world.caseflow.firm(firm)["event_categories"]}
    acts.world.caseflow.protect_category(firm, op.kind, not listed[op.kind], by=op.who)
    return True


def feature_staff(acts: Stage, op: Operation) -> bool:
    """The firm leaves the beta, or joins it again (A1)."""
    firm = acts.person(op).firm_id
    now = acts.world.caseflow.firm(firm)["features"]["outlook_sync"]
    acts.world.caseflow.set_feature(firm, outlook_sync=not now)
    return True


def expire_staff(acts: Stage, op: Operation) -> bool:
    """A delta link or the feed's cursors stop working."""
    if op.kind == "cursor":
        acts.world.caseflow.expire_cursors()
    else:
        acts.person(op).mailbox.expire_delta_links()
    return True


def throttle_staff(acts: Stage, op: Operation) -> bool:
    """The mailbox's next requests are throttled."""
    acts.world.graph.throttle(acts.person(op).mailbox, 1 + op.number % 3, 20 if op.number % 2 else None)
    return True


def resolve_staff(acts: Stage, op: Operation) -> bool:
    """Decide an open review item (H4)."""
    waiting = [item for item in acts.world.reviews(acts.person(op)) if item.state == "open"]
    if not waiting:
        return False
    resolving.resolve(acts.world.ports, _session(acts, op), waiting[op.number % len(waiting)].id, op.kind)
    return True


def leave_staff(acts: Stage, op: Operation) -> bool:
    """Leave the firm, or come back (A2)."""
    active = acts.world.caseflow.staff_member(op.who)["active"]
    acts.world.caseflow.edit_staff(op.who, by="system", active=not active)
    return True


def backup_staff(acts: Stage, op: Operation) -> bool:
    """Keep a backup of the tables."""
    acts.tables = {name: dict(rows_) for name, rows_ in acts.world.store.partitions.items()}
    return True


def restore_staff(acts: Stage, op: Operation) -> bool:
    """The tables are restored from a backup: etags are new, all that was recorded since is lost."""
    if not acts.tables:
        return False
    acts.world.store.restore(acts.tables)
    return True
