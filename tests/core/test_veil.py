"""What masking does to an event that stands in Outlook: sensitivity, body, place, and a person's words (G3, G7, G8)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from shared.core.events import Content, Field, Kind
from shared.core.links import Born, Link
from shared.core.pairs import Pair, pair_of
from shared.core.policy import Mask
from shared.core.texts import ADDITION_MARK, MASK_TEXT
from shared.core.veil import Veil, additions, as_veiled, veil_of
from tests.core.ideal import RULES, case, event, hour

CONTENT = Content("Call", hour(2), "Office", "<p>agenda</p>")
SHOWN = Content("Call", hour(2), "", MASK_TEXT)
BOTH = (Field.PLACE, Field.TEXT)
NONE: frozenset[Field] = frozenset()
LINK = Link("l1", Kind.EVENT, Born.CASEFLOW)


def pair(
    content: Content = SHOWN, link: dict[str, Any] | None = None, ours: dict[str, Any] | None = None, **members: Any
) -> Pair:
    """A pair whose CaseFlow event is linked to a matter, unless `ours` says otherwise."""
    given = {"born": Born.CASEFLOW, "caseflow_id": "c1", "outlook_id": "o1", "version": 4, **(link or {})}
    told = {"matter_id": "m1", **(ours or {})}
    return pair_of(structs.replace(LINK, **given), case(CONTENT, version=4, **told), event(content, **members), RULES)


def veil(one: Pair, clash: frozenset[Field] = NONE) -> Veil:
    return veil_of(one, RULES, clash)


def link_of(drawn: Veil) -> Link:
    assert drawn.link is not None
    return drawn.link


OPEN = {"matter_id": None}
MASKED = {"mask": "confidential", "veiled": BOTH}


def test_what_is_masked_later_loses_body_and_place() -> None:
    """G3."""
    one = pair(CONTENT, sensitivity="normal")
    drawn = veil(one)
    assert drawn == Veil(
        mask=Mask.CONFIDENTIAL, fields=frozenset(BOTH), sensitivity="confidential",
        link=structs.replace(one.link, veiled=BOTH, mask="confidential"),
    )  # fmt: skip
    assert drawn.writes


def test_what_is_masked_stays_as_it_is() -> None:
    """G3: nothing to write."""
    one = pair(link=MASKED, sensitivity="confidential")
    drawn = veil(one)
    assert drawn == Veil(mask=Mask.CONFIDENTIAL, link=one.link)
    assert not drawn.writes


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (structs.replace(SHOWN, text="<div>Confidential</div>\n"), set()),
        (structs.replace(SHOWN, text="<p>Confidential</p><p>x</p>"), {Field.TEXT}),
        (structs.replace(SHOWN, text=""), {Field.TEXT}),
        (structs.replace(SHOWN, place=" "), set()),
        (structs.replace(SHOWN, place="Court"), {Field.PLACE}),
    ],
)
def test_a_broken_mask_is_set_back_where_it_is_broken(content: Content, fields: set[Field]) -> None:
    """G3, G4."""
    drawn = veil(pair(content, MASKED, sensitivity="confidential"))
    assert drawn.fields == fields
    assert drawn.writes is bool(fields)


@pytest.mark.parametrize(
    ("members", "masked"),
    [
        ({"places": 1}, True),
        ({"places": 0}, True),
        ({"places": 2}, False),
        ({"attachments": True}, False),
        ({"online": True}, False),
    ],
)
def test_of_outlooks_own_only_what_caseflow_holds_in_full_is_masked(members: dict[str, Any], masked: bool) -> None:
    """G7: else the user's own words are left, and listed."""
    born = {"born": Born.OUTLOOK}
    drawn = veil(pair(CONTENT, born, **members))
    assert drawn.fields == (frozenset(BOTH) if masked else NONE)
    assert drawn.sensitivity == "confidential"
    assert (link_of(drawn).veiled, link_of(drawn).not_masked) == (BOTH if masked else (), not masked)
    copied = veil(pair(CONTENT, None, **members))
    assert copied.fields == frozenset(BOTH)


