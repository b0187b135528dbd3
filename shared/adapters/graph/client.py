"""One mailbox's primary calendar over Microsoft Graph v1.0: the port `Outlook` (graph.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from msgspec import Raw, Struct

from shared.adapters.graph import answers, wire, writing
from shared.adapters.graph.answers import Inner, Page
from shared.adapters.graph.channel import BATCH_MAX, PREFER, PREFER_PAGES, Channel
from shared.adapters.graph.shapes import Row
from shared.adapters.http import MALFORMED, Http
from shared.core.errors import Expired, Retry
from shared.core.events import OutlookEvent
from shared.core.marks import LINK_PROPERTY, STAMP_PROPERTY
from shared.core.writes import OutlookResult, OutlookWrite
from shared.ports import DeltaRound

_MARKS = quote(f"$filter=id eq '{LINK_PROPERTY}' or id eq '{STAMP_PROPERTY}'", safe="$='")
_EXPAND = f"$expand=singleValueExtendedProperties({_MARKS})"


class _Rows(Struct):
    """A round of the delta as it is gathered: by id the last row counts, masters and removals stay."""

    singles: dict[str, Row]
    series: set[str]
    removed: dict[str, None]


class GraphMailbox:
    """Implements `Outlook` for the mailbox of `token`; one batch in flight, as throttling wants it.

    `base_url` ends with the version, `token` gives an access token, `new_id` an id for each request.
    """

    def __init__(self, http: Http, base_url: str, token: Callable[[], str], *, new_id: Callable[[], str]) -> None:
        self._channel = Channel(http, base_url, token, new_id=new_id)

    def delta(self, delta_link: str | None, start: datetime, end: datetime) -> DeltaRound:
        """A whole round; rows that Graph left bare are read by id. Raises Expired, Retry, Reconnect, Rejected."""
        url = delta_link or self._channel.url(f"/me/calendarView/delta?{_window(start, end)}")
        if not self._channel.is_own(url):
            raise Expired("foreign_link")
        pages = self._channel.pages(self._channel.get(url, PREFER_PAGES))
        link = pages[-1].delta_link
        if not link:
            raise Retry(MALFORMED)
        rows = _sorted(pages)
        events = self._whole(rows)
        return DeltaRound(tuple(events), frozenset(rows.series), tuple(rows.removed), link)

    def _whole(self, rows: _Rows) -> list[OutlookEvent]:
        read = {key: None if row.is_bare else wire.event_of(row) for key, row in rows.singles.items()}
        bare = [key for key, event in read.items() if event is None]
        for key, inner in self._by_id(bare):
            if inner is not None and inner.status == 200:
                read[key] = wire.outlook_event(inner.raw)
            elif inner is not None and _is_missing(inner):
                rows.removed[key] = None
            else:
                # Without this row the round is not whole, and its link would skip the change.
                raise Retry("no_answer")
        return [event for event in read.values() if event is not None]

    def events(self, ids: Sequence[str]) -> dict[str, OutlookEvent | None]:
        """Events by id with our marks; None where Graph says unknown, no entry where it said nothing usable."""
        found: dict[str, OutlookEvent | None] = {}
        for key, inner in self._by_id(ids):
            if inner is None:
                continue
            if _is_missing(inner):
                found[key] = None
            elif inner.status == 200 and (event := wire.outlook_event(inner.raw)):
                found[key] = event
        return found

    def _by_id(self, ids: Sequence[str]) -> Iterator[tuple[str, Inner | None]]:
        asked = list(dict.fromkeys(ids))
        for first in range(0, len(asked), BATCH_MAX):
            chunk = asked[first : first + BATCH_MAX]
            inners = self._channel.batch([_reading(str(place), key) for place, key in enumerate(chunk)])
            for place, key in enumerate(chunk):
                yield key, inners.get(str(place))

    def instances(self, master_id: str, start: datetime, end: datetime) -> list[OutlookEvent] | None:
        """All occurrences of a series in a window; None where the series is unknown, or no series (any more).

        What Graph answers for a single event is not documented: a 400, or no occurrence.
        """
        path = f"{writing.event_path(master_id)}/instances?{_window(start, end)}"
        first = self._channel.get(self._channel.url(path), PREFER_PAGES)
        if answers.is_unknown(first.status, first.body) or answers.is_no_series(first.status, first.body):
            return None
        return _events(self._channel.pages(first))

    def listed(self, start: datetime, end: datetime) -> frozenset[str]:
        """The ids in the primary calendar's own view of a window (at most 1,825 days)."""
        url = self._channel.url(f"/me/calendar/calendarView?{_window(start, end)}&$select=id")
        rows = map(wire.row, _values(self._channel.pages(self._channel.get(url, PREFER_PAGES))))
        return frozenset(row.id for row in rows if row is not None)

    def past(self, start: datetime, end: datetime) -> list[OutlookEvent]:
        """Every event of the primary calendar in a window (at most 1,825 days), occurrences singly."""
        url = self._channel.url(f"/me/calendar/calendarView?{_window(start, end)}")
        return _events(self._channel.pages(self._channel.get(url, PREFER_PAGES)))

    def find(self, link_id: str) -> list[OutlookEvent]:
        """Events of the primary calendar that carry our mark for this link; Graph may miss some."""
        value = link_id.replace("'", "''")
        wanted = f"singleValueExtendedProperties/Any(ep: ep/id eq '{LINK_PROPERTY}' and ep/value eq '{value}')"
        chosen = quote(wanted, safe="/:='()")
        url = self._channel.url(f"/me/calendar/events?$filter={chosen}&{_EXPAND}")
        return _events(self._channel.pages(self._channel.get(url, PREFER_PAGES)))

    def is_sound(self) -> bool:
        """False if Graph knows the mailbox but not its calendar."""
        answer = self._channel.get(self._channel.url("/me/calendar"))
        if answers.is_unknown(answer.status, answer.body):
            return False
        answers.refuse(answer)
        return True

    def write(self, writes: Sequence[OutlookWrite]) -> list[OutlookResult]:
        """At most 20 writes in one batch; a lost answer is UNKNOWN for all. Raises Reconnect, Rejected."""
        if not writes:
            return []
        requests = [writing.request_of(str(place), write) for place, write in enumerate(writes)]
        try:
            inners = self._channel.batch(requests)
        except Retry as fault:
            return [writing.unknown(fault)] * len(writes)
        return [writing.result_of(inners.get(str(place))) for place in range(len(writes))]


