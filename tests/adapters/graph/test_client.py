"""The exact requests of the Graph client, and its reading of answers that the stand-in never gives."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from shared.adapters.graph.channel import PAGES_MAX
from shared.adapters.graph.client import GraphMailbox
from shared.adapters.http import HttpAnswer
from shared.core.errors import Expired, Reconnect, Rejected, Retry, SyncError
from shared.core.marks import LINK_PROPERTY, STAMP_PROPERTY
from shared.core.writes import DeleteOutlook, Verdict
from tests.adapters.graph.world import END, NOW, create, patch
from tests.adapters.scripted import Script, answer

BASE = "https://graph.example/v1.0"
ID = "AAk+/=1"
START = NOW


def client(*answers: HttpAnswer | SyncError, tokens: str = "abc") -> tuple[GraphMailbox, Script]:
    """A client over a script; every call for a token gives the next letter."""
    script = Script(list(answers))
    letters = iter(tokens)
    numbers = itertools.count(1)
    return GraphMailbox(script, BASE, lambda: next(letters), new_id=lambda: f"id-{next(numbers)}"), script


def row(key: str = ID, **members: Any) -> dict[str, Any]:
    """A single event as Graph answers it."""
    times = {
        name: {"dateTime": f"2026-11-25T{hour}:00:00.0000000", "timeZone": "UTC"}
        for name, hour in (("start", "09"), ("end", "10"))
    }
    return {"id": key, "subject": "Walk", "type": "singleInstance", "@odata.etag": 'W/"ck"', **times, **members}


def page(*rows: dict[str, Any], **links: str) -> HttpAnswer:
    """A page of a round; without a `next` it is the last."""
    after = (
        {"@odata.nextLink": links["next"]} if "next" in links else {"@odata.deltaLink": f"{BASE}/delta?$deltatoken=d"}
    )
    return answer(200, {"value": list(rows), **after})


def batch(*inner: tuple[str, int, Any]) -> HttpAnswer:
    """A batch's answer."""
    return answer(200, {"responses": [{"id": key, "status": status, "body": body} for key, status, body in inner]})


def fault(code: str, **members: Any) -> dict[str, Any]:
    """Graph's error body."""
    return {"error": {"code": code, "message": "Lunch with the whistleblower", **members}}


def test_every_request_says_who_asks_and_what_form_it_wants() -> None:
    mailbox, script = client(page())
    mailbox.delta(None, START, END)
    assert script.sent[0].headers == {
        "Authorization": "Bearer a",
        "Prefer": 'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize=200',
        "client-request-id": "id-1",
        "Accept": "application/json",
    }


def test_a_first_round_asks_for_the_window_and_later_links_go_out_whole() -> None:
    mailbox, script = client(page(next=f"{BASE}/x?$skiptoken=a%2Bb"), page(), page())
    link = mailbox.delta(None, datetime(2026, 11, 24, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)).delta_link
    mailbox.delta(link, START, END)
    assert [request.url for request in script.sent] == [
        f"{BASE}/me/calendarView/delta?startDateTime=2026-11-24T00:00:00Z&endDateTime=2028-01-01T00:00:00Z",
        f"{BASE}/x?$skiptoken=a%2Bb",
        f"{BASE}/delta?$deltatoken=d",
    ]


def test_rows_are_sorted_into_events_series_and_removals() -> None:
    mailbox, _ = client(
        page(
            row("single"),
            row("master", type="seriesMaster"),
            {"id": "day", "type": "occurrence", "seriesMasterId": "other"},
            {"id": "left", "@removed": {"reason": "deleted"}},
            row(""),
        )
    )
    found = mailbox.delta(None, START, END)
    assert [event.id for event in found.events] == ["single"]
    assert (found.series, found.removed) == (frozenset({"master", "other"}), ("left",))


def test_of_two_rows_of_one_event_the_last_counts() -> None:
    gone = {"@removed": {"reason": "deleted"}}
    mailbox, _ = client(
        page(row("a", subject="Old"), row("b"), {"id": "c", **gone}, next=f"{BASE}/n"),
        page(row("a", subject="New"), {"id": "b", **gone}, row("c")),
    )
    found = mailbox.delta(None, START, END)
    assert [(event.id, event.content.title) for event in found.events] == [("a", "New"), ("c", "Walk")]
    assert found.removed == ("b",)


