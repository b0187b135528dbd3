"""The checker of mirrors at rest: each open task and key deadline stands in Outlook once, and no other does (I)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from shared.core import rows
from shared.core.links import Link, State
from shared.core.state import StaffRow
from shared.core.texts import MASK_TEXT, plain
from tests.simulation.seen import Change, Seen
from tests.simulation.truth import Truth
from tests.simulation.values import RESTS, When, ends_at, starts_at, words_of
from tests.simulation.violation import Violation
from tests.simulation.world import Person


class MirrorChecks:
    """Judges one person's mirrors."""

    def __init__(self, truth: Truth, person: Person, row: StaffRow) -> None:
        self.truth = truth
        self.person = person
        self.row = row
        self.now = truth.world.clock()

    def judge(self) -> Iterator[Violation]:
        """All that is wrong with them."""
        held = self._held_back()
        wanted = {seen.token: seen for seen in self.truth.watch.standing("caseflow") if self._is_wanted(seen)}
        found: dict[str, list[Seen]] = {}
        for seen in self.truth.watch.standing("outlook"):
            if seen.owner == self.person.staff_id and seen.token[:2] in {"tk", "dl"} and not seen.attendees:
                found.setdefault(seen.token, []).append(seen)
        for token, item in sorted(wanted.items()):
            mirrors = found.pop(token, [])
            if token not in held and ends_at(_span(item)) > self.now - RESTS:
                yield from self._of_item(item, mirrors)
        for token, mirrors in sorted(found.items()):
            restored = (
                self._were_kept() or (self.person.staff_id, token) in self.truth.restored or self.truth.tables_restored
            )
            if not restored and token not in held and any(self._may_not_stay(mirror) for mirror in mirrors):
                yield Violation("mirrors", f"{self.person.staff_id}: a mirror of {token} stands in Outlook")

    def _were_kept(self) -> bool:
        """A person has decided that what many removals would take away stays in Outlook (H4)."""
        reviews = self.truth.world.reviews(self.person)
        return any(item.kind == "mass_deletion" and item.kept == "outlook" for item in reviews)

    def _held_back(self) -> set[str]:
        """Tokens whose link waits for a person's answer to a mass deletion (E9)."""
        stored = self.truth.world.store.partitions.get(self.truth.world.partition(self.person), {})
        links = [rows.decoded(row.data, Link) for row in stored.values() if row.key.startswith(rows.LINK_PREFIX)]
        waiting = {(link.kind.value, link.caseflow_id) for link in links if link.state is State.REVIEW}
        return {seen.token for seen in self.truth.watch.now.values() if (seen.kind, seen.id) in waiting}

    def _is_wanted(self, seen: Seen) -> bool:
        if seen.kind == "event" or seen.owner != self.person.firm_id or not self._toggle(seen.kind):
            return False
        if seen.kind == "deadline":
            matters = self.truth.world.caseflow.matters(seen.owner)
            staff = next(tuple(matter["staff_ids"]) for matter in matters if matter["id"] == seen.matter)
        else:
            staff = seen.staff
        span = _span(seen)
        return self.person.staff_id in staff and (self.row.window_end is None or starts_at(span) < self.row.window_end)

    def _toggle(self, kind: str) -> bool:
        return self.row.preferences.tasks if kind == "task" else self.row.preferences.deadlines

    def _may_not_stay(self, mirror: Seen) -> bool:
        return ends_at(mirror.when) > self.now

    def _of_item(self, item: Seen, mirrors: list[Seen]) -> Iterator[Violation]:
        who = self.person.staff_id
        if not mirrors:
            if ends_at(_span(item)) > self.now and not self._was_dismissed(item) and not self._is_meeting_now(item):
                yield Violation("mirrors", f"{who}: {item.token} has no mirror in Outlook")
            return
        if (who, item.token) in self.truth.restored:
            return
        if len(mirrors) > 1:
            yield Violation("mirrors", f"{who}: {item.token} has {len(mirrors)} mirrors")
        yield from self._differences(item, mirrors[0])

    def _differences(self, item: Seen, mirror: Seen) -> Iterator[Violation]:
        prefix = "Task" if item.kind == "task" else "Deadline"
        wanted = (f"{prefix}: {item.title}", _span(item))
        if (mirror.title, mirror.when) != wanted:
            yield Violation("mirrors", f"{item.token} shows {mirror.title} {mirror.when.start}, not {wanted[0]}")
        shows_mask = plain(mirror.text) == MASK_TEXT
        if self.truth.is_masked(item):
            if not shows_mask or mirror.place or mirror.sensitivity not in {"confidential", "private"}:
                yield Violation("mirrors", f"{item.token} is not masked: {mirror.text} {mirror.sensitivity}")
        elif not shows_mask and words_of(mirror.text) != words_of(item.text):
            yield Violation("mirrors", f"{item.token} shows the text {mirror.text}")

    def _is_meeting_now(self, item: Seen) -> bool:
        """The person invited guests to it: it is a meeting of their own, and shows the day all the same."""
        standing = self.truth.watch.standing("outlook", item.token)
        return any(seen.owner == self.person.staff_id and seen.attendees for seen in standing)

    def _was_dismissed(self, item: Seen) -> bool:
        """A person deleted the task's mirror after its last change of title or day (I3)."""
        if item.kind != "task":
            return False
        history = self.truth.watch.history[(item.side, item.id)]
        changes = [change for change in history if change.is_new or set(change.changed()) & {"title", "when"}]
        dismissed = [change.at for change in self._dismissals(item.token)]
        if item.id in self.truth.before.versions:  # what a restore took back before a job looked was no change
            shown = [max((one for one in changes if one.at < at), key=_moment, default=None) for at in dismissed]
            return any(one and (one.after.title, one.after.when) == (item.title, item.when) for one in shown)
        return any(at > max(map(_moment, changes)) for at in dismissed)

    def _dismissals(self, token: str) -> Iterator[Change]:
        for (side, key), changes in self.truth.watch.history.items():
            if side == "outlook" and key.startswith(f"{self.person.staff_id}/"):
                for change in changes:
                    if change.after.token == token and change.left and not change.by_app:
                        yield change


def _moment(change: Change) -> int:
    return change.at


def _span(item: Seen) -> When:
    day = date.fromisoformat(item.when.start)
    return When(day.isoformat(), (day + timedelta(days=1)).isoformat(), all_day=True)
