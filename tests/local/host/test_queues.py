"""The queue listener treats messages as Azure's does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager

import pytest
from azure.functions.meta import Datum

from local.host.config import QueueOptions
from local.host.invoking import Outcome
from local.host.queues import QueueListener, metadata
from tests.local.host.fakes import FakeQueue, made

OPTIONS = QueueOptions(
    batch_size=4,
    new_batch_threshold=1,
    visibility_timeout=30,
    max_dequeue_count=3,
    max_polling_interval=0.2,
    base64=False,
)
OK = Outcome("id", None, None, 0.0)
FAILED = Outcome("id", None, ValueError("failed"), 0.0)


class Calls:
    """Takes invocations; each ends when a test says so, or at once with `outcome`."""

    def __init__(self, outcome: Outcome | None = None) -> None:
        self.outcome = outcome
        self.texts: list[str] = []
        self.futures: list[Future[Outcome]] = []
        self.begun = threading.Semaphore(0)

    def __call__(self, datum: Datum, given: Mapping[str, Datum], reason: str) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        self.texts.append(datum.value)
        self.futures.append(future)
        self.begun.release()
        if self.outcome is not None:
            future.set_result(self.outcome)
        return future


@contextmanager
def listening(
    source: FakeQueue,
    calls: Calls,
    poison: FakeQueue | None = None,
    *,
    decode: Callable[[str], str] = str,
    invisible_seconds: int = 600,
) -> Iterator[QueueListener]:
    opened = None if poison is None else lambda: poison
    listener = QueueListener(source, opened, OPTIONS, decode, calls, invisible_seconds=invisible_seconds)
    listener.start()
    try:
        yield listener
    finally:
        for future in calls.futures:
            if not future.done():
                future.set_result(OK)
        listener.stop()
        listener.join(10)


def test_a_message_is_hidden_ten_minutes_and_deleted_after_success() -> None:
    source = FakeQueue(batches=[[made("1", text="hello")]])
    calls = Calls(OK)

    with listening(source, calls, FakeQueue()):
        assert source.await_state(lambda: bool(source.actions))

    assert source.fetches[0] == (4, 600)
    assert calls.texts == ["hello"]
    assert source.actions == [("delete", "1", "r", 0)]


def test_a_failed_message_is_released_with_the_visibility_timeout() -> None:
    source = FakeQueue(batches=[[made("1", tries=2)]])

    with listening(source, Calls(FAILED), FakeQueue()):
        assert source.await_state(lambda: bool(source.actions))

    assert source.actions == [("hide", "1", "r", 30)]


@pytest.mark.parametrize(("tries", "called"), [(3, ["text"]), (4, [])])
def test_after_the_last_try_a_message_is_moved_to_the_poison_queue(tries: int, called: list[str]) -> None:
    source, poison, calls = FakeQueue(batches=[[made("1", tries=tries)]]), FakeQueue("jobs-poison"), Calls(FAILED)

    with listening(source, calls, poison):
        assert source.await_state(lambda: bool(source.actions))

    assert calls.texts == called
    assert poison.sent == ["text"]
    assert source.actions == [("delete", "1", "r", 0)]


@pytest.mark.parametrize(("tries", "called"), [(1, ["text"]), (3, ["text"]), (4, [])])
def test_what_fails_in_a_poison_queue_stays_hidden_and_is_given_up_in_the_end(tries: int, called: list[str]) -> None:
    source, calls = FakeQueue("jobs-poison", batches=[[made("1", tries=tries)]]), Calls(FAILED)

    with listening(source, calls):
        assert source.await_state(lambda: len(source.fetches) > 2)

    assert calls.texts == called
    assert source.actions == []
    assert source.sent == []


def test_a_message_is_renewed_at_half_time_while_its_function_runs() -> None:
    source, calls = FakeQueue(batches=[[made("1")]]), Calls()

    with listening(source, calls, FakeQueue(), invisible_seconds=1):
        assert source.await_state(lambda: bool(source.actions))
        assert source.actions == [("hide", "1", "r", 1)]
        calls.futures[0].set_result(OK)
        assert source.await_state(lambda: source.actions[-1][0] == "delete")

    assert source.actions[-1] == ("delete", "1", "r+", 0)


def test_a_stale_pop_receipt_is_ignored(caplog: pytest.LogCaptureFixture) -> None:
    source = FakeQueue(batches=[[made("1")], [made("2")]], stale=True)

    with listening(source, Calls(OK), FakeQueue()):
        assert source.await_state(lambda: len(source.actions) == 2)

    assert [action[1] for action in source.actions] == ["1", "2"]
    assert not caplog.records


def test_no_more_is_fetched_while_more_than_the_threshold_run() -> None:
    source, calls = FakeQueue(batches=[[made("1"), made("2")], [made("3")]]), Calls()

    with listening(source, calls, FakeQueue()) as listener:
        assert all(calls.begun.acquire(timeout=10) for _ in range(2))
        listener.join(0.3)  # longer than the longest pause between polls
        assert len(source.fetches) == 1
        calls.futures[0].set_result(OK)
        assert calls.begun.acquire(timeout=10)

    assert source.actions[0] == ("delete", "1", "r", 0)


def test_a_text_that_cannot_be_decoded_is_moved_to_the_poison_queue() -> None:
    source, poison, calls = FakeQueue(batches=[[made("1", text="bad")]]), FakeQueue("jobs-poison"), Calls(OK)

    def refuse(text: str) -> str:
        raise ValueError(text)

    with listening(source, calls, poison, decode=refuse):
        assert source.await_state(lambda: bool(source.actions))

    assert calls.texts == []
    assert poison.sent == ["bad"]


def test_a_stop_waits_for_what_runs_and_fetches_no_more() -> None:
    source, calls = FakeQueue(batches=[[made("1")]]), Calls()

    with listening(source, calls, FakeQueue()) as listener:
        assert calls.begun.acquire(timeout=10)
        listener.stop()
        source.batches.append([made("2")])
        listener.join(0.3)  # longer than the longest pause between polls
        calls.futures[0].set_result(OK)
        listener.join(10)

    assert source.actions == [("delete", "1", "r", 0)]


def test_the_worker_gets_a_messages_metadata() -> None:
    given = metadata(made("7", tries=2))

    assert {name: datum.value for name, datum in given.items()} == {"Id": "7", "DequeueCount": "2", "PopReceipt": "r"}
