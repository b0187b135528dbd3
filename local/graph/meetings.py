"""Meetings between mailboxes: invitations, updates, cancellations and responses, and the mail they cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from local.graph import ids
from local.graph.errors import bad_request
from local.graph.office import By, Mail, Office, Why
from local.graph.store import DELETED, PRIMARY, Item, Showing, Store, deviated, leave
from local.graph.times import NEVER, write_instant

_SHARED = (
    "subject",
    "body",
    "isAllDay",
    "location",
    "locations",
    "importance",
    "sensitivity",
    "recurrence",
    "attendees",
    "isOnlineMeeting",
    "onlineMeeting",
    "onlineMeetingProvider",
    "organizer",
    "hideAttendees",
    "responseRequested",
    "allowNewTimeProposals",
)
MAILED = frozenset({"subject", "body", "isAllDay", "location", "locations", "recurrence", "start", "end"})
"""Members whose change the organiser's Exchange mails to everybody; others stay at home."""
_NOT_RESPONDED = {"response": "notResponded", "time": NEVER}
_SHOWN_AS = {"accepted": "busy", "tentativelyAccepted": "tentative", "declined": "free"}


def addresses(item: Item) -> set[str]:
    """Return the attendees' addresses, in small letters, without the organiser's own."""
    own = item.content["organizer"]["emailAddress"]["address"].lower()
    found = {attendee["emailAddress"]["address"].lower() for attendee in item.content["attendees"]}
    for deviation in item.deviations.values():
        extra = deviation.overrides.get("attendees", [])
        found |= {attendee["emailAddress"]["address"].lower() for attendee in extra}
    return found - {own}


def announce(
    office: Office, store: Store, item: Item, *, before: set[str], changed: set[str], by: By, notices: int = 1
) -> None:
    """Mail an organiser's change to the attendees and carry it into the mailboxes that are here.

    `before` are the attendees before the change, `changed` the members that differ; `notices` is how many mails an
    update costs each of them.
    """
    if not item.content["isOrganizer"]:
        return
    invited = addresses(item)
    for email in sorted(before - invited):
        _send(office, store, item, email, why="cancellation", by=by)
        _withdraw(office, email, item)
    for email in sorted(invited - before):
        _send(office, store, item, email, why="request", by=by)
        _deliver(office, email, item, new_times=True)
    if changed & (MAILED | {"attendees"}):
        for email in sorted(invited & before):
            if changed & MAILED:
                for _ in range(notices):
                    _send(office, store, item, email, why="update", by=by)
            _deliver(office, email, item, new_times=bool(changed & {"start", "end", "recurrence"}))


def call_off(office: Office, store: Store, item: Item, by: By) -> None:
    """Mail the cancellation of a meeting that its organiser deletes or cancels."""
    if not item.content["isOrganizer"]:
        return
    for email in sorted(addresses(item)):
        _send(office, store, item, email, why="cancellation", by=by)
        _withdraw(office, email, item)


def _send(office: Office, store: Store, item: Item, email: str, *, why: Why, by: By) -> None:
    event = ids.event_id(store.part, ids.Address(item.number, None, None, 0))
    sent = office.now().isoformat()
    office.outbox.append(Mail(store.email, email, why, event, item.uid, by, sent))


def _deliver(office: Office, email: str, item: Item, *, new_times: bool) -> None:
    target = office.by_email(email)
    if target is None:
        return
    held = target.by_uid(item.uid)
    shared = {name: item.content[name] for name in _SHARED}
    if held is None:
        held = _new_copy(office, target, item, shared)
    else:
        answer = {"responseStatus": _NOT_RESPONDED} if new_times else {}
        held = _with_series_of(replace(held, content={**held.content, **shared, **answer}), item)
    target.items[held.number] = held
    target.changed(held, office.now())


def _new_copy(office: Office, target: Store, item: Item, shared: dict[str, Any]) -> Item:
    own = {
        "isOrganizer": False,
        "showAs": "tentative",
        "isReminderOn": True,
        "reminderMinutesBeforeStart": 15,
        "isCancelled": False,
        "categories": [],
        "responseStatus": _NOT_RESPONDED,
    }
    now = office.now()
    copy = Item(
        target.next_number(), PRIMARY, item.uid, now, now, item.start, item.end, {**item.content, **shared, **own}
    )
    return _with_series_of(copy, item)


def _with_series_of(copy: Item, item: Item) -> Item:
    copy.start, copy.end, copy.generation = item.start, item.end, item.generation
    copy.deviations = {day: replace(found, properties={}) for day, found in item.deviations.items()}
    copy.cancelled = dict.fromkeys(item.cancelled, 0)
    copy.expanded = None
    return copy


def _withdraw(office: Office, email: str, item: Item) -> None:
    """Mark the attendee's copy as cancelled; it stays until its owner removes it."""
    target = office.by_email(email)
    held = target.by_uid(item.uid) if target else None
    if target is None or held is None or held.content["isCancelled"]:
        return
    subject = f"Canceled: {held.content['subject']}"
    held.content = {**held.content, "isCancelled": True, "showAs": "free", "subject": subject}
    target.changed(held, office.now())


def respond(office: Office, store: Store, showing: Showing, response: str, by: By, *, send: bool) -> None:
    """Note an attendee's `accepted`, `tentativelyAccepted` or `declined`, and mail it if `send`.

    Raises GraphError 400 for the organiser and for an event nobody was invited to.
    """
    item = showing.item
    if item.content["isOrganizer"]:
        raise bad_request(
            "ErrorInvalidRequest",
            "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer.",
        )
    status = {"response": response, "time": write_instant(office.now())}
    own = {"responseStatus": status, "showAs": _SHOWN_AS[response]}
    if showing.day is None:
        item.content = {**item.content, **own}
    else:
        held = item.deviations.get(showing.day)
        overrides = {**(held.overrides if held else {}), **own}
        item.deviations = {**item.deviations, showing.day: deviated(held, overrides=overrides)}
    _leave_if_declined(office, store, item, response, whole=showing.day is None)
    organizer = item.content["organizer"]["emailAddress"]["address"]
    if send:
        _send(office, store, item, organizer, why="response", by=by)
        _note_response(office, organizer, item.uid, store.email, status)


def _leave_if_declined(office: Office, store: Store, item: Item, response: str, *, whole: bool) -> None:
    was_primary = item.place == PRIMARY
    if response == "declined" and whole and not office.switches.declined_stay:
        leave(item, DELETED)
    store.changed(item, office.now(), seen_by_primary=was_primary)


def _note_response(office: Office, organizer: str, uid: str, email: str, status: dict[str, str]) -> None:
    target = office.by_email(organizer)
    held = target.by_uid(uid) if target else None
    if target is None or held is None:
        return
    attendees = [
        {**attendee, "status": status} if attendee["emailAddress"]["address"].lower() == email.lower() else attendee
        for attendee in held.content["attendees"]
    ]
    held.content = {**held.content, "attendees": attendees}
    target.changed(held, office.now())
