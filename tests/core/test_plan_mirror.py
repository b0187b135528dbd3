"""The mirror of a task or deadline: followed, set back, put back, dismissed, removed (I1 to I4, L1, L2, F3, G3, G8)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import UNSET, structs

from shared.core.events import Content, Field, Kind, MirrorItem, OutlookEvent, Removed, days, timed
from shared.core.links import Base, Link, State, Todo
from shared.core.marks import encoded
from shared.core.mask import Projection, mirror_content, project_mirror, stamp_for
from shared.core.pairs import Rules
from shared.core.plan import Observed, is_planned, plan, plan_link
from shared.core.plan_mirror import plan_mirror, plan_mirror_removed, plan_toggled_off, toggle
from shared.core.plan_new import mirror_mask, plan_mirrored
from shared.core.policy import Mask
from shared.core.settle import looked_at_later
from shared.core.steps import ChangeOutlook, Did, DropOutlook, MakeOutlook, Step, ended, nothing
from shared.core.texts import MASK_TEXT
from tests.core.ideal import NOW, PRINTER, RULES, event, written

ZONE = "America/New_York"
DUE = date(2026, 12, 1)
NEXT = date(2026, 12, 2)
TASK = MirrorItem(Kind.TASK, "t1", 5, "Brief", DUE, None, "<p>notes</p>")
LINKED = structs.replace(TASK, matter_id="m1")
DEADLINE = structs.replace(TASK, kind=Kind.DEADLINE)
PAST = structs.replace(RULES, policy=structs.replace(RULES.policy, now=NOW + timedelta(days=20)))
LATER = structs.replace(RULES, policy=structs.replace(RULES.policy, now=NOW + timedelta(days=40)))


def rules(base: Rules = RULES, **members: Any) -> Rules:
    return structs.replace(base, policy=structs.replace(base.policy, **members))


def standing(item: MirrorItem, **members: Any) -> tuple[Link, OutlookEvent]:
    """A mirror in agreement, as our write left it."""
    step = plan_mirrored(item, RULES, 2)
    assert isinstance(step.outlook, MakeOutlook)
    seen = written(event(Content("", days(DUE, NEXT))), step.outlook.projection, step.link)
    base = {field: Base(step.caseflow_side[field], step.outlook_side[field]) for field in Field}
    link = structs.replace(step.link, outlook_id="o1", todo=Todo.NONE, base=base, change_key="k2", nonce="9.1")
    return structs.replace(link, **members), seen


def decide(item: MirrorItem, link: Link, seen: OutlookEvent | None, ruled: Rules = RULES) -> Step:
    """What the plan decides; a mirror that is not there is proved gone."""
    observed = Observed(
        mirrors={(item.kind, "t1"): item},
        outlook={"o1": seen} if seen else {},
        gone=frozenset() if seen else frozenset({"o1"}),
    )
    (step,) = plan([link], observed, ruled)
    return step


def sent(step: Step) -> Projection:
    assert isinstance(step.outlook, ChangeOutlook)
    return step.outlook.projection


@pytest.mark.parametrize("item", [TASK, LINKED, DEADLINE, structs.replace(TASK, title="x" * 255)])
def test_a_mirror_in_agreement_is_left_alone(item: MirrorItem) -> None:
    """I1."""
    link, seen = standing(item)
    behind = structs.replace(link, todo=Todo.LOOK, tries=2, change_key="k0", outlook_id="o1", version=4)
    content = mirror_content(item, ZONE, mirror_mask(item))
    assert decide(item, behind, seen) == Step(
        link=structs.replace(link, version=5),
        did=Did.AGREE,
        seen=seen,
        before=content,
        version=5,
        caseflow_side=PRINTER.all(content),
        outlook_side=PRINTER.all(content),
    )


@pytest.mark.parametrize("item", [TASK, DEADLINE])
@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"title": "Long brief"}, {Field.TITLE}),
        ({"date": NEXT}, {Field.TIME}),
        ({"title": "Long brief", "date": NEXT}, {Field.TITLE, Field.TIME}),
    ],
)
def test_a_changed_item_changes_its_mirror(item: MirrorItem, change: dict[str, Any], fields: set[Field]) -> None:
    """I4, F2: only what changed is written."""
    link, seen = standing(item)
    step = decide(structs.replace(item, version=6, **change), link, seen)
    assert (step.did, sent(step).fields(), step.link.version) == (Did.UPDATE, frozenset(fields), 6)
    assert sent(step).sensitivity is UNSET
    assert sent(step).mask is mirror_mask(item)


def test_a_moved_date_moves_the_end_that_the_link_remembers() -> None:
    """I4, D6."""
    link, seen = standing(TASK)
    step = decide(structs.replace(TASK, date=NEXT), link, seen)
    assert link.ends_at is not None
    assert step.link.ends_at == link.ends_at + timedelta(days=1)


def test_notes_of_an_open_task_follow_and_those_of_a_masked_one_stay_here() -> None:
    """I2, G2."""
    link, seen = standing(TASK)
    assert sent(decide(structs.replace(TASK, text="<p>new</p>"), link, seen)).text == "<p>new</p>"
    link, seen = standing(LINKED)
    assert not decide(structs.replace(LINKED, text="<p>new</p>"), link, seen).writes


@pytest.mark.parametrize("item", [TASK, LINKED, DEADLINE])
@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"title": "Edited"}, Field.TITLE),
        ({"span": days(NEXT, date(2026, 12, 3))}, Field.TIME),
        ({"place": "Room"}, Field.PLACE),
        ({"text": "<p>typed</p>"}, Field.TEXT),
    ],
)
def test_an_edited_mirror_is_set_back(item: MirrorItem, members: dict[str, Any], field: Field) -> None:
    """I3."""
    link, seen = standing(item)
    edited = structs.replace(seen, content=structs.replace(seen.content, **members))
    step = decide(item, link, edited)
    assert (step.did, sent(step).fields()) == (Did.SET_BACK, frozenset({field}))
    whole = project_mirror(item, ZONE, mirror_mask(item))
    back = structs.replace(sent(step), sensitivity=whole.sensitivity, free=True, reminder=False)
    names = {Field.TITLE: "title", Field.TIME: "span", Field.PLACE: "place", Field.TEXT: "text"}
    assert getattr(back, names[field]) == getattr(whole, names[field])


def test_edited_there_and_changed_here_is_an_update() -> None:
    link, seen = standing(TASK)
    edited = structs.replace(seen, content=structs.replace(seen.content, title="Edited"))
    step = decide(structs.replace(TASK, date=NEXT), link, edited)
    assert (step.did, sent(step).fields()) == (Did.UPDATE, frozenset({Field.TITLE, Field.TIME}))


@pytest.mark.parametrize(
    ("item", "mask", "sensitivity", "wanted"),
    [
        (TASK, "none", "normal", None),
        (TASK, "none", "confidential", None),
        (TASK, "confidential", "confidential", "normal"),
        (TASK, "confidential", "private", None),
        (LINKED, "confidential", "confidential", None),
        (LINKED, "confidential", "normal", "confidential"),
        (LINKED, "confidential", "personal", "confidential"),
        (LINKED, "confidential", "private", None),
        (LINKED, "none", "normal", "confidential"),
    ],
)
def test_sensitivity_follows_the_mask(item: MirrorItem, mask: str, sensitivity: str, wanted: str | None) -> None:
    """G3, G7, G8: lowered is set back, private is stricter, and nothing of a person's is lowered."""
    link, seen = standing(item, mask=mask)
    step = decide(item, link, structs.replace(seen, sensitivity=sensitivity))
    assert step.link.mask == mirror_mask(item).value
    assert (sent(step).sensitivity if step.outlook else None) == wanted


