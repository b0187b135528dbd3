"""The decision for an event that has no link yet, and adoption where unlinked meets unlinked (D2, E, F1, E7). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from msgspec import structs

from shared.core.events import CaseflowEvent, Content, Field, Kind, MirrorItem, OutlookEvent
from shared.core.links import (
    Born,
    Link,
    Todo,
    caseflow_link_id,
    meeting_row,
    outlook_link_id,
    pull_key,
    remembering,
)
from shared.core.mask import mirror_content, project, project_mirror, shown
from shared.core.pairs import Rules, carried, caseflow_prints, echo, mask_of, zoned_as
from shared.core.policy import Mask
from shared.core.prints import comparable
from shared.core.steps import Did, MakeOutlook, Step
from shared.core.writes import CreateCaseflow

BOTH_MASKED = (Field.PLACE, Field.TEXT)


def outlook_skip(event: OutlookEvent, rules: Rules) -> str | None:
    """Why an unlinked Outlook event is not pulled, or None (D2, D3, D4, D6, E5)."""
    policy, span = rules.policy, event.content.span
    if event.has_ended_for_user:
        return "declined"
    if policy.before_line(span):
        return "before_line"
    if policy.rests(span):
        return "rests"
    if span.starts_at(policy.zone) >= (policy.series_end if event.master_id else policy.window_end):
        return "beyond_window"
    return None


def caseflow_skip(event: CaseflowEvent, rules: Rules) -> str | None:
    """Why an unlinked CaseFlow event is not pushed, or None (D2, D3, D6)."""
    return _span_skip(event.content, rules)


def _span_skip(content: Content, rules: Rules) -> str | None:
    policy = rules.policy
    if policy.before_line(content.span):
        return "before_line"
    if policy.rests(content.span):
        return "rests"
    return "beyond_window" if policy.beyond_window(content.span) else None


def plan_pulled(event: OutlookEvent, rules: Rules, attempt: int = 0) -> Step:
    """Make the CaseFlow event of a new Outlook event (E1, E3, E4)."""
    content = carried(event, hidden=event.is_private)
    content = structs.replace(content, span=zoned_as(content.span, rules.policy.zone))
    link = Link(
        id=outlook_link_id(event),
        kind=Kind.EVENT,
        born=Born.OUTLOOK,
        outlook_id=event.id,
        change_key=event.change_key,
        master_id=event.master_id,
        original_start=event.original_start,
        meeting=event.is_meeting,
        meeting_row=meeting_row(event),
        attempt=attempt,
        todo=Todo.CREATING_CASEFLOW,
        starts_at=content.span.starts_at(rules.policy.zone),
        ends_at=content.span.ends_at(rules.policy.zone),
    )
    key = pull_key(rules.policy.firm_id, link.id, event, attempt)
    write = CreateCaseflow(key, content, (rules.policy.staff_id,), series_id=event.master_id)
    return Step(
        link=structs.replace(link, create_key=key),
        did=Did.CREATE,
        caseflow=write,
        seen=event,
        outlook_side=rules.printer.all(content),
    )


def asked_again(step: Step, key: str) -> Step:
    """The create of `step` under the key of an earlier one: what the event has become must not change it (E3, J2)."""
    if not key or not isinstance(step.caseflow, CreateCaseflow):
        return step
    write = structs.replace(step.caseflow, key=key)
    return structs.replace(step, caseflow=write, link=structs.replace(step.link, create_key=key))


def plan_pushed(event: CaseflowEvent, rules: Rules, attempt: int = 0) -> Step:
    """Make the copy of a new CaseFlow event (F1), masked from its first write (G)."""
    mask = mask_of(event, rules.policy)
    link = Link(
        id=caseflow_link_id(Kind.EVENT, event.id),
        kind=Kind.EVENT,
        born=Born.CASEFLOW,
        attempt=attempt,
        todo=Todo.CREATING_OUTLOOK,
        mask=mask.value,
        veiled=BOTH_MASKED if mask is not Mask.NONE else (),
        starts_at=event.content.span.starts_at(rules.policy.zone),
        ends_at=event.content.span.ends_at(rules.policy.zone),
    )
    return Step(
        link=remembering(link, event, rules.policy.staff_id),
        did=Did.CREATE,
        outlook=MakeOutlook(project(event.content, mask)),
        before=event.content,
        version=event.version,
        caseflow_side=caseflow_prints(link, event.content, rules.printer),
        outlook_side=rules.printer.all(shown(echo(event.content), mask)),
        caseflow_event=event,
    )


def plan_mirrored(item: MirrorItem, rules: Rules, attempt: int = 0) -> Step:
    """Make the mirror of a task or key deadline (I1, I2)."""
    mask = mirror_mask(item)
    content = mirror_content(item, rules.policy.zone, mask)
    link = Link(
        id=caseflow_link_id(item.kind, item.id),
        kind=item.kind,
        born=Born.CASEFLOW,
        caseflow_id=item.id,
        attempt=attempt,
        todo=Todo.CREATING_OUTLOOK,
        mask=mask.value,
        veiled=BOTH_MASKED if mask is not Mask.NONE else (),
        matter_id=item.matter_id,
        ends_at=content.span.ends_at(rules.policy.zone),
    )
    return Step(
        link=link,
        did=Did.CREATE,
        outlook=MakeOutlook(project_mirror(item, rules.policy.zone, mask)),
        before=content,
        version=item.version,
        caseflow_side=rules.printer.all(content),
        outlook_side=rules.printer.all(echo(content)),
    )


def mirror_mask(item: MirrorItem) -> Mask:
    """Deadlines and matter-linked tasks are masked (I2)."""
    masked = item.kind is Kind.DEADLINE or item.matter_id is not None
    return Mask.CONFIDENTIAL if masked else Mask.NONE


def mirror_skip(item: MirrorItem, rules: Rules) -> str | None:
    """Why a task or deadline is not mirrored, or None (D2, D3, D6)."""
    return _span_skip(mirror_content(item, rules.policy.zone, Mask.CONFIDENTIAL), rules)


def adopted(caseflow: CaseflowEvent, outlook: OutlookEvent, rules: Rules) -> Link:
    """The link of a pair found by content: no base, and born in Outlook (E7)."""
    link = Link(
        id=outlook_link_id(outlook), kind=Kind.EVENT, born=Born.OUTLOOK, outlook_id=outlook.id,
        change_key=outlook.change_key, master_id=outlook.master_id,
    )  # fmt: skip
    return structs.replace(remembering(link, caseflow, rules.policy.staff_id), version=caseflow.version)


def found(caseflow: CaseflowEvent, outlook: OutlookEvent, rules: Rules, attempt: int) -> Link:
    """The link of a copy of ours found by its mark, its row lost (E7)."""
    link = Link(
        id=caseflow_link_id(Kind.EVENT, caseflow.id), kind=Kind.EVENT, born=Born.CASEFLOW, outlook_id=outlook.id,
        change_key=outlook.change_key, attempt=attempt, mask=mask_of(caseflow, rules.policy).value,
    )  # fmt: skip
    return structs.replace(remembering(link, caseflow, rules.policy.staff_id), version=caseflow.version)


def found_mirror(item: MirrorItem, outlook: OutlookEvent) -> Link:
    """The link of a mirror of ours found by its mark, its row lost (E7)."""
    return Link(
        id=caseflow_link_id(item.kind, item.id), kind=item.kind, born=Born.CASEFLOW, caseflow_id=item.id,
        outlook_id=outlook.id, change_key=outlook.change_key, matter_id=item.matter_id,
    )  # fmt: skip


def matches(
    caseflow: Iterable[CaseflowEvent], outlook: Iterable[OutlookEvent]
) -> list[tuple[CaseflowEvent, OutlookEvent]]:
    """Pairs of unlinked events equal in title and times, where exactly one candidate stands on each side (E7)."""
    ours: dict[tuple[str, str], list[CaseflowEvent]] = defaultdict(list)
    theirs: dict[tuple[str, str], list[OutlookEvent]] = defaultdict(list)
    for event in caseflow:
        ours[_look(event.content)].append(event)
    for candidate in outlook:
        theirs[_look(carried(candidate, hidden=candidate.is_private))].append(candidate)
    return [(ours[key][0], theirs[key][0]) for key in ours if len(ours[key]) == 1 and len(theirs.get(key, ())) == 1]


def _look(content: Content) -> tuple[str, str]:
    span = content.span
    times = f"{span.start}|{span.end}|{span.all_day}"
    return comparable(content, Field.TITLE).casefold(), times
