"""Occurrences that come back with new ids (D4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core.events import Content, Field, Kind, OutlookEvent, days, timed
from shared.core.links import Base, Born, Link
from shared.core.series import moved_to, rehomed
from tests.core.ideal import PRINTER, RULES, hour

ZONE = "America/New_York"


def link(name: str, start: datetime | None, master_id: str | None = "s1", **members: Any) -> Link:
    return Link(name, Kind.EVENT, Born.OUTLOOK, master_id=master_id, starts_at=start, **members)


def occurrence(name: str, start: datetime, master_id: str | None = "s1") -> OutlookEvent:
    span = timed(start, start + timedelta(hours=1), ZONE)
    return OutlookEvent(name, "k1", Content("Standup", span), master_id=master_id)


def at(number: int, hours: int = 15) -> datetime:
    return datetime(2026, 12, number, hours, tzinfo=UTC)


def homes(orphans: list[Link], fresh: list[OutlookEvent]) -> dict[str, str]:
    return {name: event.id for name, event in rehomed(orphans, fresh, ZONE).items()}


@pytest.mark.parametrize(
    ("orphans", "fresh", "found"),
    [
        ([link("a", at(1)), link("b", at(2))], [occurrence("x", at(2, 18)), occurrence("y", at(1, 9))],
         {"a": "y", "b": "x"}),
        ([link("a", at(1))], [occurrence("x", at(1), "s2")], {"a": "x"}),
        ([link("a", at(1))], [occurrence("x", at(1), "s2"), occurrence("y", at(1))], {"a": "y"}),
        ([link("a", at(1)), link("b", at(1), "s2")], [occurrence("x", at(1)), occurrence("y", at(1), "s3")],
         {"a": "x", "b": "y"}),
        ([link("a", at(1))], [occurrence("x", at(1)), occurrence("y", at(1, 18))], {}),
        ([link("a", at(1)), link("b", at(1, 18))], [occurrence("x", at(1))], {}),
        ([link("a", at(1))], [occurrence("x", at(2))], {}),
        ([link("a", None)], [occurrence("x", at(1))], {}),
        ([link("a", at(2, 3))], [occurrence("x", at(1, 20))], {"a": "x"}),
        ([], [occurrence("x", at(1))], {}),
    ],
)  # fmt: skip
def test_a_day_finds_its_new_occurrence_where_one_of_each_stands(
    orphans: list[Link], fresh: list[OutlookEvent], found: dict[str, str]
) -> None:
    """D4: by series and local day, then by day alone."""
    assert homes(orphans, fresh) == found


def test_an_all_day_occurrence_is_found_by_the_persons_day() -> None:
    """D4, D5."""
    whole = structs.replace(occurrence("x", at(1)), content=Content("Trip", days(date(2026, 12, 1), date(2026, 12, 2))))
    assert homes([link("a", at(1))], [whole]) == {"a": "x"}


def test_on_its_new_day_only_its_own_text_goes_out_again() -> None:
    """D4: the series' text under a veil is no edit of a person."""
    base = {field: Base(f"c-{field.value}", f"o-{field.value}") for field in Field}
    event = structs.replace(occurrence("x", at(2), "s2"), content=Content("New", hour(3), "Room", "<p>new</p>"))
    seen = PRINTER.all(event.content)
    plain = moved_to(link("a", at(1), base=base), event, RULES)
    assert plain == link("a", at(1), "s2", base=base, outlook_id="x")
    own = moved_to(link("a", at(1), base=base, own_text=True), event, RULES)
    assert own.base == {**base, Field.TEXT: Base("", seen[Field.TEXT])}
    veiled = moved_to(link("a", at(1), base=base, veiled=(Field.PLACE, Field.TEXT)), event, RULES)
    assert veiled.veiled == ()
    assert veiled.base == {
        **base, Field.PLACE: Base("c-place", seen[Field.PLACE]), Field.TEXT: Base("c-text", seen[Field.TEXT]),
    }  # fmt: skip
    bare = moved_to(link("a", at(1), own_text=True), event, RULES)
    assert bare.base == {}


def test_a_private_day_is_moved_without_its_words() -> None:
    """E4."""
    base = {field: Base("c", "o") for field in Field}
    event = structs.replace(occurrence("x", at(2)), sensitivity="private")
    moved = moved_to(link("a", at(1), base=base, veiled=(Field.TEXT,)), event, RULES)
    assert moved.base[Field.TEXT].outlook == PRINTER.field(Content("", hour(1)), Field.TEXT)