def test_a_task_that_is_linked_later_is_masked() -> None:
    """G3."""
    link, seen = standing(TASK)
    step = decide(structs.replace(LINKED, version=6), link, seen)
    assert step.link == structs.replace(
        link, mask="confidential", veiled=(Field.PLACE, Field.TEXT), matter_id="m1", version=6
    )
    assert (sent(step).text, sent(step).sensitivity, sent(step).fields()) == (
        MASK_TEXT,
        "confidential",
        frozenset({Field.TEXT}),
    )


def test_a_task_that_is_unlinked_publishes_nothing() -> None:
    """G8."""
    link, seen = standing(LINKED)
    step = decide(structs.replace(TASK, version=6), link, seen)
    assert sent(step) == Projection(mask=Mask.NONE, sensitivity="normal")
    assert step.link.veiled == (Field.PLACE, Field.TEXT)
    assert step.link.matter_id is None


def test_a_dismissed_mirror_that_stands_again_lives() -> None:
    link, seen = standing(TASK, state=State.DISMISSED)
    step = decide(TASK, link, seen)
    assert step.link.state is State.LIVE
    assert step.link.ends_at == plan_mirrored(TASK, RULES).link.ends_at


# Gone from Outlook


@pytest.mark.parametrize("item", [TASK, LINKED])
def test_a_deleted_task_stays_away(item: MirrorItem) -> None:
    """I3."""
    link, _ = standing(item)
    away = structs.replace(link, state=State.DISMISSED, outlook_id=None)
    assert decide(item, structs.replace(link, todo=Todo.LOOK), None) == Step(
        link=away, did=Did.AGREE, reason="dismissed"
    )


