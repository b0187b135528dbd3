"""An ideal world for the pure plan: every write is done, every answer is true, and nobody else acts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import UNSET, structs

from shared.core.events import Author, CaseflowEvent, Content, Field, Kind, OutlookEvent, Span, days, timed
from shared.core.links import Born, Link, based
from shared.core.marks import encoded
from shared.core.mask import Projection, shown, stamp_for
from shared.core.pairs import Rules, carried, mask_of
from shared.core.policy import Mask, Policy
from shared.core.prints import Printer
from shared.core.settle import after_caseflow, after_outlook
from shared.core.steps import ChangeOutlook, Step
from shared.core.texts import MASK_TEXT
from shared.core.writes import CaseflowResult, OutlookResult, PatchCaseflow, Verdict

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ME = "ann"
PROTECTED = frozenset({"Hearing"})
KNOWN = frozenset({"Hearing", "Internal"})
PRINTER = Printer(b"0123456789abcdef")
RULES = Rules(
    Policy(
        firm_id="f1", staff_id=ME, zone="America/New_York", now=NOW, line=NOW - timedelta(hours=4),
        window_start=NOW - timedelta(days=1), window_end=NOW + timedelta(days=744), protected=PROTECTED, known=KNOWN,
    ),
    PRINTER,
)  # fmt: skip


def hour(number: int) -> Span:
    """An hour that begins `number` hours from now."""
    return timed(NOW + timedelta(hours=number), NOW + timedelta(hours=number + 1), "America/New_York")


def day(number: int) -> Span:
    """An all-day event `number` days from today."""
    first = NOW.date() + timedelta(days=number)
    return days(first, first + timedelta(days=1), "America/New_York")


def case(content: Content, version: int = 1, **members: Any) -> CaseflowEvent:
    """An event of CaseFlow's, last edited by a person an hour ago."""
    given = {"staff_ids": (ME,), "updated_at": NOW - timedelta(hours=1), "updated_by": Author("staff", ME), **members}
    return CaseflowEvent(id="c1", version=version, content=content, **given)


def event(content: Content, **members: Any) -> OutlookEvent:
    """An appointment of Outlook's, last edited ten minutes ago."""
    given = {"modified_at": NOW - timedelta(minutes=10), "places": 1 if content.place else 0, **members}
    return OutlookEvent(id="o1", content=content, **{"change_key": "k1", **given})


def agreed(caseflow: CaseflowEvent, born: Born, outlook: OutlookEvent | None = None) -> tuple[Link, OutlookEvent]:
    """A link in full agreement, and the Outlook event as our writes left it, where none is given."""
    mask = mask_of(caseflow, RULES.policy)
    masked = mask is not Mask.NONE
    seen = outlook or event(shown(caseflow.content, mask), sensitivity=_sensitivity(mask))
    link = Link(
        id="l1", kind=Kind.EVENT, born=born, caseflow_id=caseflow.id, outlook_id=seen.id, version=caseflow.version,
        mask=mask.value, veiled=(Field.PLACE, Field.TEXT) if masked and outlook is None else (),
        matter_id=caseflow.matter_id, category=caseflow.category, made_private=mask is Mask.PRIVATE and outlook is None,
    )  # fmt: skip
    content = carried(seen, hidden=born is Born.OUTLOOK and seen.is_private and not link.made_private)
    if link.veiled:
        content = structs.replace(content, text=MASK_TEXT, place="")
    return based(link, PRINTER, caseflow.content, content), seen


def _sensitivity(mask: Mask) -> str:
    return {Mask.NONE: "normal", Mask.CONFIDENTIAL: "confidential", Mask.PRIVATE: "private"}[mask]


def performed(step: Step, caseflow: CaseflowEvent, outlook: OutlookEvent) -> tuple[Link, CaseflowEvent, OutlookEvent]:
    """Both sides and the link after the step's writes; only updates are known here."""
    if isinstance(step.caseflow, PatchCaseflow):
        caseflow = patched(caseflow, step.caseflow)
        step = after_caseflow(step, step.link, CaseflowResult(Verdict.DONE, event=caseflow), RULES)
    link = step.link
    if isinstance(step.outlook, ChangeOutlook):
        outlook = written(outlook, step.outlook.projection, link)
        link = after_outlook(step, step.outlook, "9.1", OutlookResult(Verdict.DONE, event=outlook))
    return link, caseflow, outlook


def patched(caseflow: CaseflowEvent, patch: PatchCaseflow) -> CaseflowEvent:
    """CaseFlow's event after our patch."""
    now = caseflow.content
    content = Content(
        title=now.title if patch.title is UNSET else patch.title,
        span=now.span if patch.span is UNSET else patch.span,
        place=now.place if patch.place is UNSET else patch.place,
        text=now.text if patch.text is UNSET else patch.text,
    )
    staff_ids = caseflow.staff_ids if patch.staff_ids is UNSET else patch.staff_ids
    return structs.replace(
        caseflow, content=content, version=caseflow.version + 1, staff_ids=staff_ids, updated_at=NOW,
        updated_by=Author("sync", ME),
    )  # fmt: skip


def written(outlook: OutlookEvent, sent: Projection, link: Link) -> OutlookEvent:
    """Outlook's event after our update."""
    now = outlook.content
    content = Content(
        title=now.title if sent.title is UNSET else sent.title,
        span=now.span if sent.span is UNSET else sent.span,
        place=now.place if sent.place is UNSET else sent.place,
        text=now.text if sent.text is UNSET else sent.text,
    )
    return structs.replace(
        outlook, content=content, change_key="k2", modified_at=NOW, link_mark=link.id,
        places=outlook.places if sent.place is UNSET else int(bool(sent.place)),
        sensitivity=outlook.sensitivity if sent.sensitivity is UNSET else sent.sensitivity,
        stamp=encoded(stamp_for(sent, PRINTER, "9.1", link.version)),
    )  # fmt: skip
