"""The checkers at rest: both sides agree, and a further round is silent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

from msgspec import structs

from shared.core import rows
from shared.core.links import Link
from shared.core.policy import SERIES_REACH
from shared.core.state import StaffRow
from shared.core.texts import MASK_TEXT, PRIVATE_TITLE, plain
from tests.simulation.lists import ListChecks, is_forgotten
from tests.simulation.mirrors import MirrorChecks
from tests.simulation.names import is_day
from tests.simulation.seen import Seen
from tests.simulation.truth import Truth
from tests.simulation.values import ends_at, starts_at, words_of
from tests.simulation.violation import Violation
from tests.simulation.world import Person

PREFIXES = (rows.LINK_PREFIX, rows.ENDED_PREFIX, rows.IMPORTED_PREFIX)


class RestChecks:
    """Judges the world once faults and people have stopped."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.world = truth.world
        self.watch = truth.watch

    def quiet(self) -> bool:
        """True if nobody's row speaks of anything left to do."""
        staff = [self.world.row(person) for person in self.world.people.values()]
        on = [row for row in staff if self._is_on(row)]
        return not any(row.todo or row.failures or row.unsound_since for row in on) and not any(
            self._catching_up(row) or row.set_aside > self._forgotten(row) for row in on
        )

    def _forgotten(self, row: StaffRow) -> int:
        """How many links are rightly set aside: CaseFlow has forgotten their event (C4)."""
        stored = self.world.store.partitions.get(rows.staff_partition(row.firm_id, row.staff_id), {})
        links = [rows.decoded(one.data, Link) for one in stored.values() if one.key.startswith(rows.LINK_PREFIX)]
        return sum(is_forgotten(link, self.truth) for link in links)

    def links(self) -> dict[str, str]:
        """All link rows as they are stored."""
        return {
            f"{person.staff_id}/{row.key}": row.data
            for person in self.world.people.values()
            for row in self.world.store.partitions.get(self.world.partition(person), {}).values()
            if row.key.startswith(PREFIXES)
        }

    def silent(self, before: dict[str, str], since: int, counted: int) -> Iterator[Violation]:
        """A further round writes nothing and changes no link."""
        for service, method, url, body in self.world.requests[counted:]:
            wrote = method != "GET" and (service == "caseflow" or _writes(body))
            if wrote:
                yield Violation("silence", f"{service} {method} {url.rpartition('/')[2]}: {_gist(body)}")
        after = self.links()
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key) and not self._waits_on(before.get(key), after.get(key)):
                yield Violation("silence", f"link {key} changed: {_differing(before.get(key), after.get(key))}")

    def _waits_on(self, before: str | None, after: str | None) -> bool:
        """True for an event that CaseFlow has forgotten: it is asked for again, each time later (K4, C4)."""
        if before is None or after is None:
            return False
        old, new = rows.decoded(before, Link), rows.decoded(after, Link)
        return is_forgotten(new, self.truth) and structs.replace(old, tries=new.tries, retry_at=new.retry_at) == new

    def converged(self) -> Iterator[Violation]:
        """Every event in scope stands on both sides alike."""
        for person in self.world.people.values():
            row = self.world.row(person)
            if not self._is_on(row) or row.unsound_since is not None:
                continue
            if row.preferences.calendar_events:
                yield from _View(self.truth, person, row).judge()
                yield from ListChecks(self.truth, person).judge()
            yield from MirrorChecks(self.truth, person, row).judge()

    def _is_on(self, row: StaffRow) -> bool:
        eligible = self.world.caseflow.firm(row.firm_id)["features"]["outlook_sync"]
        return row.connection == "connected" and row.preferences.sync_enabled and eligible

    def _catching_up(self, row: StaffRow) -> bool:
        return row.off_since is not None and row.preferences.calendar_events


def _writes(body: bytes) -> bool:
    return any(mark in body for mark in (b'"POST"', b'"PATCH"', b'"DELETE"'))


def _gist(body: bytes) -> str:
    told = json.loads(body)
    parts = [*told.get("requests", []), *told.get("operations", [])]
    return "; ".join(f"{part['method']} {sorted(part.get('body') or {})}" for part in parts)


def _differing(before: str | None, after: str | None) -> str:
    old, new = json.loads(before or "{}"), json.loads(after or "{}")
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return ", ".join(f"{name}: {old.get(name)} -> {new.get(name)}" for name in names)


