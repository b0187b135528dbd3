"""One row of the decision table in docs/sync-semantics.md as the plan sees it: both sides, and what they agreed on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from msgspec import Struct, structs

from shared.core.events import (
    Author,
    CaseflowEvent,
    Content,
    Field,
    Kind,
    MirrorItem,
    OutlookEvent,
    Removed,
    Span,
    timed,
)
from shared.core.links import Born, Link, caseflow_link_id, outlook_link_id, rebased
from shared.core.mask import mirror_content, shown
from shared.core.pairs import Rules, caseflow_prints, seen_content
from shared.core.plan import Observed
from shared.core.plan_new import BOTH_MASKED, mirror_mask
from shared.core.policy import Mask, Policy
from shared.core.prints import Printer
from shared.core.texts import MASK_TEXT, PRIVATE_TITLE

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LINE = datetime(2026, 9, 1, tzinfo=UTC)
SPAN = timed(datetime(2026, 11, 26, 15, tzinfo=UTC), datetime(2026, 11, 26, 16, tzinfo=UTC))
EDITED = NOW - timedelta(hours=1)
ME, COLLEAGUE = "ann", "bob"
FIELDS = {"title", "time", "place", "text"}
AGES = {"past": timedelta(days=10), "resting": timedelta(days=45), "before the line": timedelta(days=100)}
PROTECTIONS = {"none", "category", "matter", "private", "confidential"}


class Row(Struct, frozen=True):
    """One row of the table; members are the columns in their order."""

    caseflow: str
    outlook: str
    protection: str
    event: str
    to_caseflow: str
    to_outlook: str
    link: str
    rules: str

    @property
    def kind(self) -> str:
        """What kind of event the row is about."""
        return self.event.split(", ")[0]

    @property
    def traits(self) -> set[str]:
        """What else holds, such as `shared` or `past`."""
        return set(self.event.split(", ")[1:])


def rules_of(row: Row) -> Rules:
    """The firm protects hearings; sync was off meanwhile where the row says so."""
    policy = Policy(
        firm_id="f1", staff_id=ME, zone="UTC", now=NOW, line=LINE, window_start=LINE,
        window_end=NOW + timedelta(days=744), protected=frozenset({"Hearing"}),
        known=frozenset({"Hearing", "Internal"}), off_since=NOW - timedelta(days=1) if "paused" in row.traits else None,
    )  # fmt: skip
    return Rules(policy, Printer(b"a key of sixteen bytes"))


def _agreed(row: Row) -> Content:
    """What both sides held when they last agreed."""
    span = SPAN
    for trait in row.traits & AGES.keys():
        span = _shifted(span, -AGES[trait])
    if row.kind == "private":
        return Content(PRIVATE_TITLE, span)
    return Content("Agreed", span, "Room 1", "<p>Agreed text</p>")


def _shifted(span: Span, by: timedelta) -> Span:
    return timed(span.starts_at() + by, span.ends_at() + by)


def _changed(content: Content, words: set[str], side: str) -> Content:
    side = "CaseFlow" if "same" in words else side
    by = timedelta(hours=2 if side == "CaseFlow" else 3)
    return Content(
        title=f"By {side}" if "title" in words else content.title,
        span=_shifted(content.span, by) if "time" in words else content.span,
        place=f"Place of {side}" if "place" in words else content.place,
        text=f"<p>Text of {side}</p>" if "text" in words else content.text,
    )


def caseflow_side(row: Row) -> CaseflowEvent:
    """CaseFlow's event with the changes of the row."""
    words = set(row.caseflow.split())
    content = _agreed(row)
    matter = "m1" if "linked" in words or (row.protection == "matter" and "unlinked" not in words) else None
    staff = tuple(name for name in (ME, COLLEAGUE) if name == ME or "shared" in row.traits)
    return CaseflowEvent(
        id="c1",
        version=6 if words & {*FIELDS, "linked", "unlinked"} else 5,
        content=_changed(content, words, "CaseFlow"),
        staff_ids=staff,
        updated_at=EDITED,
        updated_by=Author("sync" if "by sync" in row.traits else "staff", COLLEAGUE),
        category="Hearing" if row.protection == "category" else None,
        matter_id=matter,
        confidential=row.protection == "confidential",
        visibility="private" if row.protection == "private" else "firm",
        series_id="o-series" if row.kind == "occurrence" else None,
    )


def _outlook_before(row: Row, link: Link) -> OutlookEvent:
    """Outlook's event as the last run left it."""
    meeting = row.kind in {"organised", "attended"}
    hidden = row.kind == "private"
    content = structs.replace(_agreed(row), title="Dentist", text="<p>Molar</p>") if hidden else _agreed(row)
    if Field.TEXT in link.veiled:
        content = structs.replace(content, text=MASK_TEXT, place="")
    sensitivity = "normal" if link.mask == Mask.NONE.value else link.mask
    series = row.kind == "occurrence"
    return OutlookEvent(
        id="o1",
        change_key="k1",
        content=content,
        type="occurrence" if series else "singleInstance",
        sensitivity="private" if hidden else ("normal" if meeting else sensitivity),
        attachments=row.kind == "attached",
        attendees=2 if meeting else 0,
        is_organizer=row.kind != "attended",
        master_id="o-series" if series else None,
        original_start=SPAN.starts_at() if series else None,
        modified_at=EDITED,
    )


