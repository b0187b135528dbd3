"""Time zones, days and their instants (D5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.core.zones import alike, day_start, iana, instant, known, local_day, sendable, settled, wall_clock
from tests.core.ideal import day, hour

ZONE = "America/New_York"
OFFSET = timedelta(hours=5)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("America/New_York", "America/New_York"),
        ("Eastern Standard Time", "America/New_York"),
        ("UTC", "UTC"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("tzone://Microsoft/Custom", None),
        ("Nowhere/Never", None),
        ("", None),
        (None, None),
        ("../etc/passwd", None),
    ],
)
def test_a_zone_is_known_by_either_name_or_not_at_all(name: str | None, zone: str | None) -> None:
    """D5."""
    assert iana(name) == zone


def test_only_zones_that_exchange_has_are_sent() -> None:
    """D5: Graph refuses the rest."""
    assert sendable("Europe/Berlin") == "Europe/Berlin"
    assert sendable("Nowhere/Never") == sendable("Factory") == "UTC"
    assert known("Factory")
    assert sendable("Eastern Standard Time") == "UTC"
    assert known("Europe/Berlin")
    assert not known("Europe/Atlantis")


def test_two_names_are_alike_where_exchange_has_one_zone_for_both() -> None:
    assert alike("Europe/Berlin", "Europe/Vienna")
    assert not alike("Europe/Berlin", "America/New_York")
    assert not alike("Nowhere/Never", "Nowhere/Never")
    assert not alike("Nowhere/Never", "Nowhere/Else")


def test_a_day_begins_at_its_zones_midnight() -> None:
    """D5: a skipped midnight gives the first instant after it, an unknown zone is read as UTC."""
    assert day_start(date(2026, 12, 1), ZONE) == datetime(2026, 12, 1, 5, tzinfo=UTC)
    assert day_start(date(2026, 12, 1), ZONE).tzinfo is UTC
    assert day_start(date(2026, 12, 1), "Nowhere/Never") == datetime(2026, 12, 1, tzinfo=UTC)
    assert local_day(datetime(2026, 12, 1, 4, tzinfo=UTC), ZONE) == date(2026, 11, 30)
    assert local_day(datetime(2026, 12, 1, 4, tzinfo=UTC), "Nowhere/Never") == date(2026, 12, 1)


def test_a_wall_clock_and_its_instant_belong_together() -> None:
    """D5: in a gap the time after it, in an overlap the first."""
    moment = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert wall_clock(moment, ZONE) == datetime(2026, 7, 1, 8)  # noqa: DTZ001 - a wall clock has no zone
    assert wall_clock(moment, "Nowhere/Never") == moment.replace(tzinfo=None)
    assert instant(wall_clock(moment, ZONE), ZONE) == moment
    assert instant(wall_clock(moment, ZONE), ZONE).tzinfo is UTC
    assert instant(datetime(2026, 11, 1, 1, 30), ZONE) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # noqa: DTZ001


def test_a_zone_is_settled_where_six_years_have_the_same_season() -> None:
    """D5: Exchange may still reckon by a law that changed lately."""
    settled.cache_clear()
    assert settled(ZONE, date(2026, 7, 1))
    assert settled(ZONE, date(2026, 12, 1))
    assert not settled("America/Mexico_City", date(2026, 7, 1))
    assert settled("America/Mexico_City", date(2026, 12, 1))
    assert settled("America/Mexico_City", date(2029, 7, 1))
    assert not settled("America/Mexico_City", date(2028, 7, 1))


def test_an_event_knows_its_instants() -> None:
    timely, whole = hour(3), day(2)
    assert (timely.starts_at("Asia/Tokyo"), timely.ends_at("Asia/Tokyo")) == (timely.start, timely.end)
    midnight = datetime(2026, 11, 26, tzinfo=UTC)
    assert (whole.starts_at(), whole.ends_at()) == (midnight + OFFSET, midnight + OFFSET + timedelta(days=1))
    assert (whole.starts_at("UTC"), whole.ends_at("UTC")) == (midnight, midnight + timedelta(days=1))
