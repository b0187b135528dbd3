"""Occurrences that come back with new ids, zones, and which mask and window apply (D2 to D6, G1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.core.events import Content, Field, Kind, OutlookEvent, Span, days, timed
from shared.core.links import Base, Born, Link
from shared.core.policy import Mask, Mode
from shared.core.series import moved_to, rehomed
from shared.core.zones import alike, day_start, iana, instant, known, local_day, sendable, settled, wall_clock
from tests.core.ideal import NOW, PRINTER, RULES, day, hour

ZONE = "America/New_York"
POLICY = RULES.policy
OFFSET = timedelta(hours=5)


def link(name: str, start: datetime | None, master_id: str | None = "s1", **members: Any) -> Link:
    return Link(name, Kind.EVENT, Born.OUTLOOK, master_id=master_id, starts_at=start, **members)


def occurrence(name: str, start: datetime, master_id: str | None = "s1") -> OutlookEvent:
    span = timed(start, start + timedelta(hours=1), ZONE)
    return OutlookEvent(name, "k1", Content("Standup", span), master_id=master_id)


def at(number: int, hours: int = 15) -> datetime:
    return datetime(2026, 12, number, hours, tzinfo=UTC)


def homes(orphans: list[Link], fresh: list[OutlookEvent]) -> dict[str, str]:
    return {name: event.id for name, event in rehomed(orphans, fresh, ZONE).items()}


@pytest.mark.parametrize(
    ("orphans", "fresh", "found"),
    [
        ([link("a", at(1)), link("b", at(2))], [occurrence("x", at(2, 18)), occurrence("y", at(1, 9))],
         {"a": "y", "b": "x"}),
        ([link("a", at(1))], [occurrence("x", at(1), "s2")], {"a": "x"}),
        ([link("a", at(1))], [occurrence("x", at(1), "s2"), occurrence("y", at(1))], {"a": "y"}),
        ([link("a", at(1)), link("b", at(1), "s2")], [occurrence("x", at(1)), occurrence("y", at(1), "s3")],
         {"a": "x", "b": "y"}),
        ([link("a", at(1))], [occurrence("x", at(1)), occurrence("y", at(1, 18))], {}),
        ([link("a", at(1)), link("b", at(1, 18))], [occurrence("x", at(1))], {}),
        ([link("a", at(1))], [occurrence("x", at(2))], {}),
        ([link("a", None)], [occurrence("x", at(1))], {}),
        ([link("a", at(2, 3))], [occurrence("x", at(1, 20))], {"a": "x"}),
        ([], [occurrence("x", at(1))], {}),
    ],
)  # fmt: skip
def test_a_day_finds_its_new_occurrence_where_one_of_each_stands(
    orphans: list[Link], fresh: list[OutlookEvent], found: dict[str, str]
) -> None:
    """D4: by series and local day, then by day alone."""
    assert homes(orphans, fresh) == found


def test_on_its_new_day_only_its_own_text_goes_out_again() -> None:
    """D4: the series' text under a veil is no edit of a person."""
    base = {field: Base(f"c-{field.value}", f"o-{field.value}") for field in Field}
    event = structs.replace(occurrence("x", at(2), "s2"), content=Content("New", hour(3), "Room", "<p>new</p>"))
    seen = PRINTER.all(event.content)
    plain = moved_to(link("a", at(1), base=base), event, RULES)
    assert plain == link("a", at(1), "s2", base=base, outlook_id="x")
    own = moved_to(link("a", at(1), base=base, own_text=True), event, RULES)
    assert own.base == {**base, Field.TEXT: Base("", seen[Field.TEXT])}
    veiled = moved_to(link("a", at(1), base=base, veiled=(Field.PLACE, Field.TEXT)), event, RULES)
    assert veiled.veiled == ()
    assert veiled.base == {
        **base, Field.PLACE: Base("c-place", seen[Field.PLACE]), Field.TEXT: Base("c-text", seen[Field.TEXT]),
    }  # fmt: skip
    bare = moved_to(link("a", at(1), own_text=True), event, RULES)
    assert bare.base == {}


def test_a_private_day_is_moved_without_its_words() -> None:
    """E4."""
    base = {field: Base("c", "o") for field in Field}
    event = structs.replace(occurrence("x", at(2)), sensitivity="private")
    moved = moved_to(link("a", at(1), base=base, veiled=(Field.TEXT,)), event, RULES)
    assert moved.base[Field.TEXT].outlook == PRINTER.field(Content("", hour(1)), Field.TEXT)


# Zones and days


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
    assert sendable("Nowhere/Never") == "UTC"
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
    assert day_start(date(2026, 12, 1), "Nowhere/Never") == datetime(2026, 12, 1, tzinfo=UTC)
    assert local_day(datetime(2026, 12, 1, 4, tzinfo=UTC), ZONE) == date(2026, 11, 30)
    assert local_day(datetime(2026, 12, 1, 4, tzinfo=UTC), "Nowhere/Never") == date(2026, 12, 1)


