"""The rules of the comparison, one function each, written from product.md.

A rule yields None for each thing that agrees and a `Difference` for each field that does not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from local.up.pairing import Key, Side, mirrors_of, nearest, outlook_key
from local.up.views import PRIVATE_TITLE, Firm, OneWay, OutlookEvent, ends_after

MASK = "Confidential"
_WORD = re.compile(r"[^\W_]{6,}")


@dataclass(frozen=True)
class Difference:
    """One thing that does not agree: whose, which object (id), which field, and both values."""

    staff_id: str
    subject: str
    field: str
    expected: str
    found: str


Findings = Iterator[Difference | None]
Field = tuple[str, str, str]


def copies(side: Side) -> Findings:
    """F1: every CaseFlow event stands exactly once in Outlook."""
    for event, _ in side.pairs:
        if not event.born_in_outlook:
            yield None
    for event in side.alone_caseflow:
        if not event.born_in_outlook:
            for name, expected, found in nearest((event.title, event.times), side.alone_outlook):
                yield Difference(side.box.staff_id, event.id, name, expected, found)


def pulled(side: Side) -> Findings:
    """E1: every Outlook event stands exactly once in CaseFlow; what CaseFlow made of one stands in Outlook."""
    for event, _ in side.pairs:
        if event.born_in_outlook:
            yield None
    for row in side.alone_outlook:
        title, times = outlook_key(row)
        key = (PRIVATE_TITLE if row.private else title, times)
        for name, expected, found in nearest(key, side.alone_caseflow):
            yield Difference(side.box.staff_id, row.id, name, expected, found)
    for event in side.alone_caseflow:
        if event.born_in_outlook:
            yield Difference(side.box.staff_id, event.id, "event", "one in Outlook", "none left for it")


def masked_copies(side: Side) -> Findings:
    """G2: a masked copy is confidential and carries nothing but title and times."""
    for event, row in side.pairs:
        if event.masked and not event.born_in_outlook:
            sensitivity = "private" if event.masked == "private" else "confidential"
            yield from _fields(side.box.staff_id, row.id, _mask_fields(row, sensitivity))


def _mask_fields(row: OutlookEvent, sensitivity: str) -> list[Field]:
    return [
        ("sensitivity", sensitivity, row.sensitivity),
        ("body", MASK, row.text),
        ("location", "", row.place),
        ("categories", "", ", ".join(row.categories)),
        ("attendees", "0", str(row.attendees)),
    ]


def _fields(staff_id: str, subject: str, fields: list[Field]) -> Findings:
    """Compare one event's fields; one that agrees counts once."""
    wrong = [values for values in fields if values[1] != values[2]]
    for name, expected, found in wrong:
        yield Difference(staff_id, subject, name, expected, found)
    if not wrong:
        yield None


def outlook_born_masked(side: Side) -> Findings:
    """G7: an appointment born in Outlook that CaseFlow masks is confidential; its text goes if CaseFlow has it."""
    for event, row in side.pairs:
        if event.masked and event.born_in_outlook and not (row.private or row.attendees or row.recurring):
            sensitivity, *texts = _mask_fields(row, "confidential")[:3]
            yield from _fields(side.box.staff_id, row.id, [sensitivity, *(texts if row.whole else ())])


def open_events(side: Side) -> Findings:
    """E10: an event that is not masked carries its text and place, whichever side it was born on."""
    for event, row in side.pairs:
        if event.masked or row.private:
            continue
        texts = ("".join(event.text.split()), "".join(row.text.split()))
        fields = [("body", *texts), ("location", event.place, row.place)]
        if not event.born_in_outlook:
            fields.append(("sensitivity", "normal", row.sensitivity))
        yield from _fields(side.box.staff_id, row.id, fields)


def private_blocks(side: Side) -> Findings:
    """E4: a private Outlook event is a bare block in CaseFlow."""
    for event, row in side.pairs:
        if row.private and event.born_in_outlook:
            fields = [("title", PRIVATE_TITLE, event.title), ("body", "", event.text), ("location", "", event.place)]
            yield from _fields(side.box.staff_id, event.id, fields)


