"""An event that left one side or was not read: removed, asked, made again or left (E5, E8, F1, F3, F4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core.events import Content, Field, Kind, OutlookEvent, Removed, timed
from shared.core.links import Born, Link, State, Todo, caseflow_link_id, idempotency_key, meeting_key
from shared.core.mask import Projection
from shared.core.pairs import Rules
from shared.core.plan import Observed, plan_link
from shared.core.plan_removal import plan_both_gone, restored
from shared.core.policy import Mask
from shared.core.steps import Did, DropOutlook, MakeOutlook, Step, ended, nothing, reviewed
from shared.core.texts import MASK_TEXT
from shared.core.writes import CreateCaseflow, DeleteCaseflow, PatchCaseflow
from tests.core.ideal import ME, NOW, PRINTER, RULES, agreed, case, event, hour

CONTENT = Content("Call", hour(2), "Office", "<p>agenda</p>")
OURS = case(CONTENT, version=4)
LINK, THEIRS = agreed(OURS, Born.OUTLOOK, event(CONTENT))
COPY, COPIED = agreed(OURS, Born.CASEFLOW)
MASKED, MASKED_EVENT = agreed(case(CONTENT, version=4, matter_id="m1"), Born.CASEFLOW)
MARK = caseflow_link_id(Kind.EVENT, "c1")
PAST = timed(NOW - timedelta(hours=1), NOW)
RESTED = timed(NOW - timedelta(days=31), NOW - timedelta(days=30))


def rules(**members: Any) -> Rules:
    return structs.replace(RULES, policy=structs.replace(RULES.policy, **members))


def left_outlook(link: Link = LINK, ruled: Rules = RULES, homeless: bool = False, **members: Any) -> Step:
    """The event is proved gone from Outlook."""
    ours = structs.replace(OURS, **members)
    lost = frozenset({link.id}) if homeless else frozenset()
    return plan_link(link, Observed(events={"c1": ours}, gone=frozenset({"o1"}), homeless=lost), ruled)


def declined(link: Link = LINK, **members: Any) -> Step:
    ours = structs.replace(OURS, **members)
    return plan_link(link, Observed(events={"c1": ours}, outlook={"o1": event(CONTENT, response="declined")}), RULES)


def left_caseflow(
    link: Link = LINK, seen: OutlookEvent | None = THEIRS, reason: str = "deleted", ruled: Rules = RULES
) -> Step:
    observed = Observed(
        removed={(Kind.EVENT, "c1"): Removed(Kind.EVENT, "c1", 5, reason)},
        outlook={"o1": seen} if seen else {},
        gone=frozenset() if seen else frozenset({"o1"}),
    )
    return plan_link(link, observed, ruled)


# Gone from Outlook


def test_what_is_nobody_elses_is_deleted_in_caseflow() -> None:
    """E8."""
    step = structs.replace(
        ended(LINK, "deleted_in_outlook"), did=Did.REMOVE, caseflow=DeleteCaseflow("c1", 4), before=CONTENT
    )
    assert left_outlook() == step
    assert left_outlook(COPY) == structs.replace(step, link=structs.replace(COPY, **_over("deleted_in_outlook")))


def _over(reason: str) -> dict[str, Any]:
    return {"state": State.ENDED, "reason": reason, "todo": Todo.NONE, "review": None}


@pytest.mark.parametrize("staff", [(ME, "bob"), ("bob", ME, "eve")])
def test_where_others_are_assigned_only_this_person_leaves(staff: tuple[str, ...]) -> None:
    """E8."""
    others = tuple(name for name in staff if name != ME)
    assert left_outlook(staff_ids=staff) == structs.replace(
        ended(LINK, "deleted_in_outlook"), did=Did.UNASSIGN, before=CONTENT,
        caseflow=PatchCaseflow("c1", 4, staff_ids=others),
    )  # fmt: skip


@pytest.mark.parametrize("members", [{"category": "Hearing"}, {"category": "Forgotten"}, {"matter_id": "m1"}])
def test_what_is_protected_is_asked(members: dict[str, Any]) -> None:
    """E8, always-true 8."""
    ours = structs.replace(OURS, **members)
    assert left_outlook(**members) == reviewed(LINK, "deleted_in_outlook", caseflow=ours)
    assert declined(**members) == reviewed(LINK, "deleted_in_outlook", caseflow=ours)


@pytest.mark.parametrize(
    ("members", "own_text", "asked"),
    [
        ({"category": "Internal"}, False, "series_changed"),
        ({"matter_id": "m1"}, False, "series_changed"),
        ({}, True, "series_changed"),
        ({}, False, None),
    ],
)
def test_a_day_that_lost_its_series_needs_a_new_home(
    members: dict[str, Any], own_text: bool, asked: str | None
) -> None:
    """D4: where CaseFlow alone knows something of it."""
    link = structs.replace(LINK, own_text=own_text)
    step = left_outlook(link, homeless=True, **members)
    assert (step.opened.kind if step.opened else None) == asked
    if asked is None:
        assert step.did is Did.REMOVE


def test_a_category_that_protects_nothing_is_asked_about_only_for_a_lost_day() -> None:
    assert left_outlook(category="Internal").did is Did.REMOVE
    assert left_outlook(structs.replace(LINK, own_text=True)).did is Did.REMOVE


def test_what_has_ended_is_never_deleted_in_caseflow() -> None:
    """D6."""
    content = structs.replace(CONTENT, span=PAST)
    assert left_outlook(content=content) == ended(LINK, "left_outlook")
    assert declined(content=content) == ended(LINK, "declined")
    assert left_outlook(content=content, matter_id="m1") == ended(LINK, "left_outlook")


def test_what_is_no_longer_this_persons_only_ends() -> None:
    """F1."""
    assert left_outlook(staff_ids=("bob",)) == ended(LINK, "unassigned")


@pytest.mark.parametrize("link", [LINK, COPY])
def test_a_declined_or_cancelled_meeting_is_removed_in_caseflow(link: Link) -> None:
    """E5."""
    assert declined(link) == structs.replace(
        ended(link, "declined"), did=Did.REMOVE, caseflow=DeleteCaseflow("c1", 4), before=CONTENT
    )


def test_a_declined_meeting_that_was_edited_here_is_asked() -> None:
    """E5, E8: no copy is made of a meeting that still stands."""
    ours = structs.replace(OURS, content=structs.replace(CONTENT, title="Edited"))
    assert declined(content=ours.content) == reviewed(LINK, "deleted_in_outlook", caseflow=ours)
    bare = structs.replace(LINK, base={})
    assert declined(bare) == reviewed(bare, "deleted_in_outlook", caseflow=OURS)


# Copied again


def again(link: Link, content: Content, mask: Mask = Mask.NONE, **members: Any) -> Link:
    former = link.outlook_id if link.born is Born.OUTLOOK else None
    times = {"starts_at": content.span.starts_at("UTC"), "ends_at": content.span.ends_at("UTC")}
    return structs.replace(
        link, former=former, **times, id=MARK,
        born=Born.CASEFLOW, outlook_id=None, change_key="", master_id=None, attempt=link.attempt + 1,
        mask=mask.value, not_masked=False, state=State.LIVE, todo=Todo.NONE, reason=None, tries=0, retry_at=None,
        **members,
    )  # fmt: skip


@pytest.mark.parametrize("born", [Born.OUTLOOK, Born.CASEFLOW])
def test_an_edit_in_caseflow_wins_over_a_removal(born: Born) -> None:
    """E8: the copy is made again, and is CaseFlow's from then on."""
    link = structs.replace(
        LINK, born=born, master_id="s1", attempt=3, not_masked=True, state=State.REVIEW, review="r1", change_key="k1"
    )
    content = structs.replace(CONTENT, title="Edited")
    ours = structs.replace(OURS, content=content)
    step = left_outlook(link, content=content)
    fresh = structs.replace(again(link, content), meeting=step.link.meeting)
    assert step.link == structs.replace(fresh, todo=step.link.todo)
    assert step == Step(
        link=step.link,
        did=Did.CREATE,
        outlook=MakeOutlook(
            Projection(
                mask=Mask.NONE, title="Edited", span=hour(2), place="Office", text="<p>agenda</p>",
                sensitivity="normal",
            )
        ),
        before=content,
        version=4,
        caseflow_side=PRINTER.all(content),
        outlook_side=PRINTER.all(content),
        caseflow_event=ours,
        closes=True,
        drops="l1",
    )  # fmt: skip


