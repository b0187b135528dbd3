"""One event as both sides show it: what CaseFlow would hold, who leads, and whose write it was (E2, E4, E10, G4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core.events import Author, Content, Field, timed
from shared.core.links import Base, Born, Link, based
from shared.core.marks import Stamp, encoded
from shared.core.merge import Merge, decided, merged, outlook_wins, taking
from shared.core.pairs import (
    Pair,
    carried,
    caseflow_prints,
    compared,
    echo,
    is_whole,
    led_by_outlook,
    pair_of,
    seen_content,
    stamped,
    zoned_as,
)
from shared.core.texts import ADDITION_MARK, MASK_TEXT
from tests.core.ideal import ME, NOW, PRINTER, RULES, agreed, case, day, event, hour

CONTENT = Content("Call", hour(2), "Office", "<p>agenda</p>")
OTHER = Content("Other", hour(5), "Court", "<p>other</p>")
LINK, _ = agreed(case(CONTENT, version=4), Born.OUTLOOK, event(CONTENT))
BIG = "<p>" + "x " * 40_000 + "</p>"


# What CaseFlow holds of Outlook's event


@pytest.mark.parametrize(("minutes", "lasts"), [(0, 1), (1, 1), (30, 30), (-5, 1)])
def test_an_event_lasts_a_minute_at_least(minutes: int, lasts: int) -> None:
    """E10, start and end."""
    span = timed(NOW, NOW + timedelta(minutes=minutes), "Europe/Berlin")
    held = carried(event(Content("Call", span)), hidden=False).span
    assert held == timed(NOW, NOW + timedelta(minutes=lasts), "Europe/Berlin")


def test_days_are_held_as_they_are() -> None:
    """D5."""
    empty = structs.replace(day(2), end=day(2).start)
    assert carried(event(Content("Trip", empty)), hidden=False).span == empty


def test_what_is_held_is_sanitised_and_cut() -> None:
    """E6, E10."""
    raw = Content(" " + "x" * 300, hour(2), " " + "y" * 600, "<p onclick='a'>agenda</p>")
    held = carried(event(raw), hidden=False)
    assert (held.title, held.place, held.text) == ("x" * 254 + "…", "y" * 500, "<p>agenda</p>")
    assert carried(event(Content("Call", hour(2), "", BIG)), hidden=False).text.endswith("The rest is in Outlook</p>")


def test_a_mask_is_never_held() -> None:
    """G4: with or without words below it."""
    for text, held in (
        (MASK_TEXT, ""),
        ("<p>Confidential</p><p><b>typed</b></p>", "<p>typed</p>"),
        ("<p><b>Confidential</b> talk</p>", "<p><b>Confidential</b> talk</p>"),
    ):
        assert carried(event(Content("Call", hour(2), "", text)), hidden=False).text == held


def test_of_a_private_event_only_the_times_are_held() -> None:
    """E4."""
    assert carried(event(CONTENT), hidden=True) == Content("Private appointment", hour(2), "", "")


@pytest.mark.parametrize(
    ("members", "led"),
    [
        ({}, set()),
        ({"content": structs.replace(CONTENT, title="x" * 255)}, set()),
        ({"content": structs.replace(CONTENT, title="x" * 256)}, {Field.TITLE}),
        ({"content": structs.replace(CONTENT, place="x" * 500)}, set()),
        ({"content": structs.replace(CONTENT, place="x" * 501)}, {Field.PLACE}),
        ({"places": 1}, set()),
        ({"places": 2}, {Field.PLACE}),
        ({"online": True}, {Field.PLACE, Field.TEXT}),
        ({"attachments": True}, {Field.TEXT}),
        ({"content": structs.replace(CONTENT, text="<img src=x>")}, {Field.TEXT}),
        ({"content": structs.replace(CONTENT, text=BIG)}, {Field.TEXT}),
    ],
)
def test_outlook_leads_where_it_holds_more(members: dict[str, Any], led: set[Field]) -> None:
    """E10."""
    shown = structs.replace(event(CONTENT), **members)
    assert led_by_outlook(shown, hidden=False) == led
    assert is_whole(shown) is (Field.TEXT not in led)
    assert led_by_outlook(shown, hidden=True) == {Field.TITLE, Field.PLACE, Field.TEXT}


def test_a_zone_that_says_nothing_new_stays_caseflows() -> None:
    """D5."""
    span = timed(NOW, NOW + timedelta(hours=1), "Europe/Berlin")
    assert zoned_as(span, "Europe/Vienna").zone == "Europe/Vienna"
    assert zoned_as(span, "America/New_York") == span
    assert zoned_as(structs.replace(span, zone="UTC"), "America/New_York").zone == "America/New_York"


def test_our_own_write_is_seen_as_sanitising_leaves_it() -> None:
    """E2."""
    assert echo(structs.replace(CONTENT, text="<p onclick='a'>agenda</p>")) == CONTENT


@pytest.mark.parametrize(
    ("veiled", "place", "text"),
    [
        ((), "Office", "<p>agenda</p>"),
        ((Field.TEXT,), "Office", MASK_TEXT),
        ((Field.PLACE,), "", "<p>agenda</p>"),
        ((Field.PLACE, Field.TEXT), "", MASK_TEXT),
    ],
)
def test_a_veiled_field_is_seen_as_the_mask_left_it(veiled: tuple[Field, ...], place: str, text: str) -> None:
    """G4: whatever a person typed there."""
    link = structs.replace(LINK, veiled=veiled)
    assert seen_content(event(CONTENT), link) == structs.replace(CONTENT, place=place, text=text)


def test_under_a_veil_our_additions_are_no_edit() -> None:
    """G8."""
    added = structs.replace(CONTENT, text=f"<p>agenda</p>{ADDITION_MARK}2026-11-24</strong></p><p>x</p>")
    veiled = structs.replace(LINK, veiled=(Field.TEXT,))
    assert caseflow_prints(veiled, added, PRINTER) == PRINTER.all(CONTENT)
    assert caseflow_prints(LINK, added, PRINTER) == PRINTER.all(added)


# Whose write it was


def pair(link: Link = LINK, ours: Content = CONTENT, its: Content = CONTENT, **members: Any) -> Pair:
    return pair_of(link, case(ours, **{"version": 4, **members}), event(its), RULES)


def test_a_restored_caseflow_is_compared_without_a_base() -> None:
    """C4."""
    assert pair(version=3).link == structs.replace(LINK, base={}, version=0)
    assert pair(version=4).link == LINK
    assert pair(version=5).link == LINK


def test_a_version_that_was_agreed_with_other_values_went_back() -> None:
    """C4: restored, then edited up to the version of before."""
    fresh = structs.replace(LINK, base={}, version=0)
    assert pair(ours=structs.replace(CONTENT, title="x"), version=4).link == fresh
    unsaid = structs.replace(LINK, base={**LINK.base, Field.TITLE: Base("", "b")})
    assert pair(unsaid, version=4).link == unsaid


def test_a_version_older_than_the_last_one_read_went_back() -> None:
    """C4: what was read, but is not agreed in every field, counts too."""
    link = structs.replace(LINK, read_version=6)
    assert pair(link, version=5).link == structs.replace(link, base={}, version=0)
    assert pair(link, version=6).link == link
    assert pair(link, version=4).link == link


def test_the_version_after_ours_written_by_our_own_sync_is_agreed() -> None:
    """design.md 3: our unrecorded write, which both sides show."""
    author = Author("sync", ME)
    link = structs.replace(LINK, base={**LINK.base, Field.TITLE: Base("a", "b")})
    found = pair(link, version=5, updated_by=author).link
    title = PRINTER.field(CONTENT, Field.TITLE)
    assert found == structs.replace(link, version=5, base={**link.base, Field.TITLE: Base(title, title)})


@pytest.mark.parametrize(
    ("version", "author"),
    [
        (5, Author("staff", ME)),
        (5, Author("sync", "bob")),
        (5, Author("system", None)),
        (6, Author("sync", ME)),
    ],
)
def test_any_other_version_is_an_edit(version: int, author: Author) -> None:
    """H1: a colleague's sync counts as an edit."""
    link = structs.replace(LINK, base={**LINK.base, Field.TITLE: Base("a", "b")})
    assert pair(link, version=version, updated_by=author).link == link


