"""The API's writes: create with its `transactionId`, PATCH and DELETE with `If-Match`, and the actions."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from local.graph import changes, meetings
from local.graph.call import Call, check_if_match
from local.graph.errors import GraphError, bad_request
from local.graph.events import read_draft
from local.graph.store import PRIMARY, SECONDARY, Item, whole

ACTIONS = {"accept": "accepted", "tentativelyAccept": "tentativelyAccepted", "decline": "declined"}


def create(call: Call) -> dict[str, Any]:
    """Make an event, or answer the one that the same `transactionId` made (graph.md, Events).

    Raises GraphError 400 for a body that breaks a rule, and `ErrorDuplicateTransactionId` as the switches say.
    """
    draft = read_draft(call.body, creating=True, rewrite_html=call.office.switches.rewrite_html)
    digest = _digest(call.body)
    item = _repeated(call, draft.transaction, digest) if draft.transaction else None
    if item is None:
        item = changes.create(call.office, call.store, draft, "app", place=call.place or PRIMARY)
        if draft.transaction:
            _remember(call, draft.transaction, item.number, digest)
    return _entity(call, call.writer.event(whole(item)))


def _digest(body: Any) -> str:
    return hashlib.blake2b(json.dumps(body, sort_keys=True).encode(), digest_size=16).hexdigest()


def _repeated(call: Call, transaction: str, digest: str) -> Item | None:
    made = call.store.transactions.get(transaction)
    item = call.store.items.get(made[0]) if made else None
    if made is None or item is None:
        return None
    switches = call.office.switches
    if item.place not in {PRIMARY, SECONDARY} and switches.deleted_transaction != "replayed":
        if switches.deleted_transaction == "forgotten":
            return None
        raise _duplicate(call, item, 409)
    if made[1] == digest or switches.duplicate_transaction_status == 201:
        return item
    raise _duplicate(call, item, switches.duplicate_transaction_status)


def _duplicate(call: Call, item: Item, status: int) -> GraphError:
    return GraphError(
        status,
        "ErrorDuplicateTransactionId",
        "Your request can't be completed. The transactionId has already been used for another event.",
        members={"@event.existingEventId": call.writer.event_id(whole(item))},
    )


def _remember(call: Call, transaction: str, number: int, digest: str) -> None:
    known = call.store.transactions
    known.pop(transaction, None)
    known[transaction] = (number, digest)
    limit = call.office.switches.transaction_id_remembered
    while limit is not None and len(known) > limit:
        known.pop(next(iter(known)))


def update(call: Call) -> dict[str, Any]:
    """Change an event and answer it whole; raises GraphError 404, 412 or 400."""
    showing = call.showing(call.rest[1])
    check_if_match(call, showing)
    draft = read_draft(call.body, creating=False, rewrite_html=call.office.switches.rewrite_html)
    shown = changes.edit(call.office, call.store, showing, draft, "app")
    return _entity(call, call.writer.event(shown))


def delete(call: Call) -> None:
    """Delete an event into Deleted Items, or cancel an occurrence; raises GraphError 404 or 412."""
    showing = call.showing(call.rest[1])
    check_if_match(call, showing)
    changes.remove(call.office, call.store, showing, "app")


def act(call: Call) -> None:
    """Answer an invitation, or cancel a meeting as its organiser; raises GraphError 400 for the wrong role."""
    showing, action = call.showing(call.rest[1]), call.rest[2]
    sent = call.body if isinstance(call.body, dict) else {}
    if action in ACTIONS:
        send = sent.get("sendResponse", True)
        meetings.respond(call.office, call.store, showing, ACTIONS[action], "app", send=bool(send))
        return
    if not showing.content["isOrganizer"]:
        raise bad_request(
            "ErrorInvalidRequest",
            "Your request can't be completed. You need to be an organizer to cancel a meeting.",
        )
    changes.remove(call.office, call.store, showing, "app")


def entity(call: Call) -> dict[str, Any]:
    """Return one event by its id; raises GraphError 404 or 400."""
    return _entity(call, call.writer.event(call.showing(call.rest[1])))


def _entity(call: Call, row: dict[str, Any]) -> dict[str, Any]:
    return {"@odata.context": call.context("events/$entity"), **row}
