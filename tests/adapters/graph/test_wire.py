"""Graph's JSON and core's events, both ways, over whatever people and services may write."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, structs

from shared.adapters.graph import shapes, wire
from shared.core.events import Content, Kind, MirrorItem, Span, days, timed
from shared.core.marks import LINK_PROPERTY, STAMP_PROPERTY, Stamp, decoded, encoded
from shared.core.mask import Projection, project, project_mirror
from shared.core.policy import Mask
from shared.core.prints import span_text
from shared.core.texts import MASK_TEXT
from shared.core.writes import CreateOutlook, PatchOutlook
from shared.core.zones import alike
from tests.adapters.graph.world import PLAIN, create, patch

ZONES = st.sampled_from(
    ["UTC", "America/New_York", "America/Vancouver", "Europe/London", "Asia/Kolkata", "Pacific/Apia", "Africa/Cairo"]
)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TIMED = st.builds(
    lambda start, minutes, zone: timed(start, start + timedelta(minutes=minutes), zone),
    INSTANTS, st.integers(1, 3_000), ZONES,
)  # fmt: skip
ALL_DAY = st.builds(
    lambda start, length, zone: days(start, start + timedelta(days=length), zone),
    st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(1, 40), ZONES,
)  # fmt: skip
SPANS = st.one_of(TIMED, ALL_DAY)
CONTENTS = st.builds(Content, TEXTS, SPANS, TEXTS, TEXTS)
MASKS = st.sampled_from(Mask)


def answered(body: dict[str, Any], **members: Any) -> bytes:
    """What Graph would answer to a create, as text; zones stay as they were sent."""
    found = {name: value for name, value in body.items() if name != "singleValueExtendedProperties"}
    zone = body["start"]["timeZone"]
    return json.dumps({"id": "x", "changeKey": "ck", "originalStartTimeZone": zone, **found, **members}).encode()


def read(**members: Any) -> Any:
    """The event of a whole row with the given members."""
    base = {"id": "x", "@odata.etag": 'W/"ck=="', "subject": "Walk", **times("2026-11-25T09:00:00.0000000")}
    return wire.outlook_event(json.dumps({**base, **members}).encode())


def times(text: str, zone: str = "UTC") -> dict[str, Any]:
    """Start and end at one time."""
    return {name: {"dateTime": text, "timeZone": zone} for name in ("start", "end")}


@given(CONTENTS)
def test_what_is_sent_reads_back(content: Content) -> None:
    event = wire.outlook_event(answered(wire.create_body(create(content=content))))
    assert event is not None
    assert (event.content.title, event.content.text) == (content.title, content.text)
    assert (event.content.span.start, event.content.span.end) == (content.span.start, content.span.end)
    assert event.content.span.all_day is content.span.all_day
    assert event.content.place == content.place


@given(st.one_of(TIMED, ALL_DAY))
def test_a_time_that_has_a_name_in_its_zone_keeps_the_zone(span: Span) -> None:
    body = wire.create_body(create(content=Content("x", span)))
    event = wire.outlook_event(answered(body))
    assert event is not None
    if body["start"]["timeZone"] != "UTC":
        assert alike(event.content.span.zone, span.zone) or event.content.span.zone == span.zone
        assert span_text(event.content.span) == span_text(span)


@given(CONTENTS, MASKS)
def test_a_masked_create_says_nothing_but_title_and_times(content: Content, mask: Mask) -> None:
    body = wire.create_body(create(content=content, mask=mask))
    if mask is Mask.NONE:
        return
    said = {name: body[name] for name in ("subject", "start", "end", "isAllDay")}
    rest = {name: value for name, value in body.items() if name not in said}
    secret = structs.replace(content, place="", text="")
    assert rest == {
        name: value for name, value in wire.create_body(create(content=secret, mask=mask)).items() if name not in said
    }
    assert rest["body"] == {"contentType": "text", "content": MASK_TEXT}
    assert rest["sensitivity"] in {"confidential", "private"}
    assert "location" not in rest


def smuggling(**members: Any) -> Projection:
    """A masked projection that got past its own check."""
    projection = project(PLAIN, Mask.CONFIDENTIAL)
    for name, value in members.items():
        structs.force_setattr(projection, name, value)
    return projection


@pytest.mark.parametrize("members", [{"text": "secret"}, {"place": "Court 3"}, {"sensitivity": "normal"}])
def test_a_masked_projection_that_says_more_never_leaves(members: dict[str, str]) -> None:
    stamp = Stamp("1.1", 1, {})
    with pytest.raises(AssertionError, match="a masked event"):
        wire.create_body(CreateOutlook(smuggling(**members), "t", "l", stamp))
    with pytest.raises(AssertionError, match="a masked event"):
        wire.patch_body(PatchOutlook("x", "ck", smuggling(**members), "l", stamp))


def test_a_masked_event_may_not_even_send_a_member_that_nobody_thought_of() -> None:
    with pytest.raises(AssertionError, match="these members"):
        wire._checked(project(PLAIN, Mask.CONFIDENTIAL), {"subject": "x", "categories": ["Doe v. Roe"]})


def test_a_create_carries_both_marks_and_a_patch_the_new_stamp() -> None:
    write = create()
    assert wire.create_body(write)["singleValueExtendedProperties"] == [
        {"id": LINK_PROPERTY, "value": "link-1"}, {"id": STAMP_PROPERTY, "value": encoded(write.stamp)},
    ]  # fmt: skip
    changed = patch("x", "ck", title="y")
    assert wire.patch_body(changed) == {
        "subject": "y",
        "singleValueExtendedProperties": [{"id": STAMP_PROPERTY, "value": encoded(changed.stamp)}],
    }


def test_an_update_sends_what_is_set_and_only_that() -> None:
    whole = wire.patch_body(patch("x", "ck", title="t", span=PLAIN.span, place="", text="", sensitivity="normal"))
    assert whole.keys() == {
        "subject", "start", "end", "isAllDay", "location", "body", "sensitivity", "singleValueExtendedProperties",
    }  # fmt: skip
    assert (whole["location"], whole["body"]) == ({"displayName": ""}, {"contentType": "html", "content": ""})


def test_a_copy_is_busy_with_the_mailboxes_reminder_and_a_mirror_free_without() -> None:
    copy = wire.create_body(create())
    assert (copy["showAs"], "isReminderOn" in copy) == ("busy", False)
    item = MirrorItem(Kind.TASK, "t1", 1, "File", date(2026, 1, 1))
    mirror = project_mirror(item, "UTC", Mask.NONE)
    body = wire.create_body(CreateOutlook(mirror, "t", "l", Stamp("1.1", 1, {})))
    assert (body["showAs"], body["isReminderOn"]) == ("free", False)


def test_all_day_goes_out_from_midnight_to_midnight_in_its_zone() -> None:
    body = wire.create_body(create(content=Content("x", days(date(2026, 3, 8), date(2026, 3, 9), "America/New_York"))))
    assert (body["start"], body["end"], body["isAllDay"]) == (
        {"dateTime": "2026-03-08T00:00:00", "timeZone": "America/New_York"},
        {"dateTime": "2026-03-09T00:00:00", "timeZone": "America/New_York"},
        True,
    )


def test_the_pinned_zone_data_decides_and_not_the_machines() -> None:
    # The law changed after 2025b: Vancouver keeps daylight saving time from 2026-11 on (dependencies.md 0.1).
    start = datetime(2027, 1, 15, 17, tzinfo=UTC)
    body = wire.create_body(create(content=Content("x", timed(start, start + timedelta(hours=1), "America/Vancouver"))))
    # Exchange may not know so young a law: the instant goes out (docs/decisions).
    assert body["start"] == {"dateTime": "2027-01-15T17:00:00", "timeZone": "UTC"}


def test_a_zone_nobody_knows_goes_out_as_utc() -> None:
    span = timed(datetime(2026, 11, 25, 9, tzinfo=UTC), datetime(2026, 11, 25, 10, tzinfo=UTC), "Mars/Olympus")
    assert wire.create_body(create(content=Content("x", span)))["start"] == {
        "dateTime": "2026-11-25T09:00:00", "timeZone": "UTC",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-11-25T09:00:00.1234567", "UTC", datetime(2026, 11, 25, 9, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-25T09:00:00.0000000", "Pacific Standard Time", datetime(2026, 11, 25, 17, tzinfo=UTC)),
        ("2026-11-25T09:00:00", "Asia/Tokyo", datetime(2026, 11, 25, 0, tzinfo=UTC)),
        ("2026-11-25T09:00:00Z", "Asia/Tokyo", datetime(2026, 11, 25, 9, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_the_zone_they_come_with(text: str, zone: str, expected: datetime) -> None:
    assert read(**times(text, zone)).content.span.start == expected


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"), ("America/Denver", "America/Denver"), ("UTC", "UTC"),
        ("tzone://Microsoft/Custom", "UTC"), ("Customized Time Zone", "UTC"), ("", "UTC"), (None, "UTC"),
    ],
)  # fmt: skip
def test_the_zone_is_the_one_the_event_was_written_in(name: str | None, zone: str) -> None:
    assert read(originalStartTimeZone=name).content.span.zone == zone


def test_all_day_is_read_as_dates_and_never_converted() -> None:
    members = {
        "isAllDay": True, "originalStartTimeZone": "Tokyo Standard Time",
        "start": {"dateTime": "2026-11-25T00:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-26T00:00:00.0000000", "timeZone": "UTC"},
    }  # fmt: skip
    assert read(**members).content.span == days(date(2026, 11, 25), date(2026, 11, 26), "Asia/Tokyo")


def test_a_text_body_becomes_html() -> None:
    body = {"contentType": "text", "content": "a < b\r\nc & d\ne"}
    assert read(body=body).content.text == "a &lt; b<br>c &amp; d<br>e"
    assert read(body={"contentType": "html", "content": "<b>x</b>"}).content.text == "<b>x</b>"


@pytest.mark.parametrize(
    ("members", "place", "places"),
    [
        ({"location": {"displayName": "A"}}, "A", 1),
        ({"location": {"displayName": "A; B"}, "locations": [{"displayName": "A"}, {"displayName": "B"}]}, "A", 2),
        ({"location": {"displayName": ""}, "locations": []}, "", 0),
        ({"location": {"displayName": "A"}, "locations": [{"displayName": None}, {"displayName": "A"}]}, "A", 1),
        ({"location": None, "locations": None}, "", 0),
        ({"location": {"displayName": "A"}, "locations": []}, "A", 1),
    ],
)
def test_the_first_named_place_is_the_place(members: dict[str, Any], place: str, places: int) -> None:
    event = read(**members)
    assert (event.content.place, event.places) == (place, places)


@pytest.mark.parametrize(
    ("members", "online"),
    [
        ({}, False),
        ({"isOnlineMeeting": False, "onlineMeeting": None, "onlineMeetingUrl": None}, False),
        ({"isOnlineMeeting": True}, True),
        ({"onlineMeeting": {"joinUrl": "https://teams.example/x"}}, True),
        ({"onlineMeetingUrl": "https://zoom.example/x"}, True),
        ({"locations": [{"displayName": "A", "locationUri": "https://zoom.example/x"}]}, True),
        ({"locations": [{"displayName": "Room 5", "locationUri": "room5@firm.example"}]}, False),
    ],
)
def test_online_meetings_are_recognised(members: dict[str, Any], online: bool) -> None:
    assert read(**members).online is online


def person(address: str | None) -> dict[str, Any]:
    """A recipient."""
    return {"emailAddress": {"name": "n", "address": address}}


@pytest.mark.parametrize(
    ("members", "count"),
    [
        ({"attendees": [person("ANN@firm.example")], "isOrganizer": True}, 0),
        ({"attendees": [person("ann@firm.example"), person("bob@x.example")], "isOrganizer": True}, 1),
        ({"attendees": [person("me@firm.example")], "isOrganizer": False}, 1),
        ({"attendees": [person(None)], "isOrganizer": True}, 1),
        ({"attendees": [], "isOrganizer": False}, 0),
        ({"attendees": None}, 0),
    ],
)
def test_attendees_are_the_others(members: dict[str, Any], count: int) -> None:
    assert read(organizer=person("ann@firm.example"), **members).attendees == count


def test_marks_are_found_whatever_the_case_of_their_ids() -> None:
    tags = [{"id": LINK_PROPERTY.upper(), "value": "l"}, {"id": STAMP_PROPERTY.lower(), "value": "s"}, {"id": "other"}]
    event = read(singleValueExtendedProperties=tags)
    assert (event.link_mark, event.stamp) == ("l", "s")
    assert decoded(event.stamp) is None


def test_everything_else_is_read_too() -> None:
    event = read(
        type="occurrence", sensitivity="private", hasAttachments=True, isOrganizer=False, isCancelled=True,
        responseStatus={"response": "declined", "time": "0001-01-01T00:00:00Z"}, iCalUId="uid", seriesMasterId="m",
        originalStart="2026-11-25T09:00:00Z", transactionId="t", createdDateTime="2026-11-01T08:00:00.1234567Z",
        lastModifiedDateTime="2026-11-02T08:00:00Z",
    )  # fmt: skip
    assert (event.type, event.sensitivity, event.attachments, event.is_organizer, event.cancelled) == (
        "occurrence", "private", True, False, True,
    )  # fmt: skip
    assert (event.response, event.ical_uid, event.master_id, event.transaction_id) == ("declined", "uid", "m", "t")
    assert event.original_start == datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert event.created_at == datetime(2026, 11, 1, 8, 0, 0, 123456, tzinfo=UTC)
    assert event.modified_at == datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert event.change_key == "ck=="


def test_what_is_no_event_is_none_and_never_a_crash() -> None:
    assert wire.outlook_event(b'{"id": ""}') is None
    assert wire.outlook_event(b'{"id": "x"}') is None
    assert wire.outlook_event(b'{"subject": "x"}') is None
    assert wire.outlook_event(b"[]") is None
    assert wire.outlook_event(b"<html>") is None
    assert read(**times("next Tuesday")) is None
    assert read(**times("2026-11-25T09:00:00", "Mars/Olympus")) is None
    assert read(**times("0001-01-01T00:00:00", "Asia/Tokyo")) is None
    assert read(start=None) is None
    assert read(originalStart="whenever").original_start is None


def test_half_an_emoji_is_read_as_a_question_mark() -> None:
    event = wire.outlook_event(
        json.dumps({"id": "x", "subject": "Lunch \ud83c", **times("2026-11-25T09:00:00")}).encode()
    )
    assert event is not None
    assert event.content.title == "Lunch ?"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
NAMES = [str(field.encode_name) for field in structs.fields(shapes.Row)]


@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6))
def test_no_member_of_any_shape_crashes_the_reader(members: dict[str, Any]) -> None:
    event = read(**members)
    assert event is None or event.id == members.get("id", "x")


@given(
    st.dictionaries(
        st.sampled_from(sorted(set(NAMES) - {"id", "start", "end", "isAllDay", "originalStartTimeZone"})), st.none()
    )
)
def test_a_null_member_reads_like_a_missing_one(members: dict[str, None]) -> None:
    event = read(**members)
    assert event is not None
    without = {"id": "x", "subject": "Walk", "@odata.etag": 'W/"ck=="', **times("2026-11-25T09:00:00.0000000")}
    kept = {name: value for name, value in without.items() if name not in members}
    assert event == wire.outlook_event(json.dumps(kept).encode())


SCHEMA = cast(
    dict[str, Any],
    json.loads((Path(__file__).parents[3] / "local" / "graph" / "graph-schema.json").read_text(encoding="utf-8"))[
        "types"
    ],
)


def members_of(name: str) -> dict[str, str]:
    """Members of one of Graph's types with their types, inherited ones too."""
    found = SCHEMA.get(f"graph.{name}", {})
    base = members_of(found["base"].removeprefix("graph.")) if found.get("base") else {}
    return base | {member: described["type"] for member, described in found.get("properties", {}).items()}


