"""A host that stops lets what runs come to its end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import azure.functions as func
import pytest
import requests

from local.azurite import connection_string
from local.host.errors import HostError
from local.host.host import FunctionsHost

HOST_JSON = {"version": "2.0"}


class Waiting:
    """An app whose one function waits until a test lets it end."""

    def __init__(self) -> None:
        self.begun, self.end = threading.Event(), threading.Event()
        self.app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
        self.app.route(route="wait")(self._handler())

    def _handler(self) -> object:
        def wait(req: func.HttpRequest) -> str:
            self.begun.set()
            self.end.wait(20)
            return "done"

        return wait


@pytest.fixture
def waiting() -> Iterator[Waiting]:
    made = Waiting()
    yield made
    made.end.set()


def test_a_request_under_way_is_answered_and_then_nothing_listens(waiting: Waiting) -> None:
    host = FunctionsHost(waiting.app, HOST_JSON, {})
    url = host.start()
    with ThreadPoolExecutor(2) as pool:
        answer = pool.submit(requests.get, f"{url}/api/wait", timeout=20)
        assert waiting.begun.wait(10)
        stopped = pool.submit(host.stop, 20)
        waiting.end.set()

        assert stopped.result(20)
        assert answer.result(20).text == "done"
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/api/wait", timeout=5)


def test_a_stop_gives_up_after_the_grace_period(waiting: Waiting) -> None:
    host = FunctionsHost(waiting.app, HOST_JSON, {})
    url = host.start()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(requests.get, f"{url}/api/wait", timeout=20)
        assert waiting.begun.wait(10)

        assert not host.stop(0.1)
        waiting.end.set()
        assert asked.exception(20) is None or isinstance(asked.exception(), requests.ConnectionError)


def test_a_host_without_storage_needs_none_and_unknown_timers_are_named(waiting: Waiting) -> None:
    host = FunctionsHost(waiting.app, HOST_JSON, {})

    with pytest.raises(HostError, match="no timer function 'nightly'; there are none"):
        host.invoke_timer("nightly")
    host.start()
    assert host.stop()


def test_storage_out_of_reach_is_one_line() -> None:
    app = func.FunctionApp()

    @app.queue_trigger(arg_name="msg", queue_name="jobs", connection="Storage")
    def work(msg: func.QueueMessage) -> None: ...

    host = FunctionsHost(app, HOST_JSON, {"Storage": connection_string((9, 9, 9))})

    with pytest.raises(HostError, match=r"^the queue storage cannot be used: .*refused[^\n]*$"):
        host.start()