class _View:
    """One person's two calendars."""

    def __init__(self, truth: Truth, person: Person, row: StaffRow) -> None:
        self.truth = truth
        self.person = person
        self.row = row
        self.now = truth.world.clock()
        stored = truth.world.store.partitions.get(truth.world.partition(person), {})
        self.links = [rows.decoded(one.data, Link) for one in stored.values() if one.key.startswith(PREFIXES)]

    def judge(self) -> Iterator[Violation]:
        """All that does not agree."""
        outlook = [seen for seen in self.truth.watch.standing("outlook") if seen.owner == self.person.staff_id]
        cases = [
            seen for seen in self.truth.watch.standing("caseflow")
            if seen.kind == "event" and self.person.staff_id in seen.staff
        ]  # fmt: skip
        for case in cases:
            yield from self._of_case(case, outlook)
        for event in outlook:
            yield from self._of_outlook(event, cases)

    def _in_scope(self, seen: Seen) -> bool:
        end = ends_at(seen.when)
        far = self.row.window_end or self.now
        line = self.row.line or self.now
        if is_day(seen.token) and starts_at(seen.when) > self.now + SERIES_REACH:
            return False  # D4
        return line < end and end > self.now - timedelta(days=30) and starts_at(seen.when) < far

    def _of_case(self, case: Seen, outlook: list[Seen]) -> Iterator[Violation]:
        if case.token[:2] != "ev" or not self._in_scope(case) or self._excused(case):
            return
        twins = [seen for seen in outlook if self._pairs(case, seen)]
        if not twins and not self._has_lost_copy(case):
            yield Violation("convergence", f"{self.person.staff_id}: {case.token} of CaseFlow is not in Outlook")
        told = [list(self._differences(case, event)) for event in twins]
        for name, ours, theirs in min(told, key=len, default=[]):  # a copy and an invitation may both be of one event
            what = f"{self.person.staff_id}: {case.token} differs in {name}: CaseFlow {ours!r}, Outlook {theirs!r}"
            yield Violation("convergence", what)

    def _has_lost_copy(self, case: Seen) -> bool:
        """Its copy stands in another calendar, and the row that said so was lost with the tables."""
        if not self.truth.tables_restored:
            return False
        seen = [one for one in self.truth.watch.now.values() if one.token == case.token and one.ours]
        return any(one.owner == self.person.staff_id and one.where == "secondary" for one in seen)

    def _pairs(self, case: Seen, event: Seen) -> bool:
        return event.token == case.token or (case.title == PRIVATE_TITLE and event.when == case.when)

    def _of_outlook(self, event: Seen, cases: list[Seen]) -> Iterator[Violation]:
        marked = self.truth.world.graph.office.switches.copies_carry_marks
        if event.token in self.truth.watch.copied_mirrors and marked:
            return  # a copied mirror is not pulled (E11)
        if event.token[:2] != "ev" or event.cancelled or event.response == "declined":
            return
        if not self._in_scope(event) or self._excused(event):
            return
        if event.ours and self.truth.tables_restored:
            return  # whose copy it is, only the lost row and the deleted event knew
        if not any(self._pairs(case, event) for case in cases):
            yield Violation("convergence", f"{self.person.staff_id}: {event.token} of Outlook is not in CaseFlow")

    def _excused(self, seen: Seen) -> bool:
        """Listed as under review, set aside or ended; or brought back by a person after it had been made anew."""
        if (self.person.staff_id, seen.token) in self.truth.restored:
            return True
        link = self._link(seen)
        return link is not None and (link.state.value in {"review", "aside", "ended", "imported"})

    def _link(self, seen: Seen) -> Link | None:
        found = [link for link in self.links if self._is_of(link, seen)]
        return min(found, key=lambda link: link.state.value in {"ended", "imported"}) if found else None

    def _is_of(self, link: Link, seen: Seen) -> bool:
        if seen.side == "caseflow":
            return link.caseflow_id == seen.id
        if is_day(seen.token) and link.state.value == "ended":  # it may have another id since (D4)
            case = self.truth.watch.now.get(("caseflow", link.caseflow_id or ""))
            return case is not None and case.token == seen.token
        return link.outlook_id == self.truth.watch.mailboxes.id_of(seen)

    def _differences(self, case: Seen, event: Seen) -> Iterator[tuple[str, object, object]]:
        if not event.organizer:
            return  # the organiser's copy leads (E3)
        from_outlook = self.truth.watch.history[("caseflow", case.id)][0].by_app
        hidden = event.sensitivity in {"private", "personal"} and from_outlook
        if event.attendees and self.truth.kept_apart(case.id):
            return  # a person has decided that the meeting keeps its own (F3)
        if case.title != event.title and not hidden:
            yield "title", case.title, event.title
        if case.when != event.when:
            yield "when", case.when.start, event.when.start
        if hidden or event.attendees:
            return
        yield from self._secret_differences(case, event)

    def _was_meeting(self, event: Seen) -> bool:
        """A restored mailbox has forgotten the guests; CaseFlow's description became its own meanwhile (F3)."""
        history = self.truth.watch.history[(event.side, event.id)]
        return event.owner in self.truth.mailboxes_restored and any(change.after.attendees for change in history)

    def _keeps_sensitivity(self, event: Seen) -> bool:
        """A day of a series may have none of its own (G7)."""
        return not is_day(event.token) or self.truth.world.graph.office.switches.occurrence_sensitivity == "accepted"

    def _secret_differences(self, case: Seen, event: Seen) -> Iterator[tuple[str, object, object]]:
        masked = self.truth.is_masked(case)
        shows_mask = plain(event.text) == MASK_TEXT
        if masked and event.attendees == 0:
            if event.sensitivity not in {"confidential", "private", "personal"} and self._keeps_sensitivity(event):
                yield "sensitivity", "masked", event.sensitivity
            open_words = words_of(f"{event.text} {event.place}")
            if open_words and event.ours:
                yield "mask", MASK_TEXT, " ".join(sorted(open_words))
            return
        if shows_mask or masked or (is_day(event.token) and case.id in self.truth.unmasked):
            return  # a series made anew has lost the mask, and its text is published no more than before (G8)
        if words_of(case.text) != words_of(event.text) and not self._was_meeting(event):
            yield "text", plain(case.text), plain(event.text)
        if case.place != event.place and (event.place or case.id not in self.truth.unmasked):
            yield "place", case.place, event.place