def test_bare_rows_are_read_by_id() -> None:
    bare = {"id": ID, "type": "singleInstance"}
    mailbox, script = client(
        page(bare, {"id": "gone"}), batch(("0", 200, row()), ("1", 404, fault("ErrorItemNotFound")))
    )
    found = mailbox.delta(None, START, END)
    assert [event.content.title for event in found.events] == ["Walk"]
    assert found.removed == ("gone",)
    assert script.sent[1].url == f"{BASE}/$batch"


def test_a_round_with_an_unanswered_bare_row_is_not_whole() -> None:
    mailbox, _ = client(page({"id": ID}), batch(("0", 429, fault("ApplicationThrottled"))))
    with pytest.raises(Retry, match="no_answer"):
        mailbox.delta(None, START, END)


def test_a_round_without_end_is_broken_off() -> None:
    mailbox, script = client(*[page(next=f"{BASE}/n")] * (PAGES_MAX + 1), tokens="t" * (PAGES_MAX + 1))
    with pytest.raises(Retry, match="too_many_pages"):
        mailbox.delta(None, START, END)
    assert len(script.sent) == PAGES_MAX


def test_a_last_page_without_a_delta_link_is_no_round() -> None:
    mailbox, _ = client(answer(200, {"value": []}))
    with pytest.raises(Retry, match="malformed_answer"):
        mailbox.delta(None, START, END)


def test_no_other_host_is_shown_the_token() -> None:
    mailbox, script = client(page(next="https://evil.example/v1.0/n"))
    with pytest.raises(Expired, match="foreign_link"):
        mailbox.delta("https://evil.example/v1.0/delta", START, END)
    assert script.sent == []
    with pytest.raises(Retry, match="malformed_answer"):
        mailbox.delta(None, START, END)
    assert len(script.sent) == 1


@pytest.mark.parametrize(
    ("status", "code"), [(410, "SyncStateNotFound"), (410, "resyncRequired"), (400, "syncStateInvalid"), (410, "")]
)
def test_an_old_link_is_expired(status: int, code: str) -> None:
    mailbox, _ = client(answer(status, fault(code)))
    with pytest.raises(Expired):
        mailbox.delta(f"{BASE}/delta?$deltatoken=d", START, END)


def test_a_401_is_answered_once_with_a_fresh_token() -> None:
    mailbox, script = client(answer(401), page())
    mailbox.delta(None, START, END)
    assert [request.headers["Authorization"] for request in script.sent] == ["Bearer a", "Bearer b"]


def test_a_second_401_needs_the_user() -> None:
    mailbox, _ = client(answer(401), answer(401, request_id="r-9"))
    with pytest.raises(Reconnect, match="token_refused") as refused:
        mailbox.write([create()])
    assert refused.value.reference == "r-9"


@pytest.mark.parametrize(
    ("status", "code", "error", "expected"),
    [
        (429, "ApplicationThrottled", Retry, "throttled"),
        (503, "serviceNotAvailable", Retry, "service_unavailable"),
        (400, "ErrorServerBusy", Retry, "ErrorServerBusy"),
        (404, "MailboxNotEnabledForRESTAPI", Reconnect, "no_mailbox"),
        (403, "ErrorAccessDenied", Reconnect, "access_denied"),
        (400, "ErrorCalendarViewRangeTooBig", Rejected, "ErrorCalendarViewRangeTooBig"),
        (404, "Words of a person, perhaps", Rejected, "http_404"),
        (302, "", Rejected, "http_302"),
    ],
)
def test_errors_are_named_by_what_to_do_next(status: int, code: str, error: type[SyncError], expected: str) -> None:
    mailbox, _ = client(answer(status, fault(code, innerError={"request-id": "r-1"})))
    with pytest.raises(error) as raised:
        mailbox.listed(START, END)
    assert type(raised.value) is error
    assert (raised.value.code, raised.value.reference) == (expected, "r-1")
    assert "whistleblower" not in repr(raised.value)


def test_a_page_that_is_no_json_may_be_retried() -> None:
    mailbox, _ = client(answer(200, b"<html>proxy</html>"))
    with pytest.raises(Retry, match="malformed_answer"):
        mailbox.listed(START, END)