@pytest.mark.parametrize("ours", [OPEN, {}])
def test_a_meeting_is_left_and_listed(ours: dict[str, Any]) -> None:
    """G7."""
    one = pair(CONTENT, {"not_masked": not ours}, ours, attendees=1)
    drawn = veil(one)
    mask = Mask.NONE if ours else Mask.CONFIDENTIAL
    assert drawn == Veil(mask=mask, link=structs.replace(one.link, not_masked=not ours))


@pytest.mark.parametrize("sensitivity", ["private", "personal"])
def test_a_persons_private_event_is_left(sensitivity: str) -> None:
    """E4, G7: stricter."""
    one = pair(CONTENT, {"born": Born.OUTLOOK, "mask": "none"}, sensitivity=sensitivity)
    drawn = veil(one)
    assert (drawn.fields, drawn.sensitivity, link_of(drawn).mask, link_of(drawn).not_masked) == (
        NONE,
        None,
        "none",
        False,
    )


# Sensitivity


@pytest.mark.parametrize(
    ("ours", "link", "now", "wanted"),
    [
        ({}, MASKED, "normal", "confidential"),
        ({}, MASKED, "private", None),
        ({}, MASKED, "personal", "confidential"),
        ({}, {}, "confidential", None),
        ({"matter_id": None, "visibility": "private"}, {}, "normal", "private"),
        ({"matter_id": None, "visibility": "private"}, {}, "confidential", "private"),
        (OPEN, MASKED, "confidential", "normal"),
        (OPEN, MASKED, "private", None),
        (OPEN, MASKED, "normal", None),
        (OPEN, {"mask": "private"}, "private", "normal"),
        (OPEN, {"mask": "private"}, "confidential", None),
        (OPEN, {"mask": "none"}, "normal", None),
        (OPEN, {"mask": "none"}, "confidential", None),
        (OPEN, {"mask": ""}, "normal", None),
        (OPEN, {"mask": "none", "made_private": True}, "private", "normal"),
        (OPEN, {"mask": "confidential", "made_private": True}, "private", "normal"),
        (OPEN, {"mask": "none", "made_private": True}, "confidential", None),
    ],
)
def test_only_a_sensitivity_of_ours_is_changed(
    ours: dict[str, Any], link: dict[str, Any], now: str, wanted: str | None
) -> None:
    """G1, G3, G7, G8: lowered is set back; what a person set is not lowered."""
    assert veil(pair(SHOWN, link, ours, sensitivity=now)).sensitivity == wanted


@pytest.mark.parametrize(
    ("ours", "link", "now", "made"),
    [
        ({"matter_id": None, "visibility": "private"}, {}, "normal", True),
        ({"matter_id": None, "visibility": "private"}, {"made_private": True, "mask": "private"}, "private", True),
        ({"matter_id": None, "visibility": "private"}, {}, "private", False),
        ({}, {"made_private": True}, "normal", False),
        ({}, {"made_private": True}, "private", True),
        ({}, {"made_private": True}, "confidential", False),
        (OPEN, {"made_private": True}, "private", False),
        ({}, {}, "normal", False),
    ],
)
def test_the_link_knows_whose_private_it_is(ours: dict[str, Any], link: dict[str, Any], now: str, made: bool) -> None:
    """E4, G1."""
    assert link_of(veil(pair(SHOWN, link, ours, sensitivity=now))).made_private is made


@pytest.mark.parametrize(
    ("mask", "kept", "now", "wanted", "listed"),
    [
        ("", False, "normal", "confidential", False),
        ("none", False, "normal", "confidential", False),
        ("confidential", True, "normal", None, True),
        ("confidential", False, "normal", "confidential", False),
        ("confidential", True, "confidential", None, False),
        ("confidential", True, "private", None, True),
    ],
)
def test_an_occurrence_is_asked_once_and_then_listed(
    mask: str, kept: bool, now: str, wanted: str | None, listed: bool
) -> None:
    """G7: Exchange keeps no sensitivity of its own there; where it did, one that was lowered is set back (G3)."""
    link = {"mask": mask, "veiled": BOTH, "master_id": "s1", "not_masked": kept}
    drawn = veil(pair(SHOWN, link, master_id="s1", sensitivity=now))
    assert (drawn.sensitivity, link_of(drawn).not_masked) == (wanted, listed)
    if wanted is None and now == "normal":
        assert veil(pair(SHOWN, link, sensitivity=now)).sensitivity == "confidential"


