"""What holds of the plan whatever both sides show (H, G; testing.md 6)."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from shared.core.events import Author, CaseflowEvent, Content, Field, OutlookEvent
from shared.core.links import Born, Link, State
from shared.core.mask import Projection
from shared.core.pairs import mask_of
from shared.core.plan import Observed, plan
from shared.core.policy import Mask
from shared.core.steps import ChangeOutlook, Did, Step
from shared.core.texts import MASK_TEXT
from tests.core.ideal import ME, RULES, agreed, case, day, event, hour, performed

SECRETS = ("strategyword", "courtroomword")
TITLES = st.sampled_from(["Call", "Long call", "x" * 300, "(no title)", "  spaced  out "])
SPANS = st.sampled_from([hour(20), hour(21), hour(30), day(2), day(3)])
PLACES = st.sampled_from(["", "Office", "courtroomword 5"])
TEXTS = st.sampled_from(["", "<p>agenda</p>", "<p>strategyword</p>", "<p>two</p><p>lines</p>"])
CONTENTS = st.builds(Content, TITLES.map(lambda title: title.strip()[:255]), SPANS, PLACES, TEXTS)
MEMBERS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({}, optional={
    "matter_id": st.just("m1"), "category": st.sampled_from(["Hearing", "Internal", "Forgotten"]),
    "confidential": st.booleans(), "visibility": st.sampled_from(["firm", "private"]),
})  # fmt: skip
BORN = st.sampled_from(list(Born))


@st.composite
def edited(draw: st.DrawFn) -> tuple[Link, CaseflowEvent, OutlookEvent]:
    """A pair in agreement, after which people edited either side, or both, in any field."""
    first = case(draw(CONTENTS), **draw(MEMBERS))
    link, outlook = agreed(first, draw(BORN))
    ours = structs.replace(
        first, version=draw(st.integers(1, 4)), content=draw(st.one_of(st.just(first.content), CONTENTS)),
        **draw(st.one_of(st.just({}), MEMBERS)),
    )  # fmt: skip
    if ours.version == 1:
        ours = structs.replace(first)
    theirs = structs.replace(
        outlook, change_key="k9",
        content=draw(st.one_of(st.just(outlook.content), st.builds(Content, TITLES, SPANS, PLACES, TEXTS))),
        sensitivity=draw(st.sampled_from([outlook.sensitivity, "normal", "private", "confidential"])),
    )  # fmt: skip
    return link, ours, structs.replace(theirs, places=1 if theirs.content.place else 0)


def seen(ours: CaseflowEvent, theirs: OutlookEvent) -> Observed:
    return Observed(events={ours.id: ours}, outlook={theirs.id: theirs})


def step_of(link: Link, ours: CaseflowEvent, theirs: OutlookEvent) -> Step:
    (step,) = plan([link], seen(ours, theirs), RULES)
    return step


@given(CONTENTS, MEMBERS, BORN)
def test_nothing_is_written_where_nothing_differs(content: Content, members: dict[str, Any], born: Born) -> None:
    ours = case(content, **members)
    link, theirs = agreed(ours, born)
    step = step_of(link, ours, theirs)
    assert not step.writes
    assert step.did is Did.AGREE


@settings(max_examples=500)
@given(edited())
def test_once_done_there_is_nothing_left_to_do(world: tuple[Link, CaseflowEvent, OutlookEvent]) -> None:
    link, ours, theirs = world
    step = step_of(link, ours, theirs)
    link, ours, theirs = performed(step, ours, theirs)
    again = step_of(link, ours, theirs)
    assert not again.writes
    assert again.link.state is link.state


@settings(max_examples=500)
@given(edited())
def test_what_is_masked_never_goes_out(world: tuple[Link, CaseflowEvent, OutlookEvent]) -> None:
    """G2."""
    link, ours, theirs = world
    step = step_of(link, ours, theirs)
    if mask_of(ours, RULES.policy) is Mask.NONE or not isinstance(step.outlook, ChangeOutlook):
        return
    sent: Projection = step.outlook.projection
    assert sent.text in {MASK_TEXT} or not isinstance(sent.text, str)
    assert not isinstance(sent.place, str) or sent.place == ""


@settings(max_examples=500)
@given(edited())
def test_a_protected_event_edited_on_both_sides_is_left_to_a_person(
    world: tuple[Link, CaseflowEvent, OutlookEvent],
) -> None:
    """H2, always-true 8: no value that clashes is written to either side."""
    link, ours, theirs = world
    step = step_of(link, ours, theirs)
    if step.link.state is not State.REVIEW:
        return
    after_link, after_ours, after_theirs = performed(step, ours, theirs)
    assert (after_ours.content.title, after_ours.content.span) == (ours.content.title, ours.content.span)
    assert (after_theirs.content.title, after_theirs.content.span) == (theirs.content.title, theirs.content.span)
    assert after_link.review == link.review


@settings(max_examples=300)
@given(edited())
def test_what_a_person_wrote_stands_somewhere(world: tuple[Link, CaseflowEvent, OutlookEvent]) -> None:
    """Always-true 11: a title overwritten on one side came from the other, and the loser of a clash is kept."""
    link, ours, theirs = world
    step = step_of(link, ours, theirs)
    _, after_ours, after_theirs = performed(step, ours, theirs)
    kept = [step.opened.loser.title] if step.opened and step.opened.loser else []
    for title in (ours.content.title,):
        standing = [after_ours.content.title, after_theirs.content.title, *kept]
        base = link.base[Field.TITLE].caseflow == RULES.printer.field(ours.content, Field.TITLE)
        assert title in standing or base


@given(st.lists(edited(), min_size=2, max_size=5), st.integers())
def test_the_order_of_links_changes_nothing(worlds: list[tuple[Link, CaseflowEvent, OutlookEvent]], seed: int) -> None:
    links, events, outlook = [], {}, {}
    for number, (link, ours, theirs) in enumerate(worlds):
        links.append(structs.replace(link, id=f"l{number}", caseflow_id=f"c{number}", outlook_id=f"o{number}"))
        events[f"c{number}"] = structs.replace(ours, id=f"c{number}")
        outlook[f"o{number}"] = structs.replace(theirs, id=f"o{number}")
    shuffled = list(links)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - a shuffle keeps no secret
    observed = Observed(events=events, outlook=outlook)
    assert plan(links, observed, RULES) == plan(shuffled, observed, RULES)


def test_our_own_unrecorded_write_is_no_conflict() -> None:
    """design.md 3: the version after the agreed one, written by our own sync."""
    ours = case(Content("Call", hour(20)), category="Hearing")
    link, theirs = agreed(ours, Born.CASEFLOW)
    ours = structs.replace(ours, version=2, content=Content("From Outlook", hour(20)), updated_by=Author("sync", ME))
    theirs = event(Content("From Outlook, then again", hour(20)), sensitivity="confidential", change_key="k2")
    theirs = structs.replace(theirs, content=structs.replace(theirs.content, text=MASK_TEXT))
    step = step_of(link, ours, theirs)
    assert step.opened is None
    assert step.caseflow is not None
