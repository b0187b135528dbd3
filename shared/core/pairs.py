"""One event as both sides show it, compared with what they last agreed on (design.md 4.5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct, structs

from shared.core.events import CaseflowEvent, Content, Field, OutlookEvent, Span
from shared.core.links import Born, Link, based, rebased
from shared.core.marks import decoded
from shared.core.policy import Mask, Policy
from shared.core.prints import Printer
from shared.core.texts import (
    MASK_TEXT,
    PLACE_MAX,
    PRIVATE_TITLE,
    TITLE_MAX,
    begins_with_mask,
    cut_text,
    cut_title,
    holds_more,
    is_cut,
    sanitised,
    unmasked,
    without_additions,
)
from shared.core.zones import FALLBACK, alike

ALL_FIELDS = frozenset(Field)
MASKED_FIELDS = frozenset({Field.TEXT, Field.PLACE})


class Rules(Struct, frozen=True):
    """What every decision needs: the job's policy and the firm's fingerprints."""

    policy: Policy
    printer: Printer


class Pair(Struct, frozen=True):
    """A link with both sides as they are now; `seen` is what Outlook's event would be in CaseFlow."""

    link: Link
    caseflow: CaseflowEvent
    outlook: OutlookEvent
    seen: Content

    @property
    def protected_by_matter(self) -> bool:
        """Linked to a matter in CaseFlow."""
        return self.caseflow.matter_id is not None


def _lasting(span: Span) -> Span:
    if isinstance(span.start, datetime) and isinstance(span.end, datetime) and span.end <= span.start:
        return structs.replace(span, end=span.start + timedelta(minutes=1))
    return span


def is_hidden(link: Link, event: OutlookEvent) -> bool:
    """True for an Outlook-born event that a person marked private or personal (E4), not one that our mask made so."""
    ours = link.made_private and event.sensitivity == "private"  # we never set "personal"
    return link.born is Born.OUTLOOK and event.is_private and not ours


def zoned_as(span: Span, zone: str) -> Span:
    """`span`, to be shown in `zone` where its own says nothing, or only the same under another name (D5)."""
    return structs.replace(span, zone=zone) if span.zone == FALLBACK or alike(span.zone, zone) else span


def carried(event: OutlookEvent, *, hidden: bool) -> Content:
    """What CaseFlow holds of an Outlook event: sanitised, cut, lasting a minute (E6, E10), or the busy block of E4."""
    span = _lasting(event.content.span)
    if hidden:
        return Content(title=PRIVATE_TITLE, span=span)
    html = event.content.text
    text = unmasked(html) if begins_with_mask(html) else cut_text(sanitised(html))
    return Content(cut_title(event.content.title), span, event.content.place.strip()[:PLACE_MAX], text)


def echo(content: Content) -> Content:
    """What we will see in Outlook of content that we write, so that our own write is no edit (E2)."""
    return structs.replace(content, text=sanitised(content.text))


def seen_content(event: OutlookEvent, link: Link) -> Content:
    """`carried`, with the fields that we masked shown as the mask left them (G4)."""
    content = carried(event, hidden=is_hidden(link, event))
    return structs.replace(
        content,
        text=MASK_TEXT if Field.TEXT in link.veiled else content.text,
        place="" if Field.PLACE in link.veiled else content.place,
    )


def led_by_outlook(event: OutlookEvent, *, hidden: bool) -> frozenset[Field]:
    """The fields in which a CaseFlow edit is not pushed, because Outlook holds more than CaseFlow can (E4, E10)."""
    if hidden:
        return ALL_FIELDS - {Field.TIME}
    led = set()
    if len(event.content.title) > TITLE_MAX:
        led.add(Field.TITLE)
    if event.places > 1 or event.online or len(event.content.place) > PLACE_MAX:
        led.add(Field.PLACE)
    if not is_whole(event):
        led.add(Field.TEXT)
    return frozenset(led)


def is_whole(event: OutlookEvent) -> bool:
    """True if CaseFlow can hold the event's whole text: no attachment, picture, online block or cut (E10, G7)."""
    text = event.content.text
    return not (event.attachments or event.online or holds_more(text) or is_cut(sanitised(text)))


def pair_of(link: Link, caseflow: CaseflowEvent, outlook: OutlookEvent, rules: Rules) -> Pair:
    """The pair, with our own unrecorded writes on either side taken as agreed."""
    if went_back(link, caseflow, rules.printer):  # compared anew without a base (C4)
        link = structs.replace(link, base={}, version=0)
    link = stamped(link, outlook)
    link = _written_by_us(_veil_found(link, outlook), caseflow, rules)
    return Pair(link, caseflow, outlook, seen_content(outlook, link))


