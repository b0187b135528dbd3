"""The functions host: runs a function app from its decorators and host.json alone, as Azure would."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import azure.functions as func
from azure.core.exceptions import AzureError
from azure.functions.meta import Datum
from azure.storage.queue import QueueClient

from local.host.config import expand, host_options, thread_count
from local.host.errors import HostError
from local.host.indexing import IndexedFunction, index
from local.host.invoking import Invoker, Outcome
from local.host.ncrontab import Schedule, schedule
from local.host.queues import QueueListener
from local.host.routes import RouteTable
from local.host.server import WebServer
from local.host.storage import QueueConnections
from local.host.timers import TimerListener, listener
from local.host.web import KEY_SETTING, WebApp

STATE_SETTING = "LOCAL_HOST_STATE"
_POISON = "-poison"
_BY_HAND = "This function was programmatically called via the host APIs."


def _utc_now() -> datetime:
    return datetime.now(UTC)


class FunctionsHost:
    """Runs `app` with the given host.json and application settings.

    Everything is checked while constructing: HostError, one line, says what is wrong. The setting
    LOCAL_HOST_STATE names a folder in which timers keep their last run (none: in memory only).
    """

    def __init__(
        self,
        app: func.FunctionApp,
        host_json: Mapping[str, Any],
        settings: Mapping[str, str],
        *,
        port: int = 0,
        address: str = "127.0.0.1",
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        cores = os.cpu_count() or 1
        options = host_options(host_json, cores=cores)
        threads = thread_count(settings, cores=cores)
        self._options = options
        self._settings = settings
        self._now = now
        self.functions = {function.name: function for function in index(app)}
        routes = RouteTable(tuple(self.functions.values()), options.route_prefix, settings)
        self._timers = {timer.function.name: timer for timer in self._timer_listeners()}
        self._connections = QueueConnections(settings, base64_encoding=options.queues.base64)
        self._queues: list[QueueListener] = []
        self._invoker = Invoker(threads, options.function_timeout, self._connections.send)
        web = WebApp(routes, self._run, self._run_by_hand, settings.get(KEY_SETTING))
        self._server = WebServer(web, address, port)

    def start(self) -> str:
        """Open the queues, serve HTTP, start timers and queue listeners; return the base URL.

        Raises HostError when the storage cannot be used or the port is taken: then nothing runs.
        """
        try:
            self._queues = [self._queue_listener(each) for each in self._of_kind("queueTrigger")]
            url = self._server.start()
        except (AzureError, HostError) as error:
            self._invoker.stop(0)
            self._connections.close()
            if isinstance(error, HostError):
                raise
            raise HostError(f"the queue storage cannot be used: {str(error).splitlines()[0]}") from error
        for each in self._listeners():
            each.start()
        return url

    def stop(self, grace_seconds: float = 20) -> bool:
        """Start no new work, wait at most so long for running invocations; return whether all ended."""
        deadline = time.monotonic() + grace_seconds
        for each in self._listeners():
            each.stop()
        self._server.stop(grace_seconds)
        for each in self._listeners():
            each.join(max(deadline - time.monotonic(), 0.0))
        clean = self._invoker.stop(max(deadline - time.monotonic(), 0.0))
        self._connections.close()
        return clean

    def invoke_timer(self, name: str) -> Outcome:
        """Run a timer function now, whatever its schedule, and wait for it.

        Raises HostError when there is no timer function of that name.
        """
        if name not in self._timers:
            raise HostError(f"there is no timer function '{name}'; there are {', '.join(self._timers) or 'none'}")
        timer = self._timers[name]
        return self._run(timer.function, timer.datum(past_due=False), _BY_HAND).result()

    def _listeners(self) -> tuple[TimerListener | QueueListener, ...]:
        return (*self._timers.values(), *self._queues)

    def _of_kind(self, kind: str) -> list[IndexedFunction]:
        return [function for function in self.functions.values() if function.kind == kind]

    def _run(self, function: IndexedFunction, datum: Datum, reason: str) -> Future[Outcome]:
        return self._invoker.submit(function, datum, {}, reason)

    def _run_by_hand(self, name: str, text: str) -> bool:
        """Start a function that is not HTTP's; names are matched in any case. False when there is none."""
        known = {each.name.lower(): each for each in self.functions.values() if each.kind != "httpTrigger"}
        function = known.get(name.lower())
        if function is None:
            return False
        if timer := self._timers.get(function.name):
            self._run(function, timer.datum(past_due=False), _BY_HAND)
        else:
            self._invoker.submit(function, Datum(text, "string"), {"DequeueCount": Datum("0", "string")}, _BY_HAND)
        return True

    def _timer_listeners(self) -> list[TimerListener]:
        state = self._settings.get(STATE_SETTING)
        folder = Path(state) if state else None
        return [
            listener(function, self._schedule(function), folder, self._run, self._now)
            for function in self._of_kind("timerTrigger")
        ]

    def _schedule(self, function: IndexedFunction) -> Schedule:
        where = f"function {function.name}: schedule"
        return schedule(expand(str(function.trigger["schedule"]), self._settings, where), where)

    def _queue_listener(self, function: IndexedFunction) -> QueueListener:
        connection, name = str(function.trigger["connection"]), str(function.trigger["queueName"])
        source = self._connections.client(connection, name)
        has_poison = not source.queue_name.endswith(_POISON)
        return QueueListener(
            source,
            partial(self._poison_queue, connection, source.queue_name) if has_poison else None,
            self._options.queues,
            self._connections.decode,
            partial(self._invoker.submit, function),
        )

    def _poison_queue(self, connection: str, queue_name: str) -> QueueClient:
        return self._connections.client(connection, queue_name + _POISON)
