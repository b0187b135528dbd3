"""Who may know whom is a contract (.importlinter); every line of it can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("sync_timer", "oauth_http", "import_http", "review_http", "pages_http", "shared")
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"

PLANTED = [
    ("oauth_http/__init__.py", "import import_http", "Function folders stand over shared"),
    ("shared/flows/views.py", "import shared.compose", "Inside shared nothing points up"),
    ("shared/flows/views.py", "import shared.adapters.memory", "Inside shared nothing points up"),
    ("shared/core/rows.py", "import time", "The core knows no network"),
    ("shared/core/links.py", "import os", "The core knows no network"),
    ("shared/flows/views.py", "import requests", "Flows and ports know no vendor"),
    ("shared/flows/views.py", "import shared.config", "Flows and ports know no vendor"),
    ("shared/adapters/clock.py", "import local", "Nothing that ships knows the local world"),
    ("pages_http/__init__.py", "import shared.adapters.tables", "Function folders reach adapters through compose only"),
    ("shared/flows/views.py", "import shared.boundary.answers", "Inside shared nothing points up"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", LINT], cwd=folder, capture_output=True, text=True, check=False)


def test_the_layers_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(("file", "line", "contract"), PLANTED)
def test_a_forbidden_import_is_reported(tmp_path: Path, file: str, line: str, contract: str) -> None:
    for name in SHIPPED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("local", "tests"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    shutil.copy(ROOT / ".importlinter", tmp_path)
    changed = tmp_path / file
    changed.write_text(f"{changed.read_text()}\n{line}\n")
    done = lint(tmp_path)
    assert done.returncode == 1
    broken = [row for row in done.stdout.splitlines() if row.endswith("BROKEN")]
    assert [row for row in broken if row.startswith(contract)], done.stdout


def test_a_new_part_of_shared_needs_a_place(tmp_path: Path) -> None:
    for name in SHIPPED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "__init__.py").touch()
    shutil.copy(ROOT / ".importlinter", tmp_path)
    (tmp_path / "shared" / "helpers.py").touch()
    assert lint(tmp_path).returncode == 1
