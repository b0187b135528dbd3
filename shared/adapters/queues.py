"""The Queue on Azure Queue Storage: `sync-jobs`, plain text, a week to live (azure.md 1.3)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import HttpResponseError, ResourceExistsError

from shared.adapters.azure import CONNECT_SECONDS, READ_SECONDS, translated

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.storage.queue import QueueClient

    from shared.config import StorageAccess

QUEUE = "sync-jobs"
LIFE_SECONDS = 7 * 24 * 3600


class JobQueue:
    """Sends to `sync-jobs`, which is made when it is missing. Thread-safe; one a process.

    `connect` makes the client at the first message: importing it takes 400 ms, and few requests send any.
    """

    def __init__(self, connect: Callable[[], QueueClient]) -> None:
        self._connect = connect

    @cached_property
    def _client(self) -> QueueClient:
        return self._connect()

    def send(self, message: str, delay_seconds: int = 0) -> None:
        """Put one message, visible after the delay. Raises Retry."""
        with translated("queues"):
            try:
                self._put(message, delay_seconds)
            except HttpResponseError as error:
                if error.status_code != 404:
                    raise
                with suppress(ResourceExistsError):
                    self._client.create_queue()
                self._put(message, delay_seconds)

    def _put(self, message: str, delay_seconds: int) -> None:
        self._client.send_message(message, visibility_timeout=delay_seconds, time_to_live=LIFE_SECONDS)

    def check(self) -> None:
        """Ask the service whether the queue is there, for the health page; a missing queue is fine. Raises Retry."""
        with translated("queues"):
            try:
                self._client.get_queue_properties()
            except HttpResponseError as error:
                if error.status_code != 404:
                    raise


def connected(access: StorageAccess, identity: Callable[[], TokenCredential], name: str = QUEUE) -> JobQueue:
    """The queue of a storage account, by connection string or by managed identity."""

    def connect() -> QueueClient:
        from azure.storage.queue import QueueClient  # noqa: PLC0415 - 400 ms

        timeouts: dict[str, Any] = {
            "connection_timeout": CONNECT_SECONDS,
            "read_timeout": READ_SECONDS,
            "retry_total": 0,
        }
        if access.connection_string is not None:
            return QueueClient.from_connection_string(access.connection_string.reveal(), name, **timeouts)
        return QueueClient(access.endpoint or "", name, credential=identity(), **timeouts)

    return JobQueue(connect)