def test_what_is_no_longer_masked_is_no_longer_listed() -> None:
    """G7."""
    drawn = veil(pair(CONTENT, {"not_masked": True, "mask": "confidential"}, OPEN, master_id="s1"))
    assert not link_of(drawn).not_masked


def test_unmasking_leaves_the_veil() -> None:
    """G8: publishes nothing."""
    one = pair(SHOWN, MASKED, OPEN, sensitivity="confidential")
    assert veil(one) == Veil(mask=Mask.NONE, sensitivity="normal", link=structs.replace(one.link, mask="none"))
    typed = veil(pair(structs.replace(SHOWN, place="Court"), MASKED, OPEN))
    assert (typed.fields, typed.place) == (frozenset({Field.PLACE}), "Court")


# A person's words


@pytest.mark.parametrize(
    ("content", "typed", "place"),
    [
        (SHOWN, (), ""),
        (structs.replace(SHOWN, text="<p>Confidential</p><p>one</p><p>two</p>"), ("one", "two"), ""),
        (structs.replace(SHOWN, text="<p>one</p>"), ("one",), ""),
        (structs.replace(SHOWN, place=" Court "), (), "Court"),
    ],
)
def test_words_typed_into_a_mask_are_found(content: Content, typed: tuple[str, ...], place: str) -> None:
    """G3."""
    drawn = veil(pair(content, MASKED, sensitivity="confidential"))
    assert (drawn.typed, drawn.place) == (typed, place)


@pytest.mark.parametrize(
    ("clash", "typed", "place"),
    [
        (NONE, (), ""),
        (frozenset({Field.TEXT}), ("agenda",), ""),
        (frozenset({Field.PLACE}), (), "Office"),
        (frozenset(Field), ("agenda",), "Office"),
    ],
)
def test_words_edited_on_both_sides_as_masking_begins_are_found(
    clash: frozenset[Field], typed: tuple[str, ...], place: str
) -> None:
    """G3: what CaseFlow already holds needs no addition."""
    drawn = veil(pair(CONTENT), clash)
    assert (drawn.typed, drawn.place) == (typed, place)
    unmasked = veil(pair(CONTENT, None, OPEN), clash)
    assert (unmasked.typed, unmasked.place) == ((), "")


@pytest.mark.parametrize(
    ("text", "held", "typed", "place", "added"),
    [
        ("", "", ("one",), "Court", (("one",), "Court")),
        ("<p>one</p>", "", ("one",), "", ((), "")),
        ("<p>one</p>", "", ("one", "two"), "", (("one", "two"), "")),
        ("", "Court", (), "Court", ((), "")),
        ("", "Office", (), "Court", ((), "Court")),
        ("<p>Place: Court</p>", "Office", (), "Court", ((), "")),
        (f"<p>x</p>{ADDITION_MARK}2026-11-23</strong></p><p>one</p>", "", ("one",), "", ((), "")),
        ("", "", (), "", ((), "")),
    ],
)
def test_only_what_caseflow_does_not_hold_is_added(
    text: str, held: str, typed: tuple[str, ...], place: str, added: tuple[tuple[str, ...], str]
) -> None:
    """G3: dated by the person's day."""
    ours = case(Content("Call", hour(2), held, text), matter_id="m1")
    one = pair_of(structs.replace(LINK, born=Born.CASEFLOW), ours, event(SHOWN), RULES)
    assert additions(one, Veil(Mask.CONFIDENTIAL, typed=typed, place=place), RULES) == (*added, "2026-11-24")


@pytest.mark.parametrize(
    ("veiled", "place", "text"),
    [
        ((), "Office", "<p>agenda</p>"),
        ((Field.TEXT,), "Office", MASK_TEXT),
        ((Field.PLACE,), "", "<p>agenda</p>"),
        (BOTH, "", MASK_TEXT),
    ],
)
def test_outlook_shows_the_veil(veiled: tuple[Field, ...], place: str, text: str) -> None:
    """G8."""
    shown = as_veiled(CONTENT, structs.replace(LINK, veiled=veiled))
    assert shown == structs.replace(CONTENT, place=place, text=text)
