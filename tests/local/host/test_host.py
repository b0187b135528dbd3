"""The host runs the sample app over real HTTP and real queues."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from azure.storage.queue import QueueClient

from tests.local.host.conftest import RunningSample

pytestmark = pytest.mark.integration

KEY = {"x-functions-key": "sesame"}


@contextmanager
def connection(url: str) -> Iterator[http.client.HTTPConnection]:
    opened = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        yield opened
    finally:
        opened.close()


def receive(queue: QueueClient, count: int, seconds: float = 20) -> list[str]:
    """Return the texts of `count` messages as they come, sorted."""
    found: list[str] = []
    deadline = time.monotonic() + seconds
    with queue:
        while len(found) < count and time.monotonic() < deadline:
            for message in queue.receive_messages(max_messages=32):
                found.append(message.content)
                queue.delete_message(message)
    return sorted(found)


def test_a_request_arrives_in_the_hosts_shape(running: RunningSample) -> None:
    with connection(running.url) as client:
        client.putrequest("POST", "/API/Echo/ann/7?tag=a&tag=b&error=&x=%C3%BC")
        for name, value in (("X-Two", "1"), ("X-Two", "2"), ("Content-Length", "2")):
            client.putheader(name, value)
        client.endheaders(b"hi")
        answer = client.getresponse()
        seen = json.loads(answer.read())

    assert answer.status == 201
    assert answer.getheader("Content-Type") == "application/json"
    assert seen["params"] == {"tag": "a,b", "x": "ü"}
    assert seen["route_params"] == {"name": "ann", "number": "7"}
    assert seen["headers"]["x-two"] == "1,2"
    assert seen["body"] == "hi"
    assert seen["url"].startswith(running.url + "/API/Echo/ann/7?tag=a")


def test_a_chunked_body_does_not_arrive(running: RunningSample) -> None:
    answer = requests.post(f"{running.url}/api/echo/ann", data=iter([b"lost"]), timeout=10)

    assert answer.json()["body"] == ""


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/echo/ann", 201),
        ("GET", "/api/echo/ann/", 201),
        ("GET", "/api/echo/4nn", 404),
        ("GET", "/api/echo/ann/seven", 404),
        ("DELETE", "/api/echo/ann", 404),
        ("GET", "/echo/ann", 404),
        ("GET", "/api/plain/a/b", 200),
        ("GET", "/api/plain", 200),
        ("GET", "/api/broken?how=raise", 500),
        ("GET", "/api/broken?how=dict", 500),
        ("GET", "/api/broken", 500),
    ],
)
def test_a_path_leads_to_its_function_or_to_404(running: RunningSample, method: str, path: str, status: int) -> None:
    answer = requests.request(method, running.url + path, timeout=10)

    assert answer.status_code == status
    if status in (404, 500):
        assert answer.content == b""


def test_text_is_answered_as_text(running: RunningSample) -> None:
    answer = requests.get(f"{running.url}/api/plain/a/b%20c", timeout=10)

    assert answer.text == "text of a/b c"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_head_has_the_headers_without_the_body(running: RunningSample) -> None:
    answer = requests.head(f"{running.url}/api/plain/abc", timeout=10)

    assert answer.headers["Content-Length"] == str(len("text of abc"))
    assert answer.content == b""


def test_cookies_are_written_anew_and_other_headers_collapse(running: RunningSample) -> None:
    with connection(running.url) as client:
        client.request("GET", "/api/cookies")
        answer = client.getresponse()
        answer.read()

    assert answer.headers.get_all("Set-Cookie") == [
        "flow=a%2Fb; max-age=600; path=/api; secure; samesite=lax; httponly",
        "gone=; expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ]
    assert answer.headers.get_all("X-Twice") == ["second"]


@pytest.mark.parametrize(("key", "status"), [(None, 401), ("wrong", 401), ("sesame", 200)])
def test_a_function_of_a_higher_level_needs_the_key(running: RunningSample, key: str | None, status: int) -> None:
    headers = {"x-functions-key": key} if key else {}

    assert requests.get(f"{running.url}/api/keyed", headers=headers, timeout=10).status_code == status


def test_messages_sent_by_an_output_reach_the_queue_function(running: RunningSample) -> None:
    answer = requests.post(f"{running.url}/api/fill", json=["one", "two", "[3]"], timeout=10)

    assert answer.status_code == 204
    assert receive(running.queue("-done"), 3) == ["work [3] 1", "work one 1", "work two 1"]


@pytest.mark.parametrize("text", ["fail always", "return"])
def test_a_failing_message_goes_to_the_poison_queue(running: RunningSample, text: str) -> None:
    with running.queue() as queue:
        queue.send_message(text)

    assert receive(running.queue("-done"), 1) == [f"given up {text}"]


def test_admin_runs_a_timer_and_answers_202(running: RunningSample) -> None:
    answer = requests.post(f"{running.url}/admin/functions/Tick", json={"input": ""}, headers=KEY, timeout=10)

    assert answer.status_code == 202
    (text,) = receive(running.queue("-done"), 1)
    assert text.startswith('work {"tick":false,"next":"')


def test_admin_passes_its_input_to_a_queue_function(running: RunningSample) -> None:
    answer = requests.post(f"{running.url}/admin/functions/work", json={"input": "by hand"}, headers=KEY, timeout=10)

    assert answer.status_code == 202
    assert receive(running.queue("-done"), 1) == ["work by hand 0"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/admin/host/status", None, 200),
        ("POST", "/admin/host/ping", None, 200),
        ("POST", "/admin/functions/nothing", {"input": ""}, 404),
        ("POST", "/admin/functions/echo", {"input": ""}, 404),
        ("POST", "/admin/functions/tick", ["input"], 400),
        ("POST", "/admin/functions/tick", {"input": 7}, 400),
    ],
)
def test_admin_pages_answer(running: RunningSample, method: str, path: str, body: Any, status: int) -> None:
    answer = requests.request(method, running.url + path, json=body, headers=KEY, timeout=10)

    assert answer.status_code == status


def test_admin_pages_need_the_key_where_one_is_set(running: RunningSample) -> None:
    assert requests.get(f"{running.url}/admin/host/status", timeout=10).status_code == 401


def test_a_timer_is_run_by_name(running: RunningSample) -> None:
    assert running.host.invoke_timer("tick").error is None
    assert len(receive(running.queue("-done"), 1)) == 1


def test_a_poison_queue_has_no_poison_queue(running: RunningSample) -> None:
    assert [listener._poison is None for listener in running.host._queues] == [False, True]
