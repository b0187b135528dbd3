"""The one maker of what leaves CaseFlow: what each projection holds (G2, G5, G8, I2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, cast

import pytest
from msgspec import UNSET, structs

from shared.core.events import Content, Field, Kind, MirrorItem, days, timed
from shared.core.mask import (
    Projection,
    mirror_content,
    project,
    project_fields,
    project_mirror,
    projected_content,
    shown,
    stamp_for,
)
from shared.core.policy import Mask
from shared.core.texts import MASK_TEXT
from tests.core.ideal import PRINTER, hour

CONTENT = Content("Call", hour(2), "Office", "<p>agenda</p>")
ALL = frozenset(Field)
DAY = date(2026, 12, 31)


def item(kind: Kind) -> MirrorItem:
    return MirrorItem(kind, "t1", 5, "Brief", DAY, None, "<p>notes</p>")


@pytest.mark.parametrize(
    ("member", "said"),
    [("text", "may hold no text but the mask"), ("place", "may hold no place")],
)
@pytest.mark.parametrize("mask", [Mask.CONFIDENTIAL, Mask.PRIVATE])
def test_a_masked_projection_that_says_more_is_refused(mask: Mask, member: str, said: str) -> None:
    with pytest.raises(AssertionError) as refused:
        Projection(mask=mask, **cast("dict[str, Any]", {member: "strategy"}))
    assert str(refused.value) == f"a masked projection {said}"


def test_a_masked_projection_may_hold_the_mask_and_an_empty_place() -> None:
    sent = Projection(mask=Mask.CONFIDENTIAL, text=MASK_TEXT, place="")
    assert sent.fields() == {Field.TEXT, Field.PLACE}


def test_an_unmasked_projection_may_say_everything() -> None:
    assert Projection(mask=Mask.NONE, text="agenda", place="Office").fields() == {Field.TEXT, Field.PLACE}


@pytest.mark.parametrize(
    ("member", "fields"),
    [
        ({"title": "Call"}, {Field.TITLE}),
        ({"span": hour(2)}, {Field.TIME}),
        ({"place": ""}, {Field.PLACE}),
        ({"text": MASK_TEXT}, {Field.TEXT}),
        ({"sensitivity": "normal"}, set()),
    ],
)
def test_one_member_is_enough_to_be_written(member: dict[str, Any], fields: set[Field]) -> None:
    """F2: a write names what it sets."""
    sent = Projection(mask=Mask.NONE, **member)
    assert not sent.is_empty
    assert sent.fields() == fields


def test_a_projection_without_members_writes_nothing() -> None:
    sent = Projection(mask=Mask.NONE)
    assert sent.is_empty
    assert sent.fields() == frozenset()


def test_under_a_mask_only_title_and_times_are_shown() -> None:
    """G2."""
    assert shown(CONTENT, Mask.NONE) == CONTENT
    for mask in (Mask.CONFIDENTIAL, Mask.PRIVATE):
        assert shown(CONTENT, mask) == Content("Call", hour(2), "", MASK_TEXT)


@pytest.mark.parametrize(
    ("mask", "veiled", "place", "text", "sensitivity"),
    [
        (Mask.NONE, (), "Office", "<p>agenda</p>", "normal"),
        (Mask.NONE, (Field.PLACE,), "", "<p>agenda</p>", "normal"),
        (Mask.NONE, (Field.TEXT,), "Office", MASK_TEXT, "normal"),
        (Mask.CONFIDENTIAL, (), "", MASK_TEXT, "confidential"),
        (Mask.PRIVATE, (Field.PLACE, Field.TEXT), "", MASK_TEXT, "private"),
    ],
)
def test_a_copy_is_whole_but_for_mask_and_veil(
    mask: Mask, veiled: tuple[Field, ...], place: str, text: str, sensitivity: str
) -> None:
    """G2, G8, E10: busy, with the mailbox's own reminder."""
    assert project(CONTENT, mask, veiled) == Projection(
        mask=mask,
        title="Call",
        span=hour(2),
        place=place,
        text=text,
        sensitivity=sensitivity,
        free=False,
        reminder=True,
    )


