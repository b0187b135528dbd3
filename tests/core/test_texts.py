"""Titles, places and bodies: what may enter CaseFlow and in which form two sides are compared (E2, E6, E10, G3, G4)."""

from __future__ import annotations

import pytest

from shared.core.texts import (
    ADDITION_MARK,
    CUT_NOTICE,
    TEXT_MAX_BYTES,
    appended,
    begins_with_mask,
    cut_text,
    cut_title,
    holds,
    holds_more,
    is_cut,
    lines,
    one_line,
    plain,
    sanitised,
    typed_into_mask,
    unmasked,
    without_additions,
)


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p>one</p><ul><li>two</li></ul>", "<p>one</p><ul><li>two</li></ul>"),
        ("  <p>one</p>\n", "<p>one</p>"),
        (
            "<html><head><title>x</title></head><body lang=EN><p>one</p>\n<p>two</p></body></html>",
            "<p>one</p>\n<p>two</p>",
        ),
        ("<BODY><p>one</p></BODY>", "<p>one</p>"),
        ("before<body><p>one</p></body>after", "<p>one</p>"),
        ("<p onclick='x()' style='color:red'>one</p><script>alert(1)</script><style>p{}</style>", "<p>one</p>"),
        ("<p>a<img src='https://x.test/pixel.png'>b</p>", "<p>ab</p>"),
        ("<a href='javascript:x'>a</a><a href='/relative'>b</a>", "<a>a</a><a>b</a>"),
        ("<a href='mailto:a@x.test' target='_blank'>a</a>", '<a href="mailto:a@x.test">a</a>'),
        ("<p>one<!-- secret --></p>", "<p>one</p>"),
    ],
)
def test_only_text_lists_and_safe_links_enter(html: str, clean: str) -> None:
    """E6."""
    assert sanitised(html) == clean


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("", ""),
        ("<p>one</p><p>two</p>", "one two"),
        ("<div>one<br>two</div>", "one two"),
        ("<b>on</b>e", "one"),
        ("  a &amp;\n b\t", "a & b"),
        ("a\u200bb\ufeffc\u00ad", "abc"),
        ("a&nbsp;b", "a b"),
        ("<style>p{}</style><p>one</p>", "one"),
    ],
)
def test_bodies_are_compared_by_their_words(html: str, words: str) -> None:
    """E2."""
    assert plain(html) == words


def test_lines_are_the_words_of_each_block() -> None:
    assert lines("<p>one  more</p><p> </p><div>two &lt;x&gt;<br>th\u200bree</div>\nfour") == [
        "one more", "two <x>", "three", "four",
    ]  # fmt: skip
    assert lines("") == []


@pytest.mark.parametrize("html", ["<img src=x>", "<IMG\n src=x>", "<p>a</p><iframe></iframe>", "<object>", "<svg/>"])
def test_a_picture_or_embedded_thing_is_more_than_caseflow_holds(html: str) -> None:
    """E10, text."""
    assert holds_more(html)


@pytest.mark.parametrize("html", ["", "<p>img</p>", "<i>one</i>", "<imgs>"])
def test_words_alone_are_no_more_than_caseflow_holds(html: str) -> None:
    assert not holds_more(html)


def test_one_line_has_single_blanks_and_no_invisible_signs() -> None:
    assert one_line("  a \n\t b\u200b \u2060") == "a b"


@pytest.mark.parametrize(
    ("title", "cut"),
    [
        ("", "(no title)"),
        (" \u200b ", "(no title)"),
        (" Call ", "Call"),
        ("x" * 255, "x" * 255),
        ("x" * 256, "x" * 254 + "…"),
    ],
)
def test_a_title_has_1_to_255_characters(title: str, cut: str) -> None:
    """E10, title."""
    assert cut_title(title) == cut