@pytest.mark.parametrize(
    ("change", "back"),
    [({"title": "Other"}, True), ({"date": NEXT}, True), ({"text": "<p>new</p>"}, False), ({"version": 9}, False)],
)
def test_a_deleted_task_comes_back_when_date_or_title_change(change: dict[str, Any], back: bool) -> None:
    """I3."""
    link, _ = standing(TASK)
    item = structs.replace(TASK, **change)
    step = decide(item, link, None)
    assert (step == plan_mirrored(item, RULES, 3)) is back
    assert (step.did is Did.CREATE) is back


def test_a_deleted_deadline_is_put_back_until_it_is_past() -> None:
    """I3."""
    link, _ = standing(DEADLINE)
    assert decide(DEADLINE, link, None) == plan_mirrored(DEADLINE, RULES, 3)
    assert decide(DEADLINE, link, None, PAST).reason == "dismissed"


def test_what_was_deleted_while_sync_was_off_is_made_again() -> None:
    """L3."""
    link, _ = standing(TASK)
    assert decide(TASK, link, None, rules(off_since=NOW)) == plan_mirrored(TASK, RULES, 3)


def test_a_mirror_out_of_scope_is_not_made_again() -> None:
    """D2, D6."""
    link, _ = standing(DEADLINE)
    assert decide(DEADLINE, link, None, LATER) == ended(link, "outside")


def test_a_mirror_that_rests_is_left_alone() -> None:
    """D6."""
    link, seen = standing(TASK, change_key="k0")
    edited = structs.replace(seen, content=structs.replace(seen.content, title="Edited"))
    assert decide(TASK, link, edited, LATER) == nothing(structs.replace(link, change_key="k2"), "rests")


def test_an_old_mirror_that_was_dragged_ahead_is_set_back() -> None:
    """I3: a dragged deadline must not mislead, however old it is."""
    link, seen = standing(DEADLINE)
    ahead = structs.replace(seen.content, span=days(date(2027, 3, 1), date(2027, 3, 2)))
    step = decide(DEADLINE, link, structs.replace(seen, content=ahead), LATER)
    assert (step.did, sent(step).fields()) == (Did.SET_BACK, frozenset({Field.TIME}))


@pytest.mark.parametrize("item", [TASK, DEADLINE])
def test_a_mirror_to_which_somebody_was_invited_is_the_persons(item: MirrorItem) -> None:
    """F3: any write would send mail, so a new mirror is made."""
    link, seen = standing(item)
    meeting = structs.replace(seen, attendees=1)
    assert decide(item, link, meeting) == plan_mirrored(item, RULES, 3)
    assert plan_toggled_off(link, meeting, RULES) == ended(link, "toggled_off")
    assert plan_mirror_removed(link, meeting, RULES, "completed") == ended(link, "completed")


# Removed here


