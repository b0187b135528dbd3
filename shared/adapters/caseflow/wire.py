"""CaseFlow's JSON and core's events, both ways (caseflow-api.yaml). Unknown response members are ignored.

Pure, but for a log line.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET, Raw, Struct

from shared import log
from shared.adapters.http import MALFORMED, decoded
from shared.core.errors import Retry
from shared.core.events import Author, CaseflowEvent, Content, Kind, MirrorItem, Removed, Span, days, timed
from shared.core.writes import CreateCaseflow, PatchCaseflow
from shared.core.zones import FALLBACK, known
from shared.ports import CategoryRow, ChangePage, Firm, Origin, Staff

# An absent member reads as no JSON, and so as a broken contract.
_ABSENT = Raw()


class _Author(Struct, frozen=True):
    kind: str
    id: str | None = None


class _Event(Struct, frozen=True):
    id: str
    version: int
    title: str
    start: str
    end: str
    all_day: bool
    timezone: str
    staff_ids: list[str]
    updated_at: str
    updated_by: _Author
    description_html: str | None = None
    location: str | None = None
    category: str | None = None
    matter_id: str | None = None
    confidential: bool | None = None
    visibility: str | None = None
    series_id: str | None = None


class _Task(Struct, frozen=True):
    id: str
    version: int
    topic: str
    due_date: str
    matter_id: str | None = None
    description_html: str | None = None


class _Deadline(Struct, frozen=True):
    id: str
    version: int
    name: str
    date: str
    matter_id: str | None = None
    description_html: str | None = None


class _Change(Struct, frozen=True):
    kind: str
    id: str
    version: int
    change: str
    reason: str | None = None
    event: Raw = _ABSENT
    task: Raw = _ABSENT
    deadline: Raw = _ABSENT


class _Page(Struct, frozen=True):
    items: list[_Change]
    next_cursor: str
    has_more: bool


class _Features(Struct, frozen=True):
    outlook_sync: bool = False


class _Firm(Struct, frozen=True):
    id: str
    name: str
    plan: str
    features: _Features
    timezone: str
    event_categories: list[CategoryRow]


def firm(body: bytes | Raw) -> Firm:
    """A firm. Raises Retry (`malformed_answer`), as all readers here do: a broken contract must be seen."""
    told = decoded(body, _Firm)
    return Firm(
        id=told.id,
        name=told.name,
        plan=told.plan,
        outlook_sync=told.features.outlook_sync,
        timezone=told.timezone,
        categories=tuple(told.event_categories),
    )


def staff(body: bytes | Raw) -> Staff:
    """A staff member."""
    return decoded(body, Staff)


def event(body: bytes | Raw) -> CaseflowEvent:
    """An event; times become UTC instants or dates, null texts become ""."""
    told = decoded(body, _Event)
    content = Content(title=told.title, span=_span(told), place=told.location or "", text=told.description_html or "")
    return CaseflowEvent(
        id=told.id,
        version=told.version,
        content=content,
        staff_ids=tuple(told.staff_ids),
        updated_at=_instant(told.updated_at),
        updated_by=Author(told.updated_by.kind, told.updated_by.id),
        category=told.category,
        matter_id=told.matter_id,
        confidential=bool(told.confidential),
        visibility=told.visibility or "firm",
        series_id=told.series_id,
    )


def page(body: bytes | Raw) -> ChangePage:
    """A page of the change feed; kinds and changes that we do not know are skipped."""
    told = decoded(body, _Page)
    events: list[CaseflowEvent] = []
    mirrors: list[MirrorItem] = []
    removed: list[Removed] = []
    for change in told.items:
        if change.change == "removed" and change.kind in _KINDS:
            removed.append(Removed(Kind(change.kind), change.id, change.version, change.reason or ""))
        elif change.change == "upsert" and change.kind == Kind.EVENT:
            events.append(event(change.event))
        elif change.change == "upsert" and change.kind in _KINDS:
            mirrors.append(_mirror(change))
    return ChangePage(tuple(events), tuple(mirrors), tuple(removed), told.next_cursor, told.has_more)


_KINDS = frozenset(kind.value for kind in Kind)


def _mirror(change: _Change) -> MirrorItem:
    if change.kind == Kind.TASK:
        task = decoded(change.task, _Task)
        return _item(Kind.TASK, task, task.topic, task.due_date)
    deadline = decoded(change.deadline, _Deadline)
    return _item(Kind.DEADLINE, deadline, deadline.name, deadline.date)


def _item(kind: Kind, told: _Task | _Deadline, title: str, day: str) -> MirrorItem:
    return MirrorItem(kind, told.id, told.version, title, _day(day), told.matter_id, told.description_html or "")


def _span(told: _Event) -> Span:
    zone = told.timezone if known(told.timezone) else FALLBACK
    if zone != told.timezone:
        log.line("zone_not_named", service="caseflow", object_id=told.id, reason="unknown", outcome="instant_kept")
    if told.all_day:
        return days(_day(told.start), _day(told.end), zone)
    return timed(_instant(told.start), _instant(told.end), zone)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise Retry(MALFORMED) from fault


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise Retry(MALFORMED) from fault
    if moment.tzinfo is None:
        raise Retry(MALFORMED)
    return moment.astimezone(UTC)


def origin_body(origin: Origin) -> dict[str, str]:
    """The `origin` of a write, for CaseFlow's own audit log (J3)."""
    return {"provider": "outlook", "mode": origin.mode.value, "staff_id": origin.staff_id, "job_id": origin.job_id}


