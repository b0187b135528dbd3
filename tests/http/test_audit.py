"""The audit log over HTTP: whose it is, pages, CSV, proof (product.md N)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.boundary.auditcsv import table
from shared.core import rows
from shared.core.state import AuditNote
from shared.flows import chain
from shared.ports import Insert
from tests.http.world import FIRM, NOW, World

MEMBERS = {
    "seq", "at", "firm_id", "actor", "action", "object", "origin", "staff_id", "job_id", "before", "after", "hash",
    "prev_hash",
}  # fmt: skip


def note(staff_id: str, number: int, **members: Any) -> AuditNote:
    usual: dict[str, Any] = {
        "at": NOW + timedelta(minutes=number),
        "actor_kind": "staff",
        "actor_id": staff_id,
        "action": "updated",
        "object_kind": "event",
        "object_id": f"e-{number}",
        "object_version": number,
        "origin": "sync",
        "staff_id": staff_id,
        "job_id": "j-1",
    }
    return AuditNote(**{**usual, **members})


def write(world: World, staff_id: str, *notes: AuditNote, chained: bool = True) -> None:
    """Put notes into a staff member's outbox, and into the chain unless they wait."""
    world.staff(staff_id)
    key = rows.outbox_key(next(world.numbers), 1)
    world.store.commit(rows.staff_partition(FIRM, staff_id), [Insert(key, rows.encoded(list(notes)))])
    if chained:
        chain.append(world.ports, FIRM, staff_id)


def read(world: World, name: str = "list_audit", **asked: Any) -> list[dict[str, Any]]:
    answer = world.call(name, **asked)
    assert answer.status == 200
    records: list[dict[str, Any]] = answer.json["records"]
    return records


def test_a_record_has_the_members_of_the_contract(world: World) -> None:
    write(world, "s-1", note("s-1", 1))
    (record,) = read(world)
    assert record.keys() == MEMBERS
    assert record["actor"] == {"kind": "staff", "id": "s-1"}
    assert record["object"] == {"kind": "event", "id": "e-1", "version": 1}
    assert (record["seq"], record["at"]) == (1, "2026-11-24T15:43:00Z")


def test_staff_read_their_own_part_and_a_firm_admin_the_firms(world: World) -> None:
    write(world, "s-1", note("s-1", 1))
    write(world, "s-2", note("s-2", 2))
    assert {record["staff_id"] for record in read(world)} == {"s-1"}
    assert {record["staff_id"] for record in read(world, role="firm_admin")} == {"s-1", "s-2"}
    assert {record["staff_id"] for record in read(world, role="firm_admin", params={"staff_id": "s-2"})} == {"s-2"}
    assert read(world, role="firm_admin", firm_id="f-2") == []


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"object_id": "e-2"}, ["e-2"]),
        ({"action": "created"}, ["e-3"]),
        ({"origin": "import"}, ["e-1"]),
        ({"from": "2026-11-24T15:44:00Z", "to": "2026-11-24T15:45:00Z"}, ["e-2"]),
        ({"from": "2026-11-24T16:44:00+01:00"}, ["e-3", "e-2"]),
    ],
)
def test_records_are_filtered(world: World, params: dict[str, str], found: list[str]) -> None:
    write(world, "s-1", note("s-1", 1, origin="import"), note("s-1", 2), note("s-1", 3, action="created"))
    assert [record["object"]["id"] for record in read(world, params=params)] == found


def test_every_record_is_read_by_following_the_cursor(world: World) -> None:
    for start in range(0, 270, 90):
        write(world, "s-1", *(note("s-1", number) for number in range(start, start + 90)))
    seen: list[int] = []
    params: dict[str, str] = {}
    while True:
        page = world.call("list_audit", params=params).json
        seen += [record["seq"] for record in page["records"]]
        if page["next_cursor"] is None:
            break
        params = {"cursor": page["next_cursor"]}
    assert seen == list(range(270, 0, -1))


def test_the_csv_holds_all_pages_with_a_header(world: World) -> None:
    for start in range(0, 270, 90):
        write(world, "s-1", *(note("s-1", number) for number in range(start, start + 90)))
    answer = world.call("export_audit")
    assert answer.response.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    found = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(found) == 270
    assert (found[0]["seq"], found[0]["object_id"], found[0]["actor_id"]) == ("270", "e-269", "s-1")


def test_the_proof_counts_what_is_chained_and_what_waits(world: World) -> None:
    write(world, "s-1", note("s-1", 1), note("s-1", 2))
    write(world, "s-2", note("s-2", 3), chained=False)
    proof = world.call("verify_audit", role="firm_admin").json
    assert (proof["ok"], proof["records"], proof["pending"]) == (True, 2, 1)


def test_a_record_that_was_tampered_with_breaks_the_proof(world: World) -> None:
    write(world, "s-1", note("s-1", 1), note("s-1", 2))
    partition = world.store.partitions[rows.firm_partition(FIRM)]
    key = chain.record_key(2)
    stored = partition[key]
    partition[key] = type(stored)(key, stored.data.replace("e-2", "e-9"), stored.etag)
    proof = world.call("verify_audit", role="firm_admin").json
    assert (proof["ok"], proof["first_bad"]) == (False, 2)


RISKY = ["=1+1", "+1", "-1", "@x", "|calc", "%x", "\t=1", "\r=1", " =1", "\u200b=1", "＝1", "\ufeff@x"]


@pytest.mark.parametrize("text", RISKY)
def test_no_field_of_the_csv_is_a_formula(text: str) -> None:
    record = chain.record_of(FIRM, note("s-1", 1, object_id=text))
    (row,) = csv.DictReader(io.StringIO(table([record]).decode("utf-8-sig")))
    assert row["object_id"] == "'" + text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_whatever_a_field_holds_is_one_field(text: str) -> None:
    record = chain.record_of(FIRM, note("s-1", 1, action=text))
    (row,) = csv.DictReader(io.StringIO(table([record]).decode("utf-8-sig"), newline=""))
    assert row["action"].removeprefix("'") in (text, text.removeprefix("'"))
    assert row["object_id"] == "e-1"
