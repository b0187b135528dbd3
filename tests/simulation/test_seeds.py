"""The simulation in CI: 20,000 seeds, 2,000 of them on the wire, every case of the corpus, the same trace twice."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from tests.simulation.__main__ import Block, run_block
from tests.simulation.corpus import Case, load
from tests.simulation.reach import missing
from tests.simulation.seeds import derive
from tests.simulation.simulation import simulate

SEEDS = 20_000
WIRE_SEEDS = 2_000
BLOCK = 50
pytestmark = pytest.mark.simulation


@cache
def block(first: int) -> Block:
    """A block of seeds, run once in a process."""
    return run_block(first, first + BLOCK)


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_no_seed_breaks_a_promise(first: int) -> None:
    assert block(first).failures == {}


@pytest.mark.parametrize("first", range(0, WIRE_SEEDS, BLOCK))
def test_no_seed_breaks_a_promise_on_the_wire(first: int) -> None:
    """The first of them with real HTTP objects in between: paging, headers and bodies as `requests` makes them."""
    assert run_block(first, first + BLOCK, wire=True).failures == {}


@pytest.mark.parametrize("case", load(), ids=lambda case: case.name)
def test_what_was_mended_stays_mended(case: Case) -> None:
    outcome = simulate(case.scenario)
    assert outcome.violation is None, "\n".join([case.why, *outcome.trace])


@pytest.mark.parametrize("seed", range(0, WIRE_SEEDS, 100))
def test_a_seed_has_one_trace(seed: int) -> None:
    assert simulate(derive(seed)).trace == simulate(derive(seed)).trace


def test_everything_was_reached() -> None:
    reach: Counter[str] = Counter()
    for first in range(0, SEEDS, BLOCK):
        reach.update(block(first).reach)
        if not missing(reach):
            return
    assert missing(reach) == set()
