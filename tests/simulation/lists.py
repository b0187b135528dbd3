"""The checker of lists: an event is excused from convergence only for the reason that its list states."""

from __future__ import annotations

from collections.abc import Iterator

from shared.core import rows
from shared.core.links import Link, State
from shared.core.state import Review
from tests.simulation.seen import Seen
from tests.simulation.truth import Truth
from tests.simulation.values import RESTS, ends_at
from tests.simulation.violation import Violation
from tests.simulation.world import Person

LISTED = {State.REVIEW, State.ASIDE, State.ENDED}


class ListChecks:
    """Judges one person's lists: under review, set aside, ended."""

    def __init__(self, truth: Truth, person: Person) -> None:
        self.truth = truth
        self.person = person
        self._rows = truth.world.store.partitions.get(truth.world.partition(person), {})
        mine = [seen for seen in truth.watch.now.values() if seen.side == "outlook" and seen.owner == person.staff_id]
        self._outlook = {truth.watch.mailboxes.id_of(seen): seen.id for seen in mine}

    def judge(self) -> Iterator[Violation]:
        """Every link that stands in a list without its reason."""
        for key, row in sorted(self._rows.items()):
            if key.startswith((rows.LINK_PREFIX, rows.ENDED_PREFIX)):
                link = rows.decoded(row.data, Link)
                if link.state in LISTED and not link.is_mirror:
                    yield from self._of_link(link)

    def _of_link(self, link: Link) -> Iterator[Violation]:
        case = self.truth.watch.now.get(("caseflow", link.caseflow_id or ""))
        event = self.truth.watch.now.get(("outlook", self._outlook.get(link.outlook_id or "", "")))
        token = (case or event).token if case or event else link.id  # type: ignore[union-attr]
        wrong = self._wrong(link, case, event)
        if wrong:
            yield Violation("lists", f"{self.person.staff_id}: {token} is {link.state.value}, but {wrong}")

    def _wrong(self, link: Link, case: Seen | None, event: Seen | None) -> str:
        in_caseflow = case is not None and case.stands and self.person.staff_id in case.staff
        in_outlook = event is not None and event.stands and not event.cancelled and event.response != "declined"
        if link.state is State.ASIDE:
            return "" if is_forgotten(link, self.truth) else f"no service refuses it ({link.reason})"
        if link.state is State.ENDED:
            rests = event is not None and ends_at(event.when) <= self.truth.world.clock() - RESTS
            return f"it stands on both sides ({link.reason})" if in_caseflow and in_outlook and not rests else ""
        return self._wrong_review(link, in_caseflow=in_caseflow, in_outlook=in_outlook, event=event)

    def _wrong_review(self, link: Link, *, in_caseflow: bool, in_outlook: bool, event: Seen | None) -> str:
        row = self._rows.get(f"{rows.REVIEW_PREFIX}{link.review}")
        if row is None:
            return "its item is missing"
        review = rows.decoded(row.data, Review)
        if review.state != "open":
            return "its item is resolved"
        held = {
            "deleted_in_outlook": in_caseflow and not in_outlook,
            "series_changed": in_caseflow and not in_outlook,
            "deleted_in_caseflow": in_outlook and (not in_caseflow or self._came_back_at_rest(link, event)),
            "edit_conflict": in_caseflow and in_outlook,
            "organizer_controlled": in_caseflow and self._is_or_was_meeting(event),
        }
        return "" if held.get(review.kind, True) else f"its item says {review.kind}"

    def _is_or_was_meeting(self, event: Seen | None) -> bool:
        """A meeting, or a single event again in a restored mailbox that had come to rest by then (D6)."""
        if event is None or event.attendees:
            return event is not None
        rests = ends_at(event.when) <= self.truth.world.clock() - RESTS
        return rests and self.person.staff_id in self.truth.mailboxes_restored

    def _came_back_at_rest(self, link: Link, event: Seen | None) -> bool:
        """It stands again in a restored CaseFlow, but had come to rest by then: its item waits (C4, D6)."""
        rests = event is not None and ends_at(event.when) <= self.truth.world.clock() - RESTS
        return rests and link.caseflow_id in self.truth.before.versions


def is_forgotten(link: Link, truth: Truth) -> bool:
    """True if it is set aside because CaseFlow was restored and no longer knows its event (C4)."""
    unknown = link.state is State.ASIDE and link.reason == "caseflow_unknown"
    return unknown and truth.before.is_forgotten(link.caseflow_id)
