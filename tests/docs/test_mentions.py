"""What the app offers is in the documents it belongs to, and what the documents name is in the app."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from shared.boundary.operations import OPERATIONS
from shared.core import messages
from shared.core.jobs import decoded

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
OPERATIONS_PAGE = (ROOT / "docs" / "operations.md").read_text()
FUNCTION_FOLDERS = ("sync_timer", "oauth_http", "import_http", "review_http", "pages_http")
QUOTED = re.compile(r"`([^`\n]+)`")
IN_FILE = re.compile(r"((?:`[\w.]+`(?:,\s| and\s))*`[\w.]+`) in\s`([\w./-]+\.py)`")
FILE = re.compile(r"[.\w-]+(/[\w.-]+)*/?")
SUFFIXES = (
    ".py",
    ".md",
    ".json",
    ".yaml",
    ".toml",
    ".in",
    ".txt",
    ".js",
    ".css",
    ".html",
    ".png",
    ".sql",
    ".bicep",
    "/",
)
SETTING = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|AzureWebJobsStorage")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def settings() -> set[str]:
    """Every name of a setting that shared/config.py reads or names in a fault."""
    tree = ast.parse((ROOT / "shared" / "config.py").read_text())
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {text for text in texts if SETTING.fullmatch(text)}


def functions() -> set[str]:
    """The names of the functions that are registered without a route: timers and queues."""
    text = (ROOT / "sync_timer" / "__init__.py").read_text()
    return set(re.findall(r'function_name\("(\w+)"\)', text))


@cache
def names_of(path: Path) -> frozenset[str]:
    """What a module defines: functions, classes, their members, and constants."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        found |= _names(node)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for inner in node.body for name in _names(inner)}
    return frozenset(found)


def _names(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return set()


def files_named(text: str) -> set[str]:
    """Everything in backticks that has the form of a path of the project."""
    quoted = set(QUOTED.findall(text))
    return {name for name in quoted if FILE.fullmatch(name) and "/" in name and name.endswith(SUFFIXES)}


def test_every_setting_is_in_the_readme() -> None:
    assert len(settings()) > 20
    assert {name for name in settings() if f"| `{name}` |" not in README} == set()


def test_every_setting_of_the_template_is_in_the_readme() -> None:
    template = (ROOT / "local.settings.json").read_text()
    assert {name for name in re.findall(r'"([A-Za-z_]+)": "', template) if f"| `{name}` |" not in README} == set()


def test_every_error_code_is_in_the_operations_page() -> None:
    assert {code for code in messages.codes() if f"| `{code}` |" not in OPERATIONS_PAGE} == set()


def test_what_the_operations_page_says_to_do_is_what_people_are_told() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", OPERATIONS_PAGE, re.MULTILINE))
    assert {code: told.get(code) for code in messages.codes()} == {
        code: messages.message(code).action for code in messages.codes()
    }


def test_every_route_and_its_function_are_in_the_architecture_page() -> None:
    rows = {f"| `{operation.method} /api/{operation.path}` | `{operation.name}` |" for operation in OPERATIONS}
    assert {row for row in rows if row not in ARCHITECTURE} == set()


def test_the_import_message_of_an_operator_is_one() -> None:
    (given,) = re.findall(r"^\{.*\}$", OPERATIONS_PAGE, re.MULTILINE)
    message = decoded(given)
    assert (message.kind, message.days, message.sent_at.tzinfo is not None) == ("import", 365, True)


def test_every_timer_and_queue_function_is_in_both_pages() -> None:
    assert functions() == {"schedule_sync", "sync_staff", "sync_poison", "archive_audit", "housekeeping"}
    assert {name for name in functions() if f"`{name}`" not in ARCHITECTURE} == set()
    assert {name for name in functions() if f"`{name}`" not in OPERATIONS_PAGE} == set()


def test_every_log_line_is_in_the_operations_page() -> None:
    sources = [path for folder in ("shared", *FUNCTION_FOLDERS) for path in (ROOT / folder).rglob("*.py")]
    found = {event for path in sources for event in re.findall(r'\bline\(\s*"([a-z_.]+)"', path.read_text())}
    assert len(found) > 15
    assert {event for event in found if f"| `{event}` |" not in OPERATIONS_PAGE} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text()
    assert {name for name in files_named(text) if not (ROOT / name).exists()} == set()
    assert {target for target in LINK.findall(text) if not (page.parent / target).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_functions_that_a_page_names_exist(page: Path) -> None:
    missing = set()
    for names, path in IN_FILE.findall(page.read_text()):
        defined = names_of(ROOT / path)
        missing |= {f"{name} in {path}" for name in QUOTED.findall(names) if name not in defined}
    assert missing == set()


def test_commands_of_the_pages_are_commands_of_dev() -> None:
    told = {command for page in PAGES for command in re.findall(r"\./dev ([a-z]+)", page.read_text())}
    helped = subprocess.run([sys.executable, ROOT / "dev", "--help"], capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"^    ([a-z]+) ", helped, re.MULTILINE))
    assert {"up", "test", "check", "host", "reset"} <= told
    assert told - known == set()


def test_options_of_the_pages_are_options_of_dev() -> None:
    text = "\n".join(page.read_text() for page in PAGES)
    told = {(command, option) for command, option in re.findall(r"\./dev ([a-z]+) (--[a-z]+)", text)}
    for command in {command for command, _ in told}:
        helped = subprocess.run(
            [sys.executable, ROOT / "dev", command, "--help"], capture_output=True, text=True, check=True
        ).stdout
        assert {option for name, option in told if name == command and option not in helped} == set()


def test_a_page_of_decisions_has_its_four_parts() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [page.name[:4] for page in pages]
    assert numbers == [f"{number:04d}" for number in range(1, len(pages) + 1)]
    parts = ["## Context", "## Decision", "## Price", "## How we would notice it was wrong"]
    wrong = {page.name for page in pages if re.findall(r"^## .*$", page.read_text(), re.MULTILINE) != parts}
    assert wrong == set()
