"""The proof that an event left the primary calendar, question by question (E8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest
from msgspec import structs

from shared.core.events import Content, OutlookEvent
from shared.flows.sync.proving import Proofs, prove
from tests.core.ideal import event, hour

HERE = event(Content("Call", hour(2)))
MOVED = structs.replace(HERE, content=Content("Call", hour(50)), change_key="k2")


class Answers:
    """A mailbox that answers by id what it is told to, and whose view lists `shown`."""

    def __init__(self, *by_id: dict[str, OutlookEvent | None], shown: bool = False) -> None:
        self._by_id = list(by_id)
        self._shown = shown

    def events(self, ids: Sequence[str]) -> dict[str, OutlookEvent | None]:
        """The next answers, of the ids asked for."""
        return {key: found for key, found in self._by_id.pop(0).items() if key in ids} if ids else {}

    def listed(self, start: datetime, end: datetime) -> frozenset[str]:
        """What the view shows."""
        return frozenset({"o1"} if self._shown else ())


@pytest.mark.parametrize(
    ("second", "gone"), [(HERE, True), (MOVED, False), (None, False)], ids=["the same", "moved meanwhile", "deleted"]
)
def test_what_the_view_does_not_show_is_gone_only_if_it_answers_the_same(
    second: OutlookEvent | None, gone: bool
) -> None:
    """Moved between the questions, it was looked for at a time where it no longer is (seed 900435)."""
    found = prove(Answers({"o1": HERE}, {"o1": second}), ["o1"], {})  # type: ignore[arg-type]
    assert found == Proofs({}, frozenset({"o1"} if gone else ()))


@pytest.mark.parametrize(
    ("second", "gone"), [({"o1": None}, True), ({}, False), ({"o1": HERE}, False)], ids=["unknown", "silence", "back"]
)
def test_what_is_unknown_is_gone_only_if_it_stays_unknown(second: dict[str, OutlookEvent | None], gone: bool) -> None:
    found = prove(Answers({"o1": None}, second), ["o1"], {})  # type: ignore[arg-type]
    assert found == Proofs({}, frozenset({"o1"} if gone else ()))


def test_what_the_view_shows_is_there() -> None:
    found = prove(Answers({"o1": HERE}, shown=True), ["o1"], {})  # type: ignore[arg-type]
    assert found == Proofs({"o1": HERE}, frozenset())
