"""Steps whose services have yet to answer, for the tests of what a link becomes then."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from shared.core.events import Content, Field
from shared.core.links import Born, Link
from shared.core.mask import project_fields
from shared.core.plan_new import plan_pushed
from shared.core.policy import Mask
from shared.core.steps import ChangeOutlook, Did, Opened, Step
from shared.core.writes import (
    PatchCaseflow,
    Verdict,
)
from tests.core.ideal import RULES, agreed, case, hour

CONTENT = Content("Call", hour(2), "Office", "<p>agenda</p>")
AFTER = Content("Long call", hour(3), "Court", "<p>more</p>")
OURS = case(CONTENT, version=4)
LINK, THEIRS = agreed(OURS, Born.CASEFLOW)
SIDE = {field: f"c-{field.value}" for field in Field}
SEEN = {field: f"o-{field.value}" for field in Field}
NOT_DONE = [Verdict.STALE, Verdict.GONE, Verdict.UNKNOWN]


def patching(**members: Any) -> Step:
    patch = PatchCaseflow("c1", 4, **members)
    sent = project_fields(AFTER, Mask.NONE, frozenset({Field.TITLE}), (), None)
    return Step(
        link=LINK, did=Did.UPDATE, caseflow=patch, outlook=ChangeOutlook(sent), version=4, caseflow_side=SIDE,
        outlook_side=SEEN, opened=Opened("edit_conflict", kept="outlook"),
    )  # fmt: skip


def changing(*fields: Field, link: Link = LINK) -> Step:
    sent = project_fields(AFTER, Mask.NONE, frozenset(fields), (), None)
    return Step(
        link=link, did=Did.UPDATE, outlook=ChangeOutlook(sent), version=9, caseflow_side=SIDE, outlook_side=SEEN
    )


def making(**members: Any) -> Step:
    step = plan_pushed(OURS, RULES, 2)
    return structs.replace(step, caseflow_side=SIDE, outlook_side=SEEN, **members)
