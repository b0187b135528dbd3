"""The one maker of what may leave CaseFlow (G5): only a `Projection` can be sent to Graph, and only `project` and its
siblings here make one. A masked projection holds title and times, the mask as body, and nothing else (G2)."""

from __future__ import annotations

from datetime import date

from msgspec import UNSET, Struct, UnsetType

from shared.core.events import Content, Field, MirrorItem, Span, days
from shared.core.marks import Stamp
from shared.core.policy import Mask
from shared.core.prints import Printer
from shared.core.texts import MASK_TEXT

_EPOCH = date(1970, 1, 1)
_SENSITIVITY = {Mask.NONE: "normal", Mask.CONFIDENTIAL: "confidential", Mask.PRIVATE: "private"}


class Projection(Struct, frozen=True):
    """The members one write sets; UNSET members are left as they are in Outlook (F2).

    `text` is HTML. `free` and `reminder` are sent at creation only (E10).
    """

    mask: Mask
    title: str | UnsetType = UNSET
    span: Span | UnsetType = UNSET
    place: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    sensitivity: str | UnsetType = UNSET
    free: bool = False
    reminder: bool = True

    def __post_init__(self) -> None:
        """Refuse a masked projection that says more than G2 allows, whoever built it."""
        if self.mask is Mask.NONE:
            return
        if self.text is not UNSET and self.text != MASK_TEXT:
            raise AssertionError("a masked projection may hold no text but the mask")
        if self.place is not UNSET and self.place:
            raise AssertionError("a masked projection may hold no place")

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to write."""
        members = (self.title, self.span, self.place, self.text, self.sensitivity)
        return all(member is UNSET for member in members)

    def fields(self) -> frozenset[Field]:
        """The crossing fields that this write sets."""
        members = {
            Field.TITLE: self.title, Field.TIME: self.span, Field.PLACE: self.place, Field.TEXT: self.text,
        }  # fmt: skip
        return frozenset(field for field, member in members.items() if member is not UNSET)


def sensitivity_of(mask: Mask) -> str:
    """Outlook's sensitivity for a mask."""
    return _SENSITIVITY[mask]


def shown(content: Content, mask: Mask) -> Content:
    """What Outlook shows of CaseFlow's content under a mask."""
    if mask is Mask.NONE:
        return content
    return Content(title=content.title, span=content.span, place="", text=MASK_TEXT)


def project(content: Content, mask: Mask, veiled: tuple[Field, ...] = ()) -> Projection:
    """The whole of an event, for its creation in Outlook; a copy made anew keeps its veil (G8)."""
    return project_fields(content, mask, frozenset(Field), veiled, sensitivity_of(mask))


def project_fields(
    content: Content, mask: Mask, fields: frozenset[Field], veiled: tuple[Field, ...], sensitivity: str | None
) -> Projection:
    """Only what changed (F2): the named fields, and the sensitivity where it is to be set.

    `veiled` fields stay as the mask left them, masked or not (G8).
    """
    seen = shown(content, mask)
    place = "" if Field.PLACE in veiled else seen.place
    text = MASK_TEXT if Field.TEXT in veiled else seen.text
    return Projection(
        mask=mask,
        title=seen.title if Field.TITLE in fields else UNSET,
        span=seen.span if Field.TIME in fields else UNSET,
        place=place if Field.PLACE in fields else UNSET,
        text=text if Field.TEXT in fields else UNSET,
        sensitivity=sensitivity if sensitivity is not None else UNSET,
    )


def mirror_content(item: MirrorItem, zone: str, mask: Mask) -> Content:
    """What the mirror of a task or deadline shows (I2)."""
    prefix = "Task" if item.kind.value == "task" else "Deadline"
    span = days(item.date, item.date.fromordinal(item.date.toordinal() + 1), zone)
    return shown(Content(title=f"{prefix}: {item.title}", span=span, text=item.text), mask)


def project_mirror(item: MirrorItem, zone: str, mask: Mask) -> Projection:
    """A mirror: all-day, free, without a reminder (I2)."""
    content = mirror_content(item, zone, mask)
    return Projection(
        mask=mask, title=content.title, span=content.span, place="", text=content.text,
        sensitivity=sensitivity_of(mask), free=True, reminder=False,
    )  # fmt: skip


def projected_content(projection: Projection, otherwise: Content) -> Content:
    """`otherwise` with the members that the projection sets."""
    return Content(
        title=otherwise.title if projection.title is UNSET else projection.title,
        span=otherwise.span if projection.span is UNSET else projection.span,
        place=otherwise.place if projection.place is UNSET else projection.place,
        text=otherwise.text if projection.text is UNSET else projection.text,
    )


def stamp_for(projection: Projection, printer: Printer, nonce: str, version: int) -> Stamp:
    """The stamp of one write: made from what is sent; a masked text leaves no print (design.md 3)."""
    blank = Content(title="", span=days(_EPOCH, _EPOCH))
    sent = projected_content(projection, blank)
    masked = projection.mask is not Mask.NONE
    fields = {field for field in projection.fields() if not (masked and field is Field.TEXT)}
    prints = {field.value: printer.field(sent, field) for field in sorted(fields)}
    return Stamp(nonce, version, prints, "" if projection.sensitivity is UNSET else projection.sensitivity)
