"""The HTTP client against a real socket, and what answers mean."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters import http
from shared.adapters.http import HttpAnswer, RequestsHttp
from shared.core.errors import Rejected, Retry

Reply = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(reply: Reply) -> Iterator[tuple[str, list[BaseHTTPRequestHandler]]]:
    """A server on a free port that answers everything with `reply`; its URL, and the requests it got."""
    seen: list[BaseHTTPRequestHandler] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        content = b""

        def handle_one(self) -> None:
            self.content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append(self)
            reply(self)

        do_GET = do_POST = handle_one  # noqa: N815 - the names http.server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/x", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def replying(status: int = 200, body: bytes = b"{}", **headers: str) -> Reply:
    """Answer with a status, a body and headers (names with underscores)."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True


def test_a_request_goes_out_as_given_and_its_answer_comes_whole() -> None:
    with serving(replying(404, b'{"a": 1}', X_Request_Id="r1")) as (url, seen):
        answer = RequestsHttp().send("POST", url, headers={"Content-Type": "text/x", "If-Match": "7"}, body=b"hello")
    assert (answer.status, answer.body, answer.headers["x-request-id"]) == (404, b'{"a": 1}', "r1")
    assert (seen[0].command, seen[0].headers["Content-Type"], seen[0].headers["If-Match"]) == ("POST", "text/x", "7")
    assert getattr(seen[0], "content") == b"hello"  # noqa: B009 - an attribute of the handler made here


def test_redirects_are_answers_and_not_followed() -> None:
    with serving(replying(302, b"", Location="http://127.0.0.1:1/elsewhere")) as (url, seen):
        answer = RequestsHttp().send("GET", url, headers={}, body=None)
    assert (answer.status, len(seen)) == (302, 1)


def test_cookies_are_not_kept() -> None:
    with serving(replying(200, b"", Set_Cookie="a=b; Path=/")) as (url, seen):
        client = RequestsHttp()
        for _ in range(2):
            client.send("GET", url, headers={}, body=None)
    assert seen[1].headers["Cookie"] is None


def test_the_environment_sends_nothing_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with serving(replying()) as (url, seen):
        assert RequestsHttp().send("GET", url, headers={}, body=None).status == 200
    assert seen[0].headers["Proxy-Connection"] is None


def test_a_service_that_wants_patience_is_not_waited_for() -> None:
    with serving(replying(503, b"", Retry_After="3600")) as (url, seen):
        answer = RequestsHttp().send("GET", url, headers={}, body=None)
    assert (answer.status, len(seen)) == (503, 1)


def test_a_get_is_repeated_once_when_the_connection_breaks_and_a_write_never() -> None:
    with serving(hang_up) as (url, seen):
        client = RequestsHttp()
        with pytest.raises(Retry, match="connection"):
            client.send("GET", url, headers={}, body=None)
        assert len(seen) == 2
        with pytest.raises(Retry, match="connection"):
            client.send("POST", url, headers={}, body=b"x")
        assert len(seen) == 3


def test_a_get_that_fails_once_succeeds() -> None:
    replies = [replying(200, b"ok"), hang_up]

    def reply(handler: BaseHTTPRequestHandler) -> None:
        replies.pop()(handler)

    with serving(reply) as (url, _):
        assert RequestsHttp().send("GET", url, headers={}, body=None).body == b"ok"


def test_a_service_that_stays_silent_times_out_and_is_not_asked_again() -> None:
    done = threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        done.wait(10)
        handler.close_connection = True

    with serving(wait) as (url, seen):
        with pytest.raises(Retry, match="timeout"):
            RequestsHttp(timeout=(1, 0.05)).send("GET", url, headers={}, body=None)
        done.set()
        assert len(seen) == 1


def test_nobody_there_is_a_connection_fault() -> None:
    with pytest.raises(Retry, match="connection"):
        RequestsHttp().send("GET", "http://127.0.0.1:1/", headers={}, body=None)


def test_an_answer_without_end_is_refused_even_when_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "ANSWER_MAX_BYTES", 100_000)
    bomb = replying(200, gzip.compress(b"0" * 1_000_000), Content_Encoding="gzip")
    with serving(bomb) as (url, _), pytest.raises(Rejected, match="answer_too_large"):
        RequestsHttp().send("GET", url, headers={}, body=None)


def test_a_certificate_nobody_vouches_for_is_refused() -> None:
    with serving(replying()) as (url, seen), pytest.raises(Retry, match="connection"):
        RequestsHttp(verify=True).send("GET", url.replace("http:", "https:"), headers={}, body=None)
    assert seen == []


DATE = "Tue, 24 Nov 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "86400"}, 3_600),
        ({"retry-after": "Tue, 24 Nov 2026 09:02:00 GMT", "date": DATE}, 120),
        ({"retry-after": "Tue, 24 Nov 2026 08:00:00 GMT", "date": DATE}, 0),
        ({"retry-after": "Wed, 25 Nov 2026 09:00:00 GMT", "date": DATE}, 3_600),
        ({"retry-after": "Tue, 24 Nov 2026 09:02:00 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert http.retry_after(headers) == seconds


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_retry_after_crashes_or_exceeds_an_hour(text: str, date: str) -> None:
    found = http.retry_after({"retry-after": text, "date": date})
    assert found is None or 0 <= found <= http.RETRY_AFTER_MAX_SECONDS


@pytest.mark.parametrize(
    ("status", "code"), [(429, "throttled"), (500, "service_unavailable"), (408, "service_unavailable")]
)
def test_passing_faults_are_retried_with_the_services_wish(status: int, code: str) -> None:
    answer = HttpAnswer(status, {"retry-after": "4", "request-id": "r1"}, b"")
    with pytest.raises(Retry) as fault:
        http.refuse_passing(answer)
    assert (fault.value.code, fault.value.after_seconds, fault.value.reference) == (code, 4, "r1")


@pytest.mark.parametrize("status", [200, 304, 400, 404, 412])
def test_other_answers_are_no_passing_fault(status: int) -> None:
    http.refuse_passing(HttpAnswer(status, {}, b""))
    assert not http.is_passing(status)


@given(st.text())
def test_only_what_looks_like_a_code_is_passed_on(text: str) -> None:
    assert http.safe_code(text) in {"", text}
    assert " " not in http.safe_code(text)


def test_a_reference_is_never_free_text() -> None:
    assert http.reference_of({"request-id": "Lunch with Bob", "x-request-id": "r2"}) == "r2"
    assert http.reference_of({}) is None


class _Shape(msgspec.Struct):
    a: int


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": "x"}', b"\xff"])
def test_a_body_of_another_form_may_be_retried(body: bytes) -> None:
    with pytest.raises(Retry, match="malformed_answer") as fault:
        http.decoded(body, _Shape, "r1")
    assert fault.value.reference == "r1"
    assert http.decoded(b'{"a": 1, "b": 2}', _Shape).a == 1
