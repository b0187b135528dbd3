"""Where the browser of the browser tests comes from."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from types import SimpleNamespace

import pytest
from rich.console import Console

from local.up import chromium


class Machine:
    """A machine with some programs, a user, and a record of what was run."""

    def __init__(self, programs: set[str], user: int, packages: dict[str, str]) -> None:
        self.programs = programs
        self.user = user
        self.packages = packages
        self.ran: list[str] = []

    def which(self, name: str) -> str | None:
        return f"/usr/bin/{name}" if name in self.programs else None

    def run(self, command: Sequence[str], **_: object) -> SimpleNamespace:
        self.ran.append(" ".join(command))
        if "install" in command:
            self.programs |= {self.packages[name] for name in command if name in self.packages}
        return SimpleNamespace(returncode=0)


def ensure(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> str | None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr("local.up.chromium.shutil.which", machine.which)
    monkeypatch.setattr("local.up.chromium.subprocess.run", machine.run)
    monkeypatch.setattr("local.up.chromium.os.geteuid", lambda: machine.user)
    return chromium.ensure(Console(file=StringIO()))


def test_a_browser_that_is_there_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine({"chromium-browser"}, 0, {})
    assert ensure(machine, monkeypatch) == "/usr/bin/chromium-browser"
    assert machine.ran == []


def test_root_gets_the_systems_package_after_an_update(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine({"apt-get"}, 0, {"chromium": "chromium"})
    assert ensure(machine, monkeypatch) == "/usr/bin/chromium"
    assert machine.ran == ["apt-get update -q", "apt-get install -y -q --no-install-recommends chromium"]


@pytest.mark.parametrize(("programs", "user"), [({"apt-get"}, 1000), (set(), 0)])
def test_who_cannot_install_packages_gets_playwrights_own(
    programs: set[str], user: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(programs, user, {})
    assert ensure(machine, monkeypatch) is None
    assert machine.ran[0].endswith("-m playwright install chromium")
