"""Events through the API: what Graph fills in, rewrites, keeps and refuses."""

from __future__ import annotations

from typing import Any

import pytest

from local.graph.service import Switches
from tests.local.graph.world import JSON, LINK, World, at, event, link


def test_a_new_event_gets_exchanges_defaults(world: World) -> None:
    made = world.create()

    assert made["type"] == "singleInstance"
    assert made["isReminderOn"] is True
    assert made["reminderMinutesBeforeStart"] == 15
    assert (made["sensitivity"], made["showAs"], made["importance"]) == ("normal", "busy", "normal")
    assert made["isOrganizer"] is True
    assert made["organizer"]["emailAddress"]["address"] == "ann@firm.example"
    assert made["start"] == {"dateTime": "2026-12-01T09:00:00.0000000", "timeZone": "UTC"}
    assert made["@odata.etag"] == f'W/"{made["changeKey"]}"'
    assert made["createdDateTime"] == "2026-11-24T09:00:00.0000000Z"


def test_a_time_is_answered_in_the_preferred_zone_and_keeps_its_own(world: World) -> None:
    made = world.create(event(start=at(1, 9, zone="Europe/Berlin"), end=at(1, 10, zone="Europe/Berlin")))
    headers = {"Prefer": 'outlook.timezone="Pacific Standard Time", IdType="ImmutableId"'}

    seen = world.good("GET", f"/me/events/{made['id']}", headers=headers)

    assert seen["start"] == {"dateTime": "2026-12-01T00:00:00.0000000", "timeZone": "Pacific Standard Time"}
    assert seen["originalStartTimeZone"] == "W. Europe Standard Time"


def test_iana_names_come_back_as_they_were_sent_if_the_switch_says_so() -> None:
    world = World(Switches(iana_zones_returned_as_windows=False))

    made = world.create(event(start=at(1, 9, zone="Europe/Berlin"), end=at(1, 10, zone="Europe/Berlin")))

    assert made["originalStartTimeZone"] == "Europe/Berlin"


def test_a_persons_custom_zone_has_no_name(world: World) -> None:
    made = world.ann.create(event(), custom_zone=True)

    assert world.good("GET", f"/me/events/{made}")["originalStartTimeZone"] == "tzone://Microsoft/Custom"


@pytest.mark.parametrize("zone", ["UTC", "Pacific Standard Time", "Asia/Tokyo"])
def test_an_all_day_events_dates_are_never_converted(world: World, zone: str) -> None:
    made = world.create(event(start=at(1, 0, zone="Europe/Berlin"), end=at(2, 0, zone="Europe/Berlin"), isAllDay=True))

    headers = {"Prefer": f'IdType="ImmutableId", outlook.timezone="{zone}"'}
    seen = world.good("GET", f"/me/events/{made['id']}", headers=headers)

    assert seen["start"]["dateTime"] == "2026-12-01T00:00:00.0000000"
    assert seen["end"]["dateTime"] == "2026-12-02T00:00:00.0000000"


def test_a_text_body_comes_back_as_html_and_as_text_if_asked(world: World) -> None:
    made = world.create(event(body={"contentType": "text", "content": "a < b\nnext"}))
    text = {"Prefer": 'IdType="ImmutableId", outlook.body-content-type="text"'}

    seen = world.good("GET", f"/me/events/{made['id']}", headers=text)

    assert made["body"] == {
        "contentType": "html",
        "content": '<html><head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>'
        "<body>a &lt; b<br>\r\nnext</body></html>",
    }
    assert seen["body"] == {"contentType": "text", "content": "a < b\r\nnext"}
    assert seen["bodyPreview"] == "a < b\r\nnext"


def test_an_html_body_is_wrapped_once_however_often_it_is_written(world: World) -> None:
    made = world.create(event(body={"contentType": "html", "content": "<p>Hi</p>"}))

    again = world.good("PATCH", f"/me/events/{made['id']}", {"body": made["body"]})

    assert made["body"]["content"].count("<body>") == 1
    assert again["body"] == made["body"]