def test_a_toggle_that_goes_off_removes_what_is_not_past() -> None:
    """L2: and no guard asks about it."""
    for item, off in ((TASK, rules(tasks=False)), (DEADLINE, rules(deadlines=False))):
        link, seen = standing(item)
        removal = structs.replace(
            ended(link, "toggled_off"), did=Did.REMOVE, outlook=DropOutlook(), seen=seen, by_preference=True
        )
        assert decide(item, link, seen, off) == removal
        assert plan_mirror(link, item, seen, off) == removal
        assert decide(item, link, None, off) == ended(link, "toggled_off")
        past = structs.replace(seen, content=Content("x", timed(NOW - timedelta(hours=1), NOW)))
        assert decide(item, link, past, off) == ended(link, "toggled_off")


def test_each_toggle_is_its_own() -> None:
    """L1."""
    assert [toggle(kind, rules(tasks=False)) for kind in (Kind.TASK, Kind.DEADLINE)] == [False, True]
    assert [toggle(kind, rules(deadlines=False)) for kind in (Kind.TASK, Kind.DEADLINE)] == [True, False]


def test_what_is_done_or_deleted_loses_its_mirror() -> None:
    """I4."""
    link, seen = standing(TASK)
    gone = {(Kind.TASK, "t1"): Removed(Kind.TASK, "t1", 6, "completed")}
    removal = structs.replace(ended(link, "completed"), did=Did.REMOVE, outlook=DropOutlook(), seen=seen)
    assert plan_link(link, Observed(removed=gone, outlook={"o1": seen}), RULES) == removal
    assert plan_link(link, Observed(removed=gone, gone=frozenset({"o1"})), RULES) == ended(link, "completed")
    assert plan_link(link, Observed(removed=gone, outlook={"o1": seen}), LATER) == ended(link, "completed")
    assert not removal.by_preference


# What was not read


def test_without_an_answer_nothing_is_decided() -> None:
    """C4, E8: absence is proved before it counts."""
    link, seen = standing(TASK)
    stands = {(Kind.TASK, "t1"): TASK}
    unread = Step(link=looked_at_later(link), did=Did.SKIP, reason="outlook_unread")
    assert plan_link(link, Observed(mirrors=stands), RULES) == unread
    silent = Step(link=looked_at_later(link), did=Did.SKIP, reason="caseflow_unread")
    assert plan_link(link, Observed(outlook={"o1": seen}), RULES) == silent
    away = structs.replace(link, outlook_id=None, state=State.DISMISSED)
    assert plan_link(away, Observed(mirrors=stands), RULES).reason == "dismissed"


def test_an_unanswered_create_is_repeated_in_its_attempt() -> None:
    """C3."""
    link = plan_mirrored(TASK, RULES, 4).link
    observed = Observed(mirrors={(Kind.TASK, "t1"): TASK})
    assert plan_link(link, observed, RULES) == structs.replace(plan_mirrored(TASK, RULES, 4), repeated=True)
    unread = plan_link(link, Observed(), RULES)
    assert (unread.reason, unread.link.todo) == ("caseflow_unread", Todo.CREATING_OUTLOOK)
    found, seen = standing(TASK, todo=Todo.CREATING_OUTLOOK)
    assert decide(TASK, found, seen).did is Did.AGREE


def test_our_own_unrecorded_write_to_a_mirror_is_no_edit() -> None:
    """design.md 3: its stamp says what it wrote."""
    link, seen = standing(TASK)
    renamed = structs.replace(TASK, title="Long brief", version=6)
    ours = project_mirror(renamed, ZONE, Mask.NONE)
    stamped = structs.replace(
        seen, content=structs.replace(seen.content, title="Task: Long brief"), link_mark=link.id,
        stamp=encoded(stamp_for(ours, PRINTER, "9.9", 6)),
    )  # fmt: skip
    step = decide(renamed, link, stamped)
    assert not step.writes
    assert step.link.nonce == "9.9"


@pytest.mark.parametrize("state", list(State))
def test_a_job_follows_links_that_are_not_in_another_list(state: State) -> None:
    """design.md 2."""
    link, _ = standing(TASK, state=state)
    assert is_planned(link) is (state not in {State.ASIDE, State.ENDED, State.IMPORTED})
