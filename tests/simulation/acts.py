"""What people do in Outlook, in CaseFlow and on the settings page; an act that does not apply does nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from local.caseflow.answers import Refused
from local.graph.errors import GraphError
from tests.simulation.scenario import Operation
from tests.simulation.values import EASTERN, ZONES, place, slot, text, title, whole_day
from tests.simulation.watch import Seen, Watch
from tests.simulation.world import Person, World

PROTECTED = "Hearing"
UNPROTECTED = "Client meeting"


class Acts:
    """The acts of people in one world."""

    def __init__(self, world: World, watch: Watch) -> None:
        self.world = world
        self.watch = watch

    def perform(self, operation: Operation) -> bool:
        """Do it; False if it did not apply. What a service refuses a person did not happen."""
        found = _TABLE.get(operation.do)
        if found is None:
            return False
        try:
            return found(self, operation) is not False
        except (GraphError, Refused):
            return False

    # Finding what an act is about, by content

    def person(self, operation: Operation) -> Person:
        """Who acts."""
        return self.world.people[operation.who]

    def outlook(self, operation: Operation, where: str = "primary") -> Seen | None:
        """The event in the person's mailbox."""
        found = [
            seen for seen in self.watch.now.values()
            if seen.side == "outlook" and seen.owner == operation.who and seen.token == operation.event
            and seen.where == where
        ]  # fmt: skip
        return found[operation.number % len(found)] if found else None

    def case(self, operation: Operation, kind: str = "event") -> Seen | None:
        """The event in CaseFlow, in the person's firm."""
        firm = self.person(operation).firm_id
        found = [
            seen for seen in self.watch.now.values()
            if seen.side == "caseflow" and seen.kind == kind and seen.owner == firm and seen.token == operation.event
        ]  # fmt: skip
        found = [seen for seen in found if seen.stands or kind != "event"]
        return found[operation.number % len(found)] if found else None

    def id_of(self, seen: Seen) -> str:
        """The Outlook id of what was seen."""
        mailbox = self.world.people[seen.owner].mailbox
        number = int(seen.id.partition("/")[2])
        item = mailbox.store.items[number]
        return mailbox._id(_whole(item))


def _whole(item: Any) -> Any:
    from local.graph.store import whole

    return whole(item)


def _wall(moment: datetime, zone: str) -> dict[str, str]:
    return {"dateTime": moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(), "timeZone": zone}


def _outlook_times(number: int, reach: str) -> dict[str, Any]:
    zone = ZONES[number % 3]
    start, end = slot(number, reach)
    return {"start": _wall(start, zone), "end": _wall(end, zone), "isAllDay": False}


def _outlook_days(number: int) -> dict[str, Any]:
    first, last = whole_day(number)
    zone = ZONES[number % 3]
    times = [{"dateTime": f"{day}T00:00:00", "timeZone": zone} for day in (first, last)]
    return {"start": times[0], "end": times[1], "isAllDay": True}


def _case_times(number: int, reach: str) -> dict[str, Any]:
    start, end = slot(number, reach)
    return {"start": start.astimezone(EASTERN).isoformat(), "end": end.astimezone(EASTERN).isoformat(),
            "all_day": False}  # fmt: skip


def _case_days(number: int) -> dict[str, Any]:
    first, last = whole_day(number)
    return {"start": first.isoformat(), "end": last.isoformat(), "all_day": True}


# In Outlook


def new_outlook(acts: Acts, op: Operation) -> bool:
    """Make an event in the person's mailbox."""
    full = op.number % 3 != 0
    body = {"contentType": "html", "content": f"<p>{text(op.event, op.number)}</p>"} if full else None
    members = {
        "subject": title(op.event, op.number),
        **_outlook_times(op.number, op.reach),
        **({"body": body, "location": {"displayName": place(op.event, op.number)}} if body else {}),
        **({"sensitivity": "private"} if op.kind == "private" else {}),
    }
    acts.person(op).mailbox.create(members)
    return True


def _edit_outlook(acts: Acts, op: Operation, members: dict[str, Any]) -> bool:
    seen = acts.outlook(op)
    if seen is None:
        return False
    acts.person(op).mailbox.edit(acts.id_of(seen), members)
    return True


def retitle_outlook(acts: Acts, op: Operation) -> bool:
    """Another title."""
    return _edit_outlook(acts, op, {"subject": title(op.event, op.number)})


def move_outlook(acts: Acts, op: Operation) -> bool:
    """Other times."""
    return _edit_outlook(acts, op, _outlook_times(op.number, op.reach))


def days_outlook(acts: Acts, op: Operation) -> bool:
    """A whole day."""
    return _edit_outlook(acts, op, _outlook_days(op.number))


def replace_outlook(acts: Acts, op: Operation) -> bool:
    """Another place."""
    return _edit_outlook(acts, op, {"location": {"displayName": place(op.event, op.number)}})


def retext_outlook(acts: Acts, op: Operation) -> bool:
    """Another text; into a masked body it is typed below the mask."""
    seen = acts.outlook(op)
    if seen is None:
        return False
    words = f"<p>{text(op.event, op.number)}</p>"
    masked = "Confidential" in seen.text and op.number % 4 != 0
    content = seen.text.replace("</body>", f"{words}</body>") if masked else words
    return _edit_outlook(acts, op, {"body": {"contentType": "html", "content": content}})


def sensitivity_outlook(acts: Acts, op: Operation) -> bool:
    """Another sensitivity."""
    return _edit_outlook(acts, op, {"sensitivity": op.kind})


def delete_outlook(acts: Acts, op: Operation) -> bool:
    """Into Deleted Items."""
    seen = acts.outlook(op)
    if seen is None:
        return False
    acts.person(op).mailbox.delete(acts.id_of(seen))
    return True


