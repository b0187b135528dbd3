"""Azurite as the tests and the local world start it."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from azure.storage.queue import QueueClient

from local import azurite as azurite_process


@pytest.mark.integration
def test_a_message_sent_is_received(azurite: azurite_process.Azurite) -> None:
    queue = QueueClient.from_connection_string(azurite.connection_string, f"q{uuid.uuid4().hex}")
    with queue:
        queue.create_queue()
        queue.send_message("hello")

        received = queue.receive_message()

    assert received is not None
    assert received.content == "hello"


@pytest.mark.integration
def test_what_was_written_outlives_a_stop(tmp_path: Path) -> None:
    for expected in (None, "kept"):
        with azurite_process.start(tmp_path) as running:
            queue = QueueClient.from_connection_string(running.connection_string, "kept")
            with queue:
                if expected is None:
                    queue.create_queue()
                    queue.send_message("kept")
                else:
                    received = queue.receive_message()
                    assert received is not None
                    assert received.content == expected


@pytest.mark.integration
def test_a_taken_port_is_named(azurite: azurite_process.Azurite) -> None:
    taken = azurite.ports[1]

    with pytest.raises(azurite_process.AzuriteError, match=f"port {taken} .* is taken"):
        azurite_process.start(None, (0, taken, 0))
