"""Each boundary of each story meets every trouble alone, and a thinned-out set of all pairs of troubles."""

from __future__ import annotations

import pytest

from tests.simulation.pairs import STORIES, Story, pairs
from tests.simulation.simulation import simulate

PARTS = 6
STOPS_PER_PART = 12
EVERY = 401
pytestmark = pytest.mark.simulation


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_no_pair_of_troubles_breaks_a_promise(story: Story, part: int) -> None:
    first = part * STOPS_PER_PART
    for scenario in pairs(story, from_stop=first, to_stop=first + STOPS_PER_PART, every=EVERY):
        outcome = simulate(scenario)
        assert outcome.violation is None, "\n".join(outcome.trace)
