"""Removing the data, choosing ports."""

from __future__ import annotations

import socket
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from local.up.ports import PortInUse, Ports
from local.up.upkeep import WorldRunning, held, reset


def test_reset_removes_the_data_and_keeps_the_truth_checks_environment(tmp_path: Path) -> None:
    for name in ("azurite", "truth-3.13"):
        (tmp_path / name).mkdir()
    (tmp_path / "graph.json").write_text("{}")
    assert reset(Console(file=StringIO()), tmp_path) == 0
    assert {entry.name for entry in tmp_path.iterdir()} == {"truth-3.13", "lock"}


def test_reset_refuses_while_a_world_runs_on_the_data(tmp_path: Path) -> None:
    (tmp_path / "graph.json").write_text("{}")
    out = StringIO()
    with held(tmp_path):
        assert reset(Console(file=out, width=300), tmp_path) == 1
    assert "a world is running" in out.getvalue()
    assert (tmp_path / "graph.json").exists()


def test_reset_without_data_is_fine(tmp_path: Path) -> None:
    assert reset(Console(file=StringIO()), tmp_path / "none") == 0


def test_a_second_world_on_the_same_data_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    with held(tmp_path), pytest.raises(WorldRunning, match="--data"), held(tmp_path):
        pass
    with held(tmp_path):
        assert (tmp_path / "lock").exists()


def test_a_taken_port_is_named_with_the_flag_that_helps() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"port {port} is in use.*--ports BASE"):
            Ports.above(port - 1)


def test_base_zero_gives_free_ports_all_different() -> None:
    ports = Ports.above(0)
    assert len(set(ports.all())) == len(ports.all())
    assert ports.storage == (ports.blob, ports.queue, ports.table)
