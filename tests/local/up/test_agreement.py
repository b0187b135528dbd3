"""The comparison agrees with a firm in step, and every rule of it finds what is planted against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from local.up.agreement import FIRM_RULES, MAILBOX_RULES, agrees, compare, show
from local.up.views import CaseFlowEvent, Firm, Mailbox, OneWay, OutlookEvent, Times

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINE = date(2026, 3, 2)
NINE = Times("2026-03-04T09:00Z", "2026-03-04T10:00Z", False)
DAY = Times("2026-03-05", "2026-03-06", True)
PAST = Times("2026-02-20T09:00Z", "2026-02-20T10:00Z", False)
ANN, BOB = frozenset({"ann"}), frozenset({"ann", "bob"})


def hour(day: int, at: int) -> Times:
    return Times(f"2026-03-{day:02}T{at:02}:00Z", f"2026-03-{day:02}T{at + 1:02}:00Z", False)


def firm_in_step() -> Firm:
    meeting = OutlookEvent("o-meet", "Partners", hour(6, 9), attendees=1, ical_uid="uid-1")
    ann = Mailbox(
        "ann",
        ZoneInfo("America/New_York"),
        LINE,
        events=(
            OutlookEvent("o-plain", "Lunch", NINE, text="With the clerk", place="Mario's"),
            OutlookEvent("o-masked", "Hearing", hour(4, 12), text="Confidential", sensitivity="confidential"),
            OutlookEvent("o-own", "Dentist", hour(5, 12), text="Bring card", place="Main St"),
            OutlookEvent("o-linked", "Call", hour(5, 15), text="Confidential", sensitivity="confidential"),
            OutlookEvent("o-private", "Therapy", hour(5, 9), text="Room 4", sensitivity="private"),
            OutlookEvent("o-task", "Task: File", DAY, show_as="free"),
            OutlookEvent("o-dead", "Deadline: Appeal", DAY, "Confidential", "", "confidential", "free"),
            OutlookEvent("o-past", "Old", PAST, change_key="k1"),
            OutlookEvent("o-no", "Declined", hour(6, 15), ended=True),
            meeting,
        ),
        secondary=(OutlookEvent("o-second", "Yoga", NINE, change_key="k2"),),
        before={"o-past": "k1"},
        secondary_before={"o-second": "k2"},
    )
    bob = replace(ann, staff_id="bob", events=(replace(meeting, id="o-meet-bob"),), before={})
    return Firm(
        NOW,
        events=(
            CaseFlowEvent("c-plain", "Lunch", NINE, ANN, "With the clerk", "Mario's"),
            CaseFlowEvent("c-masked", "Hearing", hour(4, 12), ANN, "Quarrelsome witness", "Court", "matter"),
            CaseFlowEvent("c-own", "Dentist", hour(5, 12), ANN, "Bring card", "Main St", "", True),
            CaseFlowEvent("c-linked", "Call", hour(5, 15), ANN, "Own words", "", "matter", True),
            CaseFlowEvent("c-private", "Private appointment", hour(5, 9), ANN, born_in_outlook=True),
            CaseFlowEvent("c-meet", "Partners", hour(6, 9), BOB, born_in_outlook=True),
            CaseFlowEvent("c-past", "Older", PAST, ANN, version=3),
        ),
        one_way=(
            OneWay("t", "Task: File", date(2026, 3, 5), ANN, masked=False),
            OneWay("d", "Deadline: Appeal", date(2026, 3, 5), ANN, masked=True),
        ),
        mailboxes=(ann, bob),
        past_before={"c-past": 3},
        secret_texts=(("c-masked", "Quarrelsome witness"),),
        open_texts=("Hearing", "the witness list"),
        outlook_dump='{"subject": "Hearing", "body": "Confidential witness"}',
    )


def outlook(firm: Firm, event_id: str, **changes: Any) -> Firm:
    """Change one row of the first mailbox."""
    ann, *others = firm.mailboxes
    rows = tuple(replace(row, **changes) if row.id == event_id else row for row in ann.events)
    return replace(firm, mailboxes=(replace(ann, events=rows), *others))


def caseflow(firm: Firm, event_id: str, **changes: Any) -> Firm:
    events = (replace(event, **changes) if event.id == event_id else event for event in firm.events)
    return replace(firm, events=tuple(events))


def without(firm: Firm, event_id: str) -> Firm:
    ann, *others = firm.mailboxes
    rows = tuple(row for row in ann.events if row.id != event_id)
    events = tuple(event for event in firm.events if event.id != event_id)
    return replace(firm, events=events, mailboxes=(replace(ann, events=rows), *others))


def twice(firm: Firm, event_id: str) -> Firm:
    ann, *others = firm.mailboxes
    rows = tuple(replace(row, id=f"{row.id}-2") for row in ann.events if row.id == event_id)
    events = tuple(replace(event, id=f"{event.id}-2") for event in firm.events if event.id == event_id)
    return replace(firm, events=firm.events + events, mailboxes=(replace(ann, events=ann.events + rows), *others))


def secondary_edited(firm: Firm) -> Firm:
    ann, *others = firm.mailboxes
    rows = (replace(ann.secondary[0], change_key="k9"),)
    return replace(firm, mailboxes=(replace(ann, secondary=rows), *others))


COPIES, PULLED, MASKED, BORN_MASKED, OPEN, PRIVATE, MIRRORS, BACK, O_PAST, SECONDARY = (n for n, _ in MAILBOX_RULES)
MEETING, C_PAST, MAIL, SECRETS = (n for n, _ in FIRM_RULES)

Plant = Callable[[Firm], Firm]
PLANTS: list[tuple[str, str, str, Plant]] = [
    (COPIES, "c-plain", "event", lambda f: without(f, "o-plain")),
    (COPIES, "c-plain-2", "event", lambda f: twice(f, "c-plain")),
    (COPIES, "c-plain", "title", lambda f: outlook(f, "o-plain", title="Lunch?")),
    (COPIES, "c-plain", "start", lambda f: outlook(f, "o-plain", times=replace(NINE, start="2026-03-04T08:59Z"))),
    (COPIES, "c-plain", "end", lambda f: outlook(f, "o-plain", times=replace(NINE, end="2026-03-04T10:01Z"))),
    (COPIES, "c-plain", "all day", lambda f: outlook(f, "o-plain", times=DAY)),
    (PULLED, "o-own", "event", lambda f: without(f, "c-own")),
    (PULLED, "o-own-2", "event", lambda f: twice(f, "o-own")),
    (PULLED, "o-plain-2", "event", lambda f: twice(f, "o-plain")),
    (PULLED, "o-own", "title", lambda f: caseflow(f, "c-own", title="Dentists")),
    (PULLED, "c-own", "event", lambda f: without(f, "o-own")),
    (PULLED, "o-own", "event", lambda f: caseflow(f, "c-own", staff_ids=frozenset({"bob"}))),
    (PULLED, "c-no", "event", lambda f: replace(
        f, events=(*f.events, CaseFlowEvent("c-no", "Declined", hour(6, 15), ANN, born_in_outlook=True)))),
    (MASKED, "o-masked", "sensitivity", lambda f: outlook(f, "o-masked", sensitivity="normal")),
    (MASKED, "o-masked", "body", lambda f: outlook(f, "o-masked", text="Confidential. Really")),
    (MASKED, "o-masked", "location", lambda f: outlook(f, "o-masked", place="Court")),
    (MASKED, "o-masked", "categories", lambda f: outlook(f, "o-masked", categories=("Hearing",))),
    (MASKED, "o-masked", "attendees", lambda f: outlook(f, "o-masked", attendees=1)),
    (MASKED, "o-plain", "sensitivity", lambda f: caseflow(f, "c-plain", masked="private")),
    (BORN_MASKED, "o-linked", "sensitivity", lambda f: outlook(f, "o-linked", sensitivity="normal")),
    (BORN_MASKED, "o-linked", "body", lambda f: outlook(f, "o-linked", text="Own words")),
    (BORN_MASKED, "o-linked", "location", lambda f: outlook(f, "o-linked", place="Room 4")),
    (OPEN, "o-plain", "body", lambda f: outlook(f, "o-plain", text="Confidential")),
    (OPEN, "o-plain", "location", lambda f: outlook(f, "o-plain", place="")),
    (OPEN, "o-plain", "sensitivity", lambda f: outlook(f, "o-plain", sensitivity="confidential")),
    (OPEN, "o-own", "body", lambda f: caseflow(f, "c-own", text="")),
    (PRIVATE, "c-private", "title", lambda f: caseflow(f, "c-private", title="Therapy")),
    (PRIVATE, "c-private", "body", lambda f: caseflow(f, "c-private", text="Room 4")),
    (PRIVATE, "c-private", "location", lambda f: caseflow(f, "c-private", place="Room 4")),
    (MIRRORS, "t", "mirror", lambda f: without(f, "o-task")),
    (MIRRORS, "d", "mirror", lambda f: twice(f, "o-dead")),
    (MIRRORS, "o-task", "show as", lambda f: outlook(f, "o-task", show_as="busy")),
    (MIRRORS, "o-task", "reminder", lambda f: outlook(f, "o-task", reminder=True)),
    (MIRRORS, "o-dead", "body", lambda f: outlook(f, "o-dead", text="Appeal of Quarrel")),
    (MIRRORS, "o-dead", "sensitivity", lambda f: outlook(f, "o-dead", sensitivity="normal")),
    (BACK, "t", "pulled back", lambda f: replace(
        f, events=(*f.events, CaseFlowEvent("c-back", "Task: File", DAY, ANN, born_in_outlook=True)))),
    (O_PAST, "o-past", "change key", lambda f: outlook(f, "o-past", change_key="k9")),
    (O_PAST, "o-past", "change key", lambda f: without(f, "o-past")),
    (O_PAST, "o-past-2", "change key", lambda f: twice(f, "o-past")),
    (SECONDARY, "o-second", "change key", secondary_edited),
    (MEETING, "uid-1", "assigned", lambda f: caseflow(f, "c-meet", staff_ids=ANN)),
    (MEETING, "uid-1", "assigned", lambda f: twice(f, "c-meet")),
    (C_PAST, "c-past", "version", lambda f: caseflow(f, "c-past", version=4)),
    (C_PAST, "c-past-2", "version", lambda f: twice(f, "c-past")),
    (MAIL, "invitation to clerk", "mail", lambda f: replace(f, mail=("invitation to clerk",))),
    (SECRETS, "c-masked", "text", lambda f: replace(f, outlook_dump='"bodyPreview": "quarrelsome"')),
]  # fmt: skip


def test_a_firm_in_step_agrees() -> None:
    verdicts = compare(firm_in_step())
    assert [verdict.differences for verdict in verdicts if verdict.differences] == []
    assert agrees(verdicts)


def test_every_rule_compares_something_in_a_firm_in_step() -> None:
    assert [verdict.rule for verdict in compare(firm_in_step()) if not verdict.compared] == []


@pytest.mark.parametrize(("rule", "subject", "name", "plant"), PLANTS)
def test_a_planted_difference_is_found_and_named(rule: str, subject: str, name: str, plant: Plant) -> None:
    verdicts = compare(plant(firm_in_step()))
    found = {verdict.rule: {(d.subject, d.field) for d in verdict.differences} for verdict in verdicts}
    assert (subject, name) in found[rule]
    assert not agrees(verdicts)


def test_every_rule_has_a_planted_difference() -> None:
    assert {rule for rule, *_ in PLANTS} == {name for name, _ in (*MAILBOX_RULES, *FIRM_RULES)}


def test_a_private_event_of_caseflow_goes_out_under_its_own_title() -> None:
    firm = caseflow(firm_in_step(), "c-plain", masked="private")
    firm = outlook(firm, "o-plain", sensitivity="private", text="Confidential", place="")
    assert agrees(compare(firm))


def test_an_appointment_whose_text_caseflow_cannot_hold_keeps_it_under_the_mask() -> None:
    assert agrees(compare(outlook(firm_in_step(), "o-linked", text="Own words", whole=False)))


def test_an_occurrence_at_the_end_of_the_180_days_may_stand_on_either_side() -> None:
    late = Times("2026-08-25T09:00Z", "2026-08-25T10:00Z", False)
    firm = outlook(firm_in_step(), "o-no", ended=False, times=late, recurring=True)
    assert agrees(compare(firm))
    held = CaseFlowEvent("c-late", "Declined", late, ANN, born_in_outlook=True, recurring=True)
    assert agrees(compare(replace(firm, events=(*firm.events, held))))


def test_a_zero_length_event_and_a_long_title_are_expected_as_caseflow_can_hold_them() -> None:
    instant = replace(NINE, start="2026-03-07T09:00Z", end="2026-03-07T09:00Z")
    firm = outlook(firm_in_step(), "o-own", title="x" * 300, times=instant)
    cut = {"title": "x" * 254 + "…", "times": replace(instant, end="2026-03-07T09:01Z")}
    assert agrees(compare(caseflow(firm, "c-own", **cut)))


def test_the_report_names_rule_id_field_and_both_values() -> None:
    out = StringIO()
    verdicts = compare(outlook(firm_in_step(), "o-masked", text="leak"))
    show(verdicts, Console(file=out, width=200))
    assert "1 differ" in out.getvalue()
    assert "ann o-masked body: expected 'Confidential', found 'leak'" in out.getvalue()
