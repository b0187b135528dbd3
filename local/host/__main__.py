"""Run the project in the working directory: `python -m local.host [--port N]`."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from local.host.errors import HostError
from local.host.host import FunctionsHost
from local.host.invoking import INVOCATION_ID
from local.host.loading import apply_local_settings, load_app, read_host_json

_DEFAULT_PORT = "7071"
_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 1,
}


def main(arguments: list[str]) -> int:
    """Run until SIGTERM or SIGINT; return the exit status: 1 when the app cannot start or be ended."""
    try:
        host = _build(Path.cwd(), arguments)
        url = host.start()
    except HostError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"The functions host listens on {url}", file=sys.stderr, flush=True)
    _await_signal()
    return 0 if host.stop() else 1


def _build(folder: Path, arguments: list[str]) -> FunctionsHost:
    apply_local_settings(folder, os.environ)
    port = _port(arguments)
    host_json = read_host_json(folder)
    _configure_logging(host_json.get("logging", {}).get("logLevel", {}))
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return FunctionsHost(load_app(), host_json, os.environ, port=port)


def _port(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m local.host", description=__doc__)
    parser.add_argument("--port", help=f"port to listen on (else PORT, else {_DEFAULT_PORT})")
    text = parser.parse_args(arguments).port or os.environ.get("PORT") or _DEFAULT_PORT
    if not text.isdigit() or int(text) > 65535:
        raise HostError(f"port '{text}' is no number from 0 to 65535; set --port or PORT")
    return int(text)


def _await_signal() -> None:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    stopping.wait()


class _Formatter(logging.Formatter):
    def converter(self, timestamp: float | None) -> time.struct_time:
        return time.gmtime(timestamp)

    def format(self, record: logging.LogRecord) -> str:
        record.invocation = INVOCATION_ID.get()[:8] or "-"
        return super().format(record)


def _configure_logging(levels: Mapping[str, str]) -> None:
    """Write log lines to stderr, in UTC, each with the first part of its invocation's id."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Formatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s [%(invocation)s] %(message)s", "%Y-%m-%dT%H:%M:%S")
    )
    logging.getLogger().addHandler(handler)
    for category, level in {"default": "Information", "Azure": "Warning", **levels}.items():
        if level.lower() not in _LEVELS:
            raise HostError(f"host.json: logging.logLevel.{category} is '{level}'; use {', '.join(_LEVELS)}")
        name = {"default": None, "Azure": "azure"}.get(category, category)
        logging.getLogger(name).setLevel(_LEVELS[level.lower()])


if __name__ == "__main__":
    if status := main(sys.argv[1:]):
        # An invocation that outlived the grace period would keep the interpreter from ending.
        logging.shutdown()
        os._exit(status)
