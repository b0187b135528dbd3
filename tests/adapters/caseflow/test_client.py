"""The exact requests of the CaseFlow client, and its reading of answers that the stand-in never gives."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.caseflow import wire
from shared.adapters.caseflow.client import CaseflowClient
from shared.adapters.http import HttpAnswer
from shared.core.errors import Gone, Rejected, Retry, SyncError
from shared.core.events import Content, Span, days, timed
from shared.core.policy import Mode
from shared.core.writes import CaseflowWrite, CreateCaseflow, DeleteCaseflow, PatchCaseflow, Verdict
from shared.ports import Origin
from tests.adapters.scripted import Script, answer

NOW = datetime(2026, 11, 24, 14, tzinfo=UTC)
ORIGIN = Origin(Mode.IMPORT, "ann", "job-1")
TOLD_ORIGIN = {"provider": "outlook", "mode": "import", "staff_id": "ann", "job_id": "job-1"}
SPAN = timed(NOW, NOW + timedelta(hours=1), "America/New_York")


def client(*answers: HttpAnswer | SyncError) -> tuple[CaseflowClient, Script]:
    """A client over a script."""
    script = Script(list(answers))
    ids = itertools.count(1)
    made = CaseflowClient(script, "https://cf.example/api/", "tok", now=lambda: NOW, new_id=lambda: f"id-{next(ids)}")
    return made, script


def event(**members: Any) -> dict[str, Any]:
    """An event as CaseFlow answers it."""
    return {
        "id": "e1", "firm_id": "f", "version": 3, "title": "Hearing", "start": "2026-11-24T09:00:00-05:00",
        "end": "2026-11-24T10:00:00-05:00", "all_day": False, "timezone": "America/New_York", "staff_ids": ["ann"],
        "created_at": "2026-11-24T08:00:00Z", "updated_at": "2026-11-24T08:30:00Z",
        "updated_by": {"kind": "staff", "id": "ann"}, "colour": "a member of next year", **members,
    }  # fmt: skip


def results(*told: dict[str, Any]) -> HttpAnswer:
    """A batch's answer."""
    return answer(200, {"results": list(told)})


def create(key: str = "k") -> CreateCaseflow:
    """A create."""
    return CreateCaseflow(key, Content("Hearing", SPAN), ("ann",))


def test_a_batch_holds_each_write_in_the_contracts_form() -> None:
    caseflow, script = client(answer(503))
    writes: list[CaseflowWrite] = [create(), PatchCaseflow("e1", 3, text=""), DeleteCaseflow("e2", 4)]
    caseflow.write("f/1", writes, ORIGIN)
    (request,) = script.sent
    assert (request.method, request.url) == ("POST", "https://cf.example/api/firms/f%2F1/events:batch")
    assert request.headers == {
        "Authorization": "Bearer tok", "X-Request-Id": "id-1", "Content-Type": "application/json",
        "Accept": "application/json, application/problem+json",
    }  # fmt: skip
    created, patched, deleted = request.body["operations"]
    assert (created["method"], created["idempotency_key"], created["body"]["origin"]) == ("POST", "k", TOLD_ORIGIN)
    assert patched == {
        "method": "PATCH", "event_id": "e1", "if_match": 3, "body": {"origin": TOLD_ORIGIN, "description_html": None},
    }  # fmt: skip
    assert deleted == {"method": "DELETE", "event_id": "e2", "if_match": 4, "body": {"origin": TOLD_ORIGIN}}


def test_a_cursor_goes_out_whole_and_a_snapshot_names_its_day() -> None:
    empty = answer(200, {"items": [], "next_cursor": "c", "has_more": False})
    caseflow, script = client(empty, empty)
    caseflow.changes("f", "s", "a+b/c=", date(2026, 1, 1))
    caseflow.changes("f", "s", None, date(2026, 1, 1))
    base = "https://cf.example/api/firms/f/staff/s/changes?limit=500"
    assert [request.url for request in script.sent] == [f"{base}&cursor=a%2Bb%2Fc%3D", f"{base}&from=2026-01-01"]