def outlook_side(row: Row, before: OutlookEvent) -> OutlookEvent:
    """Outlook's event with the changes of the row."""
    words = set(row.outlook.split())
    content = _changed(before.content, words, "Outlook")
    if "typed" in words:
        content = structs.replace(content, text=f"<p>{MASK_TEXT}</p><p>Bring the file</p>")
    moved = timedelta(minutes=30 if "later" in words else 1)
    return structs.replace(
        before,
        content=content,
        change_key="k2" if words & {*FIELDS, "typed", "lowered", "private", "declined"} else before.change_key,
        sensitivity="normal" if "lowered" in words else "private" if "private" in words else before.sensitivity,
        response="declined" if "declined" in words else before.response,
        modified_at=EDITED + moved if words & FIELDS else before.modified_at,
    )


def linked(row: Row, rules: Rules) -> tuple[Link, OutlookEvent]:
    """The link of both, with everything agreed as it was before the changes of the row."""
    before = caseflow_side(structs.replace(row, caseflow="linked" if "unlinked" in row.caseflow.split() else "-"))
    mask = rules.policy.mask(before.category, before.matter_id, before.confidential, before.visibility)
    born = Born.CASEFLOW if row.kind == "copy" else Born.OUTLOOK
    masks = mask is not Mask.NONE and row.kind in {"copy", "own", "occurrence"}
    veils = masks or "veiled" in row.traits
    link = Link(
        id=caseflow_link_id(Kind.EVENT, "c1"), kind=Kind.EVENT, born=born, caseflow_id="c1", outlook_id="o1",
        version=5, change_key="k1", nonce="1.1", mask=mask.value, veiled=BOTH_MASKED if veils else (),
        not_masked=mask is not Mask.NONE and not masks, leads="follows" not in row.traits,
        shared="shared" in row.traits, matter_id=before.matter_id,
        category=before.category, confidential=before.confidential, visibility=before.visibility,
        master_id="o-series" if row.kind == "occurrence" else None,
        original_start=SPAN.starts_at() if row.kind == "occurrence" else None,
    )  # fmt: skip
    outlook = _outlook_before(row, link)
    if born is Born.OUTLOOK:
        link = structs.replace(link, id=outlook_link_id(outlook))
    base = caseflow_prints(link, before.content, rules.printer)
    return rebased(link, base, rules.printer.all(seen_content(outlook, link))), outlook


def observed_event(row: Row, link: Link, outlook: OutlookEvent) -> Observed:
    """What a job has read of both sides."""
    event, words = caseflow_side(row), set(row.caseflow.split())
    removed = {}
    for reason in words & {"deleted", "unassigned"}:
        removed[(Kind.EVENT, "c1")] = Removed(Kind.EVENT, "c1", 6, reason)
    return Observed(
        events={} if removed else {"c1": event},
        removed=removed,
        outlook={} if row.outlook == "gone" else {"o1": outlook_side(row, outlook)},
        gone=frozenset({"o1"}) if row.outlook == "gone" else frozenset(),
        homeless=frozenset({link.id}) if "homeless" in row.traits else frozenset(),
    )


def mirrored(row: Row, rules: Rules) -> tuple[Link, Observed, MirrorItem]:
    """A task or deadline, its mirror, and what was read of both."""
    words, seen = set(row.caseflow.split()), set(row.outlook.split())
    kind = Kind(row.kind)
    day = NOW.date() + timedelta(days=3) - (AGES["past"] if "past" in row.traits else timedelta())
    matter = "m1" if row.protection == "matter" else None
    item = MirrorItem(kind, "t1", 5, "Brief", day, matter, "Notes")
    mask = mirror_mask(item)
    content = mirror_content(item, "UTC", mask)
    link = Link(
        id=caseflow_link_id(kind, "t1"), kind=kind, born=Born.CASEFLOW, caseflow_id="t1", outlook_id="o1", version=5,
        change_key="k1", nonce="1.1", mask=mask.value, veiled=BOTH_MASKED if mask is not Mask.NONE else (),
        matter_id=matter,
    )  # fmt: skip
    prints = rules.printer.all(shown(content, mask))
    outlook = OutlookEvent(
        id="o1", change_key="k1", content=_moved_mirror(content, seen),
        sensitivity="normal" if mask is Mask.NONE else mask.value,
    )  # fmt: skip
    now = structs.replace(
        item,
        version=6 if words & FIELDS else 5,
        title="Long brief" if "title" in words else item.title,
        date=date.fromordinal(day.toordinal() + 1) if "time" in words else day,
    )
    done = {(kind, "t1"): Removed(kind, "t1", 6, "completed")} if "done" in words else {}
    found = Observed(
        mirrors={} if done else {(kind, "t1"): now},
        removed=done,
        outlook={} if row.outlook == "gone" else {"o1": outlook},
        gone=frozenset({"o1"}) if row.outlook == "gone" else frozenset(),
    )
    return rebased(link, prints, prints), found, now


def _moved_mirror(content: Content, words: set[str]) -> Content:
    span = content.span
    if "time" in words:
        one = timedelta(days=1)
        span = structs.replace(span, start=span.start + one, end=span.end + one)
    return structs.replace(content, span=span, title="Edited" if "title" in words else content.title)
