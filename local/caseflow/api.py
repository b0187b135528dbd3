"""The operations of `caseflow-api.yaml`, one function each."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote

from msgspec import UNSET

from local.caseflow import events, feed, records
from local.caseflow.answers import Answer, Document, Outdated, Refused, event_answer, invalid, problem
from local.caseflow.events import Behaviour, Writer
from local.caseflow.records import EVENT
from local.caseflow.store import Store
from local.caseflow.validation import (
    Operation,
    parse_batch,
    parse_origin,
    parse_origin_text,
    parse_patch,
    parse_write,
)

_MEDIA = {"POST": "application/json", "PATCH": "application/merge-patch+json"}
_VERSION = re.compile(r'"([0-9]{1,15})"')


@dataclass(frozen=True)
class Desk:
    """What an operation works with: the store, the time, and the hook that makes a write of a batch fail."""

    store: Store
    behaviour: Behaviour
    at: datetime
    fault: Callable[[str, str], Answer | None]


@dataclass(frozen=True)
class Call:
    """One request taken apart: ids of the path, query, headers (names in lower case), JSON body."""

    ids: tuple[str, ...]
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


Handler = Callable[[Desk, Call], Answer]


def dispatch(desk: Desk, method: str, url: SplitResult, headers: dict[str, str], body: Any) -> Answer:
    """Find the operation and run it. Raises Refused."""
    for pattern, methods in _ROUTES:
        found = pattern.fullmatch(url.path)
        if found is None:
            continue
        if method not in methods:
            allowed = ", ".join(sorted(methods))
            return problem(405, "method_not_allowed", f"Allowed here: {allowed}.", {"Allow": allowed})
        handler, members = methods[method]
        _check_media(method, headers)
        ids = tuple(unquote(part) for part in found.groups())
        return handler(desk, Call(ids, _query(url.query, members), headers, body))
    raise Refused(404, "not_found", f"There is nothing at {url.path!r}.")


def _check_media(method: str, headers: dict[str, str]) -> None:
    wanted = _MEDIA.get(method)
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if wanted and given != wanted:
        raise Refused(415, "unsupported_media_type", f"`Content-Type` must be {wanted}, not {given!r}.")


def _query(text: str, members: frozenset[str]) -> dict[str, str]:
    pairs = parse_qsl(text, keep_blank_values=True)
    for name, _ in pairs:
        if name not in members:
            raise invalid(f"Unknown query member `{name}`.")
    if len(dict(pairs)) != len(pairs):
        raise invalid("A query member is given twice.")
    return dict(pairs)


def get_firm(desk: Desk, call: Call) -> Answer:
    """Answer a firm, or 304 when `If-None-Match` names it as it is."""
    firm = records.firm(desk.store, call.ids[0])
    etag = f'"{hashlib.sha256(json.dumps(firm, sort_keys=True).encode()).hexdigest()[:16]}"'
    known = [tag.strip() for tag in call.headers.get("if-none-match", "").split(",")]
    if etag in known or "*" in known:
        return Answer(304, {"ETag": etag})
    return Answer(200, {"Content-Type": "application/json", "ETag": etag}, firm)


def get_staff(desk: Desk, call: Call) -> Answer:
    """Answer a staff member."""
    return _json(records.staff(desk.store, *call.ids))


def get_changes(desk: Desk, call: Call) -> Answer:
    """Answer a page of a staff member's change feed."""
    with desk.store.transaction():
        return _json(feed.page(desk.store, records.staff(desk.store, *call.ids), call.query))


def get_event(desk: Desk, call: Call) -> Answer:
    """Answer an event."""
    firm_id, event_id = call.ids
    records.firm(desk.store, firm_id)
    return event_answer(200, records.item(desk.store, EVENT, event_id, firm_id))


def post_event(desk: Desk, call: Call) -> Answer:
    """Create an event once for each idempotency key."""
    return create_once(desk, call.ids[0], call.headers.get("idempotency-key", ""), call.body)


def patch_event(desk: Desk, call: Call) -> Answer:
    """Change an event's named members."""
    return change(desk, call.ids, _if_match(call), call.body)


def delete_event(desk: Desk, call: Call) -> Answer:
    """Delete an event."""
    if "origin" not in call.query:
        raise invalid("The query member `origin` is missing.")
    return delete(desk, call.ids, _if_match(call), parse_origin_text(call.query["origin"]))


def post_batch(desk: Desk, call: Call) -> Answer:
    """Carry out each operation on its own and answer one result for each."""
    return _json({"results": [_result(desk, call.ids[0], operation) for operation in parse_batch(call.body)]})