def test_unknown_kinds_and_changes_are_skipped() -> None:
    items = [
        {"kind": "note", "id": "n", "version": 1, "change": "upsert", "note": {}},
        {"kind": "note", "id": "n", "version": 1, "change": "removed", "reason": "deleted"},
        {"kind": "event", "id": "e", "version": 1, "change": "archived", "event": event()},
        {"kind": "event", "id": "e1", "version": 3, "change": "upsert", "event": event()},
    ]
    caseflow, _ = client(answer(200, {"items": items, "next_cursor": "c", "has_more": True}))
    page = caseflow.changes("f", "s", "c", None)
    assert [found.id for found in page.events] == ["e1"]
    assert (page.mirrors, page.removed, page.next_cursor, page.has_more) == ((), (), "c", True)


@pytest.mark.parametrize(
    "item",
    [
        {"kind": "event", "id": "e", "version": 1, "change": "upsert"},
        {"kind": "event", "id": "e", "version": 1, "change": "upsert", "event": event(start="soon")},
        {"kind": "event", "id": "e", "version": 1, "change": "upsert", "event": event(start="2026-11-24T09:00:00")},
        {"kind": "event", "id": "e", "version": 1, "change": "upsert", "event": event(all_day=True)},
        {"kind": "task", "id": "t", "version": 1, "change": "upsert", "task": None},
        {"kind": "deadline", "id": "d", "version": 1, "change": "upsert", "deadline": {"id": "d"}},
    ],
)
def test_a_feed_that_breaks_the_contract_is_not_passed_over(item: dict[str, Any]) -> None:
    caseflow, _ = client(answer(200, {"items": [item], "next_cursor": "c", "has_more": False}))
    with pytest.raises(Retry, match="malformed_answer"):
        caseflow.changes("f", "s", "c", None)


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (401, {"code": "unauthorized"}, Retry, "caseflow_unauthorized"),
        (404, {"code": "gone"}, Gone, "gone"),
        (404, b"<html>no such host</html>", Gone, "not_found"),
        (404, {"code": "Hearing of Mr Doe"}, Gone, "not_found"),
        (422, {"code": "invalid_request"}, Rejected, "invalid_request"),
        (415, None, Rejected, "http_415"),
        (500, None, Retry, "service_unavailable"),
    ],
)
def test_problems_are_named_by_what_to_do_next(status: int, body: Any, error: type[SyncError], code: str) -> None:
    caseflow, _ = client(answer(status, body))
    with pytest.raises(error) as raised:
        caseflow.event("f", "e")
    assert type(raised.value) is error
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("told", "verdict", "code"),
    [
        ({"status": 201, "body": event()}, Verdict.DONE, ""),
        ({"status": 201, "body": {"id": "e"}}, Verdict.UNKNOWN, "malformed_answer"),
        ({"status": 201}, Verdict.UNKNOWN, "malformed_answer"),
        ({"status": 412, "body": event()}, Verdict.STALE, ""),
        ({"status": 412, "body": None}, Verdict.UNKNOWN, "malformed_answer"),
        ({"status": 404}, Verdict.GONE, "not_found"),
        ({"status": 422, "body": {"code": "invalid_request"}}, Verdict.REFUSED, "invalid_request"),
        ({"status": 403}, Verdict.REFUSED, "http_403"),
        ({"status": 401}, Verdict.UNKNOWN, "service_unavailable"),
        ({"status": 429, "body": {"code": "throttled"}}, Verdict.UNKNOWN, "throttled"),
        ({"status": 503}, Verdict.UNKNOWN, "service_unavailable"),
    ],
)
def test_each_result_has_its_verdict(told: dict[str, Any], verdict: Verdict, code: str) -> None:
    caseflow, _ = client(results(told))
    (result,) = caseflow.write("f", [create()], ORIGIN)
    assert (result.verdict, result.code) == (verdict, code)


