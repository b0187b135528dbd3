"""The writes on a mailbox, for the app and for a person alike: make, edit, delete, move and copy events."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from local.graph.errors import bad_request, invalid
from local.graph.events import Draft, check_times, defaults
from local.graph.ids import uid_of
from local.graph.meetings import addresses, announce, call_off
from local.graph.office import By, Office
from local.graph.recurrence import read_recurrence
from local.graph.store import (
    DELETED,
    PRIMARY,
    RECOVERABLE,
    Item,
    Showing,
    Store,
    deviated,
    leave,
    occurrence,
    settle_series,
    standing_days,
)
from local.graph.times import Moment, in_zone

_JOIN = "https://teams.microsoft.com/l/meetup-join/"


def create(office: Office, store: Store, draft: Draft, by: By, *, place: str = PRIMARY) -> Item:
    """Make an event or a series; raises GraphError 400 for times or a recurrence that do not hold together."""
    start, end = draft.start, draft.end
    if start is None or end is None:
        raise invalid("An event needs a start and an end.")
    number, now = store.numbers + 1, office.now()
    uid = uid_of(f"{store.part}|{number}|{store.epoch}".encode())
    content = {**defaults(store.email, store.name), **draft.members}
    item = Item(number, place, uid, now, now, start, end, _online(content, uid))
    item.transaction, item.properties = draft.transaction, dict(draft.properties)
    _settle(item)
    store.items[store.next_number()] = item
    store.changed(item, now)
    announce(office, store, item, before=set(), changed=set(), by=by)
    return item


def _settle(item: Item) -> None:
    """Check an item's times and join its recurrence to them."""
    check_times(item.start, item.end, all_day=item.content["isAllDay"])
    recurrence = item.content["recurrence"]
    if recurrence is None:
        return
    zone = (recurrence.get("range") or {}).get("recurrenceTimeZone") or item.start.zone
    first = in_zone(item.start, zone).wall.date()
    item.content = {**item.content, "recurrence": read_recurrence(recurrence, item.start.zone, first)}
    settle_series(item)


def _online(content: dict[str, Any], uid: str) -> dict[str, Any]:
    """Give an online meeting its join block; a body without the block breaks the meeting (graph.md, Events)."""
    link = f"{_JOIN}{uid[-24:]}"
    if content["isOnlineMeeting"] and content["onlineMeeting"] is None:
        block = f'<div class="me-email-text"><a href="{link}">Join the meeting</a></div>'
        body = content["body"]["content"] or "<html><head></head><body></body></html>"
        whole = body.replace("</body>", f"{block}</body>") if "</body>" in body else body + block
        return {
            **content,
            "body": {"contentType": "html", "content": whole},
            "onlineMeeting": {"joinUrl": link},
            "onlineMeetingProvider": "teamsForBusiness",
        }
    if content["onlineMeeting"] and link not in content["body"]["content"]:
        return {**content, "isOnlineMeeting": False, "onlineMeeting": None, "onlineMeetingProvider": "unknown"}
    return content


def edit(office: Office, store: Store, showing: Showing, draft: Draft, by: By) -> Showing:
    """Change an event, a series, or one occurrence, and return how it shows now.

    Raises GraphError 400 and changes nothing if Exchange would refuse it.
    """
    before = addresses(showing.item)
    if showing.day is None:
        item = _edited(showing.item, draft)
        shown = replace(showing, item=item, start=item.start, end=item.end)
    else:
        item = _with_edited_day(office, showing, showing.day, draft)
        shown = occurrence(item, showing.day)
    store.items[item.number] = item
    store.changed(item, office.now())
    notices = 1 + len(item.deviations) if showing.day is None else 1
    announce(office, store, item, before=before, changed=_changed(showing, shown), by=by, notices=notices)
    return shown


def _edited(old: Item, draft: Draft) -> Item:
    content = _online({**old.content, **_with_responses(old.content["attendees"], draft.members)}, old.uid)
    start, end = draft.start or old.start, draft.end or old.end
    item = replace(old, content=content, start=start, end=end, properties={**old.properties, **draft.properties})
    item.custom_zone = old.custom_zone and draft.start is None
    retimed = (start.utc, end.utc, start.zone) != (old.start.utc, old.end.utc, old.start.zone)
    if retimed and content["recurrence"] is not None and "recurrence" not in draft.members:
        item.content = {**content, "recurrence": _shifted(content["recurrence"], start)}
    if retimed or "isAllDay" in draft.members or "recurrence" in draft.members:
        _settle(item)
    if retimed or item.content["recurrence"] != old.content["recurrence"]:
        item.new_generation()
    return item


def _with_responses(held: list[dict[str, Any]], members: dict[str, Any]) -> dict[str, Any]:
    """Return the members to write, with the responses that attendees who stay have given."""
    if "attendees" not in members:
        return members
    given = {attendee["emailAddress"]["address"].lower(): attendee["status"] for attendee in held}
    kept = [
        {**attendee, "status": given.get(attendee["emailAddress"]["address"].lower(), attendee["status"])}
        for attendee in members["attendees"]
    ]
    return {**members, "attendees": kept}