def test_of_our_unrecorded_write_what_is_veiled_is_agreed_on_caseflows_side_only() -> None:
    """G4."""
    old = {**LINK.base, Field.PLACE: Base("a", "b")}
    link = structs.replace(LINK, base=old, veiled=(Field.PLACE,))
    found = pair(link, version=5, updated_by=Author("sync", ME)).link
    assert found.base[Field.PLACE] == Base(PRINTER.field(CONTENT, Field.PLACE), "b")


def test_our_unrecorded_create_is_agreed_in_full() -> None:
    """testing.md 2, seed 44."""
    fresh = structs.replace(LINK, base={}, version=0)
    found = pair(fresh, version=1, updated_by=Author("sync", ME)).link
    assert found == based(fresh, PRINTER, CONTENT, CONTENT)
    later = structs.replace(fresh, version=4)
    assert pair(later, version=5, updated_by=Author("sync", ME)).link == structs.replace(later, version=5)
    half = structs.replace(LINK, version=0)
    changed = pair(half, OTHER, version=1, updated_by=Author("sync", ME)).link
    assert changed.version == 1


def test_a_body_that_begins_with_the_mask_is_veiled() -> None:
    """G4: whatever our row says; what is veiled has no base."""
    bare = structs.replace(CONTENT, place=" ", text="<p>Confidential</p><p>x</p>")
    both = pair(its=bare).link
    assert both.veiled == (Field.PLACE, Field.TEXT)
    assert both.base == {field: LINK.base[field] for field in (Field.TITLE, Field.TIME)}
    placed = pair(its=structs.replace(bare, place="Court")).link
    assert placed.veiled == (Field.TEXT,)
    assert Field.PLACE in placed.base
    known = structs.replace(LINK, veiled=(Field.TEXT,))
    assert pair(known, its=bare).link == known


