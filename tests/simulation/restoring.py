"""Rare acts, put into finished scenarios: a backup and its restore in one seed of eight, another account in one of 16.

They are drawn from a generator of their own, so that every other operation of a seed stays what it was.
"""

from __future__ import annotations

import random

from msgspec import structs

from tests.simulation.scenario import Operation, Scenario

SHARE = 8
"""One scenario in so many has a restore."""
WHAT = ("caseflow", "mailbox")
RESTORES = tuple(f"{verb}_{what}_staff" for what in WHAT for verb in ("backup", "restore"))
SWITCH_SHARE = 16
"""One scenario in so many has a person who connects another account."""
SETTLED = 0.3


def with_restore(scenario: Scenario) -> Scenario:
    """The scenario, with a backup after its first third and a restore later, or as it was."""
    dice = random.Random(f"{scenario.seed} restored")  # noqa: S311 - seeded on purpose
    if dice.randrange(SHARE):
        return scenario
    before = list(scenario.operations)
    backup = dice.randint(len(before) // 3, len(before) - 1)
    restore = dice.randint(backup + 1, len(before))
    what, who = dice.choice(WHAT), dice.choice(scenario.people)
    number = max(operation.number for operation in before)
    kept = _acts(dice, f"backup_{what}_staff", who, number + 1)
    back = _acts(dice, f"restore_{what}_staff", who, number + 3)
    operations = (*before[:backup], *kept, *before[backup:restore], *back, *before[restore:])
    return structs.replace(scenario, operations=operations)


def with_switch(scenario: Scenario) -> Scenario:
    """The scenario, with another account in its second half (B5), or as it was.

    Not with restored tables: their rows would name the old account, whose token the vault no longer has; nor with a
    restored mailbox: its backup is the old account's.
    """
    dice = random.Random(f"{scenario.seed} switched")  # noqa: S311 - seeded on purpose
    restored = {operation.do for operation in scenario.operations} & {"restore_staff", "restore_mailbox_staff"}
    if dice.randrange(SWITCH_SHARE) or restored:
        return scenario
    before = scenario.operations
    place, who = dice.randint(len(before) // 2, len(before)), dice.choice(scenario.people)
    acts = _acts(dice, "switch_staff", who, max(operation.number for operation in before) + 1)
    return structs.replace(scenario, operations=(*before[:place], *acts, *before[place:]))


def _acts(dice: random.Random, do: str, who: str, number: int) -> list[Operation]:
    """The act, sometimes once both sides have settled."""
    act = Operation(do=do, number=number, who=who)
    return [Operation(do="settle", number=number + 1), act] if dice.random() < SETTLED else [act]
