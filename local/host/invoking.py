"""Running functions: arguments in, outputs out, in a pool of threads, with the host's log lines."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from azure.functions.meta import Datum

from local.host.annotations import converter
from local.host.errors import HostError
from local.host.indexing import IndexedFunction, Output

INVOCATION_ID: ContextVar[str] = ContextVar("invocation_id", default="")
_WATCH_SECONDS = 1.0

Sender = Callable[[Output, Datum], None]


class InvocationTimeout(Exception):
    """The function ran longer than host.json's `functionTimeout`; Azure would restart the worker now."""

    def __init__(self, seconds: float, function: str, invocation_id: str) -> None:
        super().__init__(
            f"Timeout value of {seconds:g} s exceeded by function 'Functions.{function}' (Id: '{invocation_id}')."
        )


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended: its return value (where it has one) or its error; `seconds` it took."""

    invocation_id: str
    returned: Datum | None
    error: BaseException | None
    seconds: float


@dataclass(frozen=True)
class TraceContext:
    """The W3C trace of an invocation; the local host starts none."""

    trace_parent: str = ""
    trace_state: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RetryContext:
    """The retry policy's counts; the triggers run here have no policy."""

    retry_count: int = 0
    max_retry_count: int = 0
    exception: None = None


@dataclass(frozen=True)
class InvocationContext:
    """What a function gets as its `context: func.Context`."""

    invocation_id: str
    function_name: str
    function_directory: str
    thread_local_storage: threading.local
    trace_context: TraceContext = TraceContext()
    retry_context: RetryContext = RetryContext()


class OutputValue:
    """What a function gets as its `func.Out`."""

    def __init__(self) -> None:
        self._value: Any = None

    def set(self, val: Any) -> None:
        """Set the value sent when the function has succeeded."""
        self._value = val

    def get(self) -> Any:
        """Return the value set, None if none was."""
        return self._value


@dataclass(frozen=True)
class _Call:
    function: IndexedFunction
    invocation_id: str
    started: float
    future: Future[Outcome]


class Invoker:
    """Runs invocations in at most `threads` threads; `timeout` seconds (None: unlimited) end one as failed."""

    def __init__(
        self,
        threads: int,
        timeout: float | None,
        send: Sender,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="function")
        self._timeout = timeout
        self._send = send
        self._monotonic = monotonic
        self._calls: dict[str, _Call] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._storage = threading.local()
        self._watcher = threading.Thread(target=self._watch, name="function-timeout", daemon=True)
        self._watcher.start()

    def submit(
        self, function: IndexedFunction, datum: Datum, metadata: Mapping[str, Datum], reason: str
    ) -> Future[Outcome]:
        """Start one invocation; `datum` and `metadata` are what the host sends the worker.

        The future never raises: the outcome holds the error. Raises HostError when stopped.
        """
        call = _Call(function, str(uuid.uuid4()), self._monotonic(), Future())
        with self._lock:
            if self._stopping.is_set():
                raise HostError("the host is stopping and starts no new invocation")
            self._calls[call.invocation_id] = call
        _log(function).info("Executing 'Functions.%s' (Reason='%s', Id=%s)", function.name, reason, call.invocation_id)
        running = self._pool.submit(self._run, call, datum, metadata)
        running.add_done_callback(lambda done: self._ended(call, done))
        return call.future

    def stop(self, grace_seconds: float) -> bool:
        """Start nothing more and wait for what runs; return whether all of it ended in time."""
        with self._lock:
            self._stopping.set()
            running = [call.future for call in self._calls.values()]
        unfinished = wait(running, timeout=grace_seconds).not_done
        self._pool.shutdown(wait=not unfinished, cancel_futures=True)
        self._watcher.join()
        return not unfinished

    def _run(self, call: _Call, datum: Datum, metadata: Mapping[str, Datum]) -> Datum | None:
        function = call.function
        INVOCATION_ID.set(call.invocation_id)
        self._storage.invocation_id = call.invocation_id
        arguments = {function.argument: _decode(function, datum, metadata)}
        outputs = {output.name: OutputValue() for output in function.outputs}
        arguments.update(outputs)
        if function.takes_context:
            arguments["context"] = InvocationContext(
                call.invocation_id, function.name, function.directory, self._storage
            )
        result = function.handler(**arguments)
        if inspect.iscoroutine(result):
            result = asyncio.run(result)
        values = [(output, outputs[output.name].get()) for output in function.outputs]
        return self._deliver(function, result, values)

    def _deliver(self, function: IndexedFunction, result: Any, values: list[tuple[Output, Any]]) -> Datum | None:
        if result is not None and function.returns is None:
            raise RuntimeError(f"function '{function.name}' without a $return binding returned a non-None value")
        encoded = [(output, _encode(output, value)) for output, value in values if value is not None]
        returned = None
        if function.returns is not None and (result is not None or function.returns.type == "http"):
            returned = _encode(function.returns, result)
            encoded.append((function.returns, returned))
        for output, datum in encoded:
            if output.type == "queue":
                self._send(output, datum)
        return returned

    def _ended(self, call: _Call, done: Future[Datum | None]) -> None:
        error = done.exception() if not done.cancelled() else HostError("the host stopped before it began")
        self._settle(call, None if error else done.result(), error)

    def _settle(self, call: _Call, returned: Datum | None, error: BaseException | None) -> None:
        with self._lock:
            if self._calls.pop(call.invocation_id, None) is None:
                return  # its timeout was reported before
        outcome = Outcome(call.invocation_id, returned, error, self._monotonic() - call.started)
        _log_end(call.function, outcome)
        call.future.set_result(outcome)

    def _watch(self) -> None:
        if self._timeout is None:
            return
        while not self._stopping.wait(min(self._timeout / 2, _WATCH_SECONDS)):
            self._end_overdue(self._timeout)

    def _end_overdue(self, timeout: float) -> None:
        with self._lock:
            limit = self._monotonic() - timeout
            overdue = [call for call in self._calls.values() if call.started < limit]
        for call in overdue:
            self._settle(call, None, InvocationTimeout(timeout, call.function.name, call.invocation_id))


def _decode(function: IndexedFunction, datum: Datum, metadata: Mapping[str, Datum]) -> Any:
    if not function.plain_text:
        return converter(function.kind).decode(datum, trigger_metadata=metadata)
    if datum.type not in ("string", "bytes", "json"):
        raise ValueError(f"the trigger of '{function.name}' cannot be passed as plain text")
    return datum.value


def _encode(output: Output, value: Any) -> Datum:
    encoded: Datum = converter(output.type).encode(value, expected_type=None)
    return encoded


def _log(function: IndexedFunction) -> logging.Logger:
    return logging.getLogger(f"Function.{function.name}")


def _log_end(function: IndexedFunction, outcome: Outcome) -> None:
    word = "Failed" if outcome.error else "Succeeded"
    _log(function).log(
        logging.ERROR if outcome.error else logging.INFO,
        "Executed 'Functions.%s' (%s, Id=%s, Duration=%.0fms)",
        function.name,
        word,
        outcome.invocation_id,
        outcome.seconds * 1000,
        exc_info=outcome.error,
    )
