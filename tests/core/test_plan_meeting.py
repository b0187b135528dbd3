"""The decision for a meeting that stands on both sides: it belongs to Outlook (E3, F3, H2, H3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core.events import Author, Content, Field
from shared.core.links import Base, State
from shared.core.steps import Did, Opened, Step
from tests.core.ideal import PRINTER, hour
from tests.core.pairing import EDITED, FIRST, ITS, LATER, MINE, of, only, patch, plan, sent


def meeting(ours: Content = FIRST, its: Content = FIRST, organiser: bool = False, **given: Any) -> Step:
    members = {"attendees": 2, "is_organizer": organiser, "modified_at": EDITED, **given.pop("members", {})}
    given["link"] = {"meeting": True, **given.pop("link", {})}
    return plan(ours, its, **given, **members)[0]


@pytest.mark.parametrize("organiser", [True, False])
def test_a_meetings_changes_come_in(organiser: bool) -> None:
    """F3."""
    step = meeting(its=ITS, organiser=organiser)
    assert (patch(step), sent(step), step.opened) == (of(ITS), {}, None)
    assert (step.link.meeting, step.link.own_text) == (True, False)


def test_only_an_organisers_new_time_goes_out() -> None:
    """F3."""
    step = meeting(only(Field.TIME, MINE), organiser=True)
    assert (patch(step), sent(step), step.opened) == ({}, of(MINE, Field.TIME), None)


@pytest.mark.parametrize("field", [Field.TITLE, Field.TIME, Field.PLACE])
def test_an_attendees_edit_is_set_back_and_kept(field: Field) -> None:
    """F3, H3."""
    ours = only(field, MINE)
    step = meeting(ours)
    assert (patch(step), sent(step)) == (of(FIRST, field), {})
    assert step.opened == Opened("edit_conflict", kept="outlook", loser=ours, winner=FIRST, fields=frozenset({field}))


@pytest.mark.parametrize(
    ("field", "organiser", "told"),
    [
        (Field.TITLE, True, {}),
        (Field.PLACE, True, {}),
        (Field.TITLE, False, {"category": "Hearing"}),
        (Field.TIME, False, {"matter_id": "m1"}),
        (Field.TIME, True, {"matter_id": "m1"}),
        (Field.TIME, True, {"visibility": "private"}),
    ],
)
def test_what_an_organiser_or_a_matter_holds_is_asked(field: Field, organiser: bool, told: dict[str, Any]) -> None:
    """F3."""
    step = meeting(only(field, MINE), organiser=organiser, before=told)
    assert step.opened == Opened("organizer_controlled")
    assert (step.writes, step.did, step.link.state) == (False, Did.REVIEW, State.REVIEW)


def test_a_protected_meeting_edited_on_both_sides_waits() -> None:
    """H2."""
    step = meeting(only(Field.TITLE, MINE), only(Field.TITLE, ITS), before={"category": "Hearing"})
    assert (step.opened, step.writes, step.link.state) == (Opened("edit_conflict"), False, State.REVIEW)


@pytest.mark.parametrize(
    ("organiser", "minutes", "ours_wins"), [(True, 0, True), (True, 5, False), (False, 0, False), (False, 5, False)]
)
def test_of_a_meeting_moved_on_both_sides_the_organisers_later_edit_wins(
    organiser: bool, minutes: int, ours_wins: bool
) -> None:
    """F3, H3."""
    mine, its = only(Field.TIME, MINE), only(Field.TIME, ITS)
    step = meeting(mine, its, organiser, members={"modified_at": EDITED + timedelta(minutes=minutes)})
    assert (patch(step), sent(step)) == (({}, of(mine, Field.TIME)) if ours_wins else (of(its, Field.TIME), {}))
    kept = ("caseflow", its, mine) if ours_wins else ("outlook", mine, its)
    time = frozenset({Field.TIME})
    assert step.opened == Opened("edit_conflict", kept=kept[0], loser=kept[1], winner=kept[2], fields=time)


def test_a_clash_in_more_than_time_goes_to_outlook() -> None:
    """F3: its title is never written, so Outlook's wins in both."""
    mine = structs.replace(FIRST, title="Mine", span=hour(3))
    its = structs.replace(FIRST, title="Its", span=hour(4))
    step = meeting(mine, its, organiser=True)
    assert (patch(step), sent(step)) == (of(its, Field.TITLE, Field.TIME), {})
    assert step.opened is not None
    assert step.opened.kept == "outlook"


