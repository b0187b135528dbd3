"""The local world from start to end: stand-ins, host, demonstration firm, first sync, comparison, addresses."""

from __future__ import annotations

import json
import logging
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from local.azurite import AzuriteError
from local.serving import PortTaken
from local.up import agreement, child, reading, rounds, settings, standins, summary
from local.up.agreement import Verdict
from local.up.demo import acts
from local.up.demo import caseflow as demo_caseflow
from local.up.demo import outlook as demo_outlook
from local.up.demo.people import EVERYBODY, STAFF, Person
from local.up.member import Member, Refused, member
from local.up.ports import PortInUse, Ports
from local.up.reading import Before
from local.up.rules import Difference
from local.up.standins import StandIns
from local.up.upkeep import WorldRunning, held

SAVE_SECONDS = 5.0
_STATE = "world.json"
_QUIET = "a further run writes nothing"


class Stopped(Exception):
    """Somebody asked the world to end (Ctrl-C or SIGTERM)."""


@dataclass(frozen=True)
class World:
    """A running world: the stand-ins, the app, and each person's line (the day they first connected)."""

    standins: StandIns
    host: child.Host
    line: Mapping[str, date]


def up(console: Console, data: Path, base: int, *, once: bool) -> int:
    """Run the world until it is stopped, or once; return the exit status."""
    try:
        with _stoppable(), held(data), ExitStack() as stack:
            return _run(console, _start(console, data, Ports.above(base), stack), once=once)
    except Stopped:
        console.print("stopped; the data stays (./dev reset removes it)")
        return 0
    except (PortInUse, PortTaken, WorldRunning, AzuriteError, child.HostFailed, Refused, rounds.RoundFailed) as error:
        console.print(f"dev: {error}", style="bold red", markup=False, soft_wrap=True)
        return 1


def _run(console: Console, world: World, *, once: bool) -> int:
    """Sync and compare; then end after a busy morning, or stay until stopped."""
    known = reading.before(world.standins, STAFF, world.line)
    members = _connected(console, world)
    console.print("syncing")
    if once:
        agreed = _sync_and_compare(console, world, members, known)
        return 0 if _busy_morning(console, world, members, known) and agreed else 1
    try:
        _sync_and_compare(console, world, members, known)
    except rounds.RoundFailed as error:  # a world that people have used may hold a mailbox that cannot sync
        console.print(f"{error}", style="bold red", markup=False, soft_wrap=True)
    summary.addresses(console, world.standins.ports, world.standins.data)
    _stay(world)
    return 0


@contextmanager
def _stoppable() -> Iterator[None]:
    """Turn the first SIGINT or SIGTERM into `Stopped`; further ones wait for the orderly end."""

    def stop(_number: int, _frame: object) -> None:
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_IGN)
        raise Stopped

    old = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for name, handler in old.items():
            signal.signal(name, handler)


def _start(console: Console, data: Path, ports: Ports, stack: ExitStack) -> World:
    console.print("starting storage and stand-ins")
    _log_to(data / "logs" / "standins.log")
    services = standins.start(data, ports, stack)
    settings.make_archive(ports)
    line = _line_of(data) or _seed(console, services)
    console.print("starting the functions host")
    env = settings.environment(ports, services.ca, services.connection_string, data)
    host = child.start(ports.host, env, data / "logs" / "host.log")
    stack.callback(host.stop)
    return World(services, host, line)


def _log_to(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=path, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")


def _line_of(data: Path) -> dict[str, date] | None:
    """Return each person's line as an earlier start wrote it; None for a new world."""
    path = data / _STATE
    if not path.exists():
        return None
    kept = json.loads(path.read_text())
    return {staff_id: date.fromisoformat(day) for staff_id, day in kept["line"].items()}


def _seed(console: Console, services: StandIns) -> dict[str, date]:
    """Fill an empty world; everybody's line will be today."""
    console.print("making the demonstration firm")
    now = services.now()
    line = {person.staff_id: now.astimezone(ZoneInfo(person.zone)).date() for person in STAFF}
    today = line[STAFF[0].staff_id]
    for person in EVERYBODY:
        services.entra.add_account(tid=person.tid, oid=person.oid, email=person.email, name=person.name)
    demo_caseflow.seed(services.caseflow, today)
    demo_outlook.seed(services.graph, today)
    services.save()
    kept = {"line": {staff_id: day.isoformat() for staff_id, day in line.items()}}
    (services.data / _STATE).write_text(json.dumps(kept))
    return line


def _connected(console: Console, world: World) -> list[Member]:
    """Connect whoever never was, and return those whose sync is on."""
    members = [member(world.standins, world.host, person) for person in STAFF]
    for one in members:
        if _never_connected(one):
            console.print(f"connecting {one.person.name}")
            one.connect()
    return [one for one in members if _takes_part(one)]


def _busy_morning(console: Console, world: World, members: Sequence[Member], known: Before) -> bool:
    """Let people change things on both sides, then sync and compare again."""
    console.print("\nthen people edit, move, delete and link, on both sides")
    today = world.line[STAFF[0].staff_id]
    with world.standins.graph_lock:
        acts.in_outlook(world.standins.graph, today)
    acts.in_caseflow(world.standins.caseflow, today)
    return _sync_and_compare(console, world, members, known)


def _sync_and_compare(console: Console, world: World, members: Sequence[Member], known: Before) -> bool:
    """Sync until quiet, show what happened, compare; say whether all agrees."""
    rounds.run(world.host, members)
    rounds.run(world.host, members)
    people = [one.person for one in members]
    quiet = _quiet_round(world, members, people)
    firm = reading.read(world.standins, people, world.line, known)
    summary.synced(console, members, firm)
    verdicts = (*agreement.compare(firm), quiet)
    agreement.show(verdicts, console)
    return agreement.agrees(verdicts)


def _never_connected(one: Member) -> bool:
    """Say whether a person has yet to connect; who disconnected by hand stays so."""
    status = one.ask("GET", "/status")
    return bool(status["connection"] == "disconnected" and status["last_sync"] is None)


def _takes_part(one: Member) -> bool:
    """Say whether a person's sync is on: in a world that was used, somebody may have paused it."""
    status = one.ask("GET", "/status")
    return bool(status["connection"] == "connected" and status["sync"] != "paused")


def _quiet_round(world: World, members: Sequence[Member], people: Sequence[Person]) -> Verdict:
    """Always true 2: run once more, and name whatever that run wrote."""
    was = reading.everything(world.standins, people, world.line)
    rounds.run(world.host, members)
    now = reading.everything(world.standins, people, world.line)
    wrong = [
        Difference("", subject, "version", was.get(subject, "none"), now.get(subject, "none"))
        for subject in sorted(was.keys() | now.keys())
        if was.get(subject) != now.get(subject)
    ]
    return Verdict(_QUIET, len(now), tuple(wrong))


def _stay(world: World) -> None:
    """Keep the world until it is stopped, writing its data every few seconds."""
    pause = threading.Event()
    while not pause.wait(SAVE_SECONDS):
        world.host.check()
        world.standins.save()
