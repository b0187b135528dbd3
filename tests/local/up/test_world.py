"""The world refuses in one line what it cannot start, and stops what it had started."""

from __future__ import annotations

import socket
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from local.up import child, world
from local.up.upkeep import held


def up(data: Path, base: int) -> tuple[int, str]:
    out = StringIO()
    status = world.up(Console(file=out, width=300), data, base, once=True)
    return status, out.getvalue()


def test_a_taken_port_is_one_line_that_names_port_and_flag(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, text = up(tmp_path, port - 1)
    assert status == 1
    assert text.startswith(f"dev: port {port} is in use")
    assert text.count("\n") == 1


def test_data_of_a_running_world_is_refused(tmp_path: Path) -> None:
    with held(tmp_path):
        status, text = up(tmp_path, 0)
    assert status == 1
    assert "a world is running on" in text


@pytest.mark.integration
def test_a_host_that_cannot_start_is_told_with_its_last_words_and_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "host.log"
    with pytest.raises(child.HostFailed, match=r"the functions host ended: .*\n.*host\.log"):
        child.start(0, {"PATH": "/usr/bin:/bin"}, log)
    assert log.read_text().strip()
