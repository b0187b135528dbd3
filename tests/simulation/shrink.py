"""Delta debugging: the fewest operations that break the same promise."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from tests.simulation.scenario import Operation, Scenario

Breaks = Callable[[Scenario], bool]


def shrunk(scenario: Scenario, breaks: Breaks, runs_max: int = 1500) -> Scenario:
    """A smaller scenario for which `breaks` still holds: operations left out, then made simpler."""
    counter = [runs_max]

    def still(candidate: Scenario) -> bool:
        counter[0] -= 1
        return counter[0] > 0 and breaks(candidate)

    smaller = _fewer(scenario, still)
    smaller = _simpler(smaller, still)
    return _fewer(smaller, still)


def _fewer(scenario: Scenario, still: Breaks) -> Scenario:
    size = max(1, len(scenario.operations) // 2)
    while size:
        end = len(scenario.operations)
        while end > 0:
            start = max(0, end - size)
            rest = scenario.operations[:start] + scenario.operations[end:]
            candidate = structs.replace(scenario, operations=rest)
            if still(candidate):
                scenario = candidate
            end = start
        size //= 2
    return scenario


def _simpler(scenario: Scenario, still: Breaks) -> Scenario:
    for name in sorted(scenario.switches):
        fewer = {key: value for key, value in scenario.switches.items() if key != name}
        scenario = _if(scenario, structs.replace(scenario, switches=fewer), still)
    scenario = _if(scenario, structs.replace(scenario, renewal=False), still)
    for who in scenario.people[1:]:
        alone = tuple(one for one in scenario.people if one != who)
        kept = tuple(op for op in scenario.operations if not op.who or op.who in alone)
        scenario = _if(scenario, structs.replace(scenario, people=alone, operations=kept), still)
    for place in range(len(scenario.operations)):
        for plain in _plainer(scenario.operations[place]):
            changed = (*scenario.operations[:place], plain, *scenario.operations[place + 1 :])
            scenario = _if(scenario, structs.replace(scenario, operations=changed), still)
    return scenario


def _if(now: Scenario, candidate: Scenario, still: Breaks) -> Scenario:
    return candidate if candidate != now and still(candidate) else now


def _plainer(operation: Operation) -> list[Operation]:
    plainer = []
    if operation.fault:
        plainer.append(structs.replace(operation, fault=""))
    if operation.reach != "near":
        plainer.append(structs.replace(operation, reach="near"))
    if operation.do in {"step", "clock"} and operation.steps > 1:
        plainer += [structs.replace(operation, steps=steps) for steps in (1, operation.steps // 2, operation.steps - 1)]
    return plainer
