"""Scenarios that once failed; each runs for ever in tests."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from tests.simulation.scenario import Scenario

FOLDER = Path(__file__).parent / "corpus"


class Case(Struct, frozen=True):
    """One scenario, the promise it broke, and what it taught."""

    name: str
    check: str
    why: str
    scenario: Scenario


def load() -> list[Case]:
    """All cases, by name."""
    return [msgspec.json.decode(path.read_bytes(), type=Case) for path in sorted(FOLDER.glob("*.json"))]


def save(case: Case) -> Path:
    """Keep a case as readable JSON."""
    path = FOLDER / f"{case.name}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(case), indent=1) + b"\n")
    return path