def test_a_text_of_exactly_64_kib_is_whole() -> None:
    """E10, text: bytes count, not characters."""
    for whole in ("x" * TEXT_MAX_BYTES, "é" * (TEXT_MAX_BYTES // 2)):
        assert cut_text(whole) == whole
        assert not is_cut(whole)
        assert is_cut(whole + "x")


def test_a_longer_text_keeps_its_first_part_and_says_so() -> None:
    """E10, text."""
    cut = cut_text("<p>" + "x" * (TEXT_MAX_BYTES + 1) + "</p>")
    first = "x" * (TEXT_MAX_BYTES - len(CUT_NOTICE) - 16)
    assert cut == f"<p>{first}</p><p>The rest is in Outlook</p>"
    assert len(cut.encode()) <= TEXT_MAX_BYTES


def test_a_cut_leaves_no_half_sign() -> None:
    """E10: neither half of a character nor half of an entity stands at the end."""
    for html in ("é" * TEXT_MAX_BYTES, "x" + "é" * TEXT_MAX_BYTES):
        kept = cut_text(html).removeprefix("<p>").removesuffix("</p><p>The rest is in Outlook</p>")
        assert set(kept) <= {"x", "é"}
        assert len(kept.encode()) >= TEXT_MAX_BYTES - len(CUT_NOTICE) - 18
    budget = TEXT_MAX_BYTES - len(CUT_NOTICE) - 16
    for before in range(budget - 6, budget + 1):
        kept = cut_text("x" * before + "&amp;" * TEXT_MAX_BYTES)
        words = kept.removeprefix("<p>").removesuffix("</p><p>The rest is in Outlook</p>")
        assert words.replace("&amp;", "") == "x" * min(before, budget)


def test_a_whole_entity_before_the_cut_stays() -> None:
    budget = TEXT_MAX_BYTES - len(CUT_NOTICE) - 16
    kept = cut_text("&amp;" + "x" * TEXT_MAX_BYTES)
    assert kept.startswith("<p>&amp;xx")
    assert len(kept) == budget + len("<p></p>") + len(CUT_NOTICE)


@pytest.mark.parametrize(
    ("html", "begins", "typed"),
    [
        ("Confidential", True, []),
        ("<html><body><div>Confidential</div></body></html>", True, []),
        ("<p>Confidential</p><p>Bring the file</p><p>and &amp; pens</p>", True, ["Bring the file", "and & pens"]),
        ("<p>Bring the file</p><p>Confidential</p>", False, ["Bring the file"]),
        ("<p>Confidential matter</p>", False, ["Confidential matter"]),
        ("<p>confidential</p>", False, ["confidential"]),
        ("", False, []),
    ],
)
def test_the_mask_is_told_from_what_a_person_typed(html: str, begins: bool, typed: list[str]) -> None:
    """G3, G4."""
    assert begins_with_mask(html) is begins
    assert typed_into_mask(html) == typed


def test_without_the_mask_a_body_is_simple_html() -> None:
    """G4."""
    assert unmasked("<p>Confidential</p><p>a &lt; b</p><p>two</p>") == "<p>a &lt; b</p><p>two</p>"
    assert unmasked("Confidential") == ""


def test_typed_lines_are_held_only_if_each_of_them_is() -> None:
    """G3: an addition whose answer was lost is not made twice."""
    held = "<p>old</p><p>one  line</p><p>two</p>"
    assert holds(held, ["one line", " two "])
    assert not holds(held, ["one line", "three"])
    assert holds(held, [])


def test_an_addition_stands_at_the_end_under_its_date() -> None:
    """G3."""
    text = appended("<p>old</p>", ["a < b", "two"], "Room 5", "2026-11-24")
    assert text == (
        "<p>old</p><p><strong>Added in Outlook, 2026-11-24</strong></p><p>a &lt; b</p><p>two</p><p>Place: Room 5</p>"
    )
    assert appended("", ["one"], "", "2026-11-24") == f"{ADDITION_MARK}2026-11-24</strong></p><p>one</p>"


def test_a_persons_part_of_a_description_ends_before_the_first_addition() -> None:
    """G8."""
    once = appended("<p>old</p>", ["one"], "", "2026-11-24")
    assert without_additions(appended(once, ["two"], "", "2026-11-25")) == "<p>old</p>"
    assert without_additions("<p>old</p>") == "<p>old</p>"