def went_back(link: Link, caseflow: CaseflowEvent, printer: Printer) -> bool:
    """True for an event of a CaseFlow that was restored from a backup (C4): its version is an older one, or the one
    that both sides agreed on with other values, for it was edited since."""
    if caseflow.version != link.version:
        return caseflow.version < max(link.version, link.read_version)
    prints = caseflow_prints(link, caseflow.content, printer)
    return any(base.caseflow not in {"", prints[field]} for field, base in link.base.items())


def stamped(link: Link, outlook: OutlookEvent) -> Link:
    """A stamp whose nonce is not the link's is our unrecorded or late write: what it wrote becomes the base.

    Not under a veil: there the mask was written, which CaseFlow never held (G8).
    """
    stamp = decoded(outlook.stamp)
    if stamp is None or outlook.link_mark != link.id or stamp.nonce == link.nonce:
        return link
    written = {field: value for field, value in stamp.written().items() if field not in link.veiled}
    made_private = stamp.sensitivity == "private" if stamp.sensitivity else link.made_private
    return structs.replace(rebased(link, written, written), nonce=stamp.nonce, made_private=made_private)


def _veil_found(link: Link, outlook: OutlookEvent) -> Link:
    """A body that begins with the mask is veiled, whatever our row says: the mask is never pulled (G4)."""
    if Field.TEXT in link.veiled or not begins_with_mask(outlook.content.text):
        return link
    place = () if outlook.content.place.strip() else (Field.PLACE,)
    veiled = tuple(sorted({*link.veiled, Field.TEXT, *place}))
    base = {field: base for field, base in link.base.items() if field not in veiled}
    return structs.replace(link, veiled=veiled, base=base)


def _written_by_us(link: Link, caseflow: CaseflowEvent, rules: Rules) -> Link:
    """The version after the agreed one, written by our own sync, is our unrecorded write (design.md 3)."""
    author = caseflow.updated_by
    ours = author.kind == "sync" and author.id == rules.policy.staff_id
    if not ours or caseflow.version != link.version + 1:
        return link
    prints = rules.printer.all(caseflow.content)
    if not link.base and link.version == 0:
        return based(link, rules.printer, caseflow.content, caseflow.content)
    changed = {field: prints[field] for field, base in link.base.items() if base.caseflow != prints[field]}
    both = {field: value for field, value in changed.items() if field not in link.veiled}
    return structs.replace(rebased(link, changed, both), version=caseflow.version)


class Diff(Struct, frozen=True):
    """Which fields each side changed since they agreed; both are all fields where there is no base."""

    caseflow: frozenset[Field]
    outlook: frozenset[Field]

    @property
    def is_empty(self) -> bool:
        """True if neither side changed anything."""
        return not self.caseflow and not self.outlook


def caseflow_prints(link: Link, content: Content, printer: Printer) -> dict[Field, str]:
    """CaseFlow's side of a base; under a veil a description counts without our own additions (G8)."""
    prints = printer.all(content)
    if Field.TEXT in link.veiled:
        bare = structs.replace(content, text=without_additions(content.text))
        prints[Field.TEXT] = printer.field(bare, Field.TEXT)
    return prints


def outlook_changed(link: Link, seen: Content, printer: Printer) -> frozenset[Field]:
    """The fields that Outlook changed since both sides agreed."""
    prints = printer.all(seen)
    return frozenset(field for field in Field if field not in link.base or link.base[field].outlook != prints[field])


def caseflow_changed(link: Link, content: Content, printer: Printer) -> frozenset[Field]:
    """The fields that CaseFlow changed since both sides agreed."""
    prints = caseflow_prints(link, content, printer)
    return frozenset(field for field in Field if field not in link.base or link.base[field].caseflow != prints[field])


def compared(pair: Pair, rules: Rules) -> Diff:
    """What changed on which side."""
    return Diff(
        caseflow=caseflow_changed(pair.link, pair.caseflow.content, rules.printer),
        outlook=outlook_changed(pair.link, pair.seen, rules.printer),
    )


def mask_of(event: CaseflowEvent, policy: Policy) -> Mask:
    """The mask of a CaseFlow event (G1)."""
    return policy.mask(event.category, event.matter_id, event.confidential, event.visibility)


def mask_of_link(link: Link, policy: Policy) -> Mask:
    """The mask by what the link remembers: finds what a changed list of the firm concerns (G3)."""
    return policy.mask(link.category, link.matter_id, link.confidential, link.visibility)
