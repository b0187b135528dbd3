"""The line, rest and the window's end are sharp to the second; days are read where the staff member lives (D2-D6)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.core.events import Author, CaseflowEvent, Content, Kind, MirrorItem, OutlookEvent, Span, days, timed
from shared.core.pairs import Rules
from shared.core.plan_new import caseflow_skip, mirror_skip, outlook_skip
from shared.core.policy import Policy
from shared.core.prints import Printer
from shared.flows.sync.reading import line_of
from tests.time import zonelore

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PRINTER = Printer(b"0123456789abcdef")
STAFF_ZONES = ("America/New_York", "Pacific/Honolulu", "Asia/Tokyo", "Pacific/Kiritimati", "Asia/Kathmandu",
               "Pacific/Chatham", "Australia/Lord_Howe", "America/Vancouver", "UTC")  # fmt: skip
EVENT_ZONES = ("America/New_York", "Pacific/Pago_Pago", "Pacific/Kiritimati", "Europe/Berlin")


def rules(zone: str = "UTC", line: datetime = NOW - 100 * DAY, now: datetime = NOW) -> Rules:
    """A job's rules with a window that ends two years from now."""
    policy = Policy("f1", "ann", zone, now, line, line, now + 730 * DAY)
    return Rules(policy, PRINTER)


def in_outlook(span: Span, master: str | None = None) -> OutlookEvent:
    return OutlookEvent("o1", "ck", Content("x", span), master_id=master)


def in_caseflow(span: Span) -> CaseflowEvent:
    return CaseflowEvent("c1", 1, Content("x", span), ("ann",), NOW, Author("staff", "ann"))


def skips(span: Span, found: Rules) -> set[str | None]:
    """What both directions say of an event without a link."""
    return {outlook_skip(in_outlook(span), found), caseflow_skip(in_caseflow(span), found)}


@pytest.mark.parametrize(("shift", "reason"), [(-SECOND, "before_line"), (timedelta(0), "before_line"), (SECOND, None)])
@pytest.mark.parametrize("zone", STAFF_ZONES)
def test_an_event_counts_if_it_ends_after_the_line(zone: str, shift: timedelta, reason: str | None) -> None:
    line = line_of(NOW, zone)
    assert skips(timed(line - DAY, line + shift, "UTC"), rules(zone, line)) == {reason}


@pytest.mark.parametrize(("shift", "reason"), [(-SECOND, "rests"), (timedelta(0), "rests"), (SECOND, None)])
def test_an_event_rests_thirty_days_after_its_end(shift: timedelta, reason: str | None) -> None:
    end = NOW - 30 * DAY + shift
    assert skips(timed(end - DAY, end, "UTC"), rules()) == {reason}


@pytest.mark.parametrize(
    ("shift", "reason"), [(-SECOND, None), (timedelta(0), "beyond_window"), (SECOND, "beyond_window")]
)
def test_an_event_counts_if_it_begins_before_the_windows_end(shift: timedelta, reason: str | None) -> None:
    start = NOW + 730 * DAY + shift
    assert skips(timed(start, start + DAY, "UTC"), rules()) == {reason}


@pytest.mark.parametrize(
    ("shift", "reason"), [(-SECOND, None), (timedelta(0), "beyond_window"), (SECOND, "beyond_window")]
)
def test_occurrences_arrive_up_to_180_days_ahead(shift: timedelta, reason: str | None) -> None:
    start = NOW + 180 * DAY + shift
    span = timed(start, start + DAY / 24, "UTC")
    assert outlook_skip(in_outlook(span, "master"), rules()) == reason
    assert outlook_skip(in_outlook(span), rules()) is None


@pytest.mark.parametrize("own", EVENT_ZONES)
@pytest.mark.parametrize("zone", STAFF_ZONES)
def test_a_day_counts_from_the_day_of_the_line_whatever_zone_it_was_written_in(zone: str, own: str) -> None:
    line = line_of(NOW, zone)
    today = NOW.astimezone(ZoneInfo(zone)).date()
    found = rules(zone, line)
    assert skips(days(today - DAY, today, own), found) == {"before_line"}
    assert skips(days(today, today + DAY, own), found) == {None}
    assert skips(days(today - 9 * DAY, today + DAY, own), found) == {None}
    mirror = MirrorItem(Kind.DEADLINE, "d1", 1, "x", today)
    assert mirror_skip(mirror, found) is None
    assert mirror_skip(MirrorItem(Kind.DEADLINE, "d1", 1, "x", today - DAY), found) == "before_line"


@pytest.mark.parametrize("own", EVENT_ZONES)
@pytest.mark.parametrize("zone", STAFF_ZONES)
def test_a_day_rests_and_lies_beyond_by_the_staff_members_own_midnights(zone: str, own: str) -> None:
    found = rules(zone)
    rest, reach = NOW - 30 * DAY, NOW + 730 * DAY
    last = max(day for day in _near(rest) if _midnight(day, zone) <= rest)
    assert skips(days(last - DAY, last, own), found) == {"rests"}
    assert skips(days(last, last + DAY, own), found) == {None}
    first = min(day for day in _near(reach) if _midnight(day, zone) >= reach)
    assert skips(days(first, first + DAY, own), found) == {"beyond_window"}
    assert skips(days(first - DAY, first, own), found) == {None}


def _near(moment: datetime) -> list[date]:
    return [moment.date() + n * DAY for n in range(-3, 4)]


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def test_the_line_is_the_first_moment_of_the_present_day_in_every_zone(ran: Callable[[str, int], None]) -> None:
    """Near midnight above all: a second before it the line lies a day back, at it the line is now."""
    chance, cases = random.Random(6), 0  # noqa: S311 - cases that come again
    for zone in zonelore.zones():
        info = ZoneInfo(zone)
        dates = [change.wall(timedelta(0)).date() for change in zonelore.changes(zone)[::4]]
        dates += [date(2026, 1, 1) + chance.randrange(3_000) * DAY for _ in range(3)]
        for day in dates:
            begin = line_of(_midnight(day, zone) + 20 * DAY / 24, zone)
            for shift in (timedelta(0), SECOND):
                assert line_of(begin + shift, zone) == begin
            before = line_of(begin - SECOND, zone)
            assert before < begin
            assert (begin - SECOND).astimezone(info).date() == before.astimezone(info).date()
            cases += 4
    ran("lines near midnight", cases)
