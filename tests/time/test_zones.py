"""Names of zones, and the hard cases of D5 one by one."""

from __future__ import annotations

import importlib.resources
import json
import logging
import os
import subprocess
import sys
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tzlocal.windows_tz import tz_win, win_tz

from shared.adapters.caseflow import wire as caseflow_wire
from shared.adapters.graph import wire as graph_wire
from shared.core.events import days, timed
from shared.core.zones import day_start, iana, instant, known, local_day, sendable, settled, wall_clock
from tests.http.world import ENVIRONMENT
from tests.time import zonelore
from tests.time.wires import sent_to_graph, through_graph

ROOT = Path(__file__).resolve().parents[2]
WINDOWS_NAMES = sorted(name for name in win_tz if name)
HOUR = timedelta(hours=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def wall(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


@pytest.mark.parametrize("name", WINDOWS_NAMES)
def test_a_windows_name_leads_to_a_zone_that_leads_back(name: str) -> None:
    zone = iana(name)
    assert zone is not None
    assert known(zone)
    assert tz_win[zone] == name


def test_every_zone_of_the_pinned_data_is_its_own_iana_name() -> None:
    assert [zone for zone in zonelore.zones() if iana(zone) != zone] == []


def test_the_tables_hold_what_they_are_relied_on_for() -> None:
    assert len(WINDOWS_NAMES) >= 139
    assert {"America/Vancouver", "America/Edmonton", "America/Winnipeg"} <= tz_win.keys()
    assert (iana("Eastern Standard Time"), iana("W. Europe Standard Time")) == ("America/New_York", "Europe/Berlin")
    assert iana("Nepal Standard Time") in {"Asia/Kathmandu", "Asia/Katmandu"}


@pytest.mark.parametrize(
    "name", [None, "", "tzone://Microsoft/Custom", "Customized Time Zone", "Mars/Olympus", "..", "/"]
)
def test_a_custom_or_unknown_name_is_no_zone(name: str | None) -> None:
    assert iana(name) is None


def test_outlooks_own_utc_is_utc() -> None:
    assert iana("tzone://Microsoft/Utc") == "UTC"


@pytest.mark.parametrize(
    "zone", ["Antarctica/Troll", "EST5EDT", "Europe/Uzhgorod", "GMT", "Factory", "Mars/Olympus", ""]
)
def test_a_zone_that_exchange_cannot_know_is_sent_as_utc(zone: str) -> None:
    assert sendable(zone) == "UTC"
    span = timed(utc(2026, 7, 1, 9), utc(2026, 7, 1, 10), zone)
    assert sent_to_graph(span)["start"] == {"dateTime": "2026-07-01T09:00:00", "timeZone": "UTC"}


STALE = """
import zoneinfo
from datetime import UTC, datetime
early = zoneinfo.ZoneInfo("America/Vancouver")
import {module}
late = zoneinfo.ZoneInfo("America/Vancouver")
noon = datetime(2027, 1, 15, 12, tzinfo=UTC)
print([noon.astimezone(zone).utcoffset().total_seconds() / 3600 for zone in (early, late)])
"""


@pytest.mark.parametrize("module", ["shared.core.zones", "function_app", "local.graph.times"])
def test_importing_the_app_is_enough_to_be_rid_of_the_machines_old_zones(module: str, tmp_path: Path) -> None:
    """Also of a zone that was read before: the machine here says that Vancouver is where Tokyo is."""
    (tmp_path / "America").mkdir()
    tokyo = importlib.resources.files("tzdata").joinpath("zoneinfo/Asia/Tokyo").read_bytes()
    (tmp_path / "America" / "Vancouver").write_bytes(tokyo)
    machine = {**os.environ, **ENVIRONMENT, "PYTHONTZPATH": str(tmp_path)}
    command = [sys.executable, "-c", STALE.format(module=module)]
    done = subprocess.run(command, cwd=ROOT, env=machine, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [9.0, -7.0]


@pytest.mark.parametrize(
    ("zone", "hours"),
    [("America/Vancouver", -7), ("America/Edmonton", -6), ("America/Winnipeg", -5), ("America/New_York", -5)],
)
def test_january_2027_follows_the_new_laws(zone: str, hours: int) -> None:
    assert instant(wall(2027, 1, 15, 10), zone) == utc(2027, 1, 15, 10 - hours)
    assert wall_clock(utc(2027, 1, 15, 10 - hours), zone) == wall(2027, 1, 15, 10)


@pytest.mark.parametrize("zone", ["America/Vancouver", "America/Edmonton", "America/Winnipeg"])
@pytest.mark.parametrize("day", [date(2026, 12, 1), date(2027, 1, 15), date(2031, 10, 20)])
def test_a_time_under_a_young_law_is_sent_as_utc_for_exchange_may_not_know_it(zone: str, day: date) -> None:
    start = datetime.combine(day, datetime.min.time(), UTC) + 18 * HOUR
    if local_day(start, zone).month in {12, 1}:
        assert not settled(zone, day)
        assert sent_to_graph(timed(start, start + HOUR, zone))["start"]["timeZone"] == "UTC"
    else:
        assert settled(zone, day)
        assert sent_to_graph(timed(start, start + HOUR, zone))["start"]["timeZone"] == zone
    assert through_graph(timed(start, start + HOUR, zone)).start == start


def test_where_laws_are_old_every_day_of_the_next_five_years_keeps_its_zone() -> None:
    zones = ["America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
             "America/Anchorage", "Pacific/Honolulu", "America/Toronto", "Europe/London", "Europe/Berlin",
             "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Chatham", "Asia/Kathmandu", "Asia/Tokyo"]  # fmt: skip
    first = date(2026, 11, 1)
    unsettled = [(zone, n) for zone in zones for n in range(1_826) if not settled(zone, first + timedelta(days=n))]
    assert unsettled == []


@pytest.mark.parametrize(
    ("reading", "zone", "expected"),
    [
        (wall(2027, 3, 14, 2, 30), "America/New_York", utc(2027, 3, 14, 7, 30)),  # skipped: read as 03:30
        (wall(2026, 11, 1, 1, 30), "America/New_York", utc(2026, 11, 1, 5, 30)),  # doubled: the first
        (wall(2026, 10, 4, 2, 15), "Australia/Lord_Howe", utc(2026, 10, 3, 15, 45)),  # half an hour is skipped
        (wall(2027, 4, 4, 1, 45), "Australia/Lord_Howe", utc(2027, 4, 3, 14, 45)),  # and doubled
        (wall(2027, 1, 4, 9), "Asia/Kathmandu", utc(2027, 1, 4, 3, 15)),
        (wall(2027, 1, 4, 9), "Pacific/Chatham", utc(2027, 1, 3, 19, 15)),
        (wall(2027, 7, 4, 9), "Pacific/Chatham", utc(2027, 7, 3, 20, 15)),
        (wall(2018, 11, 4, 0), "America/Sao_Paulo", utc(2018, 11, 4, 3)),  # midnight itself was skipped
        (wall(2020, 1, 4, 0), "America/Sao_Paulo", utc(2020, 1, 4, 3)),  # and never since 2019
        (wall(2026, 3, 1, 9), "Africa/Casablanca", utc(2026, 3, 1, 9)),  # Ramadan
        (wall(2026, 4, 1, 9), "Africa/Casablanca", utc(2026, 4, 1, 8)),
        (
            wall(2011, 12, 30, 9),
            "Pacific/Apia",
            utc(2011, 12, 30, 19),
        ),  # a day that never was: the same hour of the next
        (wall(2011, 12, 31, 9), "Pacific/Apia", utc(2011, 12, 30, 19)),
    ],
)
def test_a_local_time_means_one_instant(reading: datetime, zone: str, expected: datetime) -> None:
    assert instant(reading, zone) == expected


def test_samoas_skipped_day_starts_and_ends_where_the_next_one_starts() -> None:
    start = utc(2011, 12, 30, 10)
    assert [day_start(date(2011, 12, day), "Pacific/Apia") for day in (30, 31)] == [start, start]
    span = days(date(2011, 12, 30), date(2011, 12, 31), "Pacific/Apia")
    back = through_graph(span)
    assert (back.start, back.end) == (span.start, span.end)


def test_a_skipped_midnight_is_the_first_moment_after_it() -> None:
    assert day_start(date(2018, 11, 4), "America/Sao_Paulo") == utc(2018, 11, 4, 3)
    assert local_day(utc(2018, 11, 4, 3), "America/Sao_Paulo") == date(2018, 11, 4)
    assert local_day(utc(2018, 11, 4, 2, 59), "America/Sao_Paulo") == date(2018, 11, 3)


def test_the_second_of_two_equal_hours_is_sent_as_utc_and_the_first_with_its_zone() -> None:
    first = timed(utc(2026, 11, 1, 5, 30), utc(2026, 11, 1, 6, 30), "America/New_York")
    body = sent_to_graph(first)
    assert body["start"] == {"dateTime": "2026-11-01T01:30:00", "timeZone": "America/New_York"}
    assert body["end"] == {"dateTime": "2026-11-01T06:30:00", "timeZone": "UTC"}
    assert through_graph(first) == first


def row(zone: str | None, **members: Any) -> bytes:
    times = {"dateTime": "2026-11-25T09:00:00.0000000", "timeZone": "UTC"}
    return json.dumps({"id": "ev1", "subject": "Secret", "start": times, "end": times,
                       "originalStartTimeZone": zone, **members}).encode()  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "reason"), [("tzone://Microsoft/Custom", "custom"), ("Mars Standard Time", "unknown")]
)
def test_a_zone_without_a_name_keeps_the_instant_and_is_told(
    zone: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "outlooksync")
    event = graph_wire.outlook_event(row(zone))
    assert event is not None
    assert (event.content.span.start, event.content.span.zone) == (utc(2026, 11, 25, 9), "UTC")
    assert caplog.messages == [f"zone_not_named service=graph object_id=ev1 reason={reason} outcome=instant_kept"]


@pytest.mark.parametrize("zone", [None, "", "UTC", "Eastern Standard Time", "tzone://Microsoft/Utc"])
def test_nothing_is_told_of_zones_with_a_name_or_of_none(zone: str | None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "outlooksync")
    assert graph_wire.outlook_event(row(zone)) is not None
    assert caplog.messages == []


def test_a_caseflow_zone_that_nobody_knows_keeps_the_instant_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "outlooksync")
    event = {
        "id": "c1", "version": 1, "title": "x", "staff_ids": ["ann"], "updated_at": "2026-11-24T09:00:00Z",
        "updated_by": {"kind": "staff"}, "all_day": False, "timezone": "Mars/Olympus",
        "start": "2026-11-25T10:00:00+01:00", "end": "2026-11-25T11:00:00+01:00",
    }  # fmt: skip
    span = caseflow_wire.event(json.dumps(event).encode()).content.span
    assert span == timed(utc(2026, 11, 25, 9), utc(2026, 11, 25, 10), "UTC")
    assert caplog.messages == ["zone_not_named service=caseflow object_id=c1 reason=unknown outcome=instant_kept"]


def test_seven_digit_fractions_are_read() -> None:
    event = graph_wire.outlook_event(row("UTC", start={"dateTime": "2026-11-25T09:00:00.1234567", "timeZone": "UTC"}))
    assert event is not None
    assert event.content.span.start == utc(2026, 11, 25, 9, 0, 0, 123_456)


def test_zoneinfo_reads_no_files_of_the_machine() -> None:
    assert zoneinfo.TZPATH == ()
