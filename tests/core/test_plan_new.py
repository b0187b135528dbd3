"""What the first write of a new event, copy or mirror holds, and what its link remembers (E, F1, G, I)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core.events import Content, Field, Kind, MirrorItem, days, timed
from shared.core.links import (
    Born,
    Link,
    Todo,
    caseflow_link_id,
    idempotency_key,
    meeting_key,
    outlook_link_id,
)
from shared.core.mask import Projection, project_mirror
from shared.core.pairs import Rules
from shared.core.plan import is_mirrored, plan_mirrored_again
from shared.core.plan_new import (
    adopted,
    found,
    found_mirror,
    matches,
    mirror_mask,
    plan_mirrored,
    plan_pulled,
    plan_pushed,
)
from shared.core.policy import Mask
from shared.core.steps import Did, MakeOutlook, Step
from shared.core.texts import MASK_TEXT
from shared.core.writes import CreateCaseflow
from tests.core.ideal import ME, NOW, PRINTER, RULES, case, day, event, hour

ZONE = "America/New_York"
CONTENT = Content("Call", hour(2), "Office", "<p>agenda</p>")
VEIL = (Field.PLACE, Field.TEXT)
DUE = date(2026, 12, 1)
DAY = days(DUE, date(2026, 12, 2), ZONE)
MIDNIGHT = datetime(2026, 12, 2, 5, tzinfo=UTC)


def rules(**members: Any) -> Rules:
    return structs.replace(RULES, policy=structs.replace(RULES.policy, **members))


# Outlook to CaseFlow


def test_a_new_appointment_arrives_whole() -> None:
    """E1, E6: sanitised, under a key that a repeat computes again."""
    new = event(structs.replace(CONTENT, text="<p onclick='x'>agenda</p>"), master_id="s1", original_start=NOW)
    name = outlook_link_id(new)
    key = idempotency_key(name, 2)
    assert plan_pulled(new, RULES, 2) == Step(
        link=Link(
            id=name, kind=Kind.EVENT, born=Born.OUTLOOK, outlook_id="o1", change_key="k1", master_id="s1",
            original_start=NOW, attempt=2,
            todo=Todo.CREATING_CASEFLOW, create_key=key, starts_at=NOW + timedelta(hours=2),
            ends_at=NOW + timedelta(hours=3),
        ),
        did=Did.CREATE,
        caseflow=CreateCaseflow(key, CONTENT, (ME,), series_id="s1"),
        seen=new,
        outlook_side=PRINTER.all(CONTENT),
    )  # fmt: skip
    assert plan_pulled(event(CONTENT), RULES).link.attempt == 0


def test_a_meeting_is_made_under_the_key_of_its_firm() -> None:
    """E3: one CaseFlow event whoever comes first; a private one takes no part."""
    meeting = event(CONTENT, attendees=2, ical_uid="u1")
    step = plan_pulled(meeting, RULES)
    assert isinstance(step.caseflow, CreateCaseflow)
    assert step.caseflow.key == step.link.create_key == meeting_key("f1", meeting, 0)
    assert step.link.meeting
    for apart in ({"attendees": 0}, {"ical_uid": ""}, {"sensitivity": "private"}):
        one = structs.replace(meeting, **apart)
        assert plan_pulled(one, RULES).link.create_key == idempotency_key(outlook_link_id(one), 0)


def test_a_private_event_arrives_as_a_busy_block() -> None:
    """E4."""
    step = plan_pulled(event(CONTENT, sensitivity="personal"), RULES)
    assert isinstance(step.caseflow, CreateCaseflow)
    assert step.caseflow.content == Content("Private appointment", hour(2))
    assert step.outlook_side == PRINTER.all(Content("Private appointment", hour(2)))


def test_times_without_a_zone_are_shown_in_the_persons_and_days_are_read_there() -> None:
    """D5."""
    nameless = event(structs.replace(CONTENT, span=timed(NOW, NOW + timedelta(hours=1), "UTC")))
    step = plan_pulled(nameless, RULES)
    assert isinstance(step.caseflow, CreateCaseflow)
    assert step.caseflow.content.span == timed(NOW, NOW + timedelta(hours=1), ZONE)
    whole = plan_pulled(event(Content("Trip", days(DUE, date(2026, 12, 2), "Asia/Tokyo"))), RULES)
    assert (whole.link.starts_at, whole.link.ends_at) == (MIDNIGHT - timedelta(days=1), MIDNIGHT)


# CaseFlow to Outlook


@pytest.mark.parametrize(
    ("members", "mask", "sensitivity"),
    [
        ({}, Mask.NONE, "normal"),
        ({"matter_id": "m1"}, Mask.CONFIDENTIAL, "confidential"),
        ({"visibility": "private"}, Mask.PRIVATE, "private"),
    ],
)
def test_a_copy_is_masked_from_its_first_write(members: dict[str, Any], mask: Mask, sensitivity: str) -> None:
    """F1, G1, G2."""
    masked = mask is not Mask.NONE
    new = case(CONTENT, version=6, staff_ids=(ME, "bob"), **members)
    sent = Projection(
        mask=mask, title="Call", span=hour(2), place="" if masked else "Office",
        text=MASK_TEXT if masked else "<p>agenda</p>", sensitivity=sensitivity,
    )  # fmt: skip
    shown = Content("Call", hour(2), "", MASK_TEXT) if masked else CONTENT
    assert plan_pushed(new, RULES, 3) == Step(
        link=Link(
            id=caseflow_link_id(Kind.EVENT, "c1"), kind=Kind.EVENT, born=Born.CASEFLOW, caseflow_id="c1", attempt=3,
            todo=Todo.CREATING_OUTLOOK, mask=mask.value, veiled=VEIL if masked else (), shared=True,
            starts_at=NOW + timedelta(hours=2), ends_at=NOW + timedelta(hours=3), **members,
        ),
        did=Did.CREATE,
        outlook=MakeOutlook(sent),
        before=CONTENT,
        version=6,
        caseflow_side=PRINTER.all(CONTENT),
        outlook_side=PRINTER.all(shown),
        caseflow_event=new,
    )  # fmt: skip


def test_a_copy_of_days_is_dated_in_the_persons_zone() -> None:
    """D5."""
    step = plan_pushed(case(Content("Trip", structs.replace(day(7), zone="UTC"))), RULES)
    assert (step.link.starts_at, step.link.ends_at) == (MIDNIGHT - timedelta(days=1), MIDNIGHT)
    assert step.link.attempt == 0


# Adoption


def test_a_pair_found_by_content_has_no_base_and_is_outlooks() -> None:
    """E7."""
    mine, its = case(CONTENT, version=6, matter_id="m1", category="Hearing"), event(CONTENT, master_id="s1")
    assert adopted(mine, its, RULES) == Link(
        id=outlook_link_id(its), kind=Kind.EVENT, born=Born.OUTLOOK, caseflow_id="c1", outlook_id="o1",
        change_key="k1", master_id="s1", version=6, matter_id="m1", category="Hearing",
    )  # fmt: skip


def test_a_copy_found_by_its_mark_is_caseflows() -> None:
    """E7."""
    mine = case(CONTENT, version=6, matter_id="m1", staff_ids=(ME, "bob"))
    assert found(mine, event(CONTENT), RULES, 3) == Link(
        id=caseflow_link_id(Kind.EVENT, "c1"), kind=Kind.EVENT, born=Born.CASEFLOW, caseflow_id="c1", outlook_id="o1",
        change_key="k1", attempt=3, mask="confidential", version=6, matter_id="m1", shared=True,
    )  # fmt: skip


@pytest.mark.parametrize("kind", [Kind.TASK, Kind.DEADLINE])
def test_a_mirror_found_by_its_mark_is_its_items(kind: Kind) -> None:
    """E7."""
    assert found_mirror(item(kind, matter_id="m1"), event(CONTENT)) == Link(
        id=caseflow_link_id(kind, "t1"), kind=kind, born=Born.CASEFLOW, caseflow_id="t1", outlook_id="o1",
        change_key="k1", matter_id="m1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "match"),
    [
        (hour(2), hour(2), True),
        (hour(2), structs.replace(hour(2), zone="UTC"), True),
        (hour(2), timed(NOW + timedelta(hours=2), NOW + timedelta(hours=4)), False),
        (day(2), structs.replace(day(2), zone="UTC"), True),
        (day(2), day(3), False),
    ],
)
def test_pairs_are_equal_in_start_end_and_days(one: Any, other: Any, match: bool) -> None:
    """E7."""
    mine, its = case(Content("Call", one)), event(Content("CALL", other))
    assert matches([mine], [its]) == ([(mine, its)] if match else [])


def test_one_pair_does_not_spoil_another() -> None:
    """E7."""
    first, second = case(Content("A", hour(1))), structs.replace(case(Content("B", hour(1))), id="c2")
    twin = structs.replace(second, id="c3")
    its = [event(Content("B", hour(1))), structs.replace(event(Content("A", hour(1))), id="o2")]
    assert matches([first, second, twin], its) == [(first, its[1])]
    assert matches([first], []) == []


# Mirrors


def item(kind: Kind = Kind.TASK, **members: Any) -> MirrorItem:
    given = {"version": 5, "title": "Brief", "date": DUE, "text": "<p>notes</p>", **members}
    return MirrorItem(kind, "t1", **given)


MIRRORS = [
    (item(), Mask.NONE, "Task: Brief"),
    (item(matter_id="m1"), Mask.CONFIDENTIAL, "Task: Brief"),
    (item(Kind.DEADLINE), Mask.CONFIDENTIAL, "Deadline: Brief"),
]


@pytest.mark.parametrize(("new", "mask", "title"), MIRRORS)
def test_a_new_mirror_holds_what_its_item_shows(new: MirrorItem, mask: Mask, title: str) -> None:
    """I1, I2."""
    masked = mask is not Mask.NONE
    content = Content(title, DAY, "", MASK_TEXT if masked else "<p>notes</p>")
    assert mirror_mask(new) is mask
    assert plan_mirrored(new, RULES, 2) == Step(
        link=Link(
            id=caseflow_link_id(new.kind, "t1"), kind=new.kind, born=Born.CASEFLOW, caseflow_id="t1", attempt=2,
            todo=Todo.CREATING_OUTLOOK, mask=mask.value, veiled=VEIL if masked else (), matter_id=new.matter_id,
            ends_at=MIDNIGHT,
        ),
        did=Did.CREATE,
        outlook=MakeOutlook(project_mirror(new, ZONE, mask)),
        before=content,
        version=5,
        caseflow_side=PRINTER.all(content),
        outlook_side=PRINTER.all(content),
    )  # fmt: skip
    assert plan_mirrored(new, RULES).link.attempt == 0


def test_items_get_a_mirror_unless_their_toggle_is_off_or_they_are_out_of_scope() -> None:
    """I1, L1."""
    past = structs.replace(item(), id="t2", date=date(2026, 11, 1))
    every = [past, item(), item(Kind.DEADLINE)]
    assert [is_mirrored(one, RULES) for one in every] == [False, True, True]
    assert [is_mirrored(one, rules(tasks=False)) for one in every] == [False, False, True]
    assert [is_mirrored(one, rules(deadlines=False)) for one in every] == [False, True, False]


def test_an_item_that_had_a_mirror_before_gets_a_new_attempt() -> None:
    """I4."""
    assert plan_mirrored_again(item(), Link("x", Kind.TASK, Born.CASEFLOW, attempt=4), RULES) == plan_mirrored(
        item(), RULES, 5
    )
    assert plan_mirrored_again(item(), None, RULES) == plan_mirrored(item(), RULES, 0)