def test_events_are_asked_with_our_marks_and_encoded_ids() -> None:
    mailbox, script = client(batch(("0", 200, row())))
    assert mailbox.events([ID]).keys() == {ID}
    (inner,) = script.sent[0].body["requests"]
    path, _, query = inner["url"].partition("?")
    assert (inner["method"], path) == ("GET", "/me/events/AAk%2B%2F%3D1")
    assert unquote(query) == (
        f"$expand=singleValueExtendedProperties($filter=id eq '{LINK_PROPERTY}' or id eq '{STAMP_PROPERTY}')"
    )
    assert inner["headers"] == {"Prefer": 'IdType="ImmutableId", outlook.timezone="UTC"'}


@pytest.mark.parametrize(
    "inner",
    [
        ("0", 500, None),
        ("0", 429, None),
        ("0", 404, fault("ResourceNotFound")),
        ("0", 200, {"id": ID}),
        ("7", 200, None),
    ],
)
def test_an_answer_that_says_nothing_about_an_event_leaves_it_out(inner: tuple[str, int, Any]) -> None:
    mailbox, _ = client(batch(inner))
    assert mailbox.events([ID]) == {}


def test_an_event_is_asked_for_once() -> None:
    mailbox, script = client(batch(("0", 200, row())))
    assert mailbox.events([ID, ID]).keys() == {ID}
    assert len(script.sent[0].body["requests"]) == 1


def test_writes_go_out_with_their_conditions_and_preferences() -> None:
    mailbox, script = client(answer(503))
    mailbox.write([create(), patch(ID, "ck+/", title="x"), DeleteOutlook(ID, "ck"), DeleteOutlook(ID, "")])
    prefer = {"Prefer": 'IdType="ImmutableId", outlook.timezone="UTC"'}
    content = {"Content-Type": "application/json"}
    sent = [(r["id"], r["method"], r["url"], r["headers"], "body" in r) for r in script.sent[0].body["requests"]]
    assert sent == [
        ("0", "POST", "/me/calendar/events", {**prefer, **content}, True),
        ("1", "PATCH", "/me/events/AAk%2B%2F%3D1", {**prefer, "If-Match": 'W/"ck+/"', **content}, True),
        ("2", "DELETE", "/me/events/AAk%2B%2F%3D1", {**prefer, "If-Match": 'W/"ck"'}, False),
        ("3", "DELETE", "/me/events/AAk%2B%2F%3D1", prefer, False),
    ]
    assert script.sent[0].headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "body", "verdict", "code"),
    [
        (201, row(), Verdict.DONE, ""),
        (201, {"id": "x"}, Verdict.UNKNOWN, "malformed_answer"),
        (412, fault("ErrorIrresolvableConflict"), Verdict.STALE, "ErrorIrresolvableConflict"),
        (409, fault("ErrorIrresolvableConflict"), Verdict.STALE, "ErrorIrresolvableConflict"),
        (404, fault("ErrorItemNotFound"), Verdict.GONE, "ErrorItemNotFound"),
        (404, fault("MailboxNotEnabledForRESTAPI"), Verdict.UNKNOWN, "MailboxNotEnabledForRESTAPI"),
        (401, fault("InvalidAuthenticationToken"), Verdict.UNKNOWN, "InvalidAuthenticationToken"),
        (424, fault("FailedDependency"), Verdict.UNKNOWN, "FailedDependency"),
        (429, None, Verdict.UNKNOWN, "throttled"),
        (504, None, Verdict.UNKNOWN, "service_unavailable"),
        (400, fault("ErrorServerBusy"), Verdict.UNKNOWN, "ErrorServerBusy"),
        (400, fault("ErrorOccurrenceCrossingBoundary"), Verdict.REFUSED, "ErrorOccurrenceCrossingBoundary"),
        (403, fault("ErrorAccessDenied"), Verdict.REFUSED, "ErrorAccessDenied"),
        (404, None, Verdict.REFUSED, "http_404"),
    ],
)
def test_each_answer_has_its_verdict(status: int, body: Any, verdict: Verdict, code: str) -> None:
    mailbox, _ = client(batch(("0", status, body)))
    (result,) = mailbox.write([create()])
    assert (result.verdict, result.code) == (verdict, code)


