"""The queue on Azurite (azure.md 1.3)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from azure.core.credentials import TokenCredential
from azure.storage.queue import QueueClient

from local.azurite import Azurite
from shared.adapters.queues import JobQueue, connected
from shared.config import Secret, StorageAccess
from shared.core.errors import Retry
from shared.core.jobs import JobMessage, decoded, encoded

pytestmark = pytest.mark.integration
MESSAGE = JobMessage("f1", "s1", "sync", "j1", datetime(2026, 11, 24, tzinfo=UTC))
DEAD = "DefaultEndpointsProtocol=http;AccountName=dead;AccountKey=a2V5;QueueEndpoint=http://127.0.0.1:9/dead"


def no_identity() -> TokenCredential:
    raise AssertionError("a connection string needs no identity")


@pytest.fixture
def name() -> str:
    return f"q{uuid.uuid4().hex}"


@pytest.fixture
def queue(azurite: Azurite, name: str) -> JobQueue:
    return connected(StorageAccess(connection_string=Secret(azurite.connection_string)), no_identity, name)


def test_a_message_arrives_as_it_was_written_and_lives_a_week(azurite: Azurite, queue: JobQueue, name: str) -> None:
    queue.check()
    queue.send(encoded(MESSAGE))
    queue.send(encoded(MESSAGE))
    client = QueueClient.from_connection_string(azurite.connection_string, name)
    first = client.receive_message()
    assert first is not None
    assert decoded(first.content) == MESSAGE
    assert first.inserted_on is not None
    assert first.expires_on is not None
    assert (first.expires_on - first.inserted_on).days == 7
    assert client.get_queue_properties().approximate_message_count == 2


def test_a_delayed_message_is_not_seen_before_its_time(azurite: Azurite, queue: JobQueue, name: str) -> None:
    queue.send(encoded(MESSAGE), delay_seconds=20)
    assert QueueClient.from_connection_string(azurite.connection_string, name).receive_message() is None


def test_a_dead_service_is_to_be_tried_again() -> None:
    queue = connected(StorageAccess(connection_string=Secret(DEAD)), no_identity)
    with pytest.raises(Retry, match="queues_unreachable"):
        queue.send("{}")
    with pytest.raises(Retry, match="queues_unreachable"):
        queue.check()