def test_without_a_base_a_removal_proves_nothing() -> None:
    """C4, E8."""
    step = left_outlook(structs.replace(LINK, id=MARK, base={}))
    assert (step.did, step.drops, step.closes) == (Did.CREATE, None, False)


@pytest.mark.parametrize(("staff", "did"), [((ME, "bob"), Did.UNASSIGN), ((ME,), Did.CREATE)])
def test_a_removed_invitation_ends_its_owners_assignment(staff: tuple[str, ...], did: Did) -> None:
    """E3: whatever was edited in CaseFlow; the meeting itself is its leader's. Alone it is like any other event."""
    follower = structs.replace(LINK, meeting=True, leads=False, base={})
    assert left_outlook(follower, staff_ids=staff).did is did
    assert left_outlook(structs.replace(follower, leads=True), staff_ids=staff).did is Did.CREATE
    assert left_outlook(follower, staff_ids=staff, matter_id="m1").did is Did.REVIEW


def test_what_was_removed_while_sync_was_off_is_made_again() -> None:
    """L3: only where CaseFlow's event came first."""
    off = rules(off_since=NOW)
    assert left_outlook(COPY, off).did is Did.CREATE
    assert left_outlook(COPY, off, category="Hearing").did is Did.CREATE
    assert left_outlook(LINK, off).did is Did.REMOVE


