"""A plugin for pytest: the planted bug that `CANARY` names is there from before the first import to the last test."""

from __future__ import annotations

import os

from tests.simulation.canaries import CANARIES

_canary = next(one for one in CANARIES if one.name == os.environ["CANARY"])
_planted = _canary.planted()
_planted.__enter__()
