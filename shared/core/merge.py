"""Both sides' changes, field by field: what crosses where, and what clashes (H1 to H3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec import Struct, structs

from shared.core.events import Content, Field
from shared.core.pairs import Diff, Pair, zoned_as
from shared.core.prints import same

TIE = timedelta(minutes=2)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Merge(Struct, frozen=True):
    """Which fields cross in which direction, and which both sides changed differently."""

    to_caseflow: frozenset[Field]
    to_outlook: frozenset[Field]
    clash: frozenset[Field]


def merged(pair: Pair, diff: Diff) -> Merge:
    """Fields changed on one side only are carried; equal results are no conflict (H1, H3)."""
    both = diff.caseflow & diff.outlook
    clash = frozenset(field for field in both if not same(pair.caseflow.content, pair.seen, field))
    to_caseflow, to_outlook = diff.outlook - both, diff.caseflow - both
    if not pair.link.base:
        clash, to_caseflow, to_outlook = _filled(pair, clash)
    veiled = frozenset(pair.link.veiled)  # what the mask shows is never pulled and never wins (G4)
    return Merge(to_caseflow=to_caseflow - veiled, to_outlook=to_outlook, clash=clash - veiled)


def _filled(pair: Pair, clash: frozenset[Field]) -> tuple[frozenset[Field], frozenset[Field], frozenset[Field]]:
    """Without a base, a field empty on one side is filled from the other (E7)."""
    ours, theirs = pair.caseflow.content, pair.seen
    to_caseflow = frozenset(field for field in clash if _empty(ours, field))
    to_outlook = frozenset(field for field in clash if _empty(theirs, field))
    return clash - to_caseflow - to_outlook, to_caseflow, to_outlook


def _empty(content: Content, field: Field) -> bool:
    return (field is Field.PLACE and not content.place) or (field is Field.TEXT and not content.text)


def outlook_wins(pair: Pair) -> bool:
    """The later edit of the two events wins; within two minutes of each other CaseFlow wins (H3)."""
    modified = pair.outlook.modified_at or _LONG_AGO
    return modified > pair.caseflow.updated_at + TIE


def decided(merge: Merge, *, outlook: bool) -> Merge:
    """The merge with its clashing fields given to one side."""
    if outlook:
        return structs.replace(merge, to_caseflow=merge.to_caseflow | merge.clash, clash=frozenset())
    return structs.replace(merge, to_outlook=merge.to_outlook | merge.clash, clash=frozenset())


def taking(ours: Content, theirs: Content, fields: frozenset[Field]) -> Content:
    """`ours` with the named fields of `theirs`."""
    return Content(
        title=theirs.title if Field.TITLE in fields else ours.title,
        span=zoned_as(theirs.span, ours.span.zone) if Field.TIME in fields else ours.span,
        place=theirs.place if Field.PLACE in fields else ours.place,
        text=theirs.text if Field.TEXT in fields else ours.text,
    )
