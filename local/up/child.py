"""The functions host as a child process, its output in a log file."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import requests

START_SECONDS = 60.0
STOP_SECONDS = 30.0
PROJECT = Path(__file__).resolve().parent.parent.parent


class HostFailed(RuntimeError):
    """The functions host ended or did not answer; the message holds its last words and the log's place."""


@dataclass(frozen=True)
class Host:
    """A running functions host."""

    url: str
    log_path: Path
    process: subprocess.Popen[bytes]
    log: IO[bytes]

    def stop(self) -> None:
        """Ask it to finish what it does and end; kill it after 30 seconds."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def check(self) -> None:
        """Raise `HostFailed` if it has ended."""
        if self.process.poll() is not None:
            last = self.log_path.read_text(errors="replace").strip().splitlines()[-1:] or ["no output"]
            raise HostFailed(f"the functions host ended: {last[0]}\nits log: {self.log_path}")


def start(
    port: int, env: Mapping[str, str], log_path: Path, *, monotonic: Callable[[], float] = time.monotonic
) -> Host:
    """Start the host and wait until its health answers. Raises `HostFailed`."""
    log_path.parent.mkdir(parents=True, exist_ok=True)
    log = log_path.open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "local.host", "--port", str(port)],
        cwd=PROJECT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C reaches it through stop(), while the services it writes to still run
    )
    host = Host(f"http://localhost:{port}", log_path, process, log)
    try:
        _await_health(host, monotonic() + START_SECONDS, monotonic)
    except HostFailed:
        host.stop()
        raise
    return host


def _await_health(host: Host, deadline: float, monotonic: Callable[[], float]) -> None:
    while True:
        host.check()
        try:
            if requests.get(f"{host.url}/api/outlook/health", timeout=5).status_code == 200:
                return
        except requests.ConnectionError:
            pass
        if monotonic() > deadline:
            raise HostFailed(f"the functions host did not answer in {START_SECONDS:.0f} s; its log: {host.log_path}")
        time.sleep(0.1)
