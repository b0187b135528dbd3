"""Hosts that run the sample app."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from azure.storage.queue import QueueClient

from local.azurite import Azurite
from local.host.host import FunctionsHost
from tests.local.host.runtime import NO_PYTHON, find_python
from tests.local.host.sample import function_app as sample

SAMPLE = Path(sample.__file__).parent


@dataclass(frozen=True)
class RunningSample:
    """The sample app, running on queues of its own."""

    host: FunctionsHost
    url: str
    connection_string: str
    queue_name: str

    def queue(self, suffix: str = "") -> QueueClient:
        return QueueClient.from_connection_string(self.connection_string, self.queue_name + suffix)


def sample_settings(connection_string: str) -> dict[str, str]:
    """Return settings with a queue name nobody else has and a schedule that never comes in a test."""
    return {
        "AzureWebJobsStorage": connection_string,
        "SAMPLE_QUEUE": f"q{uuid.uuid4().hex[:16]}",
        "SAMPLE_SCHEDULE": "0 0 0 1 1 *",
        "PYTHON_THREADPOOL_THREAD_COUNT": "8",
        "LOCAL_HOST_KEY": "sesame",
    }


@pytest.fixture(scope="module")
def running(azurite: Azurite) -> Iterator[RunningSample]:
    settings = sample_settings(azurite.connection_string)
    host = FunctionsHost(sample.app, json.loads((SAMPLE / "host.json").read_text()), settings)
    url = host.start()
    sample_app = RunningSample(host, url, azurite.connection_string, settings["SAMPLE_QUEUE"])
    with sample_app.queue("-done") as results:
        results.create_queue()
    yield sample_app
    assert host.stop()


@pytest.fixture
def python(record_property: Callable[[str, object], None]) -> str:
    """A Python 3.13, or an empty text and a notice that stands out in the run's summary."""
    found = find_python()
    if found is None:
        print(NO_PYTHON)  # noqa: T201 - seen with -s, beside the summary
        record_property("notice", NO_PYTHON)
    return found or ""
