"""Finds a Python 3.13, gives it Microsoft's runtime, and asks it and the local host the same things."""

from __future__ import annotations

import fcntl
import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.local.host.truth_cases import Case

ROOT = Path(__file__).parents[3]
NO_PYTHON = (
    "NOT CHECKED: no Python 3.13 was found (current one, python3.13 on PATH, pyenv), so the local functions "
    "host was not compared with Microsoft's azure-functions-runtime."
)
_WANTED = (3, 13)
_HOME = ROOT / ".dev" / "truth-3.13"
_REQUIREMENTS = ROOT / "requirements-truth.txt"


@functools.cache
def find_python() -> str | None:
    """Return a working Python 3.13, None where there is none."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    installed = sorted(pyenv.glob("3.13.*/bin/python"), reverse=True)
    for found in (sys.executable, shutil.which("python3.13"), *map(str, installed)):
        if found and _version(found) == _WANTED:
            return found
    return None


def _version(python: str) -> tuple[int, ...]:
    done = subprocess.run(
        [python, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=False
    )
    return tuple(int(part) for part in done.stdout.split()) if done.returncode == 0 else ()


def microsofts_python(base: str) -> str:
    """Return the interpreter of an environment with Microsoft's runtime; made at the first call, then kept."""
    _HOME.parent.mkdir(exist_ok=True)
    python = _HOME / "bin" / "python"
    stamp = _HOME / "requirements.txt"
    wanted = _REQUIREMENTS.read_text()
    with (_HOME.parent / "truth-3.13.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            _uv("venv", "--quiet", "--clear", "--python", base, str(_HOME))
            _uv("pip", "sync", "--quiet", "--require-hashes", "--python", str(python), str(_REQUIREMENTS))
            stamp.write_text(wanted)
    return str(python)


def _uv(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", *arguments], check=True, cwd=ROOT)


def ask(
    command: Sequence[str], projects: Sequence[Path], cases: Sequence[Case], environment: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Run one of the two scripts on the projects; return what it found in each."""
    done = subprocess.run(
        [*command, *(str(project) for project in projects)],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def both(
    python: str, projects: Sequence[Path], cases: Sequence[Case], environment: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return Microsoft's findings and ours."""
    truth = ask([microsofts_python(python), "-m", "tests.local.host.truth"], projects, cases, environment)
    return truth, ask([sys.executable, "-m", "tests.local.host.ours"], projects, cases, environment)
