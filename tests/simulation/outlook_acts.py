"""What people do in Outlook."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.names import is_day
from tests.simulation.scenario import Operation
from tests.simulation.stage import Stage
from tests.simulation.values import ZONES, place, slot, text, title, whole_day, words_of


def wall(moment: datetime, zone: str) -> dict[str, str]:
    return {"dateTime": moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(), "timeZone": zone}


def times(number: int, reach: str) -> dict[str, Any]:
    zone = ZONES[number % 3]
    start, end = slot(number, reach)
    return {"start": wall(start, zone), "end": wall(end, zone), "isAllDay": False}


def _outlook_days(number: int) -> dict[str, Any]:
    first, last = whole_day(number)
    zone = ZONES[number % 3]
    times = [{"dateTime": f"{day}T00:00:00", "timeZone": zone} for day in (first, last)]
    return {"start": times[0], "end": times[1], "isAllDay": True}


def new_outlook(acts: Stage, op: Operation) -> bool:
    """Make an event in the person's mailbox."""
    full = op.number % 3 != 0
    body = {"contentType": "html", "content": f"<p>{text(op.event, op.number)}</p>"} if full else None
    members = {
        "subject": title(op.event, op.number),
        **times(op.number, op.reach),
        **({"body": body, "location": {"displayName": place(op.event, op.number)}} if body else {}),
        **({"sensitivity": "private"} if op.kind == "private" else {}),
        **({"attendees": [_attendee(_guest(acts, op))]} if op.kind == "meeting" else {}),
    }
    acts.person(op).mailbox.create(members)
    return True


def _guest(acts: Stage, op: Operation) -> str:
    """A colleague, or somebody from outside."""
    others = [p.mailbox.email for p in acts.world.people.values() if p.staff_id != op.who]
    return others[op.number % len(others)] if others and op.number % 3 else "guest@client.example"


def _attendee(email: str) -> dict[str, Any]:
    return {"type": "required", "emailAddress": {"address": email}}


def _edit_outlook(acts: Stage, op: Operation, members: dict[str, Any]) -> bool:
    seen = acts.outlook(op)
    if seen is None:
        return False
    acts.person(op).mailbox.edit(acts.id_of(seen), members)
    return True


def retitle_outlook(acts: Stage, op: Operation) -> bool:
    """Another title."""
    return _edit_outlook(acts, op, {"subject": title(op.event, op.number)})


def move_outlook(acts: Stage, op: Operation) -> bool:
    """Other times; nobody moves one day of a series by years."""
    seen = acts.outlook(op)
    if seen is None:
        return False
    reach = "near" if is_day(seen.token) and op.reach == "far" else op.reach
    return _edit_outlook(acts, op, times(op.number, reach))


def days_outlook(acts: Stage, op: Operation) -> bool:
    """A whole day."""
    return _edit_outlook(acts, op, _outlook_days(op.number))


def replace_outlook(acts: Stage, op: Operation) -> bool:
    """Another place."""
    return _edit_outlook(acts, op, {"location": {"displayName": place(op.event, op.number)}})


def retext_outlook(acts: Stage, op: Operation) -> bool:
    """Another text; into a masked body it is typed below the mask."""
    seen = acts.outlook(op)
    if seen is None:
        return False
    words = f"<p>{text(op.event, op.number)}</p>"
    masked = "Confidential" in seen.text and op.number % 4 != 0
    content = seen.text.replace("</body>", f"{words}</body>") if masked else words
    return _edit_outlook(acts, op, {"body": {"contentType": "html", "content": content}})


def sensitivity_outlook(acts: Stage, op: Operation) -> bool:
    """Another sensitivity."""
    return _edit_outlook(acts, op, {"sensitivity": op.kind})


def delete_outlook(acts: Stage, op: Operation) -> bool:
    """Into Deleted Items."""
    seen = acts.outlook(op)
    if seen is None:
        return False
    acts.person(op).mailbox.delete(acts.id_of(seen))
    return True


def purge_outlook(acts: Stage, op: Operation) -> bool:
    """Everything into Deleted Items."""
    standing = [seen for seen in acts.watch.standing("outlook") if seen.owner == op.who]
    for seen in standing:
        acts.person(op).mailbox.delete(acts.id_of(seen))
    return bool(standing)


def undelete_outlook(acts: Stage, op: Operation) -> bool:
    """Back from Deleted Items, which Exchange shows as the same event."""
    seen = acts.outlook(op, "deleted")
    if seen is None:
        return False
    acts.person(op).mailbox.undelete(acts.whole_of(seen))
    return True


def secondary_outlook(acts: Stage, op: Operation) -> bool:
    """Into the second calendar."""
    seen = acts.outlook(op)
    if seen is None:
        return False
    acts.person(op).mailbox.to_secondary(acts.whole_of(seen))
    return True


def back_outlook(acts: Stage, op: Operation) -> bool:
    """Back into the primary calendar."""
    seen = acts.outlook(op, "secondary")
    if seen is None:
        return False
    acts.person(op).mailbox.back(acts.whole_of(seen))
    return True


def copy_outlook(acts: Stage, op: Operation) -> bool:
    """A copy of a single event, retitled as another event's: a new event (E11)."""
    seen = acts.outlook(op)
    if seen is None or acts.item_of(seen).is_series:
        return False
    mailbox = acts.person(op).mailbox
    copied = mailbox.copy_event(acts.whole_of(seen))
    members: dict[str, Any] = {"subject": title(op.kind, op.number), **times(op.number, op.reach)}
    if words_of(seen.place):
        members["location"] = {"displayName": place(op.kind, op.number)}
    if words_of(seen.text):
        members["body"] = {"contentType": "html", "content": f"<p>{text(op.kind, op.number)}</p>"}
    mailbox.edit(copied, members)
    if not seen.token.startswith("ev") or seen.token in acts.watch.copied_mirrors:
        acts.watch.copied_mirrors.add(op.kind)
    return True


def touch_outlook(acts: Stage, op: Operation) -> bool:
    """Dismiss a reminder."""
    seen = acts.outlook(op)
    if seen is None:
        return False
    acts.person(op).mailbox.touch(acts.id_of(seen))
    return True


def invite_outlook(acts: Stage, op: Operation) -> bool:
    """Invite somebody from outside, or a colleague, to a single event."""
    seen = acts.outlook(op)
    if seen is None or is_day(seen.token):
        return False
    guest = _guest(acts, op) if op.kind == "colleague" else "guest@client.example"
    acts.person(op).mailbox.invite(acts.id_of(seen), guest)
    return True


def respond_outlook(acts: Stage, op: Operation) -> bool:
    """Whoever is invited answers."""
    invited = [seen for seen in acts.watch.standing("outlook", op.event) if not seen.organizer]
    if not invited:
        return False
    seen = invited[op.number % len(invited)]
    acts.world.people[seen.owner].mailbox.respond(acts.id_of(seen), op.kind)  # type: ignore[arg-type]
    return True