def mirrors(side: Side) -> Findings:
    """I1, I2: every task and deadline stands exactly once, all day, free, without reminder, masked where due."""
    rows: dict[Key, list[OutlookEvent]] = defaultdict(list)
    for row in side.box.events:
        rows[row.title, row.times].append(row)
    for key, items in mirrors_of(side.firm, side.box).items():
        found = rows.get(key, [])
        if len(found) != len(items):
            yield Difference(
                side.box.staff_id, items[0].id, "mirror", f"{len(items)} on {key[1].start}", str(len(found))
            )
            continue
        for item, row in zip(items, found, strict=True):
            yield from _fields(side.box.staff_id, row.id, _mirror_fields(item, row))


def _mirror_fields(item: OneWay, row: OutlookEvent) -> list[Field]:
    fields = [("show as", "free", row.show_as), ("reminder", "False", str(row.reminder))]
    if item.masked:
        return [*fields, *_mask_fields(row, "confidential")]
    return [*fields, ("sensitivity", "normal", row.sensitivity)]


def not_pulled_back(side: Side) -> Findings:
    """Always true 5: no mirror came back as a CaseFlow event."""
    events = {(event.title, event.times): event for event in side.firm.events if side.box.staff_id in event.staff_ids}
    for key, items in mirrors_of(side.firm, side.box).items():
        back = events.get(key)
        yield Difference(side.box.staff_id, items[0].id, "pulled back", "no event", back.id) if back else None


def past(side: Side) -> Findings:
    """Always true 4: what ended before the line is as it was, and nothing was added there."""
    now = {row.id: row.change_key for row in side.box.events if not ends_after(row.times, side.box.line, side.box.zone)}
    yield from _unchanged(side.box.staff_id, now, side.box.before)


def secondary(side: Side) -> Findings:
    """D1: other calendars are as they were."""
    yield from _unchanged(
        side.box.staff_id, {row.id: row.change_key for row in side.box.secondary}, side.box.secondary_before
    )


def _unchanged(staff_id: str, now: Mapping[str, str], before: Mapping[str, str]) -> Findings:
    for subject in sorted(now.keys() | before.keys()):
        was, is_now = before.get(subject, "none"), now.get(subject, "none")
        yield None if was == is_now else Difference(staff_id, subject, "change key", was, is_now)


def one_meeting(firm: Firm) -> Findings:
    """E3: a meeting in several connected mailboxes is one CaseFlow event, with all of them assigned."""
    holders: dict[tuple[str, Key], set[str]] = defaultdict(set)
    for box in firm.mailboxes:
        for row in box.events:
            if row.attendees and not (row.ended or row.private) and ends_after(row.times, box.line, box.zone):
                holders[row.ical_uid, outlook_key(row)].add(box.staff_id)
    for (uid, key), staff in holders.items():
        if len(staff) > 1:
            events = [event for event in firm.events if (event.title, event.times) == key]
            found = [" ".join(sorted(event.staff_ids & staff)) for event in events]
            wanted = " ".join(sorted(staff))
            yield None if found == [wanted] else Difference(wanted, uid, "assigned", wanted, " | ".join(found))


def caseflow_past(firm: Firm) -> Findings:
    """Always true 4: a CaseFlow event that ended before every line has its version, and none was added."""
    lines = [(box.line, box.zone) for box in firm.mailboxes]
    past = {
        event.id: str(event.version)
        for event in firm.events
        if not any(ends_after(event.times, line, zone) for line, zone in lines)
    }
    before = {event_id: str(version) for event_id, version in firm.past_before.items()}
    for found in _unchanged("", past, before):
        yield found if found is None else Difference("", found.subject, "version", found.expected, found.found)


def mail(firm: Firm) -> Findings:
    """Always true 7: no mail left because of the sync."""
    yield None
    for entry in firm.mail:
        yield Difference("", entry, "mail", "none", "sent")


def secrets(firm: Firm) -> Findings:
    """Always true 3: no word that stands only in masked texts is anywhere in Outlook."""
    open_words = {word for text in firm.open_texts for word in _words(text)}
    outlook = set(_words(firm.outlook_dump))
    for subject, text in firm.secret_texts:
        leaked = sorted((set(_words(text)) - open_words) & outlook)
        yield Difference("", subject, "text", "not in Outlook", " ".join(leaked)) if leaked else None


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