@pytest.mark.parametrize("field", list(Field))
def test_only_the_named_field_is_written(field: Field) -> None:
    """F2."""
    sent = project_fields(CONTENT, Mask.NONE, frozenset({field}), (), None)
    assert sent.fields() == {field}
    assert sent.sensitivity is UNSET
    assert project_fields(CONTENT, Mask.NONE, ALL - {field}, (), "normal").fields() == ALL - {field}


@pytest.mark.parametrize(
    ("kind", "mask", "title", "text", "sensitivity"),
    [
        (Kind.TASK, Mask.NONE, "Task: Brief", "<p>notes</p>", "normal"),
        (Kind.TASK, Mask.CONFIDENTIAL, "Task: Brief", MASK_TEXT, "confidential"),
        (Kind.DEADLINE, Mask.CONFIDENTIAL, "Deadline: Brief", MASK_TEXT, "confidential"),
    ],
)
def test_a_mirror_is_a_free_day_without_a_reminder(
    kind: Kind, mask: Mask, title: str, text: str, sensitivity: str
) -> None:
    """I2: all-day in the person's zone, also over the end of a year."""
    span = days(DAY, date(2027, 1, 1), "America/New_York")
    assert mirror_content(item(kind), "America/New_York", mask) == Content(title, span, "", text)
    assert project_mirror(item(kind), "America/New_York", mask) == Projection(
        mask=mask, title=title, span=span, place="", text=text, sensitivity=sensitivity, free=True, reminder=False
    )


@pytest.mark.parametrize("field", list(Field))
def test_a_projection_replaces_what_it_sets_and_nothing_else(field: Field) -> None:
    other = Content("Other", hour(9), "Elsewhere", "<p>other</p>")
    sent = project_fields(CONTENT, Mask.NONE, frozenset({field}), (), None)
    members = {Field.TITLE: "title", Field.TIME: "span", Field.PLACE: "place", Field.TEXT: "text"}
    expected = structs.replace(other, **{members[field]: getattr(CONTENT, members[field])})
    assert projected_content(sent, other) == expected


def test_the_stamp_has_a_print_of_each_field_that_is_sent() -> None:
    """design.md 3."""
    stamp = stamp_for(project(CONTENT, Mask.NONE), PRINTER, "3.7", 4)
    assert stamp.written() == PRINTER.all(CONTENT)
    assert (stamp.nonce, stamp.version, stamp.sensitivity) == ("3.7", 4, "normal")
    assert list(stamp.prints) == sorted(stamp.prints)


def test_a_masked_text_leaves_no_print() -> None:
    """design.md 3: the print of a text that nobody may read would still tell it from another."""
    stamp = stamp_for(project(CONTENT, Mask.CONFIDENTIAL), PRINTER, "3.7", 4)
    assert set(stamp.written()) == {Field.TITLE, Field.TIME, Field.PLACE}
    assert stamp.written()[Field.PLACE] == PRINTER.field(Content("", hour(2)), Field.PLACE)
    assert stamp.sensitivity == "confidential"


def test_a_stamp_of_one_field_says_nothing_of_the_others() -> None:
    sent = project_fields(CONTENT, Mask.NONE, frozenset({Field.TITLE}), (), None)
    stamp = stamp_for(sent, PRINTER, "1.1", 2)
    assert stamp.written() == {Field.TITLE: PRINTER.field(CONTENT, Field.TITLE)}
    assert stamp.sensitivity == ""


def test_an_instant_with_another_offset_is_the_same_instant() -> None:
    """D5."""
    start = datetime(2026, 12, 1, 12, tzinfo=UTC)
    tokyo = start.astimezone(timezone(timedelta(hours=9)))
    span = timed(tokyo, tokyo + timedelta(hours=1))
    assert (span.start, span.end, span.zone) == (start, start + timedelta(hours=1), "UTC")
    assert all(isinstance(moment, datetime) and moment.tzinfo is UTC for moment in (span.start, span.end))
    assert days(DAY, DAY).zone == "UTC"
