"""The simulation in CI: two thousand seeds in blocks, every case of the corpus, and the same trace twice."""

from __future__ import annotations

import pytest

from tests.simulation.__main__ import run_block
from tests.simulation.corpus import Case, load
from tests.simulation.seeds import derive
from tests.simulation.simulation import simulate

SEEDS = 2_000
BLOCK = 50
pytestmark = pytest.mark.simulation


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_no_seed_breaks_a_promise(first: int) -> None:
    assert run_block(first, first + BLOCK).failures == {}


@pytest.mark.parametrize("case", load(), ids=lambda case: case.name)
def test_what_was_mended_stays_mended(case: Case) -> None:
    outcome = simulate(case.scenario)
    assert outcome.violation is None, "\n".join([case.why, *outcome.trace])


@pytest.mark.parametrize("seed", range(0, SEEDS, 100))
def test_a_seed_has_one_trace(seed: int) -> None:
    assert simulate(derive(seed)).trace == simulate(derive(seed)).trace