def create_body(write: CreateCaseflow, origin: Origin) -> dict[str, Any]:
    """The EventWrite of a create."""
    return {
        **_content(write.content),
        "staff_ids": list(write.staff_ids),
        "series_id": write.series_id,
        "matter_id": write.matter_id,
        "category": write.category,
        "confidential": write.confidential,
        "visibility": write.visibility,
        "origin": origin_body(origin),
    }


def _content(content: Content) -> dict[str, Any]:
    return {
        "title": content.title,
        **_times(content.span),
        "location": content.place or None,
        "description_html": content.text or None,
    }


def patch_body(write: PatchCaseflow, origin: Origin) -> dict[str, Any]:
    """The EventPatch of an update: the members set, nothing else."""
    body: dict[str, Any] = {"origin": origin_body(origin)}
    if write.title is not UNSET:
        body["title"] = write.title
    if write.span is not UNSET:
        body |= _times(write.span)
    if write.place is not UNSET:
        body["location"] = write.place or None
    if write.text is not UNSET:
        body["description_html"] = write.text or None
    if write.staff_ids is not UNSET:
        body["staff_ids"] = list(write.staff_ids)
    if write.series_id is not UNSET:
        body["series_id"] = write.series_id
    return body


def holds(event: CaseflowEvent, write: PatchCaseflow) -> bool:
    """True if the event shows all that the write sets: then a 412 is the answer to our own repeat."""
    pairs = (
        (write.title, event.content.title),
        (write.span, event.content.span),
        (write.place, event.content.place),
        (write.text, event.content.text),
        (write.staff_ids, event.staff_ids),
        (write.series_id, event.series_id),
    )
    return all(wanted is UNSET or wanted == present for wanted, present in pairs)


def _times(span: Span) -> dict[str, Any]:
    zone = span.zone if known(span.zone) else FALLBACK
    times = {"start": _written(span.start, zone), "end": _written(span.end, zone)}
    return {**times, "all_day": span.all_day, "timezone": zone}


def _written(when: datetime | date, zone: str) -> str:
    if not isinstance(when, datetime):
        return when.isoformat()
    local = when.astimezone(ZoneInfo(zone))
    offset = local.utcoffset()
    # Local mean times, before standard time, have seconds that RFC 3339 cannot write.
    whole = offset is not None and offset.total_seconds() % 60 == 0
    return (local if whole else when.astimezone(UTC)).isoformat()