def test_bodies_stay_as_sent_without_rewriting() -> None:
    world = World(Switches(rewrite_html=False))

    made = world.create(event(body={"contentType": "text", "content": "as is"}))

    assert made["body"] == {"contentType": "text", "content": "as is"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"colour": "red"}, "RequestBodyRead"),
        ({"subject": 5}, "RequestBodyRead"),
        ({"sensitivity": "secret"}, "RequestBodyRead"),
        ({"isAllDay": "yes"}, "RequestBodyRead"),
        ({"categories": "one"}, "RequestBodyRead"),
        ({"location": {"name": "x"}}, "RequestBodyRead"),
        ({"reminderMinutesBeforeStart": -1}, "ErrorPropertyValidationFailure"),
        ({"attendees": [{"type": "required"}]}, "ErrorInvalidRecipients"),
        ({"start": at(1, 9, zone="Moon/Base")}, "TimeZoneNotSupportedException"),
        ({"start": {"dateTime": "tomorrow", "timeZone": "UTC"}}, "ErrorInvalidParameter"),
        ({"start": {"dateTime": "2026-13-01T09:00:00", "timeZone": "UTC"}}, "ErrorInvalidParameter"),
        ({"start": at(1, 12)}, "ErrorPropertyValidationFailure"),
        ({"isAllDay": True}, "ErrorPropertyValidationFailure"),
        ({"isAllDay": True, "start": at(1, 0), "end": at(1, 0)}, "ErrorPropertyValidationFailure"),
        (
            {"isAllDay": True, "start": at(1, 0), "end": at(3, 0, zone="Europe/Berlin")},
            "ErrorPropertyValidationFailure",
        ),
        ({"singleValueExtendedProperties": [{"id": "Name link", "value": "1"}]}, "ErrorInvalidProperty"),
        ({"singleValueExtendedProperties": [{"id": LINK}]}, "ErrorInvalidProperty"),
    ],
)
def test_what_graph_refuses_is_refused_and_makes_nothing(world: World, body: dict[str, Any], code: str) -> None:
    assert world.refused("POST", "/me/events", {**event(), **body}) == (400, code)
    assert world.good("GET", "/me/events")["value"] == []


def test_an_event_without_times_is_refused(world: World) -> None:
    assert world.refused("POST", "/me/events", {"subject": "x"})[0] == 400


def test_read_only_members_are_ignored(world: World) -> None:
    made = world.create({**event(), "iCalUId": "mine", "createdDateTime": "2020-01-01T00:00:00Z", "isOrganizer": False})

    assert made["iCalUId"] != "mine"
    assert made["createdDateTime"].startswith("2026-11-24")
    assert made["isOrganizer"] is True


def test_a_patch_changes_what_it_names_and_the_change_key(world: World) -> None:
    made = world.create(event(location={"displayName": "Court"}))

    after = world.good("PATCH", f"/me/events/{made['id']}", {"subject": "Dinner"})

    assert after["subject"] == "Dinner"
    assert after["location"]["displayName"] == "Court"
    assert after["changeKey"] != made["changeKey"]
    assert (after["iCalUId"], after["id"]) == (made["iCalUId"], made["id"])


def test_an_invisible_change_has_another_change_key(world: World) -> None:
    made = world.create()

    world.ann.touch(made["id"])

    after = world.good("GET", f"/me/events/{made['id']}")
    assert after["@odata.etag"] != made["@odata.etag"]
    assert after["subject"] == made["subject"]


def test_several_places_show_as_one_name(world: World) -> None:
    made = world.create(event(locations=[{"displayName": "Room 1"}, {"displayName": "Room 2"}]))

    assert made["location"]["displayName"] == "Room 1; Room 2"
    assert [place["displayName"] for place in made["locations"]] == ["Room 1", "Room 2"]

    after = world.good("PATCH", f"/me/events/{made['id']}", {"location": None})
    assert (after["location"]["displayName"], after["locations"]) == ("", [])


@pytest.mark.parametrize("honoured", [True, False])
def test_a_stale_version_is_refused_only_where_if_match_counts(honoured: bool) -> None:
    world = World(Switches(if_match_honoured=honoured))
    made = world.create()
    world.ann.touch(made["id"])
    stale = {"If-Match": made["@odata.etag"]}

    patched = world.ask("PATCH", f"/me/events/{made['id']}", {"subject": "x"}, headers=stale)

    assert patched.status == (412 if honoured else 200)
    if honoured:
        assert patched.body is not None
        assert patched.body["error"]["code"] == "ErrorIrresolvableConflict"


def test_the_present_version_and_a_star_pass(world: World) -> None:
    made = world.create()

    after = world.ask("PATCH", f"/me/events/{made['id']}", {"subject": "x"}, headers={"If-Match": made["@odata.etag"]})

    assert after.status == 200
    assert world.ask("DELETE", f"/me/events/{made['id']}", headers={"If-Match": "*"}).status == 204


