"""Find a Chromium for the browser tests, or install one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from rich.console import Console

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """Return the path of a browser on the PATH, or of the one that `CHROMIUM` names."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in _NAMES if (path := shutil.which(name))), None)


def ensure(console: Console) -> str | None:
    """Return a browser's path, installing the system's package where root can; None: Playwright's own."""
    path = find()
    if path:
        return path
    if os.geteuid() == 0 and shutil.which("apt-get"):
        console.print("no Chromium here: installing the system's package")
        _apt("update", "-q")
        _apt("install", "-y", "-q", "--no-install-recommends", "chromium")
        path = find()
    if path is None:
        console.print("no Chromium from the system: installing Playwright's own")
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return path


def _apt(*arguments: str) -> None:
    env = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *arguments], env=env, stdout=subprocess.DEVNULL, check=False)
