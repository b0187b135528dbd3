"""One run of a scenario: operations in order, jobs step by step, checkers at every effect, and the rest at the end."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from unittest import mock

from msgspec import Struct

from shared.core import jobs as messages
from shared.core.jobs import JobMessage
from shared.core.steps import Step
from shared.flows import sync
from shared.flows.sync import job as job_flow
from shared.flows.sync.performing import perform as perform_steps
from shared.flows.sync.run import Run
from tests.simulation.acts import perform
from tests.simulation.aftermath import heed
from tests.simulation.checks import LIST_AGE
from tests.simulation.ground import Ground, Log
from tests.simulation.rest import RestChecks
from tests.simulation.scenario import Operation, Scenario
from tests.simulation.scheduler import Task
from tests.simulation.staff_acts import TOGGLES
from tests.simulation.violation import Violation
from tests.simulation.world import Person

ROUNDS = 10
REQUESTS_MAX = 150
MARGIN = 20
UNTIL_MAX = 400


class Outcome(Struct):
    """What a run showed: the first broken promise, the trace in words, what was reached and what was excused."""

    violation: Violation | None
    trace: list[str]
    reach: Counter[str]
    excused: dict[str, int]


class Simulation(Ground):
    """Plays a scenario."""

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
        handler = Log(self)
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
                self._act(operation)

    def _act(self, operation: Operation) -> None:
        """What a person does, if it applies."""
        self.world.clock.pass_(seconds=1)
        happened = perform(self.stage, operation)
        decided = operation.do == "resolve_staff"  # the app writes what a person decides, also where it fails midway
        self.reach[f"act {operation.do}"] += happened
        for change in self.look(operation.who, by_app=decided) if happened or decided else []:
            self.fail(self.writes.decided(change, operation.who) if decided else [])
        if happened:
            heed(self, operation)

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
        self._freeze(minutes * 60)
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
            self.world.caseflow.edit_staff(person.staff_id, by="system", active=True)
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


def simulate(scenario: Scenario, ignored: frozenset[str] = frozenset(), *, wire: bool = False) -> Outcome:
    """Run a scenario once; with `wire` every request goes through `requests` itself."""
    return Simulation(scenario, ignored, wire=wire).run()
