"""Read both calendars of the demonstration firm through the stand-ins, for the comparison of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from local.up.demo.outlook import Asks, asks, other_calendar
from local.up.demo.people import FIRM_ID, Person
from local.up.views import (
    CaseFlowEvent,
    Firm,
    Mailbox,
    OneWay,
    OutlookEvent,
    ends_after,
    from_caseflow,
    from_graph,
    one_way,
    plain,
)

if TYPE_CHECKING:
    from local.up.standins import StandIns

_BACK, _AHEAD = timedelta(days=120), timedelta(days=760)


@dataclass(frozen=True)
class Before:
    """How things stood before the sync that is checked: change keys by mailbox, versions, mails, Outlook's words."""

    primary: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    secondary: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)
    mails: int = 0
    dump: str = ""


def before(world: StandIns, people: Sequence[Person], line: Mapping[str, date]) -> Before:
    """Take down how things stand now."""
    firm = read(world, people, line, Before())
    return Before(
        primary={box.staff_id: _past_keys(box) for box in firm.mailboxes},
        secondary={box.staff_id: {row.id: row.change_key for row in box.secondary} for box in firm.mailboxes},
        versions={event.id: event.version for event in firm.events if _is_past(event, firm.mailboxes)},
        mails=len(firm.mail),
        dump=firm.outlook_dump,
    )


def everything(world: StandIns, people: Sequence[Person], line: Mapping[str, date]) -> dict[str, str]:
    """Return the change key or version of every event on both sides, to see whether anything is written."""
    firm = read(world, people, line, Before())
    keys = {f"{box.staff_id} {row.id}": row.change_key for box in firm.mailboxes for row in box.events}
    return keys | {event.id: str(event.version) for event in firm.events}


def read(world: StandIns, people: Sequence[Person], line: Mapping[str, date], known: Before) -> Firm:
    """Read the firm as it is now, beside how it was `known` before; Graph serves nobody else meanwhile."""
    with world.graph_lock:
        return _read(world, people, line, known)


def _read(world: StandIns, people: Sequence[Person], line: Mapping[str, date], known: Before) -> Firm:
    events = tuple(_caseflow_events(world))
    items = tuple(_one_way_items(world))
    dump = json.dumps(world.graph.dump())
    return Firm(
        now=world.now(),
        events=events,
        one_way=items,
        mailboxes=tuple(_mailbox(world, person, line[person.staff_id], known) for person in people),
        past_before=known.versions,
        mail=tuple(_mails(world))[known.mails :],
        secret_texts=tuple(_secrets(world, events, items)),
        open_texts=(known.dump, *_open(events, items)),
        outlook_dump=dump,
    )


def _past_keys(box: Mailbox) -> dict[str, str]:
    return {row.id: row.change_key for row in box.events if not ends_after(row.times, box.line, box.zone)}


def _is_past(event: CaseFlowEvent, boxes: Sequence[Mailbox]) -> bool:
    return not any(ends_after(event.times, box.line, box.zone) for box in boxes)


def _mailbox(world: StandIns, person: Person, line: date, known: Before) -> Mailbox:
    ask = asks(world.graph, person)
    now = world.now()
    return Mailbox(
        staff_id=person.staff_id,
        zone=ZoneInfo(person.zone),
        line=line,
        events=tuple(_rows(ask, "/me/calendar/calendarView", now, person)),
        secondary=tuple(_rows(ask, f"/me/calendars/{quote(other_calendar(ask))}/calendarView", now, person)),
        before=known.primary.get(person.staff_id, {}),
        secondary_before=known.secondary.get(person.staff_id, {}),
    )


def _rows(ask: Asks, path: str, now: datetime, person: Person) -> Iterator[OutlookEvent]:
    span = f"startDateTime={(now - _BACK):%Y-%m-%dT00:00:00Z}&endDateTime={(now + _AHEAD):%Y-%m-%dT00:00:00Z}"
    link: str | None = f"{path}?{span}&$top=200"
    while link:
        page = ask("GET", link, None)
        yield from (from_graph(row, person.email) for row in page["value"])
        link = page.get("@odata.nextLink")


def _caseflow_events(world: StandIns) -> Iterator[CaseFlowEvent]:
    listed = world.caseflow.firm(FIRM_ID)["event_categories"]
    protected = {category["name"]: category["protected"] for category in listed}
    born = _born_in_outlook(world.caseflow.audit(FIRM_ID))
    for row in world.caseflow.events(FIRM_ID):
        yield from_caseflow(row, protected, row["id"] in born)


def _born_in_outlook(audit: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return the events whose first record in CaseFlow's own log carries a sync's origin."""
    made = (record for record in audit if record["action"] == "created" and record["object"]["kind"] == "event")
    return frozenset(record["object"]["id"] for record in made if record.get("origin"))


def _one_way_items(world: StandIns) -> Iterator[OneWay]:
    for task in world.caseflow.tasks(FIRM_ID):
        if task["due_date"] and not task["completed"]:
            yield one_way("task", task, frozenset(task["assignee_ids"]))
    staff = {matter["id"]: frozenset(matter["staff_ids"]) for matter in world.caseflow.matters(FIRM_ID)}
    for deadline in world.caseflow.deadlines(FIRM_ID):
        if deadline["date"]:
            yield one_way("deadline", deadline, staff[deadline["matter_id"]])


def _mails(world: StandIns) -> Iterator[str]:
    for mail in world.graph.outbox:
        yield str(mail)


def _secrets(world: StandIns, events: Sequence[CaseFlowEvent], items: Sequence[OneWay]) -> Iterator[tuple[str, str]]:
    """Yield what must not be in Outlook: texts and places of masked events, matters' names."""
    for event in events:
        if event.masked and not event.born_in_outlook:
            yield event.id, f"{event.text} {event.place}"
    yield from ((item.id, item.text) for item in items if item.masked)
    yield from ((matter["id"], matter["name"]) for matter in world.caseflow.matters(FIRM_ID))


def _open(events: Sequence[CaseFlowEvent], items: Sequence[OneWay]) -> Iterator[str]:
    for event in events:
        yield event.title
        if not event.masked or event.born_in_outlook:
            yield plain(f"{event.text} {event.place}")
    for item in items:
        yield item.title if item.masked else f"{item.title} {item.text}"