def create_once(desk: Desk, firm_id: str, key: str, body: Any) -> Answer:
    """Create an event, or answer the one this key made before (404 `gone` when deleted since)."""
    if not 1 <= len(key) <= 255:
        raise invalid("`Idempotency-Key` is missing: give 1 to 255 characters.")
    with desk.store.transaction():
        records.firm(desk.store, firm_id)
        sql = "SELECT event_id FROM idempotency WHERE firm_id = ? AND key = ?"
        seen = desk.store.rows(sql, firm_id, key)
        if seen:
            return event_answer(200, records.item(desk.store, EVENT, str(seen[0][0]), firm_id))
        given = parse_write(body)
        writer = _writer(desk, firm_id, given["origin"])
        event = events.create(desk.store, firm_id, given, writer, desk.behaviour)
        desk.store.rows("INSERT INTO idempotency VALUES (?, ?, ?)", firm_id, key, event["id"])
    return event_answer(201, event)


def change(desk: Desk, ids: tuple[str, ...], version: int, body: Any) -> Answer:
    """Change an event if `version` is its newest; else 412 with the event as it is now."""
    given = parse_patch(body)
    return _against(desk, ids, version, given["origin"], lambda event, writer: _changed(desk, event, given, writer))


def _changed(desk: Desk, event: Document, given: Document, writer: Writer) -> Answer:
    return event_answer(200, events.change(desk.store, event, given, writer, desk.behaviour))


def delete(desk: Desk, ids: tuple[str, ...], version: int, origin: Document) -> Answer:
    """Delete an event if `version` is its newest; else 412 with the event as it is now."""
    return _against(desk, ids, version, origin, lambda event, writer: _deleted(desk, event, writer))


def _deleted(desk: Desk, event: Document, writer: Writer) -> Answer:
    events.delete(desk.store, event, writer)
    return Answer(204)


def _against(
    desk: Desk, ids: tuple[str, ...], version: int, origin: Document, write: Callable[[Document, Writer], Answer]
) -> Answer:
    firm_id, event_id = ids
    try:
        with desk.store.transaction():
            records.firm(desk.store, firm_id)
            event = events.current(desk.store, firm_id, event_id, version)
            return write(event, _writer(desk, firm_id, origin))
    except Outdated as outdated:
        return event_answer(412, outdated.event)


def _writer(desk: Desk, firm_id: str, origin: Document) -> Writer:
    staff_id = origin["staff_id"]
    if records.find_staff(desk.store, firm_id, staff_id) is None:
        raise invalid(f"`origin.staff_id` names an unknown staff member: {staff_id!r}.")
    return Writer("sync", staff_id, desk.at, origin)


def _if_match(call: Call) -> int:
    found = _VERSION.fullmatch(call.headers.get("if-match", ""))
    if found is None:
        raise invalid('`If-Match` is missing or malformed: give the version in quotes, like "7".')
    return int(found[1])


def _result(desk: Desk, firm_id: str, operation: Operation) -> Document:
    suffix = "" if operation.method == "POST" else f"/{operation.event_id}"
    try:
        answer = desk.fault(operation.method, f"/firms/{firm_id}/events{suffix}")
        answer = answer or _perform(desk, firm_id, operation)
    except Refused as refusal:
        answer = problem(refusal.status, refusal.code, refusal.detail)
    return {"status": answer.status} if answer.body is None else {"status": answer.status, "body": answer.body}


def _perform(desk: Desk, firm_id: str, operation: Operation) -> Answer:
    body = _given(operation, "body")
    if operation.method == "POST":
        _refuse(operation, "event_id", "if_match")
        return create_once(desk, firm_id, _given(operation, "idempotency_key"), body)
    _refuse(operation, "idempotency_key")
    ids = (firm_id, _given(operation, "event_id"))
    version = _given(operation, "if_match")
    if operation.method == "PATCH":
        return change(desk, ids, version, body)
    return delete(desk, ids, version, parse_origin(body))


def _given(operation: Operation, member: str) -> Any:
    value = getattr(operation, member)
    if value is UNSET:
        raise invalid(f"`{member}` is missing: {operation.method} needs it.")
    return value


def _refuse(operation: Operation, *members: str) -> None:
    for member in members:
        if getattr(operation, member) is not UNSET:
            raise invalid(f"`{member}` does not belong to {operation.method}.")


def _json(body: Document) -> Answer:
    return Answer(200, {"Content-Type": "application/json"}, body)


def _route(
    path: str, **methods: tuple[Handler, str]
) -> tuple[re.Pattern[str], dict[str, tuple[Handler, frozenset[str]]]]:
    pattern = re.compile(re.sub(r"\{\w+\}", "([^/]+)", path))
    return pattern, {name: (handler, frozenset(query.split())) for name, (handler, query) in methods.items()}


_ROUTES = (
    _route("/firms/{firm_id}", GET=(get_firm, "")),
    _route("/firms/{firm_id}/staff/{staff_id}", GET=(get_staff, "")),
    _route("/firms/{firm_id}/staff/{staff_id}/changes", GET=(get_changes, "cursor from limit")),
    _route("/firms/{firm_id}/events", POST=(post_event, "")),
    _route("/firms/{firm_id}/events:batch", POST=(post_batch, "")),
    _route(
        "/firms/{firm_id}/events/{event_id}",
        GET=(get_event, ""),
        PATCH=(patch_event, ""),
        DELETE=(delete_event, "origin"),
    ),
)
