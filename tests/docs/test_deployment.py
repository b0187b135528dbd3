"""What is deployed is the app and nothing else (README, Deployment in short)."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = {
    "function_app.py", "host.json", "requirements.txt", "web", "shared",
    "sync_timer", "oauth_http", "import_http", "review_http", "pages_http",
}  # fmt: skip
PATTERNS = [line.rstrip("/") for line in (ROOT / ".funcignore").read_text().split()]


def is_left_out(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in PATTERNS)


def test_the_app_is_deployed_whole() -> None:
    inside = {path.name for top in APP for path in (ROOT / top).rglob("*") if "__pycache__" not in path.parts}
    assert {name for name in APP | inside if is_left_out(name)} == set()
    assert {name for name in APP if not (ROOT / name).exists()} == set()


def test_nothing_else_that_lies_beside_it_is_deployed() -> None:
    beside = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - APP
    assert {"tests", "local", "docs"} <= beside
    assert {name for name in beside if not is_left_out(name)} == set()
