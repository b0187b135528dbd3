"""The decision for an appointment that stands on both sides (D4, D6, E1, E4, E10, F1, G, H)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core.events import Author, Content, Field, days, timed
from shared.core.links import Base, Born, Link, State, Todo
from shared.core.mask import Projection
from shared.core.pairs import mask_of_link
from shared.core.plan import Observed, plan_link
from shared.core.policy import Mask
from shared.core.settle import CROSSING
from shared.core.steps import ChangeOutlook, Did, Opened, Step
from shared.core.texts import ADDITION_MARK, MASK_TEXT
from shared.core.writes import PatchCaseflow
from tests.core.ideal import NOW, PRINTER, RULES, agreed, case, event, hour
from tests.core.pairing import ALL, EDITED, FIRST, ITS, LATER, MINE, of, only, patch, plan, sent


def facts(link: Link) -> Link:
    return structs.replace(link, starts_at=NOW + timedelta(hours=2), ends_at=NOW + timedelta(hours=3))


# Whole steps


def test_a_pair_in_agreement_is_left_and_its_link_learns_the_facts() -> None:
    """E2: ids, ends and what CaseFlow says."""
    stale = {"todo": Todo.LOOK, "tries": 3, "reason": "x", "outlook_id": "o1", "change_key": "k0"}
    told = {"category": "Internal", "staff_ids": ("ann", "bob")}
    step, link, now, shown = plan(link=stale, told=told, is_organizer=True, master_id=None)
    assert step == Step(
        link=structs.replace(
            facts(link), todo=Todo.NONE, tries=0, reason=None, change_key="k1", version=5, category="Internal",
            shared=True, read_version=5,
        ),
        did=Did.AGREE,
        seen=shown,
        before=FIRST,
        version=5,
        caseflow_side=PRINTER.all(FIRST),
        outlook_side=PRINTER.all(FIRST),
        caseflow_event=now,
    )  # fmt: skip


def test_outlooks_edit_comes_in() -> None:
    """E1: what will be written is agreed once it is answered, not now."""
    step, link, now, shown = plan(its=ITS)
    assert step == Step(
        link=structs.replace(
            link, starts_at=NOW + timedelta(hours=4), ends_at=NOW + timedelta(hours=5), read_version=4
        ),
        did=Did.UPDATE,
        caseflow=PatchCaseflow("c1", 4, title="Its", span=hour(4), place="Its place", text="<p>its words</p>"),
        seen=shown,
        before=FIRST,
        version=4,
        caseflow_side=PRINTER.all(ITS),
        outlook_side=PRINTER.all(ITS),
        caseflow_event=now,
    )


def test_caseflows_edit_goes_out() -> None:
    """F1."""
    step, link, now, shown = plan(MINE)
    sends = Projection(mask=Mask.NONE, title="Mine", span=hour(3), place="My place", text="<p>my words</p>")
    assert step == Step(
        link=structs.replace(
            facts(link), starts_at=NOW + timedelta(hours=3), ends_at=NOW + timedelta(hours=4), read_version=5
        ),
        did=Did.UPDATE,
        outlook=ChangeOutlook(sends),
        seen=shown,
        before=MINE,
        version=5,
        caseflow_side=PRINTER.all(MINE),
        outlook_side=PRINTER.all(MINE),
        caseflow_event=now,
    )


@pytest.mark.parametrize("field", list(Field))
def test_one_field_crosses_alone_and_the_rest_is_agreed(field: Field) -> None:
    """F2, H3."""
    coming, link, _, _ = plan(its=only(field, ITS))
    assert (patch(coming), sent(coming)) == (of(ITS, field), {})
    going, _, _, _ = plan(only(field, MINE))
    assert (patch(going), sent(going)) == ({}, of(MINE, field))
    assert coming.link.base == going.link.base == link.base
    other = Field.TITLE if field is not Field.TITLE else Field.PLACE
    both, _, _, _ = plan(only(field, MINE), only(other, ITS))
    assert (patch(both), sent(both)) == (of(ITS, other), of(MINE, field))
    assert both.link.version == 4


def test_equal_edits_are_agreed_at_once() -> None:
    """H1."""
    step, _, _, _ = plan(MINE, MINE)
    prints = PRINTER.all(MINE)
    assert not step.writes
    assert step.link.base == {field: Base(prints[field], prints[field]) for field in Field}
    assert (step.link.version, step.did, step.opened) == (5, Did.AGREE, None)


# Conflicts


@pytest.mark.parametrize("minutes", [1, 3])
def test_the_later_edit_wins_and_the_other_is_kept(minutes: int) -> None:
    """H3."""
    wins = minutes > 2
    step, _, _, _ = plan(MINE, ITS, modified_at=EDITED + timedelta(minutes=minutes))
    assert (patch(step), sent(step)) == ((of(ITS), {}) if wins else ({}, of(MINE)))
    kept = ("outlook", MINE, ITS) if wins else ("caseflow", ITS, MINE)
    assert step.opened == Opened("edit_conflict", kept=kept[0], loser=kept[1], winner=kept[2], fields=ALL)
    assert (step.did, step.link.state) == (Did.UPDATE, State.LIVE)


def test_a_protected_event_edited_on_both_sides_waits() -> None:
    """H2: nothing is agreed; but for the mask, which does not wait, nothing is written (H4)."""
    protected = {"category": "Hearing"}
    step, link, now, shown = plan(MINE, ITS, before=protected, attendees=0)
    text = f"<p>my words</p>{ADDITION_MARK}2026-11-24</strong></p><p>its words</p><p>Place: Its place</p>"
    assert (patch(step), step.did, step.link.state) == ({"text": text}, Did.REVIEW, State.REVIEW)
    assert step.opened == Opened("edit_conflict")
    assert (step.link.base, step.link.version) == (link.base, 4)
    assert (step.seen, step.caseflow_event, step.closes) == (shown, now, False)


def test_a_mask_does_not_wait_for_a_decision_and_outlooks_words_are_added_first() -> None:
    """G3, H4."""
    step, _, _, _ = plan(
        only(Field.TITLE, MINE), structs.replace(ITS, title="Its"), told={"category": "Hearing"},
        link={"mask": "none"},
    )  # fmt: skip
    assert step.did is Did.REVIEW
    assert sent(step) == {"text": MASK_TEXT, "place": "", "sensitivity": "confidential"}
    text = f"<p>agenda</p>{ADDITION_MARK}2026-11-24</strong></p><p>its words</p><p>Place: Its place</p>"
    assert patch(step) == {"text": text}


def test_words_of_both_sides_stand_as_masking_begins() -> None:
    """G3: a clash in what is masked is none."""
    step, _, _, _ = plan(
        structs.replace(FIRST, text="<p>my words</p>", place=""), structs.replace(FIRST, text="<p>its words</p>"),
        told={"matter_id": "m1"},
    )  # fmt: skip
    assert step.opened is None
    assert patch(step)["text"] == f"<p>my words</p>{ADDITION_MARK}2026-11-24</strong></p><p>its words</p>"
    assert sent(step) == {"text": MASK_TEXT, "place": "", "sensitivity": "confidential"}


@pytest.mark.parametrize("told", [{"category": "Hearing"}, {"matter_id": "m1"}])
def test_one_that_becomes_private_is_asked_where_it_is_protected(told: dict[str, Any]) -> None:
    """E4."""
    step, _, _, _ = plan(before=told, sensitivity="private", link={"base": _agreed_open(told)})
    assert (step.opened, step.did) == (Opened("edit_conflict"), Did.REVIEW)
    assert (patch(step), sent(step)) == ({}, {})


def _agreed_open(told: dict[str, Any]) -> dict[Field, Base]:
    return agreed(case(FIRST, version=4, **told), Born.OUTLOOK, event(FIRST))[0].base


def test_one_that_becomes_private_is_reduced_elsewhere() -> None:
    """E4."""
    step, _, _, _ = plan(sensitivity="private", link={"base": _agreed_open({})})
    assert patch(step) == {"title": "Private appointment", "place": "", "text": ""}
    assert (step.opened, sent(step)) == (None, {})


def test_a_pair_in_review_that_agrees_again_leaves_it() -> None:
    """H4."""
    waiting = {"state": State.REVIEW, "review": "r1"}
    step, _, _, _ = plan(link=waiting)
    assert (step.closes, step.link.state, step.did) == (True, State.LIVE, Did.AGREE)
    again, _, _, _ = plan(MINE, ITS, link=waiting, before={"category": "Hearing"})
    assert (again.closes, again.link.state, again.did) == (False, State.REVIEW, Did.REVIEW)


# What goes out


@pytest.mark.parametrize(
    ("members", "led"),
    [
        ({"attachments": True}, {Field.TEXT}),
        ({"places": 3}, {Field.PLACE}),
        ({"online": True}, {Field.PLACE, Field.TEXT}),
        ({"sensitivity": "private"}, {Field.TITLE, Field.PLACE, Field.TEXT}),
    ],
)
def test_where_outlook_leads_an_edit_of_caseflows_stays_open(members: dict[str, Any], led: set[Field]) -> None:
    """E10, E4: it is not pushed, and not lost: its base stays."""
    step, link, _, _ = plan(MINE, **members)
    assert sent(step) == of(MINE, *(field for field in Field if field not in led))
    assert step.link.base == link.base
    assert (step.link.version, step.did) == (4, Did.UPDATE)
    idle, _, _, _ = plan(**members)
    assert (idle.writes, idle.link.version) == (False, 4)
    unread, _, _, _ = plan(told={"staff_ids": ("ann", "bob")}, **members)
    assert unread.link.version == 5


def test_under_a_mask_only_title_and_times_go_out() -> None:
    """G2."""
    step, _, _, _ = plan(MINE, link={"born": Born.CASEFLOW}, before={"matter_id": "m1"})
    assert sent(step) == of(MINE, Field.TITLE, Field.TIME)


BOTH = (Field.PLACE, Field.TEXT)


@pytest.mark.parametrize(
    ("mask", "author", "publishes"),
    [
        ("none", Author("staff", "bob"), True),
        ("", Author("staff", "bob"), True),
        ("none", Author("sync", "bob"), False),
        ("none", Author("system", None), False),
        ("confidential", Author("staff", "bob"), False),
    ],
)
def test_a_veil_lifts_when_a_person_edits_it_unmasked(mask: str, author: Author, publishes: bool) -> None:
    """G8: after a run has seen the event unmasked; never a text that a sync wrote."""
    shows = structs.replace(FIRST, place="", text=MASK_TEXT)
    base = {**_agreed_open({}), Field.TEXT: Base(PRINTER.field(FIRST, Field.TEXT), PRINTER.field(shows, Field.TEXT))}
    base[Field.PLACE] = Base(PRINTER.field(FIRST, Field.PLACE), PRINTER.field(shows, Field.PLACE))
    step, _, _, _ = plan(
        structs.replace(FIRST, text="<p>my words</p>"), shows, told={"updated_by": author},
        link={"veiled": BOTH, "mask": mask, "base": base},
    )  # fmt: skip
    assert sent(step) == ({"text": "<p>my words</p>"} if publishes else {})
    assert step.link.veiled == ((Field.PLACE,) if publishes else BOTH)
    assert step.link.mask == "none"
    if publishes:
        assert step.outlook_side == PRINTER.all(structs.replace(shows, text="<p>my words</p>"))


def test_without_a_base_nobody_can_say_that_a_person_edited_what_is_veiled() -> None:
    """G8, seed 1002842: a copy made anew whose answer was lost has no base for what it does not show."""
    shows = structs.replace(FIRST, place="", text=MASK_TEXT)
    base = {field: base for field, base in _agreed_open({}).items() if field not in BOTH}
    told = {"updated_by": Author("staff", "bob")}
    step, _, _, _ = plan(structs.replace(FIRST, text="<p>my words</p>"), shows, told=told,
                         link={"veiled": BOTH, "mask": "none", "base": base})  # fmt: skip
    assert (sent(step), step.link.veiled) == ({}, BOTH)


def test_a_place_typed_into_a_mask_fills_caseflows_where_it_has_none() -> None:
    """G3."""
    first = structs.replace(FIRST, place="")
    old = case(first, version=4, matter_id="m1")
    link, seen = agreed(old, Born.CASEFLOW)
    typed = structs.replace(seen, content=structs.replace(seen.content, place="Court"))
    step = plan_link(link, Observed(events={"c1": old}, outlook={"o1": typed}), RULES)
    assert (patch(step), sent(step)) == ({"place": "Court"}, {"place": ""})
    assert step.caseflow_side == PRINTER.all(structs.replace(first, place="Court"))


def test_an_edit_of_what_will_be_written_is_agreed_with_both_writes() -> None:
    """design.md 2: neither side's field is agreed before its service has answered."""
    first = structs.replace(FIRST, place="")
    link, seen = agreed(case(first, version=4, matter_id="m1"), Born.CASEFLOW)
    typed = structs.replace(seen, content=structs.replace(seen.content, place="Court", title="Its"))
    now = case(first, version=4, matter_id="m1")
    step = plan_link(link, Observed(events={"c1": now}, outlook={"o1": typed}), RULES)
    assert patch(step) == {"title": "Its", "place": "Court"}
    assert step.link.base == link.base
    assert step.link.version == 4


