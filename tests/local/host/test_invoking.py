"""Invocations: threads, outputs, time limits and the end."""

from __future__ import annotations

import logging
import threading
from typing import Any

import azure.functions as func
import pytest
from azure.functions.meta import Datum

from local.host.errors import HostError
from local.host.indexing import IndexedFunction, Output
from local.host.invoking import InvocationContext, InvocationTimeout, Invoker
from tests.local.host.fakes import function

MESSAGE = Datum("text", "string")


def no_outputs(output: Output, datum: Datum) -> None:
    raise AssertionError((output, datum))


def queue_function(handler: Any) -> IndexedFunction:
    return function("work", "queueTrigger", handler)


def test_invocations_run_beside_each_other() -> None:
    together = threading.Barrier(3, timeout=10)

    def meet(arg: func.QueueMessage) -> None:
        together.wait()

    invoker = Invoker(3, None, no_outputs)
    outcomes = [invoker.submit(queue_function(meet), MESSAGE, {}, "test") for _ in range(3)]

    assert [outcome.result(10).error for outcome in outcomes] == [None] * 3
    assert invoker.stop(1)


def test_an_async_function_is_run_too() -> None:
    async def handler(arg: func.QueueMessage) -> None:
        seen.append(arg.get_body())

    seen: list[bytes] = []
    invoker = Invoker(1, None, no_outputs)

    assert invoker.submit(queue_function(handler), MESSAGE, {}, "test").result(10).error is None
    assert seen == [b"text"]
    assert invoker.stop(1)


@pytest.mark.parametrize("fault", [ValueError("bad"), SystemExit(3)])
def test_whatever_a_function_raises_is_its_outcome_and_is_logged(
    fault: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(arg: func.QueueMessage) -> None:
        raise fault

    invoker = Invoker(1, None, no_outputs)
    with caplog.at_level(logging.INFO, "Function.work"):
        outcome = invoker.submit(queue_function(fail), MESSAGE, {}, "New message").result(10)

    assert outcome.error is fault
    assert [line.getMessage().split(", Duration")[0] for line in caplog.records] == [
        f"Executing 'Functions.work' (Reason='New message', Id={outcome.invocation_id})",
        f"Executed 'Functions.work' (Failed, Id={outcome.invocation_id}",
    ]
    assert invoker.stop(1)


def test_outputs_are_sent_in_order_after_success_only() -> None:
    sent: list[tuple[str, Any]] = []
    outputs = (Output("first", "queue"), Output("second", "queue"), Output("unset", "queue"))

    def handler(arg: func.QueueMessage, first: Any, second: Any, unset: Any, context: InvocationContext) -> None:
        second.set("2")
        first.set(["1", "one"])
        if arg.get_body() == b"fail":
            raise ValueError(context.function_name)

    shaped = IndexedFunction("work", handler, {"type": "queueTrigger"}, "arg", False, outputs, None, True, "")
    invoker = Invoker(1, None, lambda output, datum: sent.append((output.name, datum.value)))

    failed = invoker.submit(shaped, Datum("fail", "string"), {}, "test").result(10)
    assert (str(failed.error), sent) == ("work", [])
    assert invoker.submit(shaped, MESSAGE, {}, "test").result(10).error is None
    assert sent == [("first", '["1", "one"]'), ("second", "2")]
    assert invoker.stop(1)


def test_an_output_that_cannot_be_sent_fails_the_invocation() -> None:
    def refuse(output: Output, datum: Datum) -> None:
        raise ConnectionError(output.name)

    def handler(arg: func.QueueMessage) -> str:
        return "x"

    shaped = IndexedFunction(
        "work", handler, {"type": "queueTrigger"}, "arg", False, (), Output("$return", "queue"), False, ""
    )
    invoker = Invoker(1, None, refuse)

    assert isinstance(invoker.submit(shaped, MESSAGE, {}, "test").result(10).error, ConnectionError)
    assert invoker.stop(1)


def test_a_function_over_its_time_has_failed_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def overrun(arg: func.QueueMessage) -> None:
        end.wait(10)

    end = threading.Event()
    invoker = Invoker(1, 0.05, no_outputs)

    outcome = invoker.submit(queue_function(overrun), MESSAGE, {}, "test").result(10)
    end.set()

    assert isinstance(outcome.error, InvocationTimeout)
    assert "Timeout value of 0.05 s exceeded by function 'Functions.work'" in caplog.text
    assert invoker.stop(5)


def test_a_stop_waits_for_what_runs_and_refuses_more() -> None:
    begun, end = threading.Event(), threading.Event()

    def wait(arg: func.QueueMessage) -> None:
        begun.set()
        end.wait(10)

    invoker = Invoker(1, None, no_outputs)
    running = invoker.submit(queue_function(wait), MESSAGE, {}, "test")
    queued = invoker.submit(queue_function(wait), MESSAGE, {}, "test")
    assert begun.wait(10)

    assert not invoker.stop(0.01)
    with pytest.raises(HostError, match="stopping"):
        invoker.submit(queue_function(wait), MESSAGE, {}, "test")
    assert isinstance(queued.result(10).error, HostError)
    end.set()
    assert running.result(10).error is None