def test_results_that_are_missing_are_unknown() -> None:
    caseflow, _ = client(results({"status": 201, "body": event()}))
    first, second = caseflow.write("f", [create("a"), create("b")], ORIGIN)
    assert (first.verdict, second.verdict, second.code) == (Verdict.DONE, Verdict.UNKNOWN, "no_answer")


@pytest.mark.parametrize(
    ("lost", "code"),
    [(Retry("timeout"), "timeout"), (answer(502), "service_unavailable"), (answer(200, b"<html>"), "malformed_answer")],
)
def test_a_lost_answer_is_unknown_for_every_write(lost: HttpAnswer | SyncError, code: str) -> None:
    caseflow, _ = client(lost)
    told = caseflow.write("f", [create("a"), create("b")], ORIGIN)
    assert [(result.verdict, result.code) for result in told] == [(Verdict.UNKNOWN, code)] * 2


@pytest.mark.parametrize(
    ("write", "verdict"),
    [
        (PatchCaseflow("e1", 2, title="Hearing"), Verdict.DONE),
        (PatchCaseflow("e1", 2, title="Hearing", span=SPAN, place="", text="", staff_ids=("ann",)), Verdict.DONE),
        (PatchCaseflow("e1", 2, title="Other"), Verdict.STALE),
        (PatchCaseflow("e1", 2, title="Hearing", place="Court 3"), Verdict.STALE),
        (PatchCaseflow("e1", 2, staff_ids=("ann", "ben")), Verdict.STALE),
        (PatchCaseflow("e1", 2, series_id="s"), Verdict.STALE),
        (DeleteCaseflow("e1", 2), Verdict.STALE),
    ],
)
def test_a_412_is_done_only_if_it_shows_all_that_was_sent(
    write: PatchCaseflow | DeleteCaseflow, verdict: Verdict
) -> None:
    caseflow, _ = client(results({"status": 412, "body": event()}))
    (result,) = caseflow.write("f", [write], ORIGIN)
    assert (result.verdict, result.event and result.event.version) == (verdict, 3)


def test_a_firm_that_is_gone_is_asked_for_again() -> None:
    firm = {"id": "f", "name": "F", "plan": "solo", "features": {}, "timezone": "UTC", "event_categories": []}
    caseflow, script = client(answer(404, {"code": "firm_not_found"}), answer(200, firm, etag='"1"'))
    with pytest.raises(Gone):
        caseflow.firm("f")
    assert not caseflow.firm("f").outlook_sync
    assert "If-None-Match" not in script.sent[1].headers


INSTANTS = st.datetimes(datetime(1901, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Africa/Monrovia"])
SPANS = st.one_of(
    st.builds(lambda start, zone: timed(start, start + timedelta(minutes=5), zone), INSTANTS, ZONES),
    st.builds(lambda day, zone: days(day, day + timedelta(days=2), zone), st.dates(date(1901, 1, 1)), ZONES),
)


@given(SPANS, st.text(max_size=20), st.text(max_size=20))
def test_what_is_written_reads_back(span: Span, place: str, text: str) -> None:
    content = Content("Hearing", span, place, text)
    body = wire.create_body(CreateCaseflow("k", content, ("ann",)), ORIGIN)
    raw = answer(200, event(**{name: value for name, value in body.items() if name != "origin"})).body
    assert wire.event(raw).content == content


@given(SPANS)
def test_times_are_written_as_rfc_3339(span: Span) -> None:
    body = wire.patch_body(PatchCaseflow("e", 1, span=span), ORIGIN)
    if not span.all_day:
        start = datetime.fromisoformat(body["start"])
        assert start == span.start
        assert body["start"][-6] in "+-"
        assert body["timezone"] == span.zone


def test_a_zone_nobody_knows_is_utc() -> None:
    assert wire.event(answer(200, event(timezone="Mars/Olympus")).body).content.span.zone == "UTC"
    span = timed(NOW, NOW + timedelta(hours=1), "Mars/Olympus")
    assert wire.patch_body(PatchCaseflow("e", 1, span=span), ORIGIN)["timezone"] == "UTC"
