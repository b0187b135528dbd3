"""A span that crosses comes back as it was, in every zone and around every change of the clocks (D5)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from tzlocal.windows_tz import tz_win

from shared.core.events import Span, days, timed
from shared.core.zones import day_start, instant, local_day
from tests.time import tally, zonelore
from tests.time.wires import kept_by_graph, read_from_graph, sent_to_graph, through_caseflow, through_graph

Ran = Callable[[str, int], None]
SECOND = timedelta(seconds=1)
AROUND = tuple(
    timedelta(seconds=seconds)
    for seconds in (-86_400, -7_201, -3_600, -1_800, -1, 0, 1, 1_799, 1_800, 3_599, 3_600, 7_200)
)  # fmt: skip
LENGTHS = tuple(timedelta(minutes=minutes) for minutes in (1, 15, 30, 60, 90, 1_440, 20_160))


def _spans() -> Iterator[Span]:
    chance = random.Random(1)  # noqa: S311 - cases that come again
    for zone in zonelore.zones():
        for change in zonelore.changes(zone):
            for shift in AROUND:
                start = change.at + shift
                yield timed(start, start + chance.choice(LENGTHS), zone)
        for _ in range(20):
            start = zonelore.FIRST + timedelta(minutes=chance.randrange(16 * 525_960))
            yield timed(start, start + chance.choice(LENGTHS), zone)


def test_instants_survive_both_wires_around_every_change_of_the_clocks(ran: Ran) -> None:
    cases = 0
    for span in _spans():
        back = through_graph(span)
        assert (back.start, back.end, back.all_day) == (span.start, span.end, False), span
        assert back.zone == "UTC" or tz_win[back.zone] == tz_win[span.zone], span
        again = through_caseflow(span)
        assert again == span
        cases += 1
    ran("instants over both wires", cases)


def test_a_zone_is_kept_wherever_its_law_is_old_and_the_time_has_a_name() -> None:
    for zone in ("America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham"):
        for change in zonelore.changes(zone) or [zonelore.Change(zone, zonelore.FIRST, timedelta(0), timedelta(0))]:
            start = change.at + timedelta(days=1)
            assert tz_win[through_graph(timed(start, start + SECOND, zone)).zone] == tz_win[zone]


def _reading(change: zonelore.Change, wall: datetime) -> datetime:
    """The instant of a reading near a change: by the clock before it, unless only the clock after it shows it."""
    early = wall.replace(tzinfo=UTC) - change.before
    late = wall.replace(tzinfo=UTC) - change.after
    return late if late >= change.at and early >= change.at and not _skipped(change, wall) else early


def _skipped(change: zonelore.Change, wall: datetime) -> bool:
    moment = wall.replace(tzinfo=UTC)
    return change.at + change.before <= moment < change.at + change.after


def test_local_times_are_read_as_the_first_they_can_mean_and_skipped_ones_as_later(ran: Ran) -> None:
    cases = 0
    for zone in zonelore.zones():
        for change in zonelore.changes(zone):
            for shift in (timedelta(hours=-2), -SECOND, timedelta(0), timedelta(minutes=20), timedelta(hours=1)):
                wall = change.wall(shift)
                assert instant(wall, zone) == _reading(change, wall), (change, wall)
                cases += 1
    ran("local times read by the app", cases)


def test_what_a_person_booked_at_a_skipped_or_doubled_time_is_read_as_the_stand_in_keeps_it() -> None:
    for zone in ("America/New_York", "Australia/Lord_Howe", "Europe/London", "Africa/Casablanca"):
        for change in zonelore.changes(zone):
            for minutes in (-30, 0, 15, 45):
                wall = change.wall(timedelta(minutes=minutes))
                body = {"dateTime": wall.isoformat(), "timeZone": zone}
                span = read_from_graph(kept_by_graph({"start": body, "end": body, "isAllDay": False}))
                assert span.start == _reading(change, wall)


def test_all_day_dates_never_shift_in_any_zone(ran: Ran) -> None:
    chance, cases = random.Random(2), 0  # noqa: S311
    for zone in zonelore.zones():
        near = [change.wall(timedelta(0)).date() for change in zonelore.changes(zone)]
        some = [date(2020, 1, 1) + timedelta(days=chance.randrange(6_200)) for _ in range(15)]
        for first in [*near, *some, date(2028, 2, 29), date(2026, 12, 31)]:
            span = days(first, first + timedelta(days=chance.choice((1, 1, 2, 7, 400, 1_100))), zone)
            back = through_graph(span)
            assert (back.start, back.end, back.all_day) == (span.start, span.end, True), span
            assert through_caseflow(span) == span
            cases += 1
    ran("all-day dates over both wires", cases)


def test_all_day_is_sent_as_midnights_of_one_zone_with_an_exclusive_end() -> None:
    body = sent_to_graph(days(date(2026, 12, 31), date(2027, 1, 2), "Asia/Kathmandu"))
    assert body["start"] == {"dateTime": "2026-12-31T00:00:00", "timeZone": "Asia/Kathmandu"}
    assert body["end"] == {"dateTime": "2027-01-02T00:00:00", "timeZone": "Asia/Kathmandu"}


def _first_moment(day: date, zone: str, near: list[datetime]) -> datetime:
    """The first instant that reads `day` or later: at a midnight of some offset, or where the clocks change."""
    around = datetime.combine(day, time.min, UTC)
    offsets = {zonelore.offset(around + timedelta(hours=hours), zone) for hours in (-36, -12, 0, 12, 36)}
    candidates = [around - offset for offset in offsets] + near
    reading = [moment for moment in candidates if local_day(moment, zone) >= day]
    return min(reading)


def test_days_start_at_their_first_moment(ran: Ran) -> None:
    cases = 0
    for zone in zonelore.zones():
        for change in zonelore.changes(zone):
            today = change.wall(timedelta(0)).date()
            for day in (today - timedelta(days=1), today, today + timedelta(days=1), today + timedelta(days=2)):
                near = [change.at] if abs(change.at - datetime.combine(day, time.min, UTC)) < timedelta(days=2) else []
                assert day_start(day, zone) == _first_moment(day, zone, near), (zone, day)
                cases += 1
    ran("starts of days", cases)


def test_the_cases_of_this_folder_are_a_hundred_thousand_and_more() -> None:
    assert sum(tally.PROMISED.values()) >= tally.GOAL