def stamp(nonce: str = "9.9", sensitivity: str = "") -> str:
    return encoded(Stamp(nonce, 4, {"title": "t", "place": "p"}, sensitivity))


def test_a_stamp_that_is_not_the_rows_is_what_we_wrote_last() -> None:
    """design.md 3."""
    link = structs.replace(LINK, nonce="1.1")
    ours = structs.replace(event(CONTENT), link_mark="l1", stamp=stamp())
    base = {**link.base, Field.TITLE: Base("t", "t"), Field.PLACE: Base("p", "p")}
    assert stamped(link, ours) == structs.replace(link, nonce="9.9", base=base)
    veiled = structs.replace(link, veiled=(Field.PLACE, Field.TEXT))
    kept = {field: link.base[field] if field in veiled.veiled else base[field] for field in base}
    assert stamped(veiled, ours).base == kept  # there the mask was written, which CaseFlow never held (seed 1002842)
    for other in ({"stamp": None}, {"stamp": "%%"}, {"link_mark": "l2"}, {"link_mark": None}, {"stamp": stamp("1.1")}):
        assert stamped(link, structs.replace(ours, **other)) == link


@pytest.mark.parametrize(
    ("sensitivity", "before", "after"),
    [("", True, True), ("", False, False), ("private", False, True), ("normal", True, False)],
)
def test_a_stamp_says_whether_private_is_ours(sensitivity: str, before: bool, after: bool) -> None:
    """E4, G1."""
    link = structs.replace(LINK, made_private=before)
    ours = structs.replace(event(CONTENT), link_mark="l1", stamp=stamp(sensitivity=sensitivity))
    assert stamped(link, ours).made_private is after


# What crosses


def differing(ours: Content, its: Content, link: Link = LINK, **members: Any) -> Merge:
    one = pair(link, ours, its, **{"version": 4 + (ours != CONTENT), **members})
    return merged(one, compared(one, RULES))


NONE: frozenset[Field] = frozenset()
ALL = frozenset(Field)


