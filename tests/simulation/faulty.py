"""The services as a job meets them: every call stops before and after, and may fail in between."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from shared.adapters.http import Http, HttpAnswer
from shared.adapters.memory import MemoryStore
from shared.core.errors import Retry
from shared.ports import Row, RowChange
from tests.simulation.scheduler import Crash, Scheduler, Task

HTTP_FAULTS = (
    "error_before", "lost", "crash_before", "crash_after", "throttled", "throttled_bare", "unavailable", "gateway",
    "malformed", "inner_throttled", "inner_gateway", "unauthorized",
)  # fmt: skip
STORE_FAULTS = ("error_before", "lost", "crash_before", "crash_after")
_JSON = {"content-type": "application/json"}
_BEFORE: dict[str, HttpAnswer] = {
    "throttled": HttpAnswer(429, {**_JSON, "retry-after": "30"}, b'{"error":{"code":"ApplicationThrottled"}}'),
    "throttled_bare": HttpAnswer(429, _JSON, b'{"error":{"code":"ApplicationThrottled"}}'),
    "unavailable": HttpAnswer(503, {**_JSON, "retry-after": "20"}, b'{"error":{"code":"ServiceUnavailable"}}'),
    "unauthorized": HttpAnswer(401, _JSON, b'{"error":{"code":"InvalidAuthenticationToken"}}'),
}
_AFTER: dict[str, HttpAnswer] = {
    "gateway": HttpAnswer(502, {"content-type": "text/html"}, b"<html>bad gateway</html>"),
    "malformed": HttpAnswer(200, _JSON, b"<html>a proxy's page</html>"),
}
Sent = Callable[[str, str, str, Mapping[str, str], bytes | None], None]
Heard = Callable[[str, str], None]


class FaultyHttp:
    """`Http` with stops and faults. `sent` sees each request, `done` is called after each effect.

    `arm` makes the service refuse one request inside the next batch.
    """

    def __init__(  # noqa: PLR0917
        self, http: Http, service: str, scheduler: Scheduler, sent: Sent, done: Callable[[str], None], heard: Heard,
        arm: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._http = http
        self._arm = arm
        self._service = service
        self._scheduler = scheduler
        self._sent = sent
        self._done = done
        self._heard = heard

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        """Send one request, or fail as told."""
        call = call_name(self._service, method, url, body)
        self._sent(call, method, url, headers, body)
        fault = self._scheduler.pause("before", call)
        self._heard(call, fault)
        if fault == "crash_before":
            raise Crash
        if fault == "error_before":
            raise Retry("connection")
        if fault in _BEFORE:
            answer = _BEFORE[fault]
        else:
            self._arm("inner" if fault == "inner_throttled" else "")
            answer = self._http.send(method, url, headers=headers, body=body)
            self._done(call)
        answer = _AFTER.get(fault) or _broken(answer, fault)
        self._scheduler.pause("after", call)
        if fault == "crash_after":
            raise Crash
        if fault == "lost":
            raise Retry("timeout")
        return answer


def _broken(answer: HttpAnswer, fault: str) -> HttpAnswer:
    """A batch of which the first answer is lost, though its effect stands."""
    if fault != "inner_gateway" or not answer.body.startswith(b"{"):
        return answer
    told = json.loads(answer.body)
    inner = told.get("responses") or told.get("results")
    if not inner:
        return answer
    inner[0] = {**inner[0], "status": 503, "body": {"error": {"code": "Busy"}, "code": "busy"}}
    return HttpAnswer(answer.status, answer.headers, json.dumps(told).encode())


def call_name(service: str, method: str, url: str, body: bytes | None) -> str:
    """The kind of a call, for the trace and the reach counters."""
    if service == "caseflow":
        return f"caseflow {_caseflow(method, url)}"
    if method == "POST":
        writes = body is not None and (b'"POST"' in body or b'"PATCH"' in body or b'"DELETE"' in body)
        return "graph write" if writes else "graph read"
    for name in ("delta", "instances", "calendarView", "filter"):
        if name in url:
            return f"graph {name}"
    return "graph calendar"


def _caseflow(method: str, url: str) -> str:
    if method != "GET":
        return "write"
    for name in ("changes", "events", "staff"):
        if f"/{name}" in url:
            return "changes" if "changes" in url else name
    return "firm"


class FaultyStore(MemoryStore):
    """The store with stops and faults; `written` sees the rows of each commit."""

    def __init__(
        self, observe: Callable[[str], None], scheduler: Scheduler, written: Callable[[Sequence[RowChange]], None],
        heard: Heard,
    ) -> None:  # fmt: skip
        super().__init__(observe)
        self._scheduler = scheduler
        self._seen = written
        self._heard = heard

    def get(self, partition: str, key: str) -> Row | None:
        """One row, or a fault."""
        fault = self._before("store get")
        row = super().get(partition, key)
        self._after("store get", fault)
        return row

    def scan(self, partition: str, prefix: str) -> list[Row]:
        """Rows, or a fault."""
        fault = self._before("store scan")
        found = super().scan(partition, prefix)
        self._after("store scan", fault)
        return found

    def commit(self, partition: str, changes: Sequence[RowChange]) -> dict[str, str]:
        """A transaction; after "lost" it is unknown whether it was done."""
        fault = self._before("store commit")
        self._seen(changes)
        written = super().commit(partition, changes)
        self._after("store commit", fault)
        return written

    def _before(self, call: str) -> str:
        fault = self._scheduler.pause("before", call)
        self._heard(call, fault)
        if fault == "crash_before":
            raise Crash
        if fault and fault not in {"lost", "crash_after"}:
            raise Retry("tables_unreachable")
        return fault

    def _after(self, call: str, fault: str) -> None:
        self._scheduler.pause("after", call)
        if fault == "crash_after":
            raise Crash
        if fault == "lost":
            raise Retry("tables_unreachable")


class FaultyQueue:
    """The queue with stops and faults."""

    def __init__(self, scheduler: Scheduler, keep: Callable[[str], None], heard: Heard) -> None:
        self._scheduler = scheduler
        self._keep = keep
        self._heard = heard

    def send(self, message: str, delay_seconds: int = 0) -> None:
        """Keep a message, or fail."""
        fault = self._scheduler.pause("before", "queue send")
        self._heard("queue send", fault)
        if fault == "crash_before":
            raise Crash
        if fault and fault not in {"lost", "crash_after"}:
            raise Retry("queues_unreachable")
        self._keep(message)
        self._scheduler.pause("after", "queue send")
        if fault == "crash_after":
            raise Crash
        if fault == "lost":
            raise Retry("queues_unreachable")


def is_write(call: str) -> bool:
    """True for a request that may change a calendar."""
    return call in {"graph write", "caseflow write"}


def whose(task: Task | None) -> str:
    """The name of the task for a trace."""
    return task.name if task else "world"
