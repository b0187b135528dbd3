"""Planted bugs are caught: the seeds and the checkers ask the right questions (design.md 7)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.simulation.canaries import CANARIES, Canary
from tests.simulation.seeds import derive
from tests.simulation.simulation import simulate
from tests.simulation.test_seeds import SEEDS

GREEN_SEEDS = 300
pytestmark = pytest.mark.simulation


@pytest.mark.parametrize("canary", [one for one in CANARIES if one.seed is not None], ids=lambda canary: canary.name)
def test_a_planted_bug_is_caught_by_a_seed_of_this_suite(canary: Canary) -> None:
    """A seed that no longer does: look for another one, `python -m tests.simulation --canary NAME`."""
    assert canary.seed is not None
    assert canary.seed < SEEDS
    with canary.planted():
        violation = simulate(derive(canary.seed)).violation
    assert violation is not None
    assert violation.check in canary.checks


@pytest.mark.parametrize("canary", [one for one in CANARIES if one.story], ids=lambda canary: canary.name)
def test_a_planted_bug_is_caught_by_a_story_of_this_suite(canary: Canary) -> None:
    """By what it asserts; a test that only breaks has caught nothing."""
    options = ["-p", "tests.simulation.planting", "-p", "no:cacheprovider", "-p", "no:randomly", "-n0", "-q"]
    command = [sys.executable, "-m", "pytest", *options, canary.story]
    planted = {**os.environ, "CANARY": canary.name}
    done = subprocess.run(command, env=planted, check=False, capture_output=True, text=True)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout
    assert "E       assert" in done.stdout or "E       AssertionError" in done.stdout, done.stdout


@pytest.mark.parametrize(
    "canary", [one for one in CANARIES if one.seed is None and not one.story], ids=lambda canary: canary.name
)
def test_what_is_economy_costs_no_truth(canary: Canary) -> None:
    with canary.planted():
        red = [seed for seed in range(GREEN_SEEDS) if simulate(derive(seed)).violation is not None]
    assert red == []
