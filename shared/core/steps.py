"""What a plan decides for one link: at most one write to CaseFlow, then at most one to Outlook, and what is agreed."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct, structs

from shared.core.events import CaseflowEvent, Content, Field, OutlookEvent
from shared.core.links import Link, State, Todo
from shared.core.mask import Projection
from shared.core.writes import CaseflowWrite


class Did(StrEnum):
    """What a step is for: names the reach counters and the audit actions."""

    NOTHING = "nothing"
    AGREE = "agree"
    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"
    UNASSIGN = "unassign"
    END = "end"
    REVIEW = "review"
    SET_BACK = "set_back"
    SKIP = "skip"


class MakeOutlook(Struct, frozen=True):
    """Create the Outlook event of the link, in its present attempt."""

    projection: Projection


class ChangeOutlook(Struct, frozen=True):
    """Update the Outlook event, if it still is what the plan saw."""

    projection: Projection


class DropOutlook(Struct, frozen=True):
    """Move the Outlook event to Deleted Items, if it still is what the plan saw."""


OutlookDeed = MakeOutlook | ChangeOutlook | DropOutlook


class Opened(Struct, frozen=True):
    """A review item to open or refresh (H4); `kept` is set where `system` decided at once (H3).

    Then `loser` and `winner` are both sides as they were, and `fields` those in which one of them lost.
    """

    kind: str
    kept: str | None = None
    loser: Content | None = None
    winner: Content | None = None
    fields: frozenset[Field] = frozenset()


class Step(Struct, frozen=True):
    """One decision.

    `link` is the row as it will be if no write is needed; `caseflow` goes first, and `outlook` only after CaseFlow
    has answered. `caseflow_side` and `outlook_side` are what each side shows once all is written: a field that a
    write touches is agreed when its service has answered, from these prints and the answer. `closes` names an open
    review that has settled itself, `drops` a row that the link of this step replaces. `repeated`
    marks a create that may have happened before.
    """

    link: Link
    did: Did
    caseflow: CaseflowWrite | None = None
    outlook: OutlookDeed | None = None
    seen: OutlookEvent | None = None
    before: Content | None = None
    version: int = 0
    caseflow_side: dict[Field, str] = {}
    outlook_side: dict[Field, str] = {}
    opened: Opened | None = None
    closes: bool = False
    reason: str = ""
    by_preference: bool = False
    caseflow_event: CaseflowEvent | None = None
    drops: str | None = None
    repeated: bool = False

    @property
    def writes(self) -> bool:
        """True if the step writes to a calendar."""
        return self.caseflow is not None or self.outlook is not None


def settled(link: Link) -> Link:
    """The link with nothing left to do."""
    return structs.replace(link, todo=Todo.NONE, reason=None, tries=0, retry_at=None)


def nothing(link: Link, reason: str = "") -> Step:
    """A step that only says that all is well, or why nothing is done."""
    return Step(link=settled(link), did=Did.NOTHING, reason=reason)


def ended(link: Link, reason: str) -> Step:
    """The link ends: nothing is written, and the event is not synced again."""
    over = structs.replace(settled(link), state=State.ENDED, review=None, reason=reason)
    return Step(link=over, did=Did.END, reason=reason, closes=link.review is not None)


def reviewed(link: Link, kind: str, seen: OutlookEvent | None = None, caseflow: CaseflowEvent | None = None) -> Step:
    """The pair waits for a person (H4); `seen` and `caseflow` are the sides that stand."""
    waiting = structs.replace(settled(link), state=State.REVIEW)
    return Step(link=waiting, did=Did.REVIEW, opened=Opened(kind), seen=seen, caseflow_event=caseflow)