def _shifted(recurrence: dict[str, Any], start: Moment) -> dict[str, Any]:
    """Return a series' recurrence begun on the new start's day."""
    bounds = recurrence["range"]
    first = in_zone(start, bounds["recurrenceTimeZone"]).wall.date()
    return {**recurrence, "range": {**bounds, "startDate": first.isoformat()}}


def _with_edited_day(office: Office, showing: Showing, day: date, draft: Draft) -> Item:
    old = showing.item
    start, end = draft.start or showing.start, draft.end or showing.end
    members = _own_members(office, draft.members)
    check_times(start, end, all_day={**showing.content, **members}["isAllDay"])
    if draft.start is not None:
        _check_boundary(old, day, start)
    held = old.deviations.get(day)
    if not members and not draft.properties and (start.utc, end.utc) == (showing.start.utc, showing.end.utc):
        return old
    changed = deviated(
        held,
        overrides={**(held.overrides if held else {}), **members},
        start=start if draft.start else held.start if held else None,
        end=end if draft.end or draft.start else held.end if held else None,
        properties={**(held.properties if held else {}), **draft.properties},
    )
    return replace(old, deviations={**old.deviations, day: changed})


def _own_members(office: Office, members: dict[str, Any]) -> dict[str, Any]:
    """Return what an occurrence may have of its own (graph.md, Recurrence)."""
    if "recurrence" in members:
        raise bad_request("ErrorInvalidRequest", "An occurrence cannot have a recurrence of its own.")
    if "sensitivity" not in members or office.switches.occurrence_sensitivity == "accepted":
        return members
    if office.switches.occurrence_sensitivity == "refused":
        raise bad_request("ErrorInvalidPropertySet", "Set action is invalid for property: Sensitivity.")
    return {name: value for name, value in members.items() if name != "sensitivity"}


def _check_boundary(item: Item, day: date, start: Moment) -> None:
    """Refuse a move of an occurrence to or past the day of the one before or after it."""
    zone = item.content["recurrence"]["range"]["recurrenceTimeZone"]
    target = in_zone(start, zone).wall.date()
    reach = date.fromordinal(max(target, day).toordinal() + 366 * 5)
    standing = standing_days(item, reach)
    place = standing.index(day)
    earlier = _shown_day(item, standing[place - 1], zone) if place else date.min
    later = _shown_day(item, standing[place + 1], zone) if place + 1 < len(standing) else date.max
    if not earlier < target < later:
        raise bad_request(
            "ErrorOccurrenceCrossingBoundary",
            "Modified occurrence is crossing or overlapping adjacent occurrence.",
        )


def _shown_day(item: Item, day: date, zone: str) -> date:
    return in_zone(occurrence(item, day).start, zone).wall.date()


def _changed(before: Showing, after: Showing) -> set[str]:
    old, new = before.content, after.content
    names = {name for name, value in new.items() if old.get(name) != value}
    if before.start.utc != after.start.utc:
        names.add("start")
    if before.end.utc != after.end.utc:
        names.add("end")
    return names


def remove(office: Office, store: Store, showing: Showing, by: By) -> None:
    """Delete: an occurrence is cancelled, all else goes to Deleted Items, and from there out of reach."""
    item, now = showing.item, office.now()
    if showing.day is not None:
        item.cancelled = {**item.cancelled, showing.day: len(store.log) + 1}
        item.deviations = {day: found for day, found in item.deviations.items() if day != showing.day}
        store.changed(item, now)
        announce(office, store, item, before=addresses(item), changed={"recurrence"}, by=by)
        return
    if item.place == DELETED:
        leave(item, RECOVERABLE)
        return
    call_off(office, store, item, by)
    move(office, store, item, DELETED)


def move(office: Office, store: Store, item: Item, place: str) -> None:
    """Put an event or a series into another calendar or folder: its mutable id changes."""
    if item.place == place:
        return
    seen = PRIMARY in {item.place, place}
    leave(item, place)
    store.changed(item, office.now(), seen_by_primary=seen)


def copy(office: Office, store: Store, item: Item, place: str) -> Item:
    """Copy an event as a person does: a new event, with our marks only if the switch says so."""
    number, now = store.next_number(), office.now()
    uid = uid_of(f"{store.part}|{number}|copy".encode())
    marks = office.switches.copies_carry_marks
    made = replace(
        item,
        number=number,
        place=place,
        uid=uid,
        created=now,
        moves=0,
        transaction=item.transaction if marks else None,
        properties=dict(item.properties) if marks else {},
        content={**item.content, "attendees": [], "isOrganizer": True},
        expanded=None,
    )
    store.items[number] = made
    store.changed(made, now)
    return made