def test_a_declined_copy_is_no_removal_even_while_sync_was_off() -> None:
    """E5, L3."""
    seen = event(CONTENT, response="declined")
    step = plan_link(COPY, Observed(events={"c1": OURS}, outlook={"o1": seen}), rules(off_since=NOW))
    assert step.did is Did.REMOVE


@pytest.mark.parametrize(
    ("members", "veiled", "place", "text"),
    [
        ({}, (), "Office", "<p>agenda</p>"),
        ({}, (Field.TEXT,), "Office", MASK_TEXT),
        ({"matter_id": "m1"}, (), "", MASK_TEXT),
    ],
)
def test_a_copy_made_anew_keeps_its_veil(
    members: dict[str, Any], veiled: tuple[Field, ...], place: str, text: str
) -> None:
    """G2, G8."""
    step = left_outlook(structs.replace(COPY, veiled=veiled), rules(off_since=NOW), **members)
    assert isinstance(step.outlook, MakeOutlook)
    assert (step.outlook.projection.place, step.outlook.projection.text) == (place, text)
    assert step.outlook_side == PRINTER.all(structs.replace(CONTENT, place=place, text=text))
    masked = (Field.PLACE, Field.TEXT) if members else veiled
    assert (step.link.veiled, step.link.mask) == (masked, "confidential" if members else "none")


@pytest.mark.parametrize(
    "span",
    [
        timed(RULES.policy.window_end, RULES.policy.window_end + timedelta(hours=1)),
        timed(NOW + timedelta(hours=1), NOW + timedelta(hours=2)),
    ],
)
def test_no_copy_is_made_outside_of_line_and_window(span: Any) -> None:
    """D2, D3."""
    ruled = rules(line=NOW + timedelta(hours=2), off_since=NOW)
    assert left_outlook(COPY, ruled, content=structs.replace(CONTENT, span=span)) == ended(COPY, "outside")


# Left CaseFlow


def dropped(link: Link, seen: OutlookEvent, reason: str, before: Content) -> Step:
    return structs.replace(ended(link, reason), did=Did.REMOVE, outlook=DropOutlook(), seen=seen, before=before)


@pytest.mark.parametrize("reason", ["deleted", "unassigned"])
def test_a_copy_goes_when_its_event_left(reason: str) -> None:
    """F1."""
    assert left_caseflow(COPY, COPIED, reason) == dropped(COPY, COPIED, reason, CONTENT)
    assert left_caseflow(structs.replace(COPY, shared=True), COPIED, reason).did is Did.REMOVE


@pytest.mark.parametrize(
    ("reason", "shared", "goes"), [("deleted", False, True), ("deleted", True, False), ("unassigned", False, False)]
)
def test_outlooks_own_goes_only_if_it_was_deleted_and_nobody_elses(reason: str, shared: bool, goes: bool) -> None:
    """F1."""
    link = structs.replace(LINK, shared=shared)
    assert left_caseflow(link, reason=reason) == (
        dropped(link, THEIRS, reason, CONTENT) if goes else ended(link, reason)
    )


@pytest.mark.parametrize(
    ("seen", "link"),
    [
        (event(structs.replace(CONTENT, title="Edited")), LINK),
        (
            structs.replace(MASKED_EVENT, content=structs.replace(MASKED_EVENT.content, text="Confidential<br>x")),
            MASKED,
        ),
        (structs.replace(MASKED_EVENT, content=structs.replace(MASKED_EVENT.content, place="Court")), MASKED),
        (THEIRS, structs.replace(LINK, base={})),
    ],
)
def test_what_was_edited_in_outlook_is_asked(seen: OutlookEvent, link: Link) -> None:
    """F4: also words typed into a mask, and where nobody knows."""
    assert left_caseflow(link, seen) == reviewed(link, "deleted_in_caseflow", seen)
    assert left_caseflow(link, seen, "unassigned") == reviewed(link, "deleted_in_caseflow", seen)


