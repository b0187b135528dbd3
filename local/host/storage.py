"""Queues of Azure Storage as the host uses them: connections by setting, encoding, output bindings."""

from __future__ import annotations

import base64
import binascii
import json
import threading
from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import ResourceExistsError
from azure.functions.meta import Datum
from azure.identity import ManagedIdentityCredential
from azure.storage.queue import LinearRetry, QueueClient

from local.azurite import connection_string
from local.host.config import expand
from local.host.errors import HostError
from local.host.indexing import Output


class QueueConnections:
    """Makes and keeps one client for each queue; closes them all at the end."""

    def __init__(self, settings: Mapping[str, str], *, base64_encoding: bool) -> None:
        self._settings = settings
        self._base64 = base64_encoding
        self._clients: dict[tuple[str, str], QueueClient] = {}
        self._lock = threading.Lock()

    def client(self, connection: str, queue_name: str) -> QueueClient:
        """Return the client of a queue; the queue is created at the first call where it is missing.

        Raises HostError when the connection's setting is missing or malformed, and
        azure.core.exceptions.AzureError when the storage refuses or does not answer.
        """
        name = expand(queue_name, self._settings, f"queue {queue_name}")
        with self._lock:
            if (connection, name) not in self._clients:
                client = _connect(connection, name, self._settings)
                _create(client)
                self._clients[connection, name] = client
            return self._clients[connection, name]

    def encode(self, text: str) -> str:
        """Return a message's text as it stands in the queue."""
        return base64.b64encode(text.encode()).decode() if self._base64 else text

    def decode(self, text: str) -> str:
        """Return a message's text as the function gets it; raises ValueError when it is not Base64 of UTF-8."""
        if not self._base64:
            return text
        try:
            return base64.b64decode(text, validate=True).decode()
        except binascii.Error as error:
            raise ValueError(f"the message is no Base64 text: {error}") from error

    def send(self, output: Output, datum: Datum) -> None:
        """Send the messages of an output binding one after another, so that a failure leaves the first ones."""
        client = self.client(output.connection, output.queue_name)
        for text in messages(datum):
            client.send_message(self.encode(text))

    def close(self) -> None:
        """Close all clients."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()


def messages(datum: Datum) -> list[str]:
    """Return the message texts in an output's value: a JSON array is split, an object written anew."""
    text = datum.value.decode() if isinstance(datum.value, bytes) else datum.value
    try:
        parsed = json.loads(text)
    except ValueError:
        return [text]
    if isinstance(parsed, list):
        return [item if isinstance(item, str) else _compact(item) for item in parsed]
    return [_compact(parsed)] if isinstance(parsed, dict) else [text]


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _connect(connection: str, queue_name: str, settings: Mapping[str, str]) -> QueueClient:
    name = connection if _is_set(connection, settings) else f"AzureWebJobs{connection}"
    if text := settings.get(name):
        text = connection_string() if text.strip().rstrip(";") == "UseDevelopmentStorage=true" else text
        try:
            return QueueClient.from_connection_string(text, queue_name, **_client_options())
        except ValueError as error:
            raise HostError(f"setting {name} is no storage connection string: {error}") from error
    account = settings.get(f"{name}__accountName")
    url = settings.get(f"{name}__queueServiceUri") or (account and f"https://{account}.queue.core.windows.net")
    if not url:
        raise HostError(
            f"setting {connection} is missing; set it to a storage connection string, or set "
            f"{connection}__queueServiceUri"
        )
    credential = ManagedIdentityCredential(client_id=settings.get(f"{name}__clientId"))
    try:
        return QueueClient(url, queue_name, credential=credential, **_client_options())
    except ValueError as error:
        raise HostError(f"setting {name}__queueServiceUri is '{url}': {error}") from error


def _client_options() -> dict[str, Any]:
    # The SDK's own waits are 300 seconds (azure.md 0.10).
    return {
        "connection_timeout": 3,
        "read_timeout": 10,
        "retry_policy": LinearRetry(backoff=1, retry_total=2, random_jitter_range=0),
    }


def _is_set(connection: str, settings: Mapping[str, str]) -> bool:
    return any(name == connection or name.startswith(f"{connection}__") for name in settings)


def _create(client: QueueClient) -> None:
    try:
        client.create_queue()
    except ResourceExistsError:
        return