@pytest.mark.parametrize(
    ("ours", "its", "merge"),
    [
        (CONTENT, CONTENT, Merge(NONE, NONE, NONE)),
        (CONTENT, OTHER, Merge(ALL, NONE, NONE)),
        (OTHER, CONTENT, Merge(NONE, ALL, NONE)),
        (OTHER, OTHER, Merge(NONE, NONE, NONE)),
        (OTHER, structs.replace(OTHER, title="Third"), Merge(NONE, NONE, frozenset({Field.TITLE}))),
        (
            structs.replace(CONTENT, title="x"), structs.replace(CONTENT, place="y"),
            Merge(frozenset({Field.PLACE}), frozenset({Field.TITLE}), NONE),
        ),
    ],
)  # fmt: skip
def test_one_sides_change_is_carried_and_equal_results_are_no_conflict(
    ours: Content, its: Content, merge: Merge
) -> None:
    """H1, H3."""
    assert differing(ours, its) == merge


@pytest.mark.parametrize(
    ("ours", "its", "merge"),
    [
        (CONTENT, CONTENT, Merge(NONE, NONE, NONE)),
        (structs.replace(CONTENT, place="", text=""), CONTENT, Merge(frozenset({Field.PLACE, Field.TEXT}), NONE, NONE)),
        (CONTENT, structs.replace(CONTENT, place="", text=""), Merge(NONE, frozenset({Field.PLACE, Field.TEXT}), NONE)),
        (CONTENT, structs.replace(CONTENT, place=""), Merge(NONE, frozenset({Field.PLACE}), NONE)),
        (CONTENT, structs.replace(CONTENT, text=""), Merge(NONE, frozenset({Field.TEXT}), NONE)),
        (CONTENT, OTHER, Merge(NONE, NONE, ALL)),
        (
            structs.replace(CONTENT, place=""), structs.replace(CONTENT, place="", title="x"),
            Merge(NONE, NONE, frozenset({Field.TITLE})),
        ),
    ],
)  # fmt: skip
def test_an_adopted_pair_fills_what_is_empty(ours: Content, its: Content, merge: Merge) -> None:
    """E7: no base."""
    assert differing(ours, its, structs.replace(LINK, base={})) == merge


def test_what_the_mask_shows_is_never_pulled_and_never_wins() -> None:
    """G4."""
    veiled = structs.replace(LINK, veiled=(Field.PLACE, Field.TEXT))
    crossing = differing(OTHER, structs.replace(OTHER, title="Third"), veiled)
    assert crossing.clash == {Field.TITLE}
    assert not crossing.to_caseflow & {Field.PLACE, Field.TEXT}


@pytest.mark.parametrize(("seconds", "wins"), [(119, False), (120, False), (121, True), (-500, False), (None, False)])
def test_the_later_edit_wins_and_within_two_minutes_caseflow(seconds: int | None, wins: bool) -> None:
    """H3."""
    edited = NOW - timedelta(hours=1)
    its = event(CONTENT, modified_at=None if seconds is None else edited + timedelta(seconds=seconds))
    assert outlook_wins(pair_of(LINK, case(CONTENT, version=4, updated_at=edited), its, RULES)) is wins


def test_a_decided_merge_has_no_clash() -> None:
    """H3."""
    title, place, text = (frozenset({field}) for field in (Field.TITLE, Field.PLACE, Field.TEXT))
    open_ = Merge(title, place, text)
    assert decided(open_, outlook=True) == Merge(title | text, place, NONE)
    assert decided(open_, outlook=False) == Merge(title, place | text, NONE)


@pytest.mark.parametrize("field", list(Field))
def test_only_the_named_field_is_taken(field: Field) -> None:
    """F2."""
    names = {Field.TITLE: "title", Field.TIME: "span", Field.PLACE: "place", Field.TEXT: "text"}
    expected = structs.replace(CONTENT, **{names[field]: getattr(OTHER, names[field])})
    assert taking(CONTENT, OTHER, frozenset({field})) == expected
    utc = structs.replace(OTHER, span=structs.replace(OTHER.span, zone="UTC"))
    assert taking(CONTENT, utc, frozenset({field})) == expected
