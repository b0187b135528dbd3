"""Microsoft Graph's calendar, v1.0, as one object: requests in, answers out, no clock and no threads of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from local.graph import batch
from local.graph.call import Answer, Call, Caller
from local.graph.errors import GraphError, bad_request, error_body
from local.graph.gate import AT_A_TIME, Gate, throttled
from local.graph.mailbox import Mailbox
from local.graph.office import Mail, Office
from local.graph.query import Prefer, read_prefer, read_url
from local.graph.routes import route, scope
from local.graph.store import Store
from local.graph.switches import Switches

__all__ = ["Answer", "Caller", "GraphService", "Mailbox", "Switches"]

Faults = Callable[[Caller, str, str], Answer | None]
_SCOPE = "Calendars.ReadWrite"
_JSON = "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"


class GraphService:
    """All mailboxes, and what is sent to them.

    `now` answers an aware UTC time; `seed` governs request ids and the order of batches. `faults`, when set, is
    asked before every request, inner ones too, and answers it instead unless it returns None.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        seed: int = 0,
        switches: Switches = Switches(),  # noqa: B008 - frozen
        base_url: str = "https://graph.microsoft.com/v1.0",
    ) -> None:
        self.office = Office(now, switches, random.Random(seed))  # noqa: S311 - seeded, keeps no secret
        self.base_url = base_url.rstrip("/")
        self.faults: Faults | None = None
        self.mailboxes: dict[tuple[str, str], Mailbox] = {}

    @property
    def outbox(self) -> list[Mail]:
        """Return all mail that would have been sent, oldest first."""
        return self.office.outbox

    def add_mailbox(self, tid: str, oid: str, email: str, name: str, time_zone: str = "UTC") -> Mailbox:
        """Make a mailbox with its primary calendar and a second one."""
        return self._add(Store(tid, oid, email, name, time_zone))

    def _add(self, store: Store) -> Mailbox:
        key = (store.tid, store.oid)
        self.office.stores[key] = store
        self.mailboxes[key] = Mailbox(self.office, store, Gate())
        return self.mailboxes[key]

    def throttle(self, mailbox: Mailbox, count: int, retry_after: int | None = None) -> None:
        """Answer a mailbox's next `count` requests 429; `retry_after` in seconds."""
        mailbox.throttle(count, retry_after)

    def dump(self) -> dict[str, Any]:
        """Return everything as JSON."""
        mailboxes = [store.dump() for store in self.office.stores.values()]
        return {"mailboxes": mailboxes, "outbox": [mail.dump() for mail in self.outbox]}

    def load(self, dumped: dict[str, Any]) -> None:
        """Take over what `dump` returned."""
        self.office.stores.clear()
        self.mailboxes.clear()
        for found in dumped["mailboxes"]:
            store = Store(found["tid"], found["oid"], found["email"], found["name"], found["zone"])
            store.load(found)
            self._add(store)
        self.office.outbox[:] = [Mail(**mail) for mail in dumped["outbox"]]

    def request(
        self,
        caller: Caller,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Any | None,
        *,
        beside: int | None = None,
    ) -> Answer:
        """Answer one request; `url` is absolute, or a path below the version with its query.

        `beside` is how many other requests of the mailbox are under way, unless given what its gate counts.
        """
        others = self._others(caller) if beside is None else beside
        lowered = {name.lower(): value for name, value in headers.items()}
        try:
            target = self._below(url)
            if target.split("?")[0] == "/$batch":
                return self._batch(caller, method, lowered, body, others=min(others, AT_A_TIME))
            if others >= AT_A_TIME:
                raise throttled(None, "MailboxConcurrency")
            return self._single(caller, method, target, lowered, body)
        except GraphError as error:
            return self._refused(error, lowered)

    def refuse(self, error: GraphError, headers: Mapping[str, str]) -> Answer:
        """Return Graph's error answer for a request that was refused before it came here."""
        return self._refused(error, {name.lower(): value for name, value in headers.items()})

    def _others(self, caller: Caller) -> int:
        mailbox = self.mailboxes.get((caller.tid, caller.oid))
        return mailbox.gate.under_way if mailbox else 0

    def _below(self, url: str) -> str:
        below = url.removeprefix(self.base_url)
        if "://" in below:
            raise bad_request("BadRequest", f"The request is not for {self.base_url}.")
        return below if below.startswith("/") else f"/{below}"

    def _batch(self, caller: Caller, method: str, headers: dict[str, str], body: Any, *, others: int) -> Answer:
        if method != "POST":
            raise GraphError(405, "Request_BadRequest", "A batch must be posted.")
        fault = self.faults(caller, method, "/$batch") if self.faults else None
        if fault is not None:
            return fault

        def send(request: dict[str, Any], over: bool) -> dict[str, Any]:
            return self._inner(caller, request, over)

        answer = batch.run_batch(body, send, self.office.rng, others)
        return self._answer(200, headers, answer)

    def _inner(self, caller: Caller, request: dict[str, Any], over: bool) -> dict[str, Any]:
        headers = {name.lower(): str(value) for name, value in (request.get("headers") or {}).items()}
        method, body = request["method"].upper(), request.get("body")
        try:
            if over:
                raise throttled(None, "MailboxConcurrency")
            batch.check_content_type(method, headers, body)
            answer = self._single(caller, method, f"/{request['url'].lstrip('/')}", headers, body)
        except GraphError as error:
            answer = self._refused(error, headers)
        inner: dict[str, Any] = {"status": answer.status, "headers": answer.headers}
        return inner if answer.body is None else {**inner, "body": answer.body}

    def _single(self, caller: Caller, method: str, target: str, headers: dict[str, str], body: Any) -> Answer:
        fault = self.faults(caller, method, target) if self.faults else None
        if fault is not None:
            return fault
        query = read_url(target)
        if query.path == ("me",):
            return self._me(caller, method, headers)
        if _SCOPE not in caller.scopes:
            raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        mailbox = self._mailbox(caller)
        mailbox.gate.check(self.office.now(), self.office.switches.requests_in_ten_minutes)
        prefer = read_prefer(headers.get("prefer", ""))
        place, rest = scope(mailbox.store, query.path)
        call = Call(
            office=self.office,
            store=mailbox.store,
            method=method,
            query=query,
            prefer=prefer,
            headers=headers,
            body=body,
            base_url=self.base_url,
            place=place,
            rest=rest,
        )
        status, answer = route(call)
        return self._answer(status, headers, answer, prefer)

    def _mailbox(self, caller: Caller) -> Mailbox:
        mailbox = self.mailboxes.get((caller.tid, caller.oid))
        if mailbox is None:
            raise GraphError(
                404,
                "MailboxNotEnabledForRESTAPI",
                "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
            )
        return mailbox

    def _me(self, caller: Caller, method: str, headers: dict[str, str]) -> Answer:
        if method != "GET":
            raise GraphError(405, "Request_BadRequest", "Only GET is known for this resource.")
        if "User.Read" not in caller.scopes:
            message = "Insufficient privileges to complete the operation."
            raise GraphError(403, "Authorization_RequestDenied", message)
        store = self._mailbox(caller).store
        context = f"{self.base_url}/$metadata#users/$entity"
        person = {"id": store.oid, "displayName": store.name, "mail": store.email, "userPrincipalName": store.email}
        return self._answer(200, headers, {"@odata.context": context, **person})

    def _answer(
        self, status: int, headers: dict[str, str], body: dict[str, Any] | None, prefer: Prefer | None = None
    ) -> Answer:
        sent = self._ids(headers)
        if prefer and prefer.applied:
            sent["Preference-Applied"] = ", ".join(prefer.applied)
        if body is None:
            return Answer(status, sent, None)
        sent["Content-Type"] = _JSON
        return Answer(status, sent, body)

    def _refused(self, error: GraphError, headers: dict[str, str]) -> Answer:
        sent = {**self._ids(headers), "Content-Type": "application/json", **error.headers}
        date = self.office.now().replace(tzinfo=None).isoformat(timespec="seconds")
        return Answer(error.status, sent, error_body(error, sent["request-id"], sent["client-request-id"], date))

    def _ids(self, headers: dict[str, str]) -> dict[str, str]:
        request_id = self.office.uuid()
        return {"request-id": request_id, "client-request-id": headers.get("client-request-id", request_id)}
