"""The change feed over the calendar view: a window kept in the token, rounds, pages, and what it leaves out."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from local.graph import ids
from local.graph.call import Call
from local.graph.errors import GraphError, bad_request
from local.graph.rows import Writer
from local.graph.store import PRIMARY, Item, Showing, Store, showings, whole
from local.graph.switches import Switches
from local.graph.times import Window, read_window

DEFAULT_PAGE = 10
_TYPE = "#microsoft.graph.event"
_REFUSED = ("$select", "$filter", "$expand", "$orderby", "$search", "$top", "$skip")


@dataclass(frozen=True, slots=True)
class Token:
    """What a delta link remembers: window, span of the mailbox's log (`since` up to `until`), and place in it.

    A first round reports nothing as removed; `until` is None until a round has begun.
    """

    window: Window
    since: int = 0
    until: int | None = None
    offset: int = 0
    round: int = 0
    first: bool = True

    def write(self, store: Store) -> str:
        """Return the opaque form, good for this mailbox only."""
        start, end = self.window.start.isoformat(), self.window.end.isoformat()
        fields = [store.epoch, start, end, self.since, self.until, self.offset, self.round, self.first]
        plain = json.dumps(fields, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(_seal(store, plain) + plain).decode().rstrip("=")


def _seal(store: Store, plain: bytes) -> bytes:
    return hashlib.blake2b(plain, key=store.part[:64].encode(), digest_size=12).digest()


def read_token(store: Store, text: str, switches: Switches) -> Token:
    """Return the token of a link of this mailbox.

    Raises GraphError, 410 `SyncStateNotFound` unless the switches say otherwise, for a token that is unknown,
    another mailbox's, or has stopped working.
    """
    kept = switches.delta_tokens_kept
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise _gone(switches) from error
    plain = sealed[12:]
    if sealed[:12] != _seal(store, plain):
        raise _gone(switches)
    epoch, start, end, since, until, offset, round_, first = json.loads(plain)
    if epoch != store.epoch or (kept is not None and store.rounds - round_ >= kept):
        raise _gone(switches)
    window = Window(datetime.fromisoformat(start), datetime.fromisoformat(end))
    return Token(window, since, until, offset, round_, first)


def _gone(switches: Switches) -> GraphError:
    code = switches.delta_gone
    message = "The sync state generation is not found; continuing the sync is not possible."
    return GraphError(400 if code == "syncStateInvalid" else 410, code, message)


def delta(call: Call) -> dict[str, Any]:
    """Return one page of a round; raises GraphError 400 for options that delta does not take, 410 as `read_token`."""
    refused = [name for name in _REFUSED if name in call.query.options]
    if refused:
        raise bad_request(
            "ErrorInvalidUrlQuery",
            f"The query parameter '{refused[0]}' is not supported with change tracking over the calendarView.",
        )
    if call.place not in {None, PRIMARY}:
        raise bad_request("ErrorInvalidRequest", "Change tracking is known for the primary calendar only.")
    token = _begun(call.store, _asked(call), call.office.switches.stale_delta_rows)
    rows, offset = _rows(call, token)
    body: dict[str, Any] = {"@odata.context": call.context("calendarView"), "value": rows}
    if offset is not None:
        body["@odata.nextLink"] = _link(call, "$skiptoken", replace(token, offset=offset))
        return body
    call.store.rounds += 1
    done = Token(token.window, token.until or 0, round=call.store.rounds, first=False)
    body["@odata.deltaLink"] = _link(call, "$deltatoken", done)
    return body


def _asked(call: Call) -> Token:
    text = call.query.get("$skiptoken") or call.query.get("$deltatoken")
    if text is not None:
        return read_token(call.store, text, call.office.switches)
    window = read_window(call.query.get("startDateTime"), call.query.get("endDateTime"))
    return Token(window, round=call.store.rounds)


def _begun(store: Store, token: Token, stale: int) -> Token:
    """Fix what the round sees: all so far, less the newest writes if rows may be stale.

    What was there when an earlier round began is never held back again.
    """
    if token.until is not None:
        return token
    until = max(token.since, store.seen, len(store.log) - stale)
    store.seen = len(store.log)
    return replace(token, until=until)


def _rows(call: Call, token: Token) -> tuple[list[dict[str, Any]], int | None]:
    """Return the page's rows and where the next page begins; a series is never split (graph.md, Delta)."""
    numbers = list(dict.fromkeys(call.store.log[token.since : token.until]))
    size = call.prefer.page or DEFAULT_PAGE
    rows: list[dict[str, Any]] = []
    for position in range(token.offset, len(numbers)):
        if len(rows) >= size:
            return rows, position
        rows.extend(_item_rows(call, call.store.items.get(numbers[position]), numbers[position], token))
    repeated = rows[:1] if call.office.switches.delta_repeats_a_row else []
    return rows + repeated, None


def _item_rows(call: Call, item: Item | None, number: int, token: Token) -> list[dict[str, Any]]:
    found = showings(item, token.window) if item and item.place == PRIMARY else []
    if item is None or not found:
        return [_removed(_id(call, item, number))] if not token.first else []
    writer = call.writer
    if not item.is_series:
        return [_row(writer, found[0], bare=False)]
    bare = call.office.switches.occurrence_rows_bare
    rows = [_row(writer, whole(item), bare=False)]
    rows.extend(_row(writer, showing, bare=bare and showing.kind == "occurrence") for showing in found)
    return rows + _cancelled(call, item, token)


def _row(writer: Writer, showing: Showing, *, bare: bool) -> dict[str, Any]:
    return {"@odata.type": _TYPE, **(writer.bare(showing) if bare else writer.event(showing))}


def _cancelled(call: Call, item: Item, token: Token) -> list[dict[str, Any]]:
    if token.first or not call.office.switches.cancelled_occurrence_reported_removed:
        return []
    moves = None if call.prefer.immutable else item.moves
    days = [day for day, position in item.cancelled.items() if position > token.since]
    addresses = [ids.Address(item.number, moves, day, item.generation) for day in days]
    return [_removed(ids.event_id(call.store.part, address)) for address in addresses]


def _id(call: Call, item: Item | None, number: int) -> str:
    """Return the id under which an item is reported removed: the one it had in the primary calendar."""
    moves: int | None = 0
    if call.prefer.immutable:
        moves = None
    elif item is not None:
        moves = item.moves if item.place == PRIMARY else item.left_as
    return ids.event_id(call.store.part, ids.Address(number, moves, None, 0))


def _removed(event_id: str) -> dict[str, Any]:
    return {"@odata.type": _TYPE, "id": event_id, "@removed": {"reason": "deleted"}}


def _link(call: Call, name: str, token: Token) -> str:
    return f"{call.base_url}/me/calendarView/delta?{name}={token.write(call.store)}"