# Days of a series


def test_a_day_of_a_series_carries_its_series() -> None:
    """D4."""
    step, _, _, _ = plan(master_id="s1")
    assert (patch(step), step.did, step.link.master_id) == ({"series_id": "s1"}, Did.UPDATE, "s1")
    same, _, _, _ = plan(told={"series_id": "s1"}, master_id="s1")
    assert not same.writes
    single, _, _, _ = plan(told={"series_id": "s1"})
    assert not single.writes


@pytest.mark.parametrize(
    ("ours", "master", "own"),
    [
        (only(Field.TEXT, MINE), "s1", True),
        (only(Field.TITLE, MINE), "s1", False),
        (only(Field.TEXT, MINE), None, False),
    ],
)
def test_a_description_sent_to_one_day_is_its_own(ours: Content, master: str | None, own: bool) -> None:
    """D4."""
    step, _, _, _ = plan(ours, told={"series_id": master}, master_id=master)
    assert step.link.own_text is own


# Resting, and days in the person's zone


def test_what_rests_is_only_masked() -> None:
    """D6: nothing crosses, the base stays, and an open item stays open."""
    for state in (State.RESTING, State.REVIEW):
        step, link, _, _ = plan(MINE, structs.replace(ITS, place="Office"), rules=LATER, link={"state": state})
        assert (patch(step), sent(step), step.closes) == ({}, {}, False)
        assert (step.link.base, step.link.version, step.link.state) == (link.base, 4, state)
    masked, _, _, _ = plan(rules=LATER, told={"matter_id": "m1"})
    assert sent(masked) == {"place": "", "text": MASK_TEXT, "sensitivity": "confidential"}


