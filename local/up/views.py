"""Both calendars as plain values, read from what the services answer, for the comparison of its own.

Nothing here knows how the app stores or marks anything: a view holds what a person could see.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

PRIVATE_TITLE = "Private appointment"
TITLE_LIMIT = 255
TEXT_LIMIT = 65_536
_TAG = re.compile(r"<!--.*?-->|<(style|script|head)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Times:
    """When something stands: UTC minutes (`2026-03-04T09:30Z`), or days (`2026-03-04`) if `all_day`."""

    start: str
    end: str
    all_day: bool


@dataclass(frozen=True)
class OutlookEvent:
    """One row of a mailbox's calendar view; a series stands as its occurrences.

    `attendees` counts the people besides the owner, the organizer among them; `ended` is declined or cancelled;
    `whole` that CaseFlow can hold all of its text (no attachment, no online meeting, not over 64 KiB).
    """

    id: str
    title: str
    times: Times
    text: str = ""
    place: str = ""
    sensitivity: str = "normal"
    show_as: str = "busy"
    reminder: bool = False
    categories: tuple[str, ...] = ()
    attendees: int = 0
    ended: bool = False
    recurring: bool = False
    whole: bool = True
    ical_uid: str = ""
    change_key: str = ""

    @property
    def private(self) -> bool:
        """Whether its owner keeps it to themselves (E4)."""
        return self.sensitivity in ("private", "personal")


@dataclass(frozen=True)
class CaseFlowEvent:
    """One CaseFlow event; `masked` says why its text must not leave (G1), `""` that it may."""

    id: str
    title: str
    times: Times
    staff_ids: frozenset[str]
    text: str = ""
    place: str = ""
    masked: str = ""
    born_in_outlook: bool = False
    recurring: bool = False
    version: int = 1


@dataclass(frozen=True)
class OneWay:
    """A task or key deadline that must stand as an all-day mirror of `title` on `day` (I1, I2)."""

    id: str
    title: str
    day: date
    staff_ids: frozenset[str]
    masked: bool
    text: str = ""


@dataclass(frozen=True)
class Mailbox:
    """One staff member's Outlook as it is now, and how it stood before the sync that is checked."""

    staff_id: str
    zone: ZoneInfo
    line: date
    events: tuple[OutlookEvent, ...]
    secondary: tuple[OutlookEvent, ...] = ()
    before: Mapping[str, str] = field(default_factory=dict)
    secondary_before: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Firm:
    """Everything one comparison looks at.

    `past_before`: versions of CaseFlow's past events before the sync. `mail`: what was sent since. `secret_texts`:
    (id, text) that must not be in Outlook, unless a word also stands in `open_texts`.
    """

    now: datetime
    events: tuple[CaseFlowEvent, ...]
    one_way: tuple[OneWay, ...]
    mailboxes: tuple[Mailbox, ...]
    past_before: Mapping[str, int] = field(default_factory=dict)
    mail: tuple[str, ...] = ()
    secret_texts: tuple[tuple[str, str], ...] = ()
    open_texts: tuple[str, ...] = ()
    outlook_dump: str = ""


def plain(markup: str | None) -> str:
    """Return the words of HTML or text, one blank between them."""
    return " ".join(html.unescape(_TAG.sub(" ", markup or "")).split())


def instant(moment: datetime) -> str:
    """Write an aware moment as a UTC minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def ends_after(times: Times, day: date, zone: ZoneInfo) -> bool:
    """Say whether something ends after the start of `day` in `zone`."""
    if times.all_day:
        return times.end > day.isoformat()
    return times.end > instant(datetime.combine(day, time(), zone))


def starts_before(times: Times, moment: datetime) -> bool:
    """Say whether something starts before an aware moment."""
    return times.start < (moment.date().isoformat() if times.all_day else instant(moment))


def from_graph(row: Mapping[str, Any], owner: str) -> OutlookEvent:
    """Read a row of Graph asked for in UTC; `owner` is the mailbox's own address."""
    people = [*row.get("attendees", ()), *([row["organizer"]] if row.get("organizer") else [])]
    others = {person["emailAddress"]["address"].lower() for person in people} - {owner.lower()}
    body = row.get("body", {}).get("content") or ""
    response = row.get("responseStatus", {}).get("response")
    return OutlookEvent(
        id=row["id"],
        title=row.get("subject") or "",
        times=_graph_times(row),
        text=plain(body),
        place=(row.get("location") or {}).get("displayName") or "",
        sensitivity=row["sensitivity"],
        show_as=row["showAs"],
        reminder=row["isReminderOn"],
        categories=tuple(row.get("categories", ())),
        attendees=len(others),
        ended=bool(row.get("isCancelled")) or response == "declined",
        recurring=row["type"] in ("occurrence", "exception"),
        whole=not (row.get("hasAttachments") or row.get("isOnlineMeeting")) and len(body) <= TEXT_LIMIT,
        ical_uid=row.get("iCalUId") or "",
        change_key=row.get("changeKey") or "",
    )


def _graph_times(row: Mapping[str, Any]) -> Times:
    ends = [datetime.fromisoformat(row[name]["dateTime"][:19]).replace(tzinfo=UTC) for name in ("start", "end")]
    if row["isAllDay"]:
        return Times(ends[0].date().isoformat(), ends[1].date().isoformat(), True)
    return Times(instant(ends[0]), instant(ends[1]), False)


def from_caseflow(row: Mapping[str, Any], protected: Mapping[str, bool], born_in_outlook: bool) -> CaseFlowEvent:
    """Read an event of CaseFlow's API; `protected` is the firm's list of categories (G1)."""
    return CaseFlowEvent(
        id=row["id"],
        title=row["title"],
        times=_caseflow_times(row),
        staff_ids=frozenset(row["staff_ids"]),
        text=plain(row.get("description_html")),
        place=row.get("location") or "",
        masked=_why_masked(row, protected),
        born_in_outlook=born_in_outlook,
        recurring=bool(row.get("series_id")),
        version=row["version"],
    )


def _caseflow_times(row: Mapping[str, Any]) -> Times:
    if row["all_day"]:
        return Times(row["start"], row["end"], True)
    start, end = (instant(datetime.fromisoformat(row[name])) for name in ("start", "end"))
    return Times(start, end, False)


def _why_masked(row: Mapping[str, Any], protected: Mapping[str, bool]) -> str:
    category = row.get("category")
    if row.get("matter_id"):
        return "matter"
    if category and protected.get(category, True):
        return "category"
    if row.get("confidential"):
        return "confidential"
    return "private" if row.get("visibility") == "private" else ""


def one_way(kind: str, row: Mapping[str, Any], staff_ids: frozenset[str]) -> OneWay:
    """Read a task (`kind` "task") or a key deadline of CaseFlow's API."""
    task = kind == "task"
    return OneWay(
        id=row["id"],
        title=f"Task: {row['topic']}" if task else f"Deadline: {row['name']}",
        day=date.fromisoformat(row["due_date" if task else "date"]),
        staff_ids=staff_ids,
        masked=not task or bool(row.get("matter_id")),
        text=plain(row.get("description_html")),
    )
