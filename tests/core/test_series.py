"""Occurrences that come back with new ids (D4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core.events import Content, Field, Kind, OutlookEvent, days, timed
from shared.core.links import Base, Born, Link
from shared.core.series import by_day, day_kept, is_same_day, moved_to, one_of_same_day, rehomed
from tests.core.ideal import PRINTER, RULES, hour

ZONE = "America/New_York"


def link(name: str, start: datetime | None, master_id: str | None = "s1", **members: Any) -> Link:
    return Link(name, Kind.EVENT, Born.OUTLOOK, master_id=master_id, starts_at=start, **members)


def occurrence(name: str, start: datetime, master_id: str | None = "s1", **members: Any) -> OutlookEvent:
    span = timed(start, start + timedelta(hours=1), ZONE)
    return OutlookEvent(name, "k1", Content("Standup", span), master_id=master_id, **members)


def at(number: int, hours: int = 15) -> datetime:
    return datetime(2026, 12, number, hours, tzinfo=UTC)


def homes(orphans: list[Link], fresh: list[OutlookEvent], cut: list[Link] | None = None) -> dict[str, str]:
    return {name: event.id for name, event in rehomed(orphans, cut or [], fresh, RULES).items()}


def titled(name: str, start: datetime, title: str = "Standup") -> Link:
    print_ = PRINTER.field(Content(title, hour(1)), Field.TITLE)
    return link(name, start, base={Field.TITLE: Base(print_, print_)})


@pytest.mark.parametrize(
    ("orphans", "fresh", "found"),
    [
        ([link("a", at(1)), link("b", at(2))], [occurrence("x", at(2, 18)), occurrence("y", at(1, 9))],
         {"a": "y", "b": "x"}),
        ([titled("a", at(1), "Old")], [occurrence("x", at(1), "s2")], {}),
        ([link("a", at(1))], [occurrence("x", at(1), "s2")], {"a": "x"}),
        ([link("a", at(1))], [occurrence("x", at(1), "s2"), occurrence("y", at(1))], {"a": "y"}),
        ([link("a", at(1)), link("b", at(1), "s2")], [occurrence("x", at(1)), occurrence("y", at(1), "s3")],
         {"a": "x", "b": "y"}),
        ([link("a", at(1))], [occurrence("x", at(1, 16)), occurrence("y", at(1, 18))], {}),
        ([link("a", at(1)), link("b", at(1, 18))], [occurrence("x", at(1, 16))], {}),
        ([link("a", at(5), original_start=at(1))], [occurrence("x", at(1, 16))], {"a": "x"}),
        ([link("a", at(1))], [occurrence("x", at(7), original_start=at(1, 16))], {"a": "x"}),
        ([link("a", at(1))], [occurrence("x", at(2))], {}),
        ([link("a", None)], [occurrence("x", at(1))], {}),
        ([link("a", at(2, 3))], [occurrence("x", at(1, 20))], {"a": "x"}),
        ([], [occurrence("x", at(1))], {}),
    ],
)  # fmt: skip
def test_a_day_finds_its_new_occurrence_where_one_of_each_stands(
    orphans: list[Link], fresh: list[OutlookEvent], found: dict[str, str]
) -> None:
    """D4: in its series, by the day of its rule, else by the day it stood on."""
    assert homes(orphans, fresh) == found


def test_an_all_day_occurrence_is_found_by_the_persons_day() -> None:
    """D4, D5."""
    whole = structs.replace(occurrence("x", at(1)), content=Content("Trip", days(date(2026, 12, 1), date(2026, 12, 2))))
    assert homes([link("a", at(1))], [whole]) == {"a": "x"}


def test_on_its_new_day_only_its_own_text_goes_out_again() -> None:
    """D4, G3: of what the series shows under a veil, only what CaseFlow does not hold is an edit of a person."""
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
    known = {**base, Field.PLACE: Base(seen[Field.PLACE], "o-place")}
    secret = link("a", at(1), base=known, veiled=(Field.PLACE, Field.TEXT), matter_id="m1")
    assert moved_to(secret, event, RULES).base == {
        **{field: base[field] for field in (Field.TITLE, Field.TIME)},
        Field.PLACE: Base(seen[Field.PLACE], seen[Field.PLACE]),
    }  # fmt: skip
    bare = moved_to(link("a", at(1), own_text=True), event, RULES)
    assert bare.base == {}


def test_a_private_day_is_moved_without_its_words() -> None:
    """E4."""
    base = {field: Base("c", "o") for field in Field}
    event = structs.replace(occurrence("x", at(2)), sensitivity="private")
    moved = moved_to(link("a", at(1), base=base, own_text=True), event, RULES)
    assert moved.base[Field.TEXT].outlook == PRINTER.field(Content("", hour(1)), Field.TEXT)


@pytest.mark.parametrize(
    ("known", "same"),
    [
        ({}, True),
        ({"starts_at": at(9), "original_start": at(1, 9)}, True),
        ({"starts_at": at(2)}, False),
        ({"master_id": None, "outlook_id": "s1"}, True),
        ({"master_id": None, "outlook_id": "o9"}, False),
        ({"master_id": "s2", "base": {}}, False),
        ({"master_id": "s2", "base": {Field.TITLE: Base("", "")}}, False),
        ({"master_id": "s2"}, True),
        ({"starts_at": None}, False),
    ],
)
def test_a_day_is_known_under_an_older_id(known: dict[str, Any], same: bool) -> None:
    """D4, J2: by its series, the single event that the series was, or the looks of one that was cut."""
    event = occurrence("x", at(1), "s1", original_start=at(1))
    prints = PRINTER.all(event.content)
    base = {field: Base("", prints[field]) for field in Field}
    assert is_same_day(structs.replace(link("a", at(1), base=base), **known), event, RULES) is same
    assert not is_same_day(link("a", at(1)), structs.replace(event, master_id=None), RULES)


@pytest.mark.parametrize(
    ("cut", "fresh", "found"),
    [
        ([titled("a", at(1))], [occurrence("x", at(1), "s2")], {"a": "x"}),
        ([titled("a", at(1), "Old")], [occurrence("x", at(1), "s2")], {"a": "x"}),
        ([titled("a", at(1))], [occurrence("x", at(1, 18), "s2")], {"a": "x"}),
        ([titled("a", at(1))], [occurrence("x", at(2, 18), "s2")], {}),
        ([titled("a", at(1))], [occurrence("x", at(1, 18), "s2"), occurrence("y", at(1), "s3")], {"a": "y"}),
        ([titled("a", at(1))], [occurrence("x", at(1, 18), "s2"), occurrence("y", at(1, 19), "s3")], {}),
        ([titled("a", at(1), "Old")], [occurrence("x", at(1, 18), "s2")], {}),
        ([link("a", at(1))], [occurrence("x", at(1, 18), "s2")], {}),
    ],
)
def test_another_series_takes_over_a_cut_day_at_its_time_or_under_its_title(
    cut: list[Link], fresh: list[OutlookEvent], found: dict[str, str]
) -> None:
    """D4: else it is another thing on that day, which must not get the matter (seed 4003747)."""
    assert homes([], fresh, cut) == found


def test_a_day_after_the_end_of_its_series_goes_by_the_day_alone() -> None:
    """D4: "this and following", moved and retitled at once."""
    tail = [titled("a", at(1), "Old")]
    assert homes(tail, [occurrence("x", at(1, 18), "s2")], tail) == {"a": "x"}
    assert homes(tail, [occurrence("x", at(1, 18), "s2")]) == {}
    assert homes([titled("a", at(1))], [occurrence("x", at(1), "s2")]) == {"a": "x"}


def test_a_day_after_the_end_of_its_series_takes_the_nearest_of_several() -> None:
    """Cut twice, and put on the same day by two rules: left alone, it would be one event more."""
    lost = titled("a", at(3, 15), "Old")
    several = [occurrence("z", at(3, 18), "s2"), occurrence("y", at(3, 16), "s3"), occurrence("x", at(3, 16), "s4")]
    assert homes([lost], several, cut=[lost]) == {"a": "x"}
    assert homes([lost, titled("b", at(3, 9), "Other")], several, cut=[lost]) == {"a": "x"}
    both = [lost, titled("b", at(3, 9), "Other")]
    assert homes(both, several, cut=both) == {}


def test_the_link_of_a_day_is_found_among_those_of_its_day_only() -> None:
    """J2: an import asks for each event of a day, not for all links."""
    links = [link("a", at(1)), link("b", at(2)), link("c", at(9), original_start=at(3)), link("d", None)]
    known = by_day(links, RULES)
    assert known == {date(2026, 12, n): [one] for n, one in zip((1, 2, 3), links, strict=False)} | {None: [links[3]]}
    assert one_of_same_day(known, occurrence("x", at(2)), RULES) == links[1]
    assert one_of_same_day(known, occurrence("x", at(8), original_start=at(3)), RULES) == links[2]
    assert one_of_same_day(known, occurrence("x", at(1), original_start=at(7)), RULES) == links[0]
    assert one_of_same_day(known, occurrence("x", at(4)), RULES) is None
    assert one_of_same_day(known, occurrence("x", at(2), master_id=None), RULES) is None


@pytest.mark.parametrize(
    ("linked", "kept"),
    [
        ([link("a", at(1)), link("b", at(8))], "a"),
        ([link("a", at(8)), link("b", at(5), original_start=at(1))], "b"),
        ([link("a", at(1), original_start=at(8)), link("b", at(5), original_start=at(1))], "b"),
        ([link("a", at(1), original_start=at(8)), link("b", at(15))], "a"),
        ([link("a", at(2, 3))], "a"),
        ([link("a", at(8)), link("b", None)], None),
        ([], None),
    ],
)
def test_a_series_made_a_single_event_keeps_the_link_of_its_day(linked: list[Link], kept: str | None) -> None:
    """D4: by its rule's day in the person's zone, else by the day it stood on."""
    found = day_kept(linked, occurrence("s1", at(1, 20), master_id=None), RULES)
    assert (found.id if found else None) == kept