def test_what_came_back_as_it_was_closes_its_item_at_rest_too() -> None:
    """H4, D6."""
    resting, _, _, _ = plan(rules=LATER, link={"state": State.RESTING})
    assert (resting.closes, resting.link.state) == (False, State.RESTING)
    back, _, _, _ = plan(rules=LATER, link={"state": State.REVIEW})
    assert (back.closes, back.link.state, back.writes) == (True, State.LIVE, False)


def test_words_edited_while_it_rested_are_added_before_a_mask_covers_them() -> None:
    """D6, G3."""
    step, _, _, _ = plan(its=only(Field.TEXT, ITS), rules=LATER, told={"matter_id": "m1"})
    assert patch(step) == {"text": f"<p>agenda</p>{ADDITION_MARK}2027-01-03</strong></p><p>its words</p>"}
    assert sent(step)["text"] == MASK_TEXT


@pytest.mark.parametrize("side", ["caseflow", "outlook"])
def test_either_side_wakes_it(side: str) -> None:
    """D6: a change made while it rested counts."""
    ahead = structs.replace(FIRST, span=timed(NOW + timedelta(days=60), NOW + timedelta(days=61), "America/New_York"))
    step, _, _, _ = plan(*((ahead, FIRST) if side == "caseflow" else (FIRST, ahead)), rules=LATER)
    assert (sent(step) if side == "caseflow" else patch(step)) == of(ahead, Field.TIME)


