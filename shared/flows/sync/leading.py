"""Whose copy of a meeting leads (E3): the organiser's if connected, else the first that came; read only when touched.

One row an `iCalUId` in the firm's own partition says who leads and which CaseFlow event it is. It is written when an
event is linked, meeting or not, so that a colleague who is invited later finds the event that stands. A leader that is
no longer assigned in CaseFlow, or no longer connected, has left: the next mailbox that looks takes its place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs

from shared.core import rows
from shared.core.errors import Stale
from shared.core.events import CaseflowEvent, Kind, OutlookEvent
from shared.core.links import Link, State, Todo, is_shared_meeting, meeting_row
from shared.core.plan import ItemKey
from shared.core.state import StaffRow
from shared.core.steps import Step
from shared.flows.sync.run import Run
from shared.ports import Insert, Put, Replace, Row

TRIES_MAX = 3
PATIENCE = timedelta(minutes=10)
"""How long an invitation of nobody we know waits for the organiser's job."""
PATIENCE_MAX = timedelta(hours=2)
"""How long it waits for a connected colleague who has not been synced since: a mailbox may be failing (C2)."""


class Leader(Struct, frozen=True):
    """Who leads, whether as the organiser, and the CaseFlow event of the meeting, once there is one."""

    staff_id: str
    organizer: bool
    caseflow_id: str | None = None


def led(run: Run, link: Link, event: OutlookEvent | None, caseflow: CaseflowEvent | None) -> Link:
    """The link with `leads` as it is now. Costs nothing for an appointment. Raises Retry."""
    if event is None or not is_shared_meeting(event):
        return link
    mine = Leader(run.row.staff_id, event.is_organizer, link.caseflow_id)
    return structs.replace(link, leads=_settled(run, event, mine, caseflow) == mine)


def led_step(run: Run, step: Step, gone: Collection[str] = ()) -> Step | Link | None:
    """A new meeting's step, its lead claimed before the event is made in CaseFlow; or the link that joins the event
    a colleague's mailbox has made; or None while the organiser's own job should come first (E3).

    `gone` are Outlook ids proved gone.
    """
    event = step.seen
    if event is None or step.caseflow is None or not is_shared_meeting(event):
        return step
    mine = Leader(run.row.staff_id, event.is_organizer)
    row = run.ports.store.get(rows.meetings_partition(run.row.firm_id), meeting_row(event))
    known = rows.decoded(row.data, Leader) if row is not None else None
    if known is not None and known.caseflow_id is not None:
        joining = _joining(run, step.link, known.caseflow_id, event, gone)
        return structs.replace(joining, leads=known.staff_id == mine.staff_id)
    if known is None and _awaits_organiser(run, event):
        return None
    leader = _settled(run, event, mine, None)
    return structs.replace(step, link=structs.replace(step.link, leads=leader.staff_id == mine.staff_id))


def _joining(run: Run, link: Link, caseflow_id: str, event: OutlookEvent, gone: Collection[str]) -> Link:
    """The link that joins the event that stands: an old one of the same event takes the new Outlook id (E3, D1)."""
    old = run.index.of_caseflow(Kind.EVENT, caseflow_id) or run.ended.of_caseflow(Kind.EVENT, caseflow_id)
    if old is not None and (old.state in {State.REVIEW, State.ENDED} or old.outlook_id in gone):
        return structs.replace(old, outlook_id=event.id, state=State.LIVE, todo=Todo.JOINING)
    return structs.replace(link, caseflow_id=caseflow_id, todo=Todo.JOINING)


def own_meeting(run: Run, event: CaseflowEvent, removed: Collection[ItemKey]) -> Link | None:
    """The link of a meeting in this mailbox whose event a colleague's mailbox has made anew (E3). Raises Retry.

    Else a copy would stand beside the meeting once a person assigns this staff member to the new event. `removed` are
    CaseFlow's items that this job found deleted.
    """
    if len(event.staff_ids) < 2:
        return None
    for link in [*run.index, *run.ended]:
        if _has_lost_its_event(link, run, removed):
            row = run.ports.store.get(rows.meetings_partition(run.row.firm_id), link.meeting_row)
            if row is not None and rows.decoded(row.data, Leader).caseflow_id == event.id:
                anew: Link = structs.replace(link, caseflow_id=event.id, base={}, version=0)
                return anew
    return None


def _has_lost_its_event(link: Link, run: Run, removed: Collection[ItemKey]) -> bool:
    if not (link.meeting and link.meeting_row) or link.ends_at is None or link.ends_at <= run.now():
        return False
    return link.state in {State.REVIEW, State.ENDED} or (link.kind, link.caseflow_id or "") in removed


def register(run: Run, linked: Sequence[tuple[OutlookEvent | None, Link]]) -> None:
    """Tell the firm's other mailboxes which CaseFlow event this is: a leading meeting, or what may become one (E3)."""
    rows_of = {
        meeting_row(event): rows.encoded(Leader(run.row.staff_id, event.is_organizer, link.caseflow_id))
        for event, link in linked
        if event is not None and event.ical_uid and link.leads and not event.is_private
    }
    if rows_of:
        changes = [Put(key, data) for key, data in rows_of.items()]
        run.ports.store.commit(rows.meetings_partition(run.row.firm_id), changes)


def _awaits_organiser(run: Run, event: OutlookEvent) -> bool:
    """An invitation from a colleague: the event may stand in CaseFlow already, as theirs alone. Raises Retry."""
    account = run.row.account
    if event.is_organizer or event.created_at is None or account is None:
        return False
    if event.organizer.rpartition("@")[2] != account.email.lower().rpartition("@")[2]:
        return False
    age = run.now() - event.created_at
    if age <= PATIENCE or age > PATIENCE_MAX:
        return age <= PATIENCE
    colleague = run.colleagues().get(event.organizer)
    return colleague is not None and _has_not_looked(colleague, event.created_at)


def _has_not_looked(colleague: StaffRow, since: datetime) -> bool:
    if colleague.connection != "connected" or not colleague.preferences.sync_enabled:
        return False
    return colleague.last_success_at is None or colleague.last_success_at <= since or colleague.todo > 0


def _settled(run: Run, event: OutlookEvent, mine: Leader, caseflow: CaseflowEvent | None) -> Leader:
    """Who leads now: `mine` where the lead was free, left or given way to. Raises Retry."""
    partition, key = rows.meetings_partition(run.row.firm_id), meeting_row(event)
    leader = mine
    for _ in range(TRIES_MAX):
        row = run.ports.store.get(partition, key)
        leader = rows.decoded(row.data, Leader) if row is not None else mine
        if row is not None and (leader == mine or not _gives_way(run, leader, mine, caseflow)):
            return leader
        try:
            run.ports.store.commit(partition, [_claim(key, row, mine)])
        except Stale:
            continue  # a colleague's job was faster: look again who leads
        return mine
    return leader


def _claim(key: str, row: Row | None, mine: Leader) -> Insert | Replace:
    data = rows.encoded(mine)
    return Insert(key, data) if row is None else Replace(key, data, row.etag)


def _gives_way(run: Run, leader: Leader, mine: Leader, caseflow: CaseflowEvent | None) -> bool:
    if leader.staff_id == mine.staff_id or (mine.organizer and not leader.organizer):
        return True
    if caseflow is not None and leader.staff_id not in caseflow.staff_ids:
        return True
    found = run.ports.store.get(rows.staff_partition(run.row.firm_id, leader.staff_id), rows.STAFF_KEY)
    return found is None or rows.decoded(found.data, StaffRow).connection != "connected"
