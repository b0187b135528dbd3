"""Events without a live link: ours by their mark, woken, adopted by content, copies, or new (E7, E11, D1). Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from msgspec import structs

from shared.core.events import CaseflowEvent, Kind, MirrorItem, OutlookEvent, Removed
from shared.core.index import Index
from shared.core.links import Born, Link, State, Todo, attempt_of, caseflow_link_id, outlook_link_id
from shared.core.pairs import Rules
from shared.core.plan_new import (
    adopted,
    caseflow_skip,
    found,
    found_mirror,
    matches,
    outlook_skip,
    plan_pulled,
    plan_pushed,
)
from shared.core.plan_wake import may_wake
from shared.core.series import is_same_day
from shared.core.steps import Step

LOST_ATTEMPTS_MAX = 8


class Newcomers:
    """What becomes of the events of one job that have no live link.

    `paired` are links to be planned as pairs with the Outlook event they belong to, `woken` ended links that may
    come back, `reassigned` Outlook-born ones that CaseFlow shows again, `steps` what is made new, `skipped` counts
    the rest by reason. `waiting` is set while CaseFlow events must wait because a create in CaseFlow is unanswered
    (design.md 4.4).
    `gone` are Outlook ids proved gone.
    """

    def __init__(self, index: Index, ended: Index, rules: Rules, gone: frozenset[str] = frozenset()) -> None:
        self.paired: list[tuple[Link, OutlookEvent]] = []
        self.woken: list[tuple[Link, OutlookEvent]] = []
        self.reassigned: list[tuple[Link, CaseflowEvent]] = []
        self.steps: list[Step] = []
        self.skipped: Counter[str] = Counter()
        self.waiting = any(link.todo is Todo.CREATING_CASEFLOW for link in index)
        self._index = index
        self._ended = ended
        self._rules = rules
        self._gone = gone
        self._ended_series: dict[str, list[Link]] = defaultdict(list)
        for link in ended:
            for key in {link.master_id, link.outlook_id} - {None}:
                self._ended_series[key or ""].append(link)
        self._same_source = {
            caseflow_link_id(link.kind, link.caseflow_id): link
            for link in index
            if link.born is Born.OUTLOOK and link.caseflow_id is not None
        }
        self._former = {link.former: link for link in index if link.former is not None}
        self._sources: dict[str, CaseflowEvent] = {}
        self._mirrored: dict[str, MirrorItem] = {}
        self._taken: set[str] = set()
        self._removed: dict[str, Removed] = {}

    def sort(
        self,
        outlook: Mapping[str, OutlookEvent],
        caseflow: Iterable[CaseflowEvent],
        mirrors: Iterable[MirrorItem],
        later: Collection[OutlookEvent] = (),
        removed: Collection[Removed] = (),
    ) -> None:
        """Decide for every event that has no live link.

        `removed` are CaseFlow's items that are gone: a copy of one whose row was lost is planned with it.

        `later` are Outlook events of a later slice: they count where one candidate must stand alone, and CaseFlow's
        events wait for them.
        """
        unlinked = [event for event in caseflow if self._index.of_caseflow(Kind.EVENT, event.id) is None]
        self._sources = {caseflow_link_id(Kind.EVENT, event.id): event for event in unlinked}
        self._removed = {caseflow_link_id(gone.kind, gone.id): gone for gone in removed}
        self._mirrored = {caseflow_link_id(item.kind, item.id): item for item in mirrors}
        in_order = sorted(outlook.values(), key=lambda event: event.id)
        fresh = [event for event in in_order if not self._is_back(event)]
        fresh = [event for event in fresh if not self._is_marked(event) and not self._is_ended(event)]
        unlinked = [event for event in unlinked if event.id not in self._taken]
        if self.waiting:
            self._pull(fresh)
            return
        fresh, unlinked = self._adopt(fresh, unlinked, later)
        self._pull(fresh)
        if not later:
            self._push(unlinked)

    def _is_back(self, event: OutlookEvent) -> bool:
        """True for an event that a person brought back before the copy made instead of it stood: it is the one."""
        link = self._former.get(event.id)
        if link is None or (link.outlook_id is not None and link.outlook_id not in self._gone):
            return False
        back = structs.replace(
            link, born=Born.OUTLOOK, outlook_id=event.id, former=None, attempt=link.attempt + 1, todo=Todo.LOOK
        )
        self.paired.append((back, event))
        return True

    def _is_marked(self, event: OutlookEvent) -> bool:
        """True for an event with our link mark that is no new one: its row was lost, or an attempt's (E7, E11)."""
        mark = event.link_mark
        if mark is None:
            return False
        link = self._index.get(mark) or self._ended.get(mark) or self._same_source.get(mark)
        # attempts that the row does not know of were made before the tables were restored
        attempt = attempt_of(event, mark, max(link.attempt if link else 0, LOST_ATTEMPTS_MAX))
        if attempt is None:
            return self._is_copied_mirror(mark, link)
        return self._belongs(event, link, attempt) if link else self._was_lost(event, mark)

    def _is_copied_mirror(self, mark: str, link: Link | None) -> bool:
        """A copied mirror is not pulled; any other copy that a person made is a new event (E11)."""
        copied = mark in self._mirrored or (link is not None and link.is_mirror)
        self.skipped["copied_mirror"] += copied
        return copied

    def _was_lost(self, event: OutlookEvent, mark: str) -> bool:
        """Our copy without a row: adopted where CaseFlow still shows its source, never pulled (E7)."""
        source, item = self._sources.get(mark), self._mirrored.get(mark)
        if item is not None and mark not in self._taken:
            self._taken.add(mark)
            self.paired.append((found_mirror(item, event), event))
        elif mark in self._removed:
            gone = self._removed[mark]
            lost = Link(mark, gone.kind, Born.CASEFLOW, caseflow_id=gone.id, outlook_id=event.id, todo=Todo.LOOK)
            self.paired.append((lost, event))
        elif source is None or source.id in self._taken:
            self.skipped["orphan"] += 1
        else:
            self._taken.add(source.id)
            self.paired.append((found(source, event, self._rules, 0), event))
        return True

    def _belongs(self, event: OutlookEvent, link: Link, attempt: int) -> bool:
        """Made by us for a link that has a row: its event, an old attempt of it, or a copy with all our marks."""
        is_copy = attempt == link.attempt and link.outlook_id not in {
            None,
            event.id,
        }  # an attempt makes one event (E11)
        if is_copy and link.is_mirror:
            return self._is_copied_mirror(link.id, link)
        lost = link.outlook_id in self._gone or may_wake(link)  # then an older attempt that stands is the one
        if lost or link.outlook_id in {None, event.id}:
            if link.state is not State.ENDED:
                known = max(attempt, link.attempt)
                self.paired.append((structs.replace(link, outlook_id=event.id, attempt=known, todo=Todo.LOOK), event))
            elif link.is_mirror:
                self._drag(link, event)
            elif may_wake(link):
                self.woken.append((link, event))
            elif link.outlook_id is None and link.born is Born.CASEFLOW:
                # a frozen job's create landed after CaseFlow's event had left: it is looked at once more, and removed
                late = structs.replace(link, state=State.LIVE, outlook_id=event.id, todo=Todo.LOOK)
                self.paired.append((late, event))
            return True
        if is_copy:
            return False
        self.skipped["old_attempt"] += 1
        return True

    def _drag(self, link: Link, event: OutlookEvent) -> None:
        """A past mirror that was left where it stood: one way, so it is never pulled (I1), but what a person drags into
        the future is removed or set back (I3, I4). With guests it is theirs (F3)."""
        if event.is_meeting or self._rules.policy.has_ended(event.content.span):
            self.skipped["ended"] += 1
        else:
            awake = structs.replace(link, state=State.LIVE, outlook_id=event.id, todo=Todo.LOOK, reason=None)
            self.paired.append((awake, event))

    def _is_ended(self, event: OutlookEvent) -> bool:
        """True for an event whose link has ended, or that was imported (J5)."""
        old = self._ended.of_outlook(event) or self._ended.get(outlook_link_id(event)) or self._ended_day(event)
        if old is None:
            return False
        past = self._rules.policy.has_ended(event.content.span)
        if may_wake(old) or (old.state is State.IMPORTED and not past):
            self.woken.append((old, event))
        else:
            self.skipped[old.state.value] += 1
        return True

    def _ended_day(self, event: OutlookEvent) -> Link | None:
        """The ended link of a day that came back under another id, or of the single event that the series was (D4)."""
        links = self._ended_series.get(event.master_id or "", [])
        return next((link for link in links if is_same_day(link, event, self._rules)), None)

    def _adopt(
        self, fresh: list[OutlookEvent], unlinked: list[CaseflowEvent], later: Collection[OutlookEvent]
    ) -> tuple[list[OutlookEvent], list[CaseflowEvent]]:
        """Unlinked meets unlinked: one candidate on each side is one event (E7)."""
        theirs = [event for event in fresh if outlook_skip(event, self._rules) is None]
        ours = [event for event in unlinked if self._ended.of_caseflow(Kind.EVENT, event.id) is None]
        now = {event.id for event in theirs}
        pairs = [pair for pair in matches(ours, [*theirs, *later]) if pair[1].id in now]
        self.paired += [(adopted(caseflow, outlook, self._rules), outlook) for caseflow, outlook in pairs]
        taken = {caseflow.id for caseflow, _ in pairs}, {outlook.id for _, outlook in pairs}
        return [e for e in fresh if e.id not in taken[1]], [e for e in unlinked if e.id not in taken[0]]

    def _pull(self, fresh: list[OutlookEvent]) -> None:
        for event in fresh:
            reason = outlook_skip(event, self._rules)
            if reason is None:
                self.steps.append(plan_pulled(event, self._rules))
            else:
                self.skipped[f"pull_{reason}"] += 1

    def _push(self, unlinked: list[CaseflowEvent]) -> None:
        for event in unlinked:
            reason = caseflow_skip(event, self._rules)
            old = self._ended.of_caseflow(Kind.EVENT, event.id)
            if reason is None and old is not None and old.state is State.IMPORTED:
                reason = "imported"
            if reason is not None:
                self.skipped[f"push_{reason}"] += 1
            elif old is not None and old.outlook_id is not None:
                self.reassigned.append((old, event))
            else:
                self.steps.append(plan_pushed(event, self._rules, old.attempt + 1 if old else 0))