def test_a_link_dates_days_in_the_persons_zone() -> None:
    """D5: an event ends when the later of both sides does."""
    whole = structs.replace(FIRST, span=days(date(2026, 12, 1), date(2026, 12, 2), "UTC"))
    longer = structs.replace(FIRST, span=days(date(2026, 12, 1), date(2026, 12, 3), "UTC"))
    begins = datetime(2026, 12, 1, 5, tzinfo=UTC)
    for ours, its in ((whole, longer), (longer, whole)):
        step, _, _, _ = plan(ours, its)
        assert (step.link.starts_at, step.link.ends_at) == (begins, begins + timedelta(days=2))


def test_the_links_own_memory_says_which_mask_a_changed_list_asks_for() -> None:
    """G3."""
    step, _, _, _ = plan(told={"confidential": True, "visibility": "private"})
    assert mask_of_link(step.link, RULES.policy) is Mask.CONFIDENTIAL
    assert (step.link.confidential, step.link.visibility) == (True, "private")


@pytest.mark.parametrize(("read", "waits"), [(5, True), (4, False)])
def test_a_time_that_outlook_refused_is_sent_again_only_after_an_edit(read: int, waits: bool) -> None:
    """D4, H4: until CaseFlow's event has changed since, it is asked about."""
    asked = {"state": State.REVIEW, "reason": CROSSING, "read_version": read}
    step = plan(only(Field.TIME, MINE), link={**asked, "born": Born.CASEFLOW})[0]
    assert (step.outlook is None, step.link.state is State.REVIEW) == (waits, waits)
    assert step.link.reason == (CROSSING if waits else None)
    assert (step.opened == Opened("edit_conflict"), step.closes) == (waits, not waits)