def test_results_are_matched_by_id_and_a_missing_one_is_unknown() -> None:
    mailbox, _ = client(batch(("2", 201, row("c")), ("0", 201, row("a"))))
    results = mailbox.write([create("1"), create("2"), create("3")])
    assert [(r.verdict, r.event.id if r.event else r.code) for r in results] == [
        (Verdict.DONE, "a"), (Verdict.UNKNOWN, "no_answer"), (Verdict.DONE, "c"),
    ]  # fmt: skip


@pytest.mark.parametrize("member", ["error", "innerError", "root"])
def test_the_event_of_an_earlier_create_is_found_wherever_it_is_named(member: str) -> None:
    named = {"@event.existingEventId": "first"}
    body = fault("ErrorDuplicateTransactionId", **(named if member == "error" else {}))
    if member == "innerError":
        body["error"]["innerError"] = named
    mailbox, _ = client(batch(("0", 409, body | (named if member == "root" else {}))))
    (result,) = mailbox.write([create()])
    assert (result.verdict, result.existing_id) == (Verdict.STALE, "first")


@pytest.mark.parametrize(
    ("lost", "code"),
    [(Retry("timeout"), "timeout"), (answer(502), "service_unavailable"), (answer(200, b"<html>"), "malformed_answer")],
)
def test_a_lost_answer_is_unknown_for_every_write(lost: HttpAnswer | SyncError, code: str) -> None:
    mailbox, _ = client(lost)
    results = mailbox.write([create("1"), create("2")])
    assert [(result.verdict, result.code) for result in results] == [(Verdict.UNKNOWN, code)] * 2


def test_a_wish_to_wait_inside_a_batch_is_kept() -> None:
    inner = {"id": "0", "status": 429, "headers": {"Retry-After": 5}, "body": None}
    mailbox, _ = client(answer(200, {"responses": [inner]}))
    (result,) = mailbox.write([create()])
    assert result.after_seconds == 5


def test_the_search_for_our_mark_is_encoded() -> None:
    mailbox, script = client(answer(200, {"value": [row(), row("")]}))
    assert [event.id for event in mailbox.find("it's")] == [ID]
    query = parse_qs(urlsplit(script.sent[0].url).query)
    assert query["$filter"] == [
        f"singleValueExtendedProperties/Any(ep: ep/id eq '{LINK_PROPERTY}' and ep/value eq 'it''s')"
    ]
    assert urlsplit(script.sent[0].url).path == "/v1.0/me/calendar/events"


@pytest.mark.parametrize(("status", "code"), [(404, "ErrorItemNotFound"), (400, "ErrorInvalidRequest")])
def test_what_is_unknown_or_no_series_has_no_instances(status: int, code: str) -> None:
    """D4: what Graph answers for a single event is not documented."""
    mailbox, _ = client(answer(status, fault(code)))
    assert mailbox.instances(ID, START, END) is None


def test_a_busy_server_does_not_say_that_a_series_is_none() -> None:
    mailbox, _ = client(answer(400, fault("ErrorServerBusy")))
    with pytest.raises(Retry):
        mailbox.instances(ID, START, END)


def test_instances_and_lists_name_their_window_and_follow_pages() -> None:
    mailbox, script = client(
        answer(200, {"value": [row("a")], "@odata.nextLink": f"{BASE}/n"}), answer(200, {"value": [row("b")]}),
        answer(200, {"value": [{"id": "c"}, {"id": ""}]}),
        tokens="abcd",
    )  # fmt: skip
    assert [event.id for event in mailbox.instances(ID, START, END) or ()] == ["a", "b"]
    assert mailbox.listed(START, END) == frozenset({"c"})
    window = "startDateTime=2026-11-24T09:00:00Z&endDateTime=2028-10-24T09:00:00Z"
    assert [request.url for request in script.sent] == [
        f"{BASE}/me/events/AAk%2B%2F%3D1/instances?{window}",
        f"{BASE}/n",
        f"{BASE}/me/calendar/calendarView?{window}&$select=id",
    ]
    assert all("maxpagesize=200" in request.headers["Prefer"] for request in script.sent)
