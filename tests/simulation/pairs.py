"""Every boundary of a story, in pairs: at each call a fault, a person's act, or a second delivery; then another.

Deterministic and complete for what it covers (testing.md 2): the menu is tried at every stop of the story's job.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, structs

from tests.simulation.scenario import Operation, Scenario
from tests.simulation.simulation import Simulation

JOB = "p1"
FAULTS = ("error_before", "lost", "crash_before", "crash_after", "inner_throttled", "malformed")
STOPS_MAX = 120


class Story(Struct, frozen=True):
    """What stands before the job whose boundaries are tried, and what people may do during it."""

    name: str
    before: tuple[Operation, ...]
    acts: tuple[Operation, ...]
    switches: dict[str, object] = {}


def _op(do: str, number: int, event: str = "ev0001", **members: object) -> Operation:
    return Operation(do=do, number=number, who="ann", event=event, **members)  # type: ignore[arg-type]


STORIES = (
    Story(
        "a new hearing goes out",
        (_op("new_case", 1, kind="protected"),),
        (_op("retitle_case", 21), _op("retext_case", 22), _op("delete_case", 23), _op("link_case", 24, kind="matter"),
         _op("delete_outlook", 25), _op("retext_outlook", 26), _op("move_outlook", 27)),
    ),
    Story(
        "a new appointment comes in",
        (_op("new_outlook", 1),),
        (_op("retitle_outlook", 21), _op("move_outlook", 22), _op("delete_outlook", 23), _op("retitle_case", 24),
         _op("sensitivity_outlook", 25, kind="private"), _op("secondary_outlook", 26), _op("delete_case", 27)),
    ),
    Story(
        "both sides were edited",
        (_op("new_case", 1), Operation(do="settle", number=2), _op("retitle_case", 3), _op("move_outlook", 4)),
        (_op("retitle_outlook", 21), _op("move_case", 22), _op("link_case", 23, kind="matter"),
         _op("delete_outlook", 24), _op("delete_case", 25), _op("retext_case", 26), _op("touch_outlook", 27)),
    ),
    Story(
        "an edit is masked while somebody types",
        (_op("new_case", 1, kind="matter"), Operation(do="settle", number=2), _op("retext_outlook", 3)),
        (_op("retext_outlook", 21), _op("retext_case", 22), _op("link_case", 23), _op("delete_outlook", 24),
         _op("sensitivity_outlook", 25, kind="normal"), _op("replace_outlook", 26)),
    ),
    Story(
        "a deletion is carried",
        (_op("new_outlook", 1), _op("new_outlook", 2, "ev0002"), _op("new_outlook", 3, "ev0003"),
         Operation(do="settle", number=4), _op("delete_outlook", 5)),
        (_op("undelete_outlook", 21), _op("retitle_case", 22), _op("categorise_case", 23, kind="Hearing"),
         _op("delete_case", 24), _op("copy_outlook", 25, "ev0002", kind="ev0009")),
    ),
    Story(
        "a deadline moves",
        (_op("new_item", 1, "dl0001"), Operation(do="settle", number=2), _op("move_item", 3, "dl0001")),
        (_op("move_item", 21, "dl0001"), _op("delete_item", 22, "dl0001"), _op("delete_outlook", 23, "dl0001"),
         _op("retitle_outlook", 24, "dl0001"), Operation(do="toggle_staff", number=25, who="ann", kind="deadlines")),
    ),
)  # fmt: skip


class Boundary(Struct, frozen=True):
    """A stop of the job, counted from its start, and what happens there."""

    stop: int
    fault: str = ""
    act: Operation | None = None
    again: bool = False


def stops(story: Story) -> int:
    """How many stops the story's job makes undisturbed."""
    simulation = Simulation(scenario(story, ()))
    for operation in story.before:
        simulation.do(operation)
    simulation.do(Operation(do="job", number=50, who="ann", job=JOB, kind="sync"))
    task = simulation.scheduler.tasks[f"{JOB}-sync"]
    number = 0
    while task.alive and number < STOPS_MAX:
        simulation.scheduler.step(task)
        number += 1
    simulation.scheduler.close()
    return number


def menu(story: Story, stop: int) -> Iterator[Boundary]:
    """Everything that may happen at a stop."""
    for fault in FAULTS:
        yield Boundary(stop, fault=fault)
    for act in story.acts:
        yield Boundary(stop, act=act)
    yield Boundary(stop, again=True)


def pairs(story: Story, *, from_stop: int, to_stop: int, every: int = 1) -> Iterator[Scenario]:
    """All scenarios whose first trouble lies in a range of stops; `every` thins the second one out."""
    last = stops(story)
    number = 0
    for first in range(from_stop, min(to_stop, last)):
        for one in menu(story, first):
            yield scenario(story, (one,))
            for second in range(first, last):
                for two in menu(story, second):
                    number += 1
                    if number % every == 0:
                        yield scenario(story, (one, two))


def scenario(story: Story, boundaries: tuple[Boundary, ...]) -> Scenario:
    """The story with trouble at its boundaries."""
    operations = [*story.before, Operation(do="job", number=50, who="ann", job=JOB, kind="sync")]
    reached = 0
    for place, boundary in enumerate(boundaries):
        operations += _steps(boundary.stop - reached, place)
        reached = boundary.stop
        operations += _trouble(boundary, place)
        if boundary.fault:
            reached += 1
    operations.append(Operation(do="finish", number=90, job=JOB))
    return Scenario(seed=1, people=("ann",), switches=dict(story.switches), operations=tuple(operations))


def _steps(count: int, place: int) -> list[Operation]:
    return [Operation(do="step", number=60 + place, job=JOB, steps=count)] if count > 0 else []


def _trouble(boundary: Boundary, place: int) -> list[Operation]:
    if boundary.fault:
        return [Operation(do="step", number=70 + place, job=JOB, steps=1, fault=boundary.fault)]
    if boundary.act is not None:
        kind = f"ev000{8 + place}" if boundary.act.do == "copy_outlook" else boundary.act.kind
        return [structs.replace(boundary.act, number=boundary.act.number + 10 * place, kind=kind)]
    second = f"p{2 + place}"
    return [
        Operation(do="again", number=80 + place, job=second, kind=JOB),
        Operation(do="finish", number=85 + place, job=second),
    ]
