"""Functions, queues and clocks for the host's parts, without storage or waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.core.exceptions import HttpResponseError
from azure.storage.queue import QueueMessage

from local.host.indexing import IndexedFunction

START = datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC)


def function(name: str, kind: str, handler: Callable[..., Any], **trigger: Any) -> IndexedFunction:
    """Return a function whose trigger argument is called `arg`."""
    return IndexedFunction(name, handler, {"type": kind, **trigger}, "arg", False, (), None, False, "")


class Clock:
    """A UTC clock that is moved by hand."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start

    def now(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class StaleReceipt(HttpResponseError):
    """The storage's answer to a pop receipt that is no longer valid."""

    def __init__(self) -> None:
        super().__init__("The specified pop receipt did not match")
        self.status_code = 404


@dataclass
class _Pages:
    messages: list[QueueMessage]

    def by_page(self) -> Iterator[list[QueueMessage]]:
        yield self.messages


@dataclass
class FakeQueue:
    """Hands out prepared batches and writes down what is done to the messages."""

    queue_name: str = "jobs"
    batches: list[list[QueueMessage]] = field(default_factory=list)
    actions: list[tuple[str, str, str, int]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    fetches: list[tuple[int, int]] = field(default_factory=list)
    stale: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)

    def receive_messages(self, *, messages_per_page: int, visibility_timeout: int) -> Any:
        with self.changed:
            self.fetches.append((messages_per_page, visibility_timeout))
            self.changed.notify_all()
            return _Pages(self.batches.pop(0) if self.batches else [])

    def update_message(self, message: Any, *, pop_receipt: str, visibility_timeout: int) -> Any:
        self._write("hide", message, pop_receipt, visibility_timeout)
        return made(message, receipt=f"{pop_receipt}+")

    def delete_message(self, message: Any, *, pop_receipt: str) -> None:
        self._write("delete", message, pop_receipt, 0)

    def send_message(self, content: str) -> Any:
        with self.changed:
            self.sent.append(content)
            self.changed.notify_all()

    def await_state(self, reached: Callable[[], bool]) -> bool:
        with self.changed:
            return self.changed.wait_for(reached, timeout=10)

    def _write(self, action: str, message: str, pop_receipt: str, seconds: int) -> None:
        with self.changed:
            self.actions.append((action, message, pop_receipt, seconds))
            self.changed.notify_all()
        if self.stale:
            raise StaleReceipt


def made(message_id: str, tries: int = 1, text: str = "text", receipt: str = "r") -> QueueMessage:
    """Return a message as the storage's client would."""
    message = QueueMessage(text)
    message.id, message.dequeue_count, message.pop_receipt = message_id, tries, receipt
    return message
