"""What names a meeting in every mailbox of a firm, and which of a link's attempts made an event (E3, design.md 3)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from shared.core.events import Content
from shared.core.links import attempt_of, meeting_row, transaction_id
from tests.core.ideal import event, hour

MEETING = event(Content("Review", hour(2)), ical_uid="uid-1")


def test_a_meeting_has_the_same_row_in_every_mailbox() -> None:
    """E3: by its iCalUId, and by the day of a series."""
    row = meeting_row(MEETING)
    assert len(row) == 32
    assert meeting_row(structs.replace(MEETING, id="other", change_key="k9")) == row
    day = structs.replace(MEETING, original_start=hour(2).starts_at())
    others = [structs.replace(MEETING, ical_uid="uid-2"), day, structs.replace(day, original_start=hour(3).starts_at())]
    assert len({row, *map(meeting_row, others)}) == 4


def test_what_has_no_common_name_has_no_row() -> None:
    assert not meeting_row(structs.replace(MEETING, ical_uid=""))


@pytest.mark.parametrize(
    ("made_by", "known", "attempt"), [(0, 0, 0), (2, 2, 2), (3, 2, None), (0, 4, 0), (None, 4, None)]
)
def test_an_attempt_is_known_by_its_key(made_by: int | None, known: int, attempt: Any) -> None:
    """E7: those from the first to the last that the row knows of."""
    key = "somebody's" if made_by is None else transaction_id("l1", made_by)
    assert attempt_of(structs.replace(MEETING, transaction_id=key), "l1", known) == attempt