def test_a_masked_copy_as_we_left_it_goes() -> None:
    """F1, G4: the mask is no edit."""
    content = Content("Call", hour(2), "", "")
    assert left_caseflow(MASKED, MASKED_EVENT) == dropped(MASKED, MASKED_EVENT, "deleted", content)


@pytest.mark.parametrize(
    ("organiser", "category", "asked"),
    [(True, None, True), (False, "Hearing", True), (False, "Internal", False), (False, None, False)],
)
def test_a_meeting_still_stands_in_outlook(organiser: bool, category: str | None, asked: bool) -> None:
    """F3: never cancelled or deleted."""
    link = structs.replace(LINK, category=category)
    meeting = event(CONTENT, attendees=2, is_organizer=organiser)
    step = left_caseflow(link, meeting)
    assert step == (reviewed(link, "deleted_in_caseflow", meeting) if asked else ended(link, "deleted"))


def test_what_rests_or_is_gone_from_both_sides_only_ends() -> None:
    """D6."""
    assert left_caseflow(seen=None) == ended(LINK, "gone")
    assert left_caseflow(seen=event(structs.replace(CONTENT, span=RESTED))) == ended(LINK, "rests")
    assert plan_both_gone(LINK) == ended(LINK, "gone")
    over = structs.replace(LINK, state=State.ENDED, reason="declined")
    assert plan_both_gone(over) == nothing(over)


def test_an_event_unassigned_since_left_like_one_in_the_feed() -> None:
    """F1."""
    ours = structs.replace(OURS, staff_ids=("bob",))
    step = plan_link(COPY, Observed(events={"c1": ours}, outlook={"o1": COPIED}), RULES)
    assert step == dropped(COPY, COPIED, "unassigned", CONTENT)


# Restored


def test_a_restored_event_has_what_the_link_remembers() -> None:
    """H4."""
    link = structs.replace(
        LINK, state=State.REVIEW, todo=Todo.LOOK, tries=2, reason="x", attempt=3, matter_id="m1", category="Hearing",
        confidential=True, visibility="private",
    )  # fmt: skip
    seen = event(CONTENT, master_id="s1", change_key="k7")
    key = idempotency_key("l1", 3)
    step = restored(link, seen, RULES)
    assert step == Step(
        link=structs.replace(
            link, state=State.LIVE, todo=Todo.CREATING_CASEFLOW, change_key="k7", tries=0, reason=None,
            create_key=step.link.create_key,
        ),
        did=Did.CREATE,
        caseflow=CreateCaseflow(
            key, CONTENT, (ME,), series_id="s1", matter_id="m1", category="Hearing", confidential=True,
            visibility="private",
        ),
        seen=seen,
        outlook_side=PRINTER.all(CONTENT),
    )  # fmt: skip


def test_a_meeting_is_restored_under_the_meetings_key() -> None:
    """E3, H4: a colleague's mailbox may have made it anew meanwhile, and it is one event."""
    meeting = event(CONTENT, attendees=2, ical_uid="uid")
    step = restored(structs.replace(LINK, attempt=1), meeting, RULES)
    assert isinstance(step.caseflow, CreateCaseflow)
    assert step.caseflow.key == meeting_key("f1", meeting, 1)
    private = restored(LINK, structs.replace(meeting, sensitivity="private"), RULES)
    assert isinstance(private.caseflow, CreateCaseflow)
    assert private.caseflow.key == idempotency_key("l1", 0)


def test_a_masked_event_comes_back_without_the_mask_as_its_text() -> None:
    """G4, H4."""
    step = restored(MASKED, MASKED_EVENT, RULES)
    assert isinstance(step.caseflow, CreateCaseflow)
    assert step.caseflow.content == Content("Call", hour(2))
    assert step.outlook_side == PRINTER.all(MASKED_EVENT.content)
    private = structs.replace(LINK, made_private=False)
    hidden = restored(private, event(CONTENT, sensitivity="private"), RULES)
    assert isinstance(hidden.caseflow, CreateCaseflow)
    assert hidden.caseflow.content == Content("Private appointment", hour(2))
