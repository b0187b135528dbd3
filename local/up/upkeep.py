"""Small tasks: pin the packages anew, remove the world's data."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

# the list and the oldest Python it must hold for
LISTS = {
    "requirements": "3.11",
    "requirements-local": "3.11",
    "requirements-dev": "3.11",
    "requirements-node": "3.11",
    "requirements-truth": "3.13",
}
LOCK = "lock"


class WorldRunning(RuntimeError):
    """Another world holds the data folder."""


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the data folder for one process at a time; a second one gets `WorldRunning`."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            message = f"a world is running on {data}: end it first (Ctrl-C in its terminal), or name another --data"
            raise WorldRunning(message) from None
        yield


def reset(console: Console, data: Path) -> int:
    """Remove the world's data unless a world runs on it; the truth check's environment stays."""
    if not data.exists():
        console.print("nothing to remove")
        return 0
    try:
        with held(data):
            _empty(data)
    except WorldRunning as error:
        console.print(str(error))
        return 1
    console.print("removed the world's data")
    return 0


def _empty(data: Path) -> None:
    for entry in data.iterdir():
        if entry.name == LOCK or entry.name.startswith("truth"):
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def lock(console: Console) -> int:
    """Write the hashed lists anew from their `.in` files; status 1 if one cannot be resolved."""
    uv = str(Path(sys.executable).parent / "uv")
    for name, python in LISTS.items():
        if not Path(f"{name}.in").exists():
            continue
        console.print(f"pinning {name}.in")
        options = ["-q", "--universal", "--python-version", python, "--generate-hashes", "--no-header"]
        compiled = subprocess.run([uv, "pip", "compile", *options, f"{name}.in", "-o", f"{name}.txt"], check=False)
        if compiled.returncode:
            return 1
    return 0
