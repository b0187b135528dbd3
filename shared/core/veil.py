"""What masking does to an event that already stands in Outlook (G3, G7, G8): sensitivity, body and place."""

from __future__ import annotations

from msgspec import Struct, structs

from shared.core.events import Content, Field
from shared.core.links import Born, Link
from shared.core.mask import sensitivity_of
from shared.core.pairs import MASKED_FIELDS, Pair, Rules, is_hidden, is_whole, mask_of
from shared.core.policy import Mask
from shared.core.texts import MASK_TEXT, holds, lines, plain, typed_into_mask
from shared.core.zones import local_day


class Veil(Struct, frozen=True):
    """What masking asks of one pair.

    `fields` are to be written with the mask; `sensitivity` is set where it must change; `typed` and `place` are a
    person's words in a masked event that CaseFlow must hold first (G3).
    """

    mask: Mask
    fields: frozenset[Field] = frozenset()
    sensitivity: str | None = None
    typed: tuple[str, ...] = ()
    place: str = ""
    link: Link | None = None

    @property
    def writes(self) -> bool:
        """True if Outlook must be written."""
        return bool(self.fields) or self.sensitivity is not None


def veil_of(pair: Pair, rules: Rules, clash: frozenset[Field] = frozenset()) -> Veil:
    """What masking asks of the pair; `clash` names fields both sides changed: their text in Outlook is an addition."""
    mask = mask_of(pair.caseflow, rules.policy)
    link = pair.link
    if pair.outlook.is_meeting:
        return Veil(mask, link=_listed(link, not_masked=mask is not Mask.NONE))
    if is_hidden(link, pair.outlook):
        # a person's own mark is stricter: the event is left to them, and nothing they type enters CaseFlow (E4, G7)
        return Veil(mask, link=_listed(link, not_masked=False))
    wanted = _veiled_fields(pair, mask)
    fields = frozenset(field for field in wanted if not _shows_mask(pair, field))
    saved = set(link.veiled) | (fields & clash)
    place = pair.outlook.content.place.strip() if Field.PLACE in saved else ""
    veiled = tuple(sorted(wanted | set(link.veiled)))
    not_masked = mask is not Mask.NONE and not set(veiled) >= MASKED_FIELDS
    sensitivity = _sensitivity(pair, mask)
    made_private = (
        sensitivity == "private" if sensitivity else link.made_private and pair.outlook.sensitivity == "private"
    )
    return Veil(
        mask=mask,
        fields=fields,
        sensitivity=sensitivity,
        typed=_typed(pair, fields, clash),
        place=place,
        link=structs.replace(
            _listed(link, not_masked=not_masked or _refused(pair, mask)),
            veiled=veiled,
            mask=mask.value,
            made_private=made_private,
        ),
    )


def _listed(link: Link, *, not_masked: bool) -> Link:
    return structs.replace(link, not_masked=not_masked)


def _veiled_fields(pair: Pair, mask: Mask) -> frozenset[Field]:
    """Fields that must show the mask: those veiled before stay so (G8), and all of a maskable event's (G7)."""
    if mask is Mask.NONE or not _maskable(pair):
        return frozenset(pair.link.veiled)
    return MASKED_FIELDS


def _maskable(pair: Pair) -> bool:
    return pair.link.born is Born.CASEFLOW or (is_whole(pair.outlook) and pair.outlook.places <= 1)


def _shows_mask(pair: Pair, field: Field) -> bool:
    if field is Field.TEXT:
        return plain(pair.outlook.content.text) == MASK_TEXT
    return not pair.outlook.content.place.strip()


def _typed(pair: Pair, fields: frozenset[Field], clash: frozenset[Field]) -> tuple[str, ...]:
    """Words in Outlook that only an addition can save: typed into a mask, or edited on both sides as masking begins."""
    if Field.TEXT in pair.link.veiled:
        return tuple(typed_into_mask(pair.outlook.content.text))
    return tuple(lines(pair.outlook.content.text)) if Field.TEXT in fields & clash else ()


def _refused(pair: Pair, mask: Mask) -> bool:
    """Exchange keeps no sensitivity of its own on an occurrence: asked for once, then listed (G7)."""
    return mask is not Mask.NONE and pair.outlook.master_id is not None and _asked_in_vain(pair, mask)


def _asked_in_vain(pair: Pair, mask: Mask) -> bool:
    asked = pair.link.mask == mask.value and pair.link.not_masked  # else a person has lowered it since (G3)
    return asked and pair.outlook.sensitivity != sensitivity_of(mask)


def _sensitivity(pair: Pair, mask: Mask) -> str | None:
    """The sensitivity to set, or None to leave it (F2, G7)."""
    now = pair.outlook.sensitivity
    if mask is Mask.NONE:
        masked = pair.link.mask not in {"", Mask.NONE.value}
        ours = masked and now == sensitivity_of(Mask(pair.link.mask))
        return "normal" if ours or (pair.link.made_private and now == "private") else None
    if now in {"private", sensitivity_of(mask)}:
        return None
    if pair.outlook.master_id is not None and _asked_in_vain(pair, mask):
        return None
    return sensitivity_of(mask)


def additions(pair: Pair, veil: Veil, rules: Rules) -> tuple[tuple[str, ...], str, str]:
    """What CaseFlow must take before the mask is set back: typed lines, place, and the day they are dated (G3)."""
    description = pair.caseflow.content.text
    typed = () if holds(description, list(veil.typed)) else veil.typed
    known = {pair.caseflow.content.place.strip(), ""}
    place = "" if veil.place in known or holds(description, [f"Place: {veil.place}"]) else veil.place
    return typed, place, local_day(rules.policy.now, rules.policy.zone).isoformat()


def as_veiled(content: Content, link: Link) -> Content:
    """What Outlook shows of CaseFlow's content where fields are veiled (G8)."""
    return structs.replace(
        content,
        text=MASK_TEXT if Field.TEXT in link.veiled else content.text,
        place="" if Field.PLACE in link.veiled else content.place,
    )
