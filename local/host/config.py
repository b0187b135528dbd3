"""What host.json and the application settings say to the host."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec

from local.host.errors import HostError

_TIME_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d+)?)")
_PLACEHOLDER = re.compile(r"%([^%]+)%")
_MAX_THREADS = 1000


class _Queues(msgspec.Struct, rename="camel", frozen=True):
    batch_size: Annotated[int, msgspec.Meta(ge=1, le=32)] = 16
    new_batch_threshold: Annotated[int, msgspec.Meta(ge=0)] | None = None
    visibility_timeout: str = "00:00:00"
    max_dequeue_count: Annotated[int, msgspec.Meta(ge=1)] = 5
    max_polling_interval: str = "00:01:00"
    message_encoding: Literal["base64", "none"] = "base64"


class _Http(msgspec.Struct, rename="camel", frozen=True):
    route_prefix: str = "api"


class _Extensions(msgspec.Struct, frozen=True):
    http: _Http = _Http()
    queues: _Queues = _Queues()


class _Logging(msgspec.Struct, rename="camel", frozen=True):
    log_level: dict[str, str] = {}


class _HostJson(msgspec.Struct, rename="camel", frozen=True):
    version: Literal["2.0"]
    function_timeout: str = "00:30:00"
    extensions: _Extensions = _Extensions()
    logging: _Logging = _Logging()


@dataclass(frozen=True)
class QueueOptions:
    """`extensions.queues` of host.json (azure.md 1.3); durations in seconds."""

    batch_size: int
    new_batch_threshold: int
    visibility_timeout: int
    max_dequeue_count: int
    max_polling_interval: float
    base64: bool


@dataclass(frozen=True)
class HostOptions:
    """What host.json asks for; `function_timeout` in seconds, None for unlimited."""

    route_prefix: str
    function_timeout: float | None
    queues: QueueOptions
    log_levels: Mapping[str, str]


def time_span(text: str) -> float:
    """Return the seconds of a .NET time span such as `00:01:00` or `1.00:00:00`.

    Raises HostError when the text is none.
    """
    match = _TIME_SPAN.fullmatch(text)
    if match is None:
        raise HostError(f"host.json: '{text}' is no time span; write hh:mm:ss")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()


def host_options(host_json: Mapping[str, Any], *, cores: int) -> HostOptions:
    """Read host.json; `cores` decides the default of `newBatchThreshold` as in Azure.

    Raises HostError naming the member at fault.
    """
    try:
        parsed = msgspec.convert(dict(host_json), _HostJson)
    except msgspec.ValidationError as error:
        raise HostError(f"host.json: {error}") from error
    unlimited = parsed.function_timeout == "-1"
    return HostOptions(
        route_prefix=parsed.extensions.http.route_prefix.strip("/"),
        function_timeout=None if unlimited else time_span(parsed.function_timeout),
        queues=_queue_options(parsed.extensions.queues, cores),
        log_levels=parsed.logging.log_level,
    )


def _queue_options(queues: _Queues, cores: int) -> QueueOptions:
    threshold = queues.new_batch_threshold
    return QueueOptions(
        batch_size=queues.batch_size,
        new_batch_threshold=queues.batch_size // 2 * cores if threshold is None else threshold,
        visibility_timeout=int(time_span(queues.visibility_timeout)),
        max_dequeue_count=queues.max_dequeue_count,
        max_polling_interval=max(time_span(queues.max_polling_interval), 0.1),
        base64=queues.message_encoding == "base64",
    )


def expand(text: str, settings: Mapping[str, str], where: str) -> str:
    """Replace each `%NAME%` by its setting, as the host does in schedules, routes and queue names.

    Raises HostError when a setting is missing; `where` names the place.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in settings:
            raise HostError(f"{where}: '%{name}%' names a setting that is missing; set {name}")
        return settings[name]

    return _PLACEHOLDER.sub(value, text)


def thread_count(settings: Mapping[str, str], *, cores: int) -> int:
    """Return how many invocations run at once: `PYTHON_THREADPOOL_THREAD_COUNT`, else min(32, cores + 4).

    Raises HostError when the setting is no number from 1 to 1000.
    """
    text = settings.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    if not text:
        return min(32, cores + 4)
    if not text.isdigit() or not 1 <= int(text) <= _MAX_THREADS:
        raise HostError(f"PYTHON_THREADPOOL_THREAD_COUNT is '{text}'; it must be a number from 1 to {_MAX_THREADS}")
    return int(text)
