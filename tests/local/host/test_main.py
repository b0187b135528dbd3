"""`python -m local.host`: starts, stops politely, and says in one line why it cannot start."""

from __future__ import annotations

import importlib
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from local.azurite import Azurite
from local.host.__main__ import main
from tests.local.host.conftest import SAMPLE, sample_settings
from tests.local.host.runtime import ROOT

pytestmark = pytest.mark.integration


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the sample, for a test to spoil."""
    for name in ("function_app.py", "host.json"):
        shutil.copy(SAMPLE / name, tmp_path)
    return tmp_path


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **settings}


@contextmanager
def started(project: Path, settings: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "local.host", *arguments]
    process = subprocess.Popen(
        command, cwd=project, env=environment(settings), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def base_url(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"listens on (http://\S+)", line):
            return found.group(1)
    raise AssertionError("the host ended without listening")


class Refusals:
    """Runs the host in this process, in a project and with settings of its own, where it is to refuse."""

    def __init__(self, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        monkeypatch.chdir(project)
        monkeypatch.setattr(sys, "path", [*sys.path])
        monkeypatch.setattr(logging.getLogger(), "handlers", [])
        monkeypatch.delitem(sys.modules, "function_app", raising=False)
        importlib.invalidate_caches()

    def line(self, settings: Mapping[str, str]) -> str:
        """Return the one line with which the host refuses to start."""
        for name, value in settings.items():
            self._monkeypatch.setenv(name, value)
        assert main([]) == 1
        (line,) = self._capsys.readouterr().err.splitlines()
        return line


@pytest.fixture
def refusals(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Refusals]:
    yield Refusals(project, monkeypatch, capsys)
    sys.modules.pop("function_app", None)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_a_signal_and_ends_cleanly(project: Path, azurite: Azurite, number: signal.Signals) -> None:
    settings = {**sample_settings(azurite.connection_string), "LOCAL_HOST_STATE": str(project / "state")}

    with started(project, settings, "--port", "0") as process:
        answer = requests.get(f"{base_url(process)}/api/plain/x", timeout=10)
        process.send_signal(number)
        _, said = process.communicate(timeout=30)

    assert answer.text == "text of x"
    assert process.returncode == 0
    assert re.search(r"Z INFO Function.plain \[-\] Executing 'Functions.plain' \(Reason='.*', Id=[0-9a-f-]{36}\)", said)
    assert re.search(r"Executed 'Functions.plain' \(Succeeded, Id=[0-9a-f-]{36}, Duration=\d+ms\)", said)
    assert (project / "state" / "timer-tick.json").exists()


def test_local_settings_fill_what_the_environment_leaves_open(project: Path, azurite: Azurite) -> None:
    settings = sample_settings(azurite.connection_string)
    settings.pop("SAMPLE_SCHEDULE")
    (project / "local.settings.json").write_text('{"Values": {"SAMPLE_SCHEDULE": "0 0 0 1 1 *", "PORT": "0"}}')

    with started(project, settings) as process:
        assert base_url(process)


def test_a_taken_port_is_named(refusals: Refusals, azurite: Azurite) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        said = refusals.line({**sample_settings(azurite.connection_string), "PORT": port})

    assert said == f"error: port {port} is taken; choose another with --port or PORT"


def test_an_app_that_cannot_be_indexed_is_one_line(project: Path, refusals: Refusals) -> None:
    with (project / "function_app.py").open("a") as app:
        app.write("\n@app.route(route='x')\ndef extra(req: func.HttpRequest, more: int) -> str: ...\n")

    said = refusals.line(sample_settings("unused"))

    assert said.startswith("error: cannot load the extra function: parameters declared in Python but not")


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        ("raise ValueError('setting X is missing;\\n set it')", "error: setting X is missing; set it"),
        ("raise SystemExit('setting Y is missing')", "error: setting Y is missing"),
        ("import os; os.environ['Z']", "KeyError: 'Z' (function_app.py:"),
        ("import nothing_like_it", "No module named 'nothing_like_it' (function_app.py:"),
        ("syntax error", "SyntaxError"),
    ],
)
def test_what_the_app_raises_at_import_is_one_line(project: Path, refusals: Refusals, raised: str, said: str) -> None:
    with (project / "function_app.py").open("a") as app:
        app.write(f"\n{raised}\n")

    assert said in refusals.line(sample_settings("unused"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SAMPLE_SCHEDULE": "* * *"}, "function tick: schedule '* * *' has 3 fields"),
        ({"AzureWebJobsStorage": "nonsense"}, "setting AzureWebJobsStorage is no storage connection string"),
        ({"PORT": "high"}, "port 'high' is no number"),
        ({"PYTHON_THREADPOOL_THREAD_COUNT": "0"}, "PYTHON_THREADPOOL_THREAD_COUNT is '0'"),
    ],
)
def test_a_malformed_setting_is_named(refusals: Refusals, changed: dict[str, str], said: str) -> None:
    assert said in refusals.line({**sample_settings("unused"), "PORT": "0", **changed})


@pytest.mark.parametrize("name", ["SAMPLE_SCHEDULE", "AzureWebJobsStorage"])
def test_a_missing_setting_is_named(refusals: Refusals, name: str) -> None:
    settings = sample_settings("unused")
    settings.pop(name)

    assert name in refusals.line({**settings, "PORT": "0"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "host.json is missing"),
        ("{", "host.json is no JSON"),
        ("[]", "host.json must be a JSON object"),
        ('{"version": "2.0", "logging": {"logLevel": {"default": "Loud"}}}', "logging.logLevel.default is 'Loud'"),
    ],
)
def test_a_missing_or_malformed_host_json_is_named(
    project: Path, refusals: Refusals, text: str | None, said: str
) -> None:
    (project / "host.json").unlink()
    if text is not None:
        (project / "host.json").write_text(text)

    assert said in refusals.line(sample_settings("unused"))
