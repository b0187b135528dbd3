"""The mass-deletion guard (E9): a run that would remove too much removes nothing and asks a person. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.core.links import Link
from shared.core.steps import Did, DropOutlook, Step
from shared.core.writes import DeleteCaseflow, PatchCaseflow

COUNT_MAX = 10
SHARE_MAX = 0.2
ALL_OF_MIN = 3


def removes_from_caseflow(step: Step) -> bool:
    """A deletion, or an unassignment, in CaseFlow."""
    return isinstance(step.caseflow, DeleteCaseflow) or (
        step.did is Did.UNASSIGN and isinstance(step.caseflow, PatchCaseflow)
    )


def removes_from_outlook(step: Step) -> bool:
    """A removal in Outlook that no toggle asked for (L2)."""
    return isinstance(step.outlook, DropOutlook) and not step.by_preference


def _units(links: Iterable[Link]) -> int:
    """A series counts once."""
    return len({link.master_id or link.id for link in links})


def held_back(steps: Sequence[Step], links: Sequence[Link]) -> tuple[list[Step], list[Step]]:
    """The removals of each direction (CaseFlow's, Outlook's) that the guard holds back; empty lists if it does not."""
    return (
        _held([step for step in steps if removes_from_caseflow(step)], links),
        _held([step for step in steps if removes_from_outlook(step)], links),
    )


def _held(removals: list[Step], links: Sequence[Link]) -> list[Step]:
    gone, all_of = _units(step.link for step in removals), _units(links)
    many = gone > COUNT_MAX and gone > SHARE_MAX * all_of
    everything = gone >= ALL_OF_MIN and gone >= all_of
    return removals if many or everything else []