def undelete_outlook(acts: Acts, op: Operation) -> bool:
    """Back from Deleted Items, which Exchange shows as the same event."""
    seen = acts.outlook(op, "deleted")
    if seen is None:
        return False
    acts.person(op).mailbox.undelete(acts.id_of(seen))
    return True


def secondary_outlook(acts: Acts, op: Operation) -> bool:
    """Into the second calendar."""
    seen = acts.outlook(op)
    if seen is None:
        return False
    acts.person(op).mailbox.to_secondary(acts.id_of(seen))
    return True


def back_outlook(acts: Acts, op: Operation) -> bool:
    """Back into the primary calendar."""
    seen = acts.outlook(op, "secondary")
    if seen is None:
        return False
    acts.person(op).mailbox.back(acts.id_of(seen))
    return True


def copy_outlook(acts: Acts, op: Operation) -> bool:
    """A copy, retitled as another event's: a new event (E11)."""
    seen = acts.outlook(op)
    if seen is None:
        return False
    mailbox = acts.person(op).mailbox
    copied = mailbox.copy_event(acts.id_of(seen))
    mailbox.edit(copied, {"subject": title(op.kind, op.number), **_outlook_times(op.number, op.reach)})
    return True


def touch_outlook(acts: Acts, op: Operation) -> bool:
    """Dismiss a reminder."""
    seen = acts.outlook(op)
    if seen is None:
        return False
    acts.person(op).mailbox.touch(acts.id_of(seen))
    return True


def invite_outlook(acts: Acts, op: Operation) -> bool:
    """Invite somebody from outside, or a colleague."""
    seen = acts.outlook(op)
    if seen is None:
        return False
    others = [p.mailbox.email for p in acts.world.people.values() if p.staff_id != op.who]
    guest = others[op.number % len(others)] if others and op.number % 3 == 0 else "guest@client.example"
    acts.person(op).mailbox.invite(acts.id_of(seen), guest)
    return True


def respond_outlook(acts: Acts, op: Operation) -> bool:
    """Answer an invitation."""
    seen = acts.outlook(op)
    if seen is None or seen.organizer:
        return False
    acts.person(op).mailbox.respond(acts.id_of(seen), op.kind)  # type: ignore[arg-type]
    return True


# In CaseFlow


def new_case(acts: Acts, op: Operation) -> bool:
    """Make an event in CaseFlow, for oneself."""
    members: dict[str, Any] = {
        "title": title(op.event, op.number),
        **_case_times(op.number, op.reach),
        "staff_ids": [op.who],
        "matter_id": _matter(acts, op) if op.kind == "matter" else None,
        "category": PROTECTED if op.kind == "protected" else None,
    }
    if op.number % 3 != 0:
        members |= {"description_html": f"<p>{text(op.event, op.number)}</p>", "location": place(op.event, op.number)}
    acts.world.caseflow.create_event(acts.person(op).firm_id, by=op.who, **members)
    return True


def _matter(acts: Acts, op: Operation) -> str:
    return f"m-{acts.person(op).firm_id}"


def _edit_case(acts: Acts, op: Operation, **members: Any) -> bool:
    seen = acts.case(op)
    if seen is None:
        return False
    acts.world.caseflow.edit_event(seen.id, by=op.who, **members)
    return True


def retitle_case(acts: Acts, op: Operation) -> bool:
    """Another title."""
    return _edit_case(acts, op, title=title(op.event, op.number))


def move_case(acts: Acts, op: Operation) -> bool:
    """Other times."""
    return _edit_case(acts, op, **_case_times(op.number, op.reach))


def days_case(acts: Acts, op: Operation) -> bool:
    """A whole day."""
    return _edit_case(acts, op, **_case_days(op.number))


def replace_case(acts: Acts, op: Operation) -> bool:
    """Another place."""
    return _edit_case(acts, op, location=place(op.event, op.number))


def retext_case(acts: Acts, op: Operation) -> bool:
    """Another description."""
    return _edit_case(acts, op, description_html=f"<p>{text(op.event, op.number)}</p>")


def link_case(acts: Acts, op: Operation) -> bool:
    """Link to the firm's matter, or unlink."""
    return _edit_case(acts, op, matter_id=_matter(acts, op) if op.kind == "matter" else None)


def categorise_case(acts: Acts, op: Operation) -> bool:
    """Another category, or none."""
    return _edit_case(acts, op, category=op.kind or None)


def confidential_case(acts: Acts, op: Operation) -> bool:
    """Mark confidential, or not."""
    return _edit_case(acts, op, confidential=op.kind == "on")


def visibility_case(acts: Acts, op: Operation) -> bool:
    """Show to the firm, or to its staff alone."""
    return _edit_case(acts, op, visibility=op.kind)


def delete_case(acts: Acts, op: Operation) -> bool:
    """Delete."""
    seen = acts.case(op)
    if seen is None:
        return False
    acts.world.caseflow.delete_event(seen.id, by=op.who)
    return True


def assign_case(acts: Acts, op: Operation) -> bool:
    """Assign a colleague, or take one off who is assigned."""
    seen = acts.case(op)
    colleagues = [p.staff_id for p in acts.world.people.values() if p.firm_id == acts.person(op).firm_id]
    if seen is None:
        return False
    other = colleagues[op.number % len(colleagues)]
    change = acts.world.caseflow.unassign if other in seen.staff else acts.world.caseflow.assign
    change(seen.id, other, by=op.who)
    return True


_TABLE: dict[str, Callable[[Acts, Operation], bool]] = {
    name: act for name, act in list(globals().items()) if name.endswith(("_outlook", "_case")) and name[0] != "_"
}