def test_a_wall_clock_and_its_instant_belong_together() -> None:
    """D5: in a gap the time after it, in an overlap the first."""
    moment = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert wall_clock(moment, ZONE) == datetime(2026, 7, 1, 8)  # noqa: DTZ001 - a wall clock has no zone
    assert wall_clock(moment, "Nowhere/Never") == moment.replace(tzinfo=None)
    assert instant(wall_clock(moment, ZONE), ZONE) == moment
    assert instant(datetime(2026, 11, 1, 1, 30), ZONE) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # noqa: DTZ001


def test_a_zone_is_settled_where_six_years_have_the_same_season() -> None:
    """D5: Exchange may still reckon by a law that changed lately."""
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


# The window, the line and the mask


def ending(moment: datetime) -> Span:
    return timed(moment - timedelta(hours=1), moment)


def ending_on(last: date) -> Span:
    return days(last - timedelta(days=1), last)


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("after", "before"), [(timedelta(), True), (SECOND, False), (-SECOND, True)])
def test_limits_of_time_are_exact(after: timedelta, before: bool) -> None:
    """D2, D6: an event that ends exactly then has ended."""
    assert POLICY.before_line(ending(POLICY.line + after)) is before
    assert POLICY.has_ended(ending(NOW + after)) is before
    assert POLICY.rests(ending(NOW - timedelta(days=30) + after)) is before
    begins = timed(POLICY.window_end + after, POLICY.window_end + timedelta(hours=9))
    assert POLICY.beyond_window(begins) is (after >= timedelta())


def test_the_lines_own_day_decides_for_all_day_events() -> None:
    """D2: the line does not move with travel."""
    today = date(2026, 11, 24)
    assert POLICY.before_line(ending_on(today))
    assert not POLICY.before_line(ending_on(today + timedelta(days=1)))
    travelled = structs.replace(POLICY, line_day=today + timedelta(days=1))
    assert travelled.before_line(ending_on(today + timedelta(days=1)))
    assert structs.replace(POLICY, zone="Pacific/Honolulu").before_line(ending_on(today - timedelta(days=1)))
    assert not structs.replace(POLICY, zone="Pacific/Honolulu").before_line(ending_on(today))


def test_all_day_ends_are_read_in_the_persons_zone() -> None:
    """D5."""
    whole = days(date(2026, 11, 23), date(2026, 11, 24), "UTC")
    early = structs.replace(POLICY, now=datetime(2026, 11, 24, 2, tzinfo=UTC))
    assert not early.has_ended(whole)
    assert structs.replace(early, zone="UTC").has_ended(whole)
    late = structs.replace(early, now=early.now + timedelta(days=30))
    assert not late.rests(whole)
    assert structs.replace(late, zone="UTC").rests(whole)
    first = days(date(2026, 12, 1), date(2026, 12, 2), "UTC")
    near = structs.replace(POLICY, window_end=datetime(2026, 12, 1, 2, tzinfo=UTC))
    assert near.beyond_window(first)
    assert not structs.replace(near, zone="UTC").beyond_window(first)


def test_occurrences_reach_180_days_ahead_but_not_past_the_window() -> None:
    """D4."""
    assert POLICY.series_end == NOW + timedelta(days=180)
    assert structs.replace(POLICY, window_end=NOW + timedelta(days=44)).series_end == NOW + timedelta(days=44)


@pytest.mark.parametrize(
    ("mode", "may"), [(Mode.SYNC, True), (Mode.REVIEW, True), (Mode.MANUAL, False), (Mode.IMPORT, False)]
)
def test_a_pull_never_writes_to_outlook(mode: Mode, may: bool) -> None:
    """K1, J5, H4."""
    assert structs.replace(POLICY, mode=mode).may_write_outlook is may


@pytest.mark.parametrize(
    ("category", "matter", "confidential", "visibility", "mask"),
    [
        (None, None, False, "firm", Mask.NONE),
        ("Internal", None, False, "firm", Mask.NONE),
        ("Hearing", None, False, "firm", Mask.CONFIDENTIAL),
        ("Forgotten", None, False, "firm", Mask.CONFIDENTIAL),
        (None, "m1", False, "firm", Mask.CONFIDENTIAL),
        (None, None, True, "firm", Mask.CONFIDENTIAL),
        (None, None, False, "private", Mask.PRIVATE),
        (None, "m1", False, "private", Mask.CONFIDENTIAL),
        (None, None, True, "private", Mask.CONFIDENTIAL),
        ("Hearing", None, False, "private", Mask.CONFIDENTIAL),
    ],
)
def test_what_masks_an_event(
    category: str | None, matter: str | None, confidential: bool, visibility: str, mask: Mask
) -> None:
    """G1."""
    assert POLICY.mask(category, matter, confidential, visibility) is mask


def test_a_list_that_cannot_be_read_protects_every_category() -> None:
    """G1."""
    unread = structs.replace(POLICY, known=None, protected=frozenset())
    assert unread.is_protected("Internal")
    assert not unread.is_protected(None)
