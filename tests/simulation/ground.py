"""The ground a scenario is played on: a world with faults and stops, what is seen of it, and every checker."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import structs

from local.caseflow.answers import Answer as Refusal
from local.caseflow.answers import problem
from local.graph.call import Answer, Caller
from local.graph.switches import Switches
from shared.adapters.http import Http
from shared.core import rows
from shared.core.state import Review
from shared.ports import Insert, Put, Replace, RowChange
from tests.simulation.checks import WriteChecks
from tests.simulation.faulty import FaultyHttp, FaultyQueue, FaultyStore, is_write
from tests.simulation.scenario import Scenario, forgets, hides
from tests.simulation.scheduler import Scheduler, Task
from tests.simulation.secrets import ByteChecks
from tests.simulation.seen import Change
from tests.simulation.stage import Stage
from tests.simulation.truth import Truth
from tests.simulation.violation import Violation
from tests.simulation.watch import Watch, told
from tests.simulation.wire import OverRequests
from tests.simulation.world import World

FIRMS = {"ann": "f1", "bob": "f1", "cyd": "f2"}
LATENCY = 0.2
LOOK_CALLS = 2
"""Calls from the read just before a write to the write itself: a check of the row, or the row of a create."""


class Ground:
    """A world, its people, its jobs and its checkers."""

    def __init__(self, scenario: Scenario, ignored: frozenset[str] = frozenset(), *, wire: bool = False) -> None:
        self.scenario = scenario
        self._wire = wire
        self.ignored = ignored
        self.scheduler = Scheduler()
        self.trace: list[str] = []
        self.reach: Counter[str] = Counter()
        self.violations: list[Violation] = []
        self.written = 0
        self.feature_at: dict[str, datetime] = {}
        self._armed = False
        self.world = World(seed=scenario.seed, switches=Switches(**scenario.switches), wrap=self._wrap)
        self.watch = Watch(self.world)
        self.truth = Truth(self.world, self.watch, self.under_way)
        self.stage = Stage(self.world, self.watch)
        self.writes = WriteChecks(self.truth)
        self.bytes = ByteChecks(self.truth)
        self._found_world()

    def _found_world(self) -> None:
        self.writes.twins.forgets = forgets(self.scenario)
        self.writes.twins.forgetful = self.writes.twins.forgets and hides(self.scenario)
        for firm in sorted({FIRMS[who] for who in self.scenario.people}):
            self.world.add_firm(firm)
        for who in self.scenario.people:
            self.world.add_person(who, FIRMS[who])
        for number, firm in enumerate(sorted({FIRMS[who] for who in self.scenario.people})):
            staff = [who for who in self.scenario.people if FIRMS[who] == firm]
            self.world.caseflow.add_matter(firm, f"mx{number:04d}", staff, by="system", matter_id=f"m-{firm}")
        store = FaultyStore(self.world.count_table, self.scheduler, self._written, self._heard)
        self.world.store = store
        queue = FaultyQueue(self.scheduler, self.world.letters.send, self._heard)
        self.world.ports = structs.replace(self.world.ports, store=store, queue=queue)
        for person in self.world.people.values():
            self.world.connect(person)
        self.world.graph.faults = self._inner_graph
        self.world.caseflow.faults = self._inner_caseflow

    def _wrap(self, http: Http, service: str) -> Http:
        faulty = FaultyHttp(http, service, self.scheduler, self._sent, self._done, self._heard, self._arm)
        return OverRequests(faulty) if self._wire else faulty

    def _arm(self, what: str) -> None:
        self._armed = what == "inner"

    def _inner_graph(self, caller: Caller, method: str, path: str) -> Answer | None:
        if not self._armed or path == "/$batch":
            return None
        self._armed = False
        return Answer(429, {"Retry-After": "10"}, {"error": {"code": "ApplicationThrottled", "message": "wait"}})

    def _inner_caseflow(self, method: str, path: str) -> Refusal | None:
        if not self._armed or path.endswith("events:batch"):
            return None
        self._armed = False
        return problem(429, "throttled", "Too many requests.", {"Retry-After": "10"})

    def _heard(self, call: str, fault: str) -> None:
        task = self.scheduler.current
        if task is None:
            return
        task.requests += 1
        if fault:
            self.reach[f"{call} / {fault}"] += 1
            self.say(f"  {task.name}: {call} <- {fault}")

    def _sent(self, call: str, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> None:
        task = self.scheduler.current
        if task is None:
            return
        self.fail(self.bytes.request(call, url, headers, body, task))
        if "import" in task.name:
            self.truth.importers.add(task.who)
        person = self.world.people[task.who]
        if is_write(call) and self.world.row(person).generation != task.generation:
            task.late_writes += 1
            if task.late_writes > 1 and self.world.row(person).connection == "disconnected":
                self.fail([Violation("disconnected", f"{task.name} began write {task.late_writes} after disconnect")])

    def _done(self, call: str) -> None:
        task = self.scheduler.current
        if task is None:
            return
        self.world.clock.pass_(seconds=LATENCY)
        for change in self.look(task.name, by_app=True):
            self.written += 1
            self.fail(self.writes.judge(change, task, raced=self._has_raced(change, task)))
        self.fail(self.writes.mail(task))
        if call in {"graph read", "graph delta", "graph calendarView"}:
            task.read_at, task.read_call = self.watch.clock, task.requests

    def _has_raced(self, change: Change, task: Task) -> bool:
        """A person saved between our last look and our write, and Graph ignores `If-Match` (not promised)."""
        looked = task.requests - task.read_call <= LOOK_CALLS or task.frozen
        ignored = not self.world.graph.office.switches.if_match_honoured and looked
        history = self.watch.history[(change.after.side, change.after.id)]
        last = history[-2] if len(history) > 1 else None
        outlook = change.after.side == "outlook"
        return ignored and outlook and last is not None and last.at > task.read_at

    def look(self, actor: str, *, by_app: bool) -> list[Change]:
        """What changed since the last look, heard and told."""
        changes = self.watch.look(actor, by_app=by_app)
        for change in changes:
            self.truth.hear(change)
            self.say(f"  {told(change)}")
        return changes

    def _written(self, changes: Sequence[RowChange]) -> None:
        for change in changes:
            if isinstance(change, (Insert, Put, Replace)):
                if change.key.startswith(rows.LOSER_PREFIX):
                    self.truth.kept += change.data
                if change.key.startswith(rows.REVIEW_PREFIX):
                    self.reach[f"review {rows.decoded(change.data, Review).kind}"] += 1
                self.fail(self.bytes.row(change.key, change.data))

    def fail(self, found: Iterable[Violation]) -> None:
        """Keep what is broken, unless it is a known hole."""
        for violation in found:
            if violation.check not in self.ignored:
                self.say(f"  !! {violation.check}: {violation.what}")
                self.violations.append(violation)

    def say(self, line: str) -> None:
        """One line of the trace."""
        self.trace.append(line)

    def under_way(self, who: str) -> bool:
        """True while a job of this person hangs somewhere."""
        return any(task.who == who and task.stage in {"before", "after"} for task in self.scheduler.tasks.values())


class Log(logging.Handler):
    """Hears the log, for the leak search."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(logging.INFO)
        self._ground = ground

    def emit(self, record: logging.LogRecord) -> None:
        """Judge one line."""
        self._ground.fail(self._ground.bytes.log(record.getMessage()))
