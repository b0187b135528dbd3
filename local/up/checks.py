"""What `./dev check` and `./dev test` consist of."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from local.up import chromium
from local.up.steps import Outcome, Step, command, run_all

OUTPUT = Path("ci-output")
PINNED = ("requirements.txt", "requirements-local.txt", "requirements-dev.txt")


def check(console: Console) -> int:
    """Run the fast checks: format, lint, types, layers, unit tests."""
    unit = [*_pytest(), "-m", "not integration and not browser and not simulation"]
    return run_all([*_static(), command("unit tests", unit)], console)


def test(console: Console, pytest_arguments: Sequence[str]) -> int:
    """Run everything that the CI runs; screenshots, reports and the world's logs go to `ci-output/`."""
    OUTPUT.mkdir(exist_ok=True)
    found = chromium.ensure(console)
    env = dict(os.environ) | ({"CHROMIUM": found} if found else {})
    tests = [*_pytest(), f"--junitxml={OUTPUT / 'tests.xml'}", *pytest_arguments]
    steps = [
        *_static(),
        Step("known vulnerabilities", lambda: audit(console)),
        command("tests", tests, env),
        Step("the world, once", world_once),
    ]
    return run_all(steps, console)


def _static() -> list[Step]:
    return [
        command("format", [_tool("ruff"), "format", "--check", ".", "dev"]),
        command("lint", [_tool("ruff"), "check", ".", "dev"]),
        command("types", [_tool("mypy"), "--strict", ".", "dev"]),
        command("layers", [_tool("lint-imports")]),
    ]


def _pytest() -> list[str]:
    return [sys.executable, "-m", "pytest", "-n", "2"]


def _tool(name: str) -> str:
    """Return the path of a program of this environment."""
    return str(Path(sys.executable).parent / name)


def world_once() -> Outcome:
    """Start the world on free ports and fresh data, sync once, compare; the logs stay for the reader."""
    data = OUTPUT / "world"
    shutil.rmtree(data, ignore_errors=True)
    once = [sys.executable, "-m", "local.up", "up", "--once", "--ports", "0", "--data", str(data)]
    status = subprocess.run(once, check=False).returncode
    return Outcome(status == 0, "" if status == 0 else f"status {status}; logs in {data / 'logs'}")


def audit(console: Console) -> Outcome:
    """Look up known vulnerabilities of what is pinned; what cannot be looked up is said, not failed for."""
    arguments = [
        _tool("pip-audit"),
        "--disable-pip",
        "--require-hashes",
        "-f",
        "json",
        "--progress-spinner",
        "off",
    ]
    lists = [part for name in PINNED for part in ("-r", name)]
    done = subprocess.run([*arguments, *lists], capture_output=True, text=True, check=False)
    outcome, lines = read_audit(done.stdout, done.stderr)
    for line in lines:
        console.print(line)
    return outcome


def read_audit(report: str, errors: str) -> tuple[Outcome, list[str]]:
    """Judge pip-audit's JSON report: only a finding fails; packages it could not look up are counted."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError):
        reason = (errors.strip().splitlines() or ["no answer"])[-1]
        return _unchecked("all packages"), [f"the database of vulnerabilities is out of reach: {reason}"]
    lines = [
        f"{package['name']} {package.get('version', '')}: {flaw['id']}"
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    skipped = sum("skip_reason" in package for package in packages)
    if lines:
        return Outcome(False, f"{len(lines)} found"), lines
    if skipped:
        return _unchecked(f"{skipped} of {len(packages)}"), ["the database does not know these packages here"]
    return Outcome(True, f"none in {len(packages)} packages"), lines


def _unchecked(what: str) -> Outcome:
    return Outcome(True, f"[bold yellow]NOT CHECKED: {what}, database out of reach[/]")
