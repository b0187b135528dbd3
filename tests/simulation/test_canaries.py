"""Planted bugs are caught: the seeds and the checkers ask the right questions (design.md 7)."""

from __future__ import annotations

import pytest

from tests.simulation.canaries import CANARIES, Canary
from tests.simulation.seeds import derive
from tests.simulation.simulation import simulate

GREEN_SEEDS = 300
pytestmark = pytest.mark.simulation


def caught(canary: Canary) -> int | None:
    """The first seed at which one of the canary's checks fails."""
    with canary.planted():
        for seed in range(canary.budget):
            violation = simulate(derive(seed)).violation
            if violation is not None and violation.check in canary.checks:
                return seed
    return None


@pytest.mark.parametrize("canary", [one for one in CANARIES if one.budget], ids=lambda canary: canary.name)
def test_a_planted_bug_is_caught_within_its_budget(canary: Canary) -> None:
    assert caught(canary) is not None


@pytest.mark.parametrize("canary", [one for one in CANARIES if not one.budget], ids=lambda canary: canary.name)
def test_what_is_economy_costs_no_truth(canary: Canary) -> None:
    with canary.planted():
        red = [seed for seed in range(GREEN_SEEDS) if simulate(derive(seed)).violation is not None]
    assert red == []