def test_replacing_the_body_of_an_online_meeting_breaks_it(world: World) -> None:
    made = world.create(event(isOnlineMeeting=True))
    url = made["onlineMeeting"]["joinUrl"]
    assert url in made["body"]["content"]

    kept = world.good("PATCH", f"/me/events/{made['id']}", {"subject": "Call"})
    broken = world.good("PATCH", f"/me/events/{made['id']}", {"body": {"contentType": "text", "content": "x"}})

    assert kept["onlineMeeting"]["joinUrl"] == url
    assert (broken["isOnlineMeeting"], broken["onlineMeeting"]) == (False, None)


def test_marks_are_seen_by_id_only_when_asked_for(world: World) -> None:
    made = world.create(event(singleValueExtendedProperties=link("abc")))
    other = "String {66F5A359-4659-4830-9070-00047EC6AC6E} Name stamp"
    expand = f"$expand=singleValueExtendedProperties($filter=id eq '{LINK}' or id eq '{other}')"

    plain = world.good("GET", f"/me/events/{made['id']}")
    seen = world.good("GET", f"/me/events/{made['id']}?{expand}")
    listed = world.good("GET", f"/me/calendar/events?{expand}")["value"]

    assert "singleValueExtendedProperties" not in plain
    assert seen["singleValueExtendedProperties"] == link("abc")
    assert listed[0]["singleValueExtendedProperties"] == link("abc")


def test_a_patch_adds_and_replaces_marks(world: World) -> None:
    made = world.create(event(singleValueExtendedProperties=link("1")))

    world.good("PATCH", f"/me/events/{made['id']}", {"singleValueExtendedProperties": link("2")})

    assert world.ann.properties(made["id"]) == {LINK: "2"}


@pytest.mark.parametrize("finds", [True, False])
def test_a_filter_on_a_mark_finds_the_event_if_the_switch_says_so(finds: bool) -> None:
    world = World(Switches(filter_on_properties_finds=finds))
    made = world.create(event(singleValueExtendedProperties=link("it's")))
    world.create(event(singleValueExtendedProperties=link("other")))
    wanted = f"singleValueExtendedProperties/Any(ep: ep/id eq '{LINK}' and ep/value eq 'it''s')"

    found = world.good("GET", f"/me/events?$filter={wanted}")["value"]

    assert [row["id"] for row in found] == ([made["id"]] if finds else [])


@pytest.mark.parametrize(
    "query",
    [
        "$select=colour",
        "$filter=subject ne 'x'",
        "$expand=attachments",
        "$orderby=colour",
        "$top=0",
        "$foo=1",
        "$search=x",
    ],
)
def test_an_option_graph_does_not_know_is_refused(world: World, query: str) -> None:
    assert world.ask("GET", f"/me/events?{query}").status == 400


def test_a_selection_keeps_id_and_etag(world: World) -> None:
    made = world.create()

    seen = world.good("GET", f"/me/events/{made['id']}?$select=subject,start")

    assert set(seen) == {"@odata.context", "@odata.etag", "id", "subject", "start"}


def test_other_ids_and_unknown_resources_are_refused(world: World) -> None:
    made = world.create()

    assert world.refused("GET", f"/me/events/{made['id']}", mailbox=world.bob) == (404, "ErrorItemNotFound")
    assert world.refused("GET", "/me/events/nonsense") == (400, "ErrorInvalidIdMalformed")
    assert world.refused("GET", f"/me/events/{made['id'].swapcase()}")[0] in {400, 404}
    assert world.refused("GET", "/me/contacts")[0] == 400
    assert world.refused("PUT", f"/me/events/{made['id']}", {})[0] == 405
    assert world.refused("POST", "/me/events", None, headers=JSON)[0] == 400


def test_ids_of_two_events_may_differ_in_case_only(world: World) -> None:
    made = [world.ann.create(event(str(number))) for number in range(110)]

    assert len(set(made)) == 110
    assert len({one.lower() for one in made}) < 110
    assert world.good("GET", f"/me/events/{made[0]}")["subject"] == "0"


def test_a_view_may_hold_an_empty_id() -> None:
    world = World(Switches(views_hold_an_empty_id=True))
    made = world.create()["id"]

    rows = world.good("GET", "/me/calendarView?startDateTime=2026-11-24T00:00:00Z&endDateTime=2027-01-31T00:00:00Z")

    assert [row["id"] for row in rows["value"]] == [made, ""]


def test_lists_come_in_pages(world: World) -> None:
    made = [world.create(event(day=day))["id"] for day in range(1, 8)]

    first = world.good("GET", "/me/events?$top=3&$select=subject")
    second = world.good("GET", first["@odata.nextLink"])
    third = world.good("GET", second["@odata.nextLink"])

    assert [row["id"] for page in (first, second, third) for row in page["value"]] == made
    assert "@odata.nextLink" not in third
    assert set(third["value"][0]) == {"@odata.etag", "id", "subject"}
