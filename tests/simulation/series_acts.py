"""What people do with recurring series in Outlook; what concerns one day alone is among the acts on events."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from local.graph.store import Item, standing_days, whole
from local.graph.times import in_zone
from tests.simulation.outlook_acts import wall
from tests.simulation.scenario import Operation
from tests.simulation.seen import Seen
from tests.simulation.stage import Stage
from tests.simulation.values import EASTERN, place, slot, text, title
from tests.simulation.world import ZONE

COUNT = 3


def _pattern(kind: str, first: date) -> dict[str, Any]:
    """Every second day, weekly on the day it begins, or weekly on two days."""
    weekday = f"{first:%A}".lower()
    match kind:
        case "daily":
            return {"type": "daily", "interval": 2}
        case "twice":
            later = f"{first + timedelta(days=2):%A}".lower()
            return {"type": "weekly", "interval": 1, "daysOfWeek": [weekday, later]}
        case _:
            return {"type": "weekly", "interval": 1, "daysOfWeek": [weekday]}


def _recurrence(kind: str, first: date, count: int = COUNT) -> dict[str, Any]:
    bounds = {"type": "numbered", "startDate": first.isoformat(), "numberOfOccurrences": count}
    return {"pattern": _pattern(kind, first), "range": bounds}


def _times(start: datetime) -> dict[str, Any]:
    return {"start": wall(start, ZONE), "end": wall(start + timedelta(hours=1), ZONE), "isAllDay": False}


def _series(acts: Stage, op: Operation) -> tuple[Seen, Item] | None:
    """A day of the series, and the series itself."""
    seen = acts.outlook(op)
    if seen is None or not acts.item_of(seen).is_series:
        return None
    return seen, acts.item_of(seen)


def _edit(acts: Stage, op: Operation, members: dict[str, Any]) -> bool:
    found = _series(acts, op)
    if found is None:
        return False
    acts.person(op).mailbox.edit(acts.whole_of(found[0]), members)
    return True


def new_series(acts: Stage, op: Operation) -> bool:
    """Make a series of three days."""
    start, _ = slot(op.number, op.reach)
    members = {
        "subject": title(op.event, op.number),
        **_times(start),
        "recurrence": _recurrence(op.kind, start.astimezone(EASTERN).date()),
        **({"sensitivity": "private"} if op.kind == "private" else {}),
    }
    if op.number % 3 != 0:
        members["body"] = {"contentType": "html", "content": f"<p>{text(op.event, op.number)}</p>"}
        members["location"] = {"displayName": place(op.event, op.number)}
    acts.person(op).mailbox.create(members)
    return True


def make_series(acts: Stage, op: Operation) -> bool:
    """Turn a single event into a series that begins on its day."""
    seen = acts.outlook(op)
    if seen is None or acts.item_of(seen).is_series or seen.when.all_day or seen.attendees:
        return False
    first = acts.item_of(seen).start.wall.date()
    acts.person(op).mailbox.make_series(acts.id_of(seen), _recurrence(op.kind, first))
    return True


def retitle_series(acts: Stage, op: Operation) -> bool:
    """Another title for all days."""
    return _edit(acts, op, {"subject": title(op.event, op.number)})


def retext_series(acts: Stage, op: Operation) -> bool:
    """Another text for all days."""
    return _edit(acts, op, {"body": {"contentType": "html", "content": f"<p>{text(op.event, op.number)}</p>"}})


def replace_series(acts: Stage, op: Operation) -> bool:
    """Another place for all days."""
    return _edit(acts, op, {"location": {"displayName": place(op.event, op.number)}})


def sensitivity_series(acts: Stage, op: Operation) -> bool:
    """Another sensitivity for all days."""
    return _edit(acts, op, {"sensitivity": op.kind})


def move_series(acts: Stage, op: Operation) -> bool:
    """Another hour on the same days: they come back with new ids."""
    found = _series(acts, op)
    if found is None:
        return False
    hour, _ = slot(op.number)
    first = in_zone(found[1].start, ZONE).wall.date()
    start = hour.astimezone(EASTERN).replace(year=first.year, month=first.month, day=first.day)
    return _edit(acts, op, _times(start))


def repattern_series(acts: Stage, op: Operation) -> bool:
    """Another rule from the same first day."""
    found = _series(acts, op)
    if found is None:
        return False
    first = in_zone(found[1].start, found[1].start.zone).wall.date()
    return _edit(acts, op, {"recurrence": _recurrence(op.kind, first, COUNT + op.number % 2)})


def split_series(acts: Stage, op: Operation) -> bool:
    """ "This and following": the series ends before a day, and another one begins on it."""
    found = _series(acts, op)
    if found is None:
        return False
    seen, item = found
    days = standing_days(item, date(2029, 1, 1))
    if len(days) < 2:
        return False
    at = 1 + op.number % (len(days) - 1)
    cut = days[at]
    mailbox = acts.person(op).mailbox
    rule = item.content["recurrence"]
    first = date.fromisoformat(rule["range"]["startDate"])
    bounds = {"type": "endDate", "startDate": first.isoformat(), "endDate": (cut - timedelta(days=1)).isoformat()}
    mailbox.edit(acts.whole_of(seen), {"recurrence": {"pattern": rule["pattern"], "range": bounds}})
    content = item.content
    start = datetime.combine(cut, in_zone(whole(item).start, ZONE).wall.time(), ZoneInfo(ZONE))
    mailbox.create({
        "subject": title(op.event, op.number) if op.kind == "retitled" else content["subject"],
        **_times(start),
        "body": dict(content["body"]),
        "location": {"displayName": content["location"]["displayName"]},
        "sensitivity": content["sensitivity"],
        "recurrence": {"pattern": rule["pattern"], "range": {"type": "numbered", "startDate": cut.isoformat(),
                                                             "numberOfOccurrences": len(days) - at}},
    })  # fmt: skip
    return True


def delete_series(acts: Stage, op: Operation) -> bool:
    """The whole series into Deleted Items."""
    found = _series(acts, op)
    if found is None:
        return False
    acts.person(op).mailbox.delete(acts.whole_of(found[0]))
    return True