def _sorted(pages: list[Page]) -> _Rows:
    rows = _Rows({}, set(), {})
    for row in map(wire.row, _values(pages)):
        if row is None:
            continue
        rows.singles.pop(row.id, None)
        rows.removed.pop(row.id, None)
        if row.is_removed:
            rows.removed[row.id] = None
        elif row.series_master_id or row.type == "seriesMaster":
            rows.series.add(row.series_master_id or row.id)
        else:
            rows.singles[row.id] = row
    return rows


def _is_missing(inner: Inner) -> bool:
    """True for a proof that the event is unknown. Raises Reconnect where the whole mailbox is."""
    if inner.status != 404:
        return False
    fault = answers.fault_of(inner.raw)
    answers.refuse_for_user(inner.status, fault.code, fault.reference)
    return fault.code == answers.NOT_FOUND


def _reading(key: str, event_id: str) -> dict[str, Any]:
    url = f"{writing.event_path(event_id)}?{_EXPAND}"
    return {"id": key, "method": "GET", "url": url, "headers": {"Prefer": PREFER}}


def _values(pages: list[Page]) -> Iterator[Raw]:
    return (value for page in pages for value in page.value)


def _events(pages: list[Page]) -> list[OutlookEvent]:
    read = map(wire.outlook_event, _values(pages))
    return [event for event in read if event is not None]


def _window(start: datetime, end: datetime) -> str:
    return f"startDateTime={_utc(start)}&endDateTime={_utc(end)}"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