def check(value: Any, kind: str) -> None:
    """Fail where a value sent is not of Graph's type."""
    if kind.startswith("Collection("):
        for one in value:
            check(one, kind[11:-1])
    elif isinstance(value, dict):
        known = members_of(kind.removeprefix("graph."))
        for name, inner in value.items():
            assert name in known, f"{kind} has no {name}"
            check(inner, known[name])
    elif kind.startswith("graph."):
        assert value in SCHEMA[kind]["members"], f"{kind} has no {value}"
    else:
        assert isinstance(value, {"Edm.String": str, "Edm.Boolean": bool}[kind])


@given(CONTENTS, MASKS)
def test_all_that_is_sent_exists_in_graphs_own_metadata(content: Content, mask: Mask) -> None:
    body = wire.create_body(create(content=content, mask=mask))
    marks = body.pop("singleValueExtendedProperties")
    check(body, "graph.event")
    for mark in marks:
        check(mark, "graph.singleValueLegacyExtendedProperty")


def test_all_that_is_read_exists_in_graphs_own_metadata() -> None:
    known = members_of("event") | {"singleValueExtendedProperties": ""}
    assert {name for name in NAMES if not name.startswith("@")} <= known.keys()
    pairs: list[tuple[type[Struct], str]] = [
        (shapes.ZonedTime, "dateTimeTimeZone"), (shapes.Body, "itemBody"), (shapes.Location, "location"),
        (shapes.Address, "emailAddress"), (shapes.Person, "attendee"), (shapes.Response, "responseStatus"),
    ]  # fmt: skip
    for shape, name in pairs:
        assert {str(field.encode_name) for field in structs.fields(shape)} <= members_of(name).keys()
