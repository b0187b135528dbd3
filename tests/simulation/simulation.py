"""One run of a scenario: operations in order, jobs step by step, checkers at every effect, and the rest at the end."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from unittest import mock

from msgspec import Struct, structs

from local.caseflow.answers import Answer as Refusal
from local.caseflow.answers import problem
from local.graph.call import Answer, Caller
from local.graph.switches import Switches
from shared.adapters.http import Http
from shared.core import jobs as messages
from shared.core import rows
from shared.core.jobs import JobMessage
from shared.core.state import Review
from shared.core.steps import Step
from shared.flows import sync
from shared.flows.sync import job as job_flow
from shared.flows.sync.performing import perform as perform_steps
from shared.flows.sync.run import Run
from shared.ports import Insert, Put, Replace, RowChange
from tests.simulation.acts import perform
from tests.simulation.checks import Violation, WriteChecks
from tests.simulation.faulty import FaultyHttp, FaultyQueue, FaultyStore, is_write
from tests.simulation.rest import RestChecks
from tests.simulation.scenario import Operation, Scenario
from tests.simulation.scheduler import Scheduler, Task
from tests.simulation.secrets import LIST_AGE, ByteChecks
from tests.simulation.staff_acts import TOGGLES
from tests.simulation.stage import Stage
from tests.simulation.truth import Truth
from tests.simulation.watch import Change, Watch
from tests.simulation.world import Person, World

FIRMS = {"ann": "f1", "bob": "f1", "cyd": "f2"}
ROUNDS = 10
LATENCY = 0.2
MARGIN = 20
UNTIL_MAX = 400
REQUESTS_MAX = 150


class Outcome(Struct):
    """What a run showed: the first broken promise, the trace in words, what was reached and what was excused."""

    violation: Violation | None
    trace: list[str]
    reach: Counter[str]
    excused: dict[str, int]


class Simulation:
    """A world, its people, its jobs and its checkers."""

    def __init__(self, scenario: Scenario, ignored: frozenset[str] = frozenset()) -> None:
        self.scenario = scenario
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
        self.truth = Truth(self.world, self.watch, self._under_way)
        self.stage = Stage(self.world, self.watch)
        self.writes = WriteChecks(self.truth)
        self.bytes = ByteChecks(self.truth)
        self._found_world()

    def _found_world(self) -> None:
        self.writes.forgets = forgets(self.scenario)
        self.writes.forgetful = self.writes.forgets and hides(self.scenario)
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

    # What jobs meet

    def _wrap(self, http: Http, service: str) -> Http:
        return FaultyHttp(http, service, self.scheduler, self._sent, self._done, self._heard, self._arm)

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
        person = self.world.people[task.who]
        if is_write(call) and self.world.row(person).generation != task.generation:
            task.late_writes += 1
            if task.late_writes > 1 and self.world.row(person).connection == "disconnected":
                self.fail([Violation("disconnected", f"{task.name} began write {task.late_writes} after disconnect")])

    def _done(self) -> None:
        task = self.scheduler.current
        if task is None:
            return
        self.world.clock.pass_(seconds=LATENCY)
        for change in self._look(task.name, by_app=True):
            self.written += 1
            self.fail(self.writes.judge(change, task, raced=False))
        self.fail(self.writes.mail(task))

    def _look(self, actor: str, *, by_app: bool) -> list[Change]:
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

    # What happens

    def run(self) -> Outcome:
        """All operations, then rest."""
        with mock.patch.object(job_flow, "perform", self._counted(perform_steps)):
            return self._run()

    def _counted(self, perform_: Callable[[Run, Sequence[Step]], None]) -> Callable[[Run, Sequence[Step]], None]:
        """`perform`, counting what the steps are for."""

        def counting(run: Run, steps: Sequence[Step]) -> None:
            self.reach.update(f"did {step.did.value}" for step in steps)
            perform_(run, steps)

        return counting

    def _run(self) -> Outcome:
        handler = _Log(self)
        logger = logging.getLogger("outlooksync")
        level = logger.level
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
        try:
            for operation in self.scenario.operations:
                self.do(operation)
                if self.violations:
                    break
            else:
                self._rest()
        finally:
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = True
            self.scheduler.close()
        first = self.violations[0] if self.violations else None
        return Outcome(first, self.trace, self.reach, self.writes.excused)

    def do(self, operation: Operation) -> None:
        """One operation."""
        self.say(operation.words())
        match operation.do:
            case "job":
                self._start(operation)
            case "again":
                self._again(operation)
            case "step":
                self._step(operation)
            case "until":
                self._until(operation)
            case "finish":
                self._finish(operation.job)
            case "clock":
                self.world.clock.pass_(seconds=operation.steps)
                self._freeze(operation.steps)
            case "settle":
                self._round()
            case _:
                self.world.clock.pass_(seconds=1)
                if perform(self.stage, operation):
                    self.reach[f"act {operation.do}"] += 1
                    self._look(operation.who, by_app=False)
                    if operation.do == "feature_staff":
                        self.feature_at[FIRMS[operation.who]] = self.world.clock()
                    if operation.do == "protect_staff":
                        self.truth.list_changed(FIRMS[operation.who])

    def _freeze(self, seconds: int) -> None:
        """Whoever hangs while time jumps past the margin of a lease is frozen (design.md 4.9)."""
        for task in self.scheduler.tasks.values():
            if seconds > MARGIN and task.stage in {"before", "after"}:
                task.frozen = True

    def _start(self, operation: Operation) -> None:
        person = self.world.people.get(operation.who)
        if person is None:
            return
        sent_at = self.world.clock() - timedelta(seconds=operation.steps)
        kind = operation.kind or "sync"
        days = 90 if kind == "import" else None
        message = JobMessage(person.firm_id, person.staff_id, kind, self.world.new_id(), sent_at, days)
        self._add(f"{operation.job}-{kind}", person, message)

    def _add(self, name: str, person: Person, message: JobMessage) -> Task:
        body = lambda: sync.deliver(self.world.ports, message)  # noqa: E731 - the task's whole life
        task = Task(name, person.staff_id, body, self.world.clock(), began=self.watch.clock)
        task.generation = self.world.row(person).generation
        task.message = message
        self.scheduler.add(task)
        return task

    def _under_way(self, who: str) -> bool:
        return any(task.who == who and task.stage in {"before", "after"} for task in self.scheduler.tasks.values())

    def _task(self, prefix: str) -> Task | None:
        return next((task for name, task in self.scheduler.tasks.items() if name.startswith(f"{prefix}-")), None)

    def _again(self, operation: Operation) -> None:
        first = self._task(operation.kind)
        if first is not None and first.message is not None:
            kind = first.message.kind
            self._add(f"{operation.job}-{kind}", self.world.people[first.who], first.message)

    def _step(self, operation: Operation) -> None:
        task = self._task(operation.job)
        if task is None:
            return
        for number in range(operation.steps):
            self.scheduler.step(task, operation.fault if number == operation.steps - 1 else "")
            self._judge_end(task)
            if self.violations or not task.alive:
                return

    def _until(self, operation: Operation) -> None:
        """Run a job up to a call, and one stop further: the fault strikes there, or others act in between."""
        task = self._task(operation.job)
        for _ in range(UNTIL_MAX):
            if task is None or not task.alive or self.violations:
                return
            if task.stage == "before" and task.call == operation.call:
                break
            self.scheduler.step(task)
            self._judge_end(task)
        if task is not None and (operation.fault or operation.kind == "after"):
            self.scheduler.step(task, operation.fault)
            self._judge_end(task)

    def _finish(self, job: str) -> None:
        task = self._task(job)
        if task is not None:
            self._finish_task(task)

    def _finish_task(self, task: Task) -> None:
        while task.alive and not self.violations:
            self.scheduler.step(task)
            self._judge_end(task)

    def _judge_end(self, task: Task) -> None:
        if task.error is not None:
            error, task.error = task.error, None
            self.fail([Violation("no_crash", f"{task.name} ended with {type(error).__name__}: {error}")])
        if not task.alive:
            self._hear_eligibility(task)
        if task.requests > REQUESTS_MAX:
            self.fail([Violation("bounded", f"{task.name} made more than {REQUESTS_MAX} calls")])
            task.requests = 0

    def _hear_eligibility(self, task: Task) -> None:
        """Whether the job that ended found its firm not eligible; the firm may have been read a minute before (A1)."""
        firm_id = self.world.people[task.who].firm_id
        if self.world.caseflow.firm(firm_id)["features"]["outlook_sync"]:
            self.truth.saw_ineligible.discard(task.who)
        elif task.began_at - self.feature_at.get(firm_id, task.began_at) > LIST_AGE:
            self.truth.saw_ineligible.add(task.who)

    def _round(self, minutes: int = 5) -> None:
        """Five minutes later, a job for everybody, undisturbed."""
        self.world.clock.pass_(minutes=minutes)
        for person in self.world.people.values():
            if self.violations:
                return
            number = len(self.scheduler.tasks)
            task = self._add(f"r{number}-sync", person, self.world.message(person))
            self._finish_task(task)

    def _letters(self) -> None:
        letters, self.world.letters.messages = self.world.letters.messages, []
        for letter in letters:
            message = messages.decoded(letter)
            number = len(self.scheduler.tasks)
            task = self._add(f"r{number}-{message.kind}", self.world.people[message.staff_id], message)
            self._finish_task(task)

    def _rest(self) -> None:
        """Faults and people stop: everything that hangs ends, then rounds until it must be quiet."""
        self.say("rest")
        for task in list(self.scheduler.tasks.values()):
            self._finish_task(task)
        if self.scenario.restore:
            self._restore()
        checks = RestChecks(self.truth)
        quiet = 0
        for number in range(ROUNDS):
            self._letters()
            if self.violations:
                return
            since = self.written
            self._round(5 if number < 4 else 65 if number < 8 else 760)
            quiet = quiet + 1 if self.written == since and checks.quiet() else 0
            if quiet == 2:
                break
        if not self.violations:
            self._judge_rest(checks)

    def _restore(self) -> None:
        """Everything is on again for everybody."""
        for person in self.world.people.values():
            self.world.caseflow.set_feature(person.firm_id, outlook_sync=True)
            row = self.world.row(person)
            self.do(Operation(do="reconnect_staff", who=person.staff_id))
            for toggle in TOGGLES:
                if not getattr(row.preferences, toggle):
                    self.do(Operation(do="toggle_staff", who=person.staff_id, kind=toggle))

    def _judge_rest(self, checks: RestChecks) -> None:
        self.fail(checks.converged())
        if self.violations:
            return
        before, since = checks.links(), self.watch.clock
        counted = len(self.world.requests)
        self._round()
        self.fail(checks.silent(before, since, counted))
        if self.scenario.renewal and not self.violations:
            self.say("a week later")
            self.world.clock.pass_(days=8)
            self._round()
            self._round()
            self.fail(checks.converged())


class _Log(logging.Handler):
    """Hears the log, for the leak search."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(logging.INFO)
        self._simulation = simulation

    def emit(self, record: logging.LogRecord) -> None:
        """Judge one line."""
        self._simulation.fail(self._simulation.bytes.log(record.getMessage()))


def forgets(scenario: Scenario) -> bool:
    """True where Graph may forget that it made an event."""
    switches = scenario.switches
    return "transaction_id_remembered" in switches or switches.get("deleted_transaction") == "forgotten"


def hides(scenario: Scenario) -> bool:
    """True where Graph may hide what it has just made: with `forgets`, a duplicate is not promised away."""
    switches = scenario.switches
    return bool(switches.get("stale_delta_rows")) or switches.get("filter_on_properties_finds") is False


def told(change: Change) -> str:
    """A change in words."""
    after = change.after
    verb = "made" if change.is_new else "removed" if change.left else "changed"
    values = f"{after.title} {after.when.start} place={after.place} text={_short(after.text)}"
    flags = f"{after.where} {after.sensitivity} staff={','.join(after.staff)} v{after.version}"
    return f"{change.actor} {verb} {after.side} {after.id}: {values} [{flags}]"


def _short(text: str) -> str:
    inner = text.partition("<body>")[2].partition("</body>")[0] if "<body>" in text else text
    return inner[:80]


def simulate(scenario: Scenario, ignored: frozenset[str] = frozenset()) -> Outcome:
    """Run a scenario once."""
    return Simulation(scenario, ignored).run()