def test_a_clash_and_an_edit_that_is_set_back_are_kept_together() -> None:
    """F3, H3."""
    mine = structs.replace(FIRST, title="Mine", place="My place")
    step = meeting(mine, only(Field.TITLE, ITS))
    assert patch(step) == {"title": "Its", "place": "Office"}
    assert step.opened is not None
    assert step.opened.fields == {Field.TITLE, Field.PLACE}


def test_a_description_edited_here_is_no_longer_overwritten() -> None:
    """F3."""
    step = meeting(only(Field.TEXT, MINE))
    assert (step.writes, step.link.own_text) == (False, True)
    later = meeting(its=ITS, link={"own_text": True})
    assert (patch(later), later.link.own_text) == (of(ITS, Field.TITLE, Field.TIME, Field.PLACE), True)
    both = meeting(only(Field.TEXT, MINE), only(Field.TEXT, ITS))
    assert (both.writes, both.opened, both.link.own_text) == (False, None, True)
    adopted = meeting(only(Field.TEXT, MINE), link={"base": {}})
    assert not adopted.link.own_text


def test_a_copy_that_follows_brings_in_nothing() -> None:
    """E3."""
    step = meeting(MINE, ITS, link={"leads": False})
    assert (step.writes, step.opened) == (False, None)


@pytest.mark.parametrize(("by", "agreed"), [("staff", False), ("sync", True)])
def test_a_copy_that_follows_agrees_to_no_edit_that_it_does_not_show(by: str, agreed: bool) -> None:
    """E5, E8: should the meeting be cancelled, the edit is asked about."""
    step = meeting(only(Field.TITLE, MINE), link={"leads": False}, told={"updated_by": Author(by, "u1")})
    assert (step.link.base[Field.TITLE].caseflow == PRINTER.field(MINE, Field.TITLE)) is agreed


def test_a_copy_that_takes_the_lead_brings_in_what_differs_and_keeps_what_lost() -> None:
    """E3, H3: its base says nothing of what the one before it had agreed."""
    differs = structs.replace(FIRST, title="Its", place="Its place")
    base = {field: Base(PRINTER.field(FIRST, field), PRINTER.field(differs, field)) for field in Field}
    step = meeting(FIRST, differs, leads=True, link={"base": base})
    assert patch(step) == {"title": "Its", "place": "Its place"}
    fields = frozenset({Field.TITLE, Field.PLACE})
    assert step.opened == Opened("edit_conflict", kept="outlook", loser=FIRST, winner=differs, fields=fields)
    follows = meeting(FIRST, differs, link={"base": base})
    assert not follows.writes


def test_a_meeting_that_rests_is_left() -> None:
    """D6."""
    step = meeting(MINE, ITS, rules=LATER, link={"state": State.RESTING})
    assert (step.writes, step.opened, step.link.state) == (False, None, State.RESTING)


def test_a_masked_meeting_is_listed() -> None:
    """G7."""
    step = meeting(its=only(Field.TITLE, ITS), before={"matter_id": "m1"})
    assert (sent(step), step.link.not_masked) == ({}, True)


@pytest.mark.parametrize("before", [True, False])
def test_whether_it_is_a_meeting_is_read_each_time(before: bool) -> None:
    """F3."""
    assert meeting(link={"meeting": before}).link.meeting
    assert not plan(link={"meeting": before})[0].link.meeting
