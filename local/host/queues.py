"""Queue triggers: polling, renewal, release and poison messages (azure.md 1.3)."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from azure.core.exceptions import AzureError, HttpResponseError
from azure.functions.meta import Datum
from azure.storage.queue import QueueMessage

from local.host.config import QueueOptions
from local.host.invoking import Outcome

INVISIBLE_SECONDS = 600
_SHORTEST_POLL = 0.1
_LOG = logging.getLogger("Host.Triggers.Queue")

Submit = Callable[[Datum, Mapping[str, Datum], str], "Future[Outcome]"]


class Queue(Protocol):
    """What of azure.storage.queue.QueueClient the listener uses."""

    queue_name: str

    def receive_messages(self, *, messages_per_page: int, visibility_timeout: int) -> Any:
        """Fetch messages, a page for each call to the service, and hide them for so many seconds."""

    def update_message(self, message: Any, *, pop_receipt: str, visibility_timeout: int) -> Any:
        """Hide a message for so many seconds from now; the answer has the new pop receipt."""

    def delete_message(self, message: Any, *, pop_receipt: str) -> None:
        """Remove a message."""

    def send_message(self, content: str) -> Any:
        """Add a message."""


@dataclass
class _Running:
    message: QueueMessage
    pop_receipt: str
    renew_at: float


class QueueListener:
    """Runs one queue function for the messages of its queue, in a thread of its own.

    `poison` opens the poison queue; None for a poison queue itself: what fails there stays hidden for ten
    minutes, and after `maxDequeueCount` tries the function is not called again.
    """

    def __init__(
        self,
        source: Queue,
        poison: Callable[[], Queue] | None,
        options: QueueOptions,
        decode: Callable[[str], str],
        submit: Submit,
        *,
        invisible_seconds: int = INVISIBLE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._poison = poison
        self._options = options
        self._decode = decode
        self._submit = submit
        self._invisible = invisible_seconds
        self._monotonic = monotonic
        self._events: queue.SimpleQueue[tuple[str, Outcome] | None] = queue.SimpleQueue()
        self._running: dict[str, _Running] = {}
        self._stopping = threading.Event()
        self._pause = 0.0
        self._next_poll = 0.0
        self._thread = threading.Thread(target=self._listen, name=f"queue-{source.queue_name}", daemon=True)

    def start(self) -> None:
        """Begin to poll."""
        self._thread.start()

    def stop(self) -> None:
        """Fetch no more; messages whose function runs are still renewed, deleted or released."""
        self._stopping.set()
        self._events.put(None)

    def join(self, timeout: float) -> None:
        """Wait until all running messages are settled, at most `timeout` seconds."""
        self._thread.join(timeout)

    def _listen(self) -> None:
        while self._running or not self._stopping.is_set():
            if self._may_fetch() and self._monotonic() >= self._next_poll:
                self._poll()
            self._await_event()
            self._renew_due()

    def _may_fetch(self) -> bool:
        return not self._stopping.is_set() and len(self._running) <= self._options.new_batch_threshold

    def _await_event(self) -> None:
        due = [running.renew_at for running in self._running.values()]
        if self._may_fetch():
            due.append(self._next_poll)
        seconds = max(min(due) - self._monotonic(), 0.0) if due else None
        try:
            event = self._events.get(timeout=seconds)
        except queue.Empty:
            return
        if event is not None:
            self._settle(*event)

    def _poll(self) -> None:
        found = 0
        try:
            for message in self._fetch():
                found += 1
                self._begin(message)
        except AzureError as error:
            _LOG.warning("Polling queue '%s' failed: %s", self._source.queue_name, _one_line(error))
        longest = self._options.max_polling_interval
        self._pause = 0.0 if found else min(max(self._pause * 2, _SHORTEST_POLL), longest)
        self._next_poll = self._monotonic() + self._pause

    def _fetch(self) -> list[QueueMessage]:
        batch = self._options.batch_size
        found = self._source.receive_messages(messages_per_page=batch, visibility_timeout=self._invisible)
        return list(next(found.by_page(), ()))

    def _begin(self, message: QueueMessage) -> None:
        running = _Running(message, str(message.pop_receipt), self._monotonic() + self._invisible / 2)
        if (message.dequeue_count or 0) > self._options.max_dequeue_count:
            self._give_up(running)
            return
        try:
            text = self._decode(message.content)
        except ValueError as error:
            _LOG.error("Message '%s' cannot be decoded: %s", message.id, error)
            self._give_up(running)
            return
        self._running[message.id] = running
        reason = f"New queue message detected on '{self._source.queue_name}'."
        future = self._submit(Datum(text, "string"), metadata(message), reason)
        future.add_done_callback(lambda done: self._events.put((message.id, done.result())))

    def _settle(self, message_id: str, outcome: Outcome) -> None:
        running = self._running.pop(message_id)
        if outcome.error is None:
            self._tolerating(partial(self._delete, running), "deleting", message_id)
        elif (running.message.dequeue_count or 0) >= self._options.max_dequeue_count:
            self._give_up(running)
        elif self._poison is not None:
            self._tolerating(partial(self._hide, running, self._options.visibility_timeout), "releasing", message_id)

    def _give_up(self, running: _Running) -> None:
        """Move a message to the poison queue; where there is none it stays hidden until its time is up."""
        poison, message = self._poison, running.message
        if poison is None:
            _LOG.error(
                "Message '%s' of '%s' has reached %s tries; there is no poison queue for a poison queue.",
                message.id,
                self._source.queue_name,
                self._options.max_dequeue_count,
            )
            return

        def move() -> None:
            target = poison()
            target.send_message(message.content)
            _LOG.error("Message '%s' was moved to the queue '%s'.", message.id, target.queue_name)
            self._delete(running)

        self._tolerating(move, "moving", message.id)

    def _renew_due(self) -> None:
        now = self._monotonic()
        for message_id, running in self._running.items():
            if running.renew_at <= now:
                running.renew_at = now + self._invisible / 2
                self._tolerating(partial(self._hide, running, self._invisible), "renewing", message_id)

    def _delete(self, running: _Running) -> None:
        self._source.delete_message(running.message.id, pop_receipt=running.pop_receipt)

    def _hide(self, running: _Running, seconds: int) -> None:
        answer = self._source.update_message(
            running.message.id, pop_receipt=running.pop_receipt, visibility_timeout=seconds
        )
        running.pop_receipt = answer.pop_receipt

    def _tolerating(self, action: Callable[[], None], doing: str, message_id: str) -> None:
        """Act on a message; a stale pop receipt (another consumer has it) is ignored, other faults logged."""
        try:
            action()
        except HttpResponseError as error:
            if error.status_code not in (400, 404):
                _LOG.warning("Storage refused %s message '%s': %s", doing, message_id, _one_line(error))
        except AzureError as error:
            _LOG.warning("Storage failed %s message '%s': %s", doing, message_id, _one_line(error))


def metadata(message: QueueMessage) -> dict[str, Datum]:
    """Return the trigger metadata the worker gets with a message."""
    values = {
        "Id": message.id,
        "DequeueCount": str(message.dequeue_count),
        "PopReceipt": message.pop_receipt,
        "InsertionTime": message.inserted_on and message.inserted_on.isoformat(),
        "ExpirationTime": message.expires_on and message.expires_on.isoformat(),
        "NextVisibleTime": message.next_visible_on and message.next_visible_on.isoformat(),
    }
    return {name: Datum(value, "string") for name, value in values.items() if value is not None}


def _one_line(error: AzureError) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
