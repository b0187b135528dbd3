"""Sealed days of the audit chain (product.md N2)."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from msgspec import structs

from shared.core.errors import Retry
from shared.flows import archive, chain, directory
from tests.flows.test_chain import fill, notes
from tests.flows.world import START, World

DAY = date(2026, 11, 24)
NEXT = date(2026, 11, 25)


def add(world: World, count: int, days: int = 0, fence: int = 1) -> None:
    directory.list_connected(world.ports, "f1", "s1", paused=False)
    fill(world, [notes(count, at=START + timedelta(days=days))], fence=fence)
    chain.append(world.ports, "f1", "s1")


def sealed(world: World) -> dict[str, list[int]]:
    return {
        name: [json.loads(line)["seq"] for line in body.splitlines()]
        for name, (body, _) in world.archive.objects.items()
    }


def test_a_finished_day_is_sealed_in_order_for_the_whole_retention(world: World) -> None:
    add(world, 90)
    add(world, 60, fence=2)
    add(world, 5, days=1, fence=3)
    assert archive.run(world.ports, DAY, 2555) == 1
    assert sealed(world) == {"f1/2026/11/24.ndjson": list(range(1, 151))}
    assert world.archive.objects["f1/2026/11/24.ndjson"][1] == START + timedelta(days=2555)


def test_what_joined_late_lies_in_the_next_days_object(world: World) -> None:
    add(world, 10)
    archive.run(world.ports, DAY, 30)
    add(world, 5, fence=2)
    add(world, 5, days=1, fence=3)
    archive.run(world.ports, NEXT, 30)
    assert sealed(world)["f1/2026/11/25.ndjson"] == list(range(11, 21))


def test_a_second_run_of_a_day_seals_nothing(world: World) -> None:
    add(world, 10)
    archive.run(world.ports, DAY, 30)
    add(world, 5, fence=2)
    assert archive.run(world.ports, DAY, 30) == 0
    assert list(sealed(world)) == ["f1/2026/11/24.ndjson"]


def test_a_day_without_records_makes_no_object(world: World) -> None:
    add(world, 5, days=1)
    assert archive.run(world.ports, DAY, 30) == 0
    assert archive.run(world.ports, NEXT, 30) == 1


def test_a_run_cut_short_is_finished_with_the_same_records(world: World) -> None:
    add(world, 10)
    world.archive.fault = Retry("archive_unavailable")
    assert archive.run(world.ports, DAY, 30) == 0
    add(world, 5, fence=2)
    add(world, 5, days=1, fence=3)
    world.archive.fault = None
    assert archive.run(world.ports, NEXT, 30) == 2
    assert sealed(world) == {
        "f1/2026/11/24.ndjson": list(range(1, 11)),
        "f1/2026/11/25.ndjson": list(range(11, 21)),
    }


def test_sealed_but_not_written_down_is_no_second_object(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    add(world, 10)
    seal = world.archive.seal

    def seal_and_die(name: str, body: bytes, retain_until: object) -> bool:
        seal(name, body, START)
        raise Retry("archive_unreachable")

    with monkeypatch.context() as patch:
        patch.setattr(world.archive, "seal", seal_and_die)
        archive.run(world.ports, DAY, 30)
    add(world, 5, fence=2)
    archive.run(world.ports, NEXT, 30)
    assert sealed(world) == {
        "f1/2026/11/24.ndjson": list(range(1, 11)),
        "f1/2026/11/25.ndjson": list(range(11, 16)),
    }


def test_without_an_archive_nothing_happens(world: World) -> None:
    add(world, 10)
    assert archive.run(structs.replace(world.ports, archive=None), DAY, 30) == 0
