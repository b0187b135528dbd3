"""host.json and settings are read as the host documents them."""

from __future__ import annotations

import pytest

from local.host.config import expand, host_options, thread_count, time_span
from local.host.errors import HostError


def test_defaults_are_azures() -> None:
    options = host_options({"version": "2.0"}, cores=2)

    assert options.route_prefix == "api"
    assert options.function_timeout == 1800
    assert options.queues.batch_size == 16
    assert options.queues.new_batch_threshold == 16
    assert options.queues.visibility_timeout == 0
    assert options.queues.max_dequeue_count == 5
    assert options.queues.max_polling_interval == 60
    assert options.queues.base64


def test_a_batch_of_one_leaves_no_threshold() -> None:
    options = host_options({"version": "2.0", "extensions": {"queues": {"batchSize": 1}}}, cores=8)

    assert options.queues.new_batch_threshold == 0


def test_an_unlimited_timeout_is_none() -> None:
    assert host_options({"version": "2.0", "functionTimeout": "-1"}, cores=1).function_timeout is None


@pytest.mark.parametrize(
    ("host_json", "named"),
    [
        ({}, "version"),
        ({"version": "2.0", "functionTimeout": "ten minutes"}, "ten minutes"),
        ({"version": "2.0", "extensions": {"queues": {"batchSize": 33}}}, "extensions.queues.batchSize"),
        ({"version": "2.0", "extensions": {"queues": {"messageEncoding": "xml"}}}, "messageEncoding"),
        ({"version": "2.0", "extensions": {"http": {"routePrefix": 7}}}, "extensions.http.routePrefix"),
    ],
)
def test_a_malformed_member_is_named(host_json: dict[str, object], named: str) -> None:
    with pytest.raises(HostError, match=named):
        host_options(host_json, cores=1)


@pytest.mark.parametrize(("text", "seconds"), [("00:01:00", 60), ("1.00:00:00.5", 86400.5)])
def test_a_time_span_is_read(text: str, seconds: float) -> None:
    assert time_span(text) == seconds


def test_settings_are_expanded_and_a_missing_one_is_named() -> None:
    assert expand("a-%X%-%Y%", {"X": "1", "Y": "2"}, "queue") == "a-1-2"
    with pytest.raises(HostError, match="function f: '%Z%' names a setting that is missing; set Z"):
        expand("%Z%", {}, "function f")


def test_threads_follow_the_setting_else_the_cores() -> None:
    assert thread_count({}, cores=2) == 6
    assert thread_count({}, cores=64) == 32
    assert thread_count({"PYTHON_THREADPOOL_THREAD_COUNT": "24"}, cores=2) == 24
    with pytest.raises(HostError, match="PYTHON_THREADPOOL_THREAD_COUNT is 'many'"):
        thread_count({"PYTHON_THREADPOOL_THREAD_COUNT": "many"}, cores=2)
