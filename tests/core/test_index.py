"""Links in memory, what a touched link owes, and the ids that two jobs compute alike (E2, E3, G3, K4, design.md 2)."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core.events import Content, Field, Kind, MirrorItem, OutlookEvent
from shared.core.index import Index, is_echo, owes, remasks
from shared.core.links import (
    Base,
    Born,
    Link,
    State,
    Todo,
    based,
    caseflow_link_id,
    idempotency_key,
    is_ours,
    meeting_key,
    outlook_link_id,
    rebased,
    remembering,
    transaction_id,
)
from shared.core.mask import mirror_content, shown
from shared.core.plan_new import plan_mirrored
from shared.core.policy import Mask
from shared.core.steps import ended, nothing, reviewed, settled
from shared.core.texts import MASK_TEXT
from tests.core.ideal import ME, NOW, PRINTER, RULES, agreed, case, event, hour

CONTENT = Content("Call", hour(2), "Office", "<p>agenda</p>")
START = datetime(2026, 12, 1, 15, tzinfo=UTC)


def link(name: str = "l1", **members: Any) -> Link:
    return Link(name, **{"kind": Kind.EVENT, "born": Born.CASEFLOW, "caseflow_id": "c1", "outlook_id": "o1", **members})


def digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


# Names


def test_ids_of_links_follow_from_the_event_alone() -> None:
    """design.md 2: rows that stand must be found again, so these may never change."""
    assert caseflow_link_id(Kind.TASK, "t1") == digest("caseflow", "task", "t1")
    single = event(CONTENT)
    assert outlook_link_id(single) == digest("outlook", "o1")
    occurrence = structs.replace(single, master_id="s1", original_start=START)
    assert outlook_link_id(occurrence) == digest("outlook", "s1", "2026-12-01T15:00:00+00:00")
    assert outlook_link_id(structs.replace(occurrence, id="o2")) == outlook_link_id(occurrence)
    assert outlook_link_id(structs.replace(single, master_id="s1")) == digest("outlook", "o1")
    assert outlook_link_id(structs.replace(single, original_start=START)) == digest("outlook", "o1")


def test_keys_follow_from_link_and_attempt() -> None:
    """J2: a repeat makes no second event."""
    namespace = uuid.UUID("6f1c1f0e-5b0c-4b53-9c38-0c2ab3f3f6d5")
    assert transaction_id("l1", 2) == str(uuid.uuid5(namespace, "l1|2"))
    assert idempotency_key("l1", 2) == digest("create", "l1", "2")


def test_two_mailboxes_compute_one_key_for_a_meeting() -> None:
    """E3."""
    meeting = event(CONTENT, ical_uid="u1", attendees=2)
    assert meeting_key("f1", meeting, 0) == digest("meeting", "f1", "u1", "", "0")
    day = structs.replace(meeting, original_start=START)
    assert meeting_key("f1", day, 1) == digest("meeting", "f1", "u1", "2026-12-01T15:00:00+00:00", "1")


def test_an_event_is_ours_if_one_of_our_attempts_made_it() -> None:
    """design.md 3."""
    made = [event(CONTENT, transaction_id=transaction_id("l1", attempt)) for attempt in range(4)]
    assert [is_ours(one, "l1", 2) for one in made] == [True, True, True, False]
    assert not is_ours(made[0], "l2", 2)
    assert not is_ours(event(CONTENT), "l1", 2)


# Bases


def test_a_base_holds_both_sides_of_every_field() -> None:
    other = Content("Other", hour(4))
    ours, theirs = PRINTER.all(CONTENT), PRINTER.all(other)
    whole = based(link(), PRINTER, CONTENT, other)
    assert whole == link(base={field: Base(ours[field], theirs[field]) for field in Field})


def test_only_the_named_prints_of_a_base_are_replaced() -> None:
    old = link(base={Field.TITLE: Base("a", "b"), Field.TEXT: Base("c", "d")})
    new = rebased(old, {Field.TITLE: "A", Field.PLACE: "P"}, {Field.TEXT: "D", Field.TIME: "T"})
    assert new == link(
        base={
            Field.TITLE: Base("A", "b"), Field.TEXT: Base("c", "D"), Field.PLACE: Base("P", ""),
            Field.TIME: Base("", "T"),
        }
    )  # fmt: skip
    assert old.base == {Field.TITLE: Base("a", "b"), Field.TEXT: Base("c", "d")}
    assert rebased(old, {}, {}) == old


def test_a_link_remembers_what_only_caseflow_says() -> None:
    """H4."""
    told = case(
        CONTENT, matter_id="m1", category="Hearing", confidential=True, visibility="private", staff_ids=(ME, "bob")
    )
    expected = link(
        matter_id="m1", category="Hearing", confidential=True, visibility="private", shared=True, caseflow_id="c1"
    )
    assert remembering(link(caseflow_id=None), told, ME) == expected
    assert not remembering(link(), case(CONTENT), ME).shared
    assert remembering(link(), case(CONTENT, staff_ids=("bob",)), ME).shared


# The index


def test_a_link_is_found_by_every_name() -> None:
    series = link("l2", caseflow_id="c2", outlook_id="o2", master_id="s1")
    index = Index([link(), series])
    assert (len(index), list(index)) == (2, [link(), series])
    assert index.get("l1") == link()
    assert index.of_caseflow(Kind.EVENT, "c1") == link()
    assert index.of_caseflow(Kind.TASK, "c1") is None
    assert index.of_caseflow(Kind.EVENT, "c9") is None
    assert index.of_outlook_id("o2") == series
    assert index.of_outlook_id("o9") is None
    assert index.of_outlook(event(CONTENT)) == link()
    assert index.of_series("s1") == [series]
    assert index.of_series("s9") == []


def test_a_link_without_an_id_has_no_such_name() -> None:
    index = Index([link(caseflow_id=None, outlook_id=None)])
    assert index.get("l1") is not None
    assert index.of_outlook_id("") is None
    assert index.of_caseflow(Kind.EVENT, "") is None


def test_an_occurrence_with_a_new_id_is_found_by_its_start() -> None:
    """D4."""
    day = OutlookEvent("o7", "k1", CONTENT, master_id="s1", original_start=START)
    known = link(outlook_link_id(day), outlook_id="o2")
    assert Index([known]).of_outlook(day) == known
    single = structs.replace(day, master_id=None)
    assert Index([link(outlook_link_id(single), outlook_id="o2")]).of_outlook(single) is None


def test_a_dropped_link_is_forgotten_but_not_the_one_that_took_its_names() -> None:
    index = Index([link()])
    index.drop("l1")
    index.drop("l1")
    assert (len(index), index.of_outlook_id("o1"), index.of_caseflow(Kind.EVENT, "c1")) == (0, None, None)
    index.put(link())
    index.put(link("l2"))
    index.drop("l1")
    assert index.of_outlook_id("o1") == index.of_caseflow(Kind.EVENT, "c1") == link("l2")
    index.put(link(outlook_id=None))
    index.drop("l1")
    index.put(link(caseflow_id=None))
    index.drop("l1")
    assert len(index) == 1


# What a link owes


@pytest.mark.parametrize(
    ("members", "due"),
    [
        ({}, False),
        ({"todo": Todo.LOOK}, True),
        ({"todo": Todo.JOINING}, True),
        ({"state": State.ASIDE}, True),
        ({"state": State.ASIDE, "todo": Todo.LOOK, "retry_at": NOW + timedelta(seconds=1)}, False),
        ({"state": State.ASIDE, "retry_at": NOW}, True),
    ],
)
def test_a_link_is_read_when_it_owes_something_or_is_due_again(members: dict[str, Any], due: bool) -> None:
    """K4, design.md 4.4."""
    assert owes(link(**members), RULES) is due


@pytest.mark.parametrize(
    ("members", "again"),
    [
        ({}, False),
        ({"mask": "none"}, False),
        ({"category": "Hearing"}, True),
        ({"category": "Hearing", "mask": "confidential"}, False),
        ({"category": "Internal", "mask": "confidential"}, True),
        ({"matter_id": "m1", "mask": "confidential"}, False),
        ({"visibility": "private"}, True),
        ({"visibility": "private", "mask": "private"}, False),
        ({"confidential": True, "mask": "none"}, True),
        ({"category": "Hearing", "state": State.REVIEW}, True),
        ({"category": "Hearing", "state": State.RESTING}, True),
        ({"category": "Hearing", "state": State.ENDED}, False),
        ({"category": "Hearing", "state": State.ASIDE}, False),
        ({"category": "Hearing", "kind": Kind.TASK}, False),
    ],
)
def test_a_changed_list_of_the_firm_touches_what_it_concerns(members: dict[str, Any], again: bool) -> None:
    """G3, H4: masking is never held back by an open item or by rest."""
    assert remasks(link(**members), RULES) is again


PLAIN = agreed(case(CONTENT), Born.CASEFLOW)
MASKED = agreed(case(CONTENT, matter_id="m1"), Born.CASEFLOW)


@pytest.mark.parametrize("pair", [PLAIN, MASKED, agreed(case(CONTENT, visibility="private"), Born.CASEFLOW)])
def test_our_own_write_is_an_echo(pair: tuple[Link, OutlookEvent]) -> None:
    """E2."""
    assert is_echo(*pair, RULES)
    assert is_echo(structs.replace(pair[0], state=State.RESTING), pair[1], RULES)


@pytest.mark.parametrize(
    "members",
    [
        {"todo": Todo.LOOK},
        {"state": State.REVIEW},
        {"state": State.ENDED},
        {"outlook_id": "o2"},
        {"base": {}},
        {"meeting": True},
    ],
)
@pytest.mark.parametrize("pair", [PLAIN, MASKED])
def test_a_link_that_is_not_at_rest_hears_no_echo(pair: tuple[Link, OutlookEvent], members: dict[str, Any]) -> None:
    assert not is_echo(structs.replace(pair[0], **members), pair[1], RULES)


@pytest.mark.parametrize(
    ("pair", "members"),
    [
        (PLAIN, {"cancelled": True}),
        (PLAIN, {"response": "declined"}),
        (PLAIN, {"attendees": 1}),
        (PLAIN, {"content": structs.replace(CONTENT, title="Other")}),
        (MASKED, {"sensitivity": "normal"}),
        (MASKED, {"content": Content("Call", hour(2), "", "agenda")}),
        (MASKED, {"content": Content("Call", hour(2), "", "<p>Confidential</p><p>typed</p>")}),
        (MASKED, {"content": Content("Call", hour(2), "", "")}),
        (MASKED, {"content": Content("Call", hour(2), "Court", MASK_TEXT)}),
    ],
)
def test_a_persons_edit_or_a_broken_mask_is_no_echo(pair: tuple[Link, OutlookEvent], members: dict[str, Any]) -> None:
    """E2, E5, F3, G3."""
    assert not is_echo(pair[0], structs.replace(pair[1], **members), RULES)


def test_a_field_without_a_base_is_no_echo() -> None:
    """E2: nobody knows what it was, veiled or not."""
    for link_, seen in (PLAIN, MASKED):
        for field in Field:
            part = {known: base for known, base in link_.base.items() if known is not field}
            assert not is_echo(structs.replace(link_, base=part), seen, RULES)


def test_a_stricter_mark_of_a_person_breaks_no_mask() -> None:
    """G7."""
    assert is_echo(MASKED[0], structs.replace(MASKED[1], sensitivity="private"), RULES)
    assert not is_echo(MASKED[0], structs.replace(MASKED[1], sensitivity="personal"), RULES)


def test_a_mask_that_outlook_does_not_keep_is_no_edit_of_meetings_and_occurrences() -> None:
    """G7: neither carries it, and both are listed instead."""
    link_, seen = PLAIN
    masked = structs.replace(link_, mask="confidential")
    assert not is_echo(masked, seen, RULES)
    assert is_echo(structs.replace(masked, meeting=True), structs.replace(seen, attendees=1), RULES)
    assert is_echo(masked, structs.replace(seen, master_id="s1"), RULES)
    assert is_echo(structs.replace(link_, mask=""), seen, RULES)


def test_a_persons_own_private_mark_breaks_no_mask() -> None:
    """E4, G7."""
    hidden = event(Content("Dentist", hour(2)), sensitivity="personal")
    link_, seen = agreed(case(CONTENT, matter_id="m1"), Born.OUTLOOK, hidden)
    assert is_echo(link_, seen, RULES)
    assert not is_echo(structs.replace(link_, born=Born.CASEFLOW), seen, RULES)


def test_a_masked_mirror_is_compared_as_outlook_shows_it() -> None:
    """I3."""
    item = MirrorItem(Kind.DEADLINE, "t1", 5, "Brief", START.date())
    step = plan_mirrored(item, RULES)
    content = shown(mirror_content(item, RULES.policy.zone, Mask.CONFIDENTIAL), Mask.CONFIDENTIAL)
    prints = PRINTER.all(content)
    mirror = rebased(structs.replace(step.link, outlook_id="o1", todo=Todo.NONE), prints, prints)
    seen = event(content, sensitivity="confidential")
    assert is_echo(mirror, seen, RULES)
    assert is_echo(mirror, structs.replace(seen, attendees=1), RULES)
    edited = structs.replace(seen, content=structs.replace(content, title="Other"))
    assert not is_echo(mirror, edited, RULES)


# Steps that every plan makes


OWING = link(todo=Todo.LOOK, reason="x", tries=3, retry_at=NOW, review="r1")


def test_a_settled_link_owes_nothing() -> None:
    assert settled(OWING) == link(review="r1")
    step = nothing(OWING, "rests")
    assert (step.link, step.did.value, step.reason, step.writes) == (link(review="r1"), "nothing", "rests", False)
    assert nothing(OWING).reason == ""


def test_an_ended_link_closes_its_review() -> None:
    """H4."""
    step = ended(OWING, "gone")
    assert step.link == link(state=State.ENDED, reason="gone")
    assert (step.did.value, step.reason, step.closes) == ("end", "gone", True)
    assert not ended(link(), "gone").closes


def test_a_pair_in_review_shows_the_sides_that_stand() -> None:
    """H4."""
    step = reviewed(OWING, "edit_conflict", event(CONTENT), case(CONTENT))
    assert step.link == link(review="r1", state=State.REVIEW)
    assert step.opened is not None
    assert (step.did.value, step.opened.kind, step.opened.kept) == ("review", "edit_conflict", None)
    assert (step.seen, step.caseflow_event) == (event(CONTENT), case(CONTENT))
