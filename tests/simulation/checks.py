"""The checkers of single writes. Each promises one sentence of docs/invariants.md and judges by what the world saw."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.core.texts import MASK_TEXT
from tests.simulation.scheduler import Task
from tests.simulation.seen import FIELDS, VANISHED, Change, Seen
from tests.simulation.truth import OTHER, Truth
from tests.simulation.twins import MIRRORED, TwinChecks
from tests.simulation.values import ends_at, words_of
from tests.simulation.violation import Violation

LIST_AGE = timedelta(seconds=60)


class WriteChecks:
    """Judges each change that the app made."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.watch = truth.watch
        self.excused: dict[str, int] = {}
        self.twins = TwinChecks(truth, self.excuse)
        self._mails = 0

    def judge(self, change: Change, task: Task, *, raced: bool) -> Iterator[Violation]:
        """All that is wrong with one change; `raced` if Graph let a stale If-Match pass."""
        before, after = change.before, change.after
        yield from self._nobody_else(change, task)
        if before is None:
            self.truth.before.hear_made(after, task.began)
            yield from self.twins.judge(after, task.who, task)
            yield from self._past(after, task)
            yield from self._pulled_mirror(after, task)
            yield from self._pulled_secondary(after, task)
            return
        if after.side == "outlook" and after.owner != task.who:
            return
        if raced:
            self.excuse("raced_if_match")
            return
        yield from self._secondary(change)
        yield from self._unveiled(change)
        yield from self._meeting(change)
        if change.left:
            yield from self._deleted(before, task)
        elif before.stands:
            yield from self._overwritten(change, task)
            yield from self._protected(change, task)
            yield from self._published(change)
            yield from self._unassigned(change, task)

    def decided(self, change: Change, who: str) -> Iterator[Violation]:
        """What a person's decision may not do either: make a second event (H4)."""
        if change.before is None:
            yield from self.twins.judge(change.after, who)

    def excuse(self, reason: str) -> None:
        """Count what is let pass because docs/invariants.md does not promise it."""
        self.excused[reason] = self.excused.get(reason, 0) + 1

    def _nobody_else(self, change: Change, task: Task) -> Iterator[Violation]:
        after = change.after
        person = self.truth.world.people[task.who]
        if after.side == "caseflow" and after.owner != person.firm_id:
            yield Violation("nobody_else", f"{task.name} of {task.who} wrote {after.id} of firm {after.owner}")
        if after.side == "outlook" and after.owner != task.who and after.organizer:
            yield Violation("nobody_else", f"{task.name} of {task.who} wrote {after.id} of {after.owner}")

    def _past(self, after: Seen, task: Task) -> Iterator[Violation]:
        line = self.truth.world.row(self.truth.world.people[task.who]).line
        asked = task.who in self.truth.importers and after.side == "caseflow"
        if line is None or "import" in task.name or asked or self._was_in_scope(after, line):
            return
        if ends_at(after.when) <= line:
            yield Violation("past_untouched", f"{after.token} of {after.when.start} was made in {after.side}")

    def _was_in_scope(self, after: Seen, line: datetime) -> bool:
        """It ended after the line once, so that an unanswered create of it may be under way: that is repeated (D2)."""
        times = [when for token, when in self.truth.times[OTHER[after.side]] if token == after.token and when.start]
        return any(ends_at(when) > line for when in times)

    def _pulled_mirror(self, after: Seen, task: Task) -> Iterator[Violation]:
        invited = any(
            seen.owner == task.who and seen.side == "outlook" and not seen.organizer and seen.token == after.token
            for seen in self.watch.now.values()
        )
        if after.side == "caseflow" and after.token.startswith(MIRRORED) and not invited:
            yield Violation("one_way", f"the mirror {after.token} was made an event in CaseFlow")

    def _pulled_secondary(self, after: Seen, task: Task) -> Iterator[Violation]:
        if after.side != "caseflow":
            return
        origins = [seen for seen in self.watch.now.values() if seen.side == "outlook" and seen.token == after.token]
        if any(change.after.stands for seen in origins for change in self._since(seen, task.began)):
            return
        yield Violation("secondary", f"{after.token} was made in CaseFlow though no primary calendar holds it")

    def _since(self, seen: Seen, at: int) -> list[Change]:
        """The versions an event had since a moment."""
        history = self.watch.history[(seen.side, seen.id)]
        first = max((place for place, change in enumerate(history) if change.at <= at), default=0)
        return history[first:]

    def _secondary(self, change: Change) -> Iterator[Violation]:
        before = change.before
        if before is not None and before.side == "outlook" and not before.stands:
            yield Violation("secondary", f"{before.token} was written while in {before.where}")

    def _meeting(self, change: Change) -> Iterator[Violation]:
        """A meeting belongs to Outlook: only an organiser's new time is ever written (F3)."""
        before, after = change.before, change.after
        if before is None or before.side != "outlook" or not before.attendees:
            return
        if change.left:
            yield Violation("meetings", f"the meeting {before.token} was removed from Outlook")
        written = set(change.changed()) | ({"sensitivity"} if before.sensitivity != after.sensitivity else set())
        if written - {"when"} or (written and not before.organizer):
            yield Violation("meetings", f"the meeting {before.token} was written: {', '.join(sorted(written))}")

    def mail(self, task: Task) -> Iterator[Violation]:
        """Nothing sends mail but moving a meeting that the user organises (F3)."""
        outbox = self.truth.world.graph.outbox
        for mail in outbox[self._mails :]:
            if mail.by == "app" and mail.why != "update":
                yield Violation("no_mail", f"{task.name} sent a {mail.why} to {mail.to}")
        self._mails = len(outbox)

    def _unveiled(self, change: Change) -> Iterator[Violation]:
        """What a person marked private stays so (G7); it was never ours to lower."""
        before, after = change.before, change.after
        if before is None or before.side != "outlook" or before.ours or before.sensitivity == after.sensitivity:
            return
        if before.sensitivity in {"private", "personal"} and self.truth.by_person_before(change, "sensitivity"):
            yield Violation("private", f"{before.token} was {before.sensitivity} and became {after.sensitivity}")

    def _overwritten(self, change: Change, task: Task) -> Iterator[Violation]:
        """A value of a person goes only after it stood on the other side, or is kept (H3, G3)."""
        before, after = change.before, change.after
        if before is None or after.token.startswith(MIRRORED) or self.truth.kept_apart(before.id):
            return
        for name in change.changed():
            if self.truth.by_person_before(change, name):
                lost = self._lost(before, name, after, task)
                if lost:
                    yield Violation("no_lost_update", f"{before.side} {before.id}: {name} {lost!r} was overwritten")

    def _lost(self, before: Seen, name: str, after: Seen | None, task: Task, *, may_be_kept: bool = True) -> str:
        """What of a field is lost; not what only a restored CaseFlow had held, where nothing told of the restore."""
        lost = self.truth.lost(before, name, after, may_be_kept=may_be_kept)
        if not lost or before.side != "outlook" or not self.truth.before.took_away(before, name):
            return lost
        reasons = {
            "restored_meanwhile": task.began < self.truth.before.restored_at,
            "restored_and_overtaken": self.truth.before.was_overtaken(before),
        }
        reason = next((reason for reason, holds in reasons.items() if holds), None)
        if reason is None:
            return lost
        self.excuse(reason)
        return ""

    def _protected(self, change: Change, task: Task) -> Iterator[Violation]:
        """Of a protected event nothing is overwritten when both sides changed it (H2): keeping it is no excuse."""
        before, after = change.before, change.after
        if before is None or not self._is_protected(after, task):
            return
        for name in change.changed():
            if self.truth.by_person_before(change, name) and not (
                after.side == "outlook" and name in {"place", "text"}
            ):
                lost = self._lost(before, name, after, task, may_be_kept=False)
                if lost:
                    yield Violation("protected_conflict", f"{before.side} {before.id}: {name} {lost!r} was overwritten")

    def _is_protected(self, seen: Seen, task: Task) -> bool:
        firm = self.truth.world.people[task.who].firm_id
        cases = [case for case in self.watch.standing("caseflow", seen.token) if case.owner == firm]
        return any(self._was_protected(case, task) for case in cases)

    def _was_protected(self, case: Seen, task: Task) -> bool:
        """Protected since before the job began, by a list that it must know (60 seconds old at most)."""
        since, listed = self.truth.protected.get(case.id), self.truth.listed.get(case.id)
        known = listed is None or task.began_at - listed > LIST_AGE
        return since is not None and since <= task.began and known

    def _published(self, change: Change) -> Iterator[Violation]:
        """Unlinking publishes nothing: a body shows the mask until a person edits the description again (G8)."""
        before, after = change.before, change.after
        if before is None or before.side != "outlook" or MASK_TEXT not in before.text or MASK_TEXT in after.text:
            return
        for case in self.watch.standing("caseflow", after.token):
            for word in words_of(after.text) & words_of(case.text):
                side, at = self.truth.born[word]
                if side == "caseflow" and at <= self.truth.unmasked.get(case.id, 0):
                    yield Violation("published", f"{word} was written while {after.token} was masked")

    def _paused(self, before: Seen, task: Task) -> Iterator[Violation]:
        """What was removed from Outlook while sync was off is no deletion of an event born in CaseFlow (L3)."""
        if before.side != "caseflow" or self.watch.history[("caseflow", before.id)][0].by_app:
            return
        copies = [
            seen for seen in self.watch.now.values()
            if seen.side == "outlook" and seen.owner == task.who and seen.token == before.token and seen.ours
        ]  # fmt: skip
        if copies and all(not seen.stands and self.truth.left_while_off.get(seen.id, False) for seen in copies):
            yield Violation("paused", f"{before.token} was removed from CaseFlow for what happened while sync was off")

    def _deleted(self, before: Seen, task: Task) -> Iterator[Violation]:
        yield from self._paused(before, task)
        if not self._left_elsewhere(before, task):
            yield Violation("provenance", f"{before.side} {before.id} ({before.token}) was deleted, by no person's act")
        if before.side == "caseflow" and (self._was_protected(before, task) or before.matter is not None):
            yield Violation("protected_kept", f"{before.id} ({before.token}) is protected and was deleted in CaseFlow")
        if before.token.startswith(MIRRORED):
            return
        hidden = self._hidden(before)
        for name in FIELDS:
            if name in hidden:
                continue
            if self.truth.by_person(before, name) and (lost := self._lost(before, name, None, task)):
                yield Violation("no_lost_update", f"{before.side} {before.id}: {name} {lost!r} was deleted")

    def _hidden(self, before: Seen) -> frozenset[str]:
        """Fields that never cross: masked ones, and all but the times of a private event (G2, E4)."""
        if before.side == "caseflow":
            if self.truth.kept_apart(before.id):
                return frozenset(FIELDS)
            if self._is_block(before):
                return frozenset({"title", "place", "text"})
            if before.id in self.truth.masked or before.id in self.truth.unmasked:
                return frozenset({"place", "text"})
            meets = any(seen.attendees for seen in self.watch.now.values() if seen.token == before.token)
            return frozenset({"text"} if meets else ())  # a meeting's description in CaseFlow is its own (F3)
        private = before.sensitivity in {"private", "personal"} and not before.ours
        return frozenset({"title", "place", "text"} if private else ())

    def _is_block(self, before: Seen) -> bool:
        """A CaseFlow event whose origin in Outlook is private: only its times cross."""
        return any(
            seen.side == "outlook" and seen.token == before.token and not seen.ours
            and seen.sensitivity in {"private", "personal"} for seen in self.watch.now.values()
        )  # fmt: skip

    def _left_elsewhere(self, before: Seen, task: Task) -> bool:
        """Since the job began the counterpart was missing, declined, or not this person's."""
        if before.token.startswith(MIRRORED):
            return True
        others = [
            seen for seen in self.watch.now.values()
            if seen.side == OTHER[before.side] and seen.token == before.token and _may_pair(before, seen, task)
        ]  # fmt: skip
        return any(_is_away(change.after, task) for seen in others for change in self._since(seen, task.began))

    def _unassigned(self, change: Change, task: Task) -> Iterator[Violation]:
        before, after = change.before, change.after
        if before is None or before.side != "caseflow" or before.kind != "event":
            return
        for staff in set(before.staff) - set(after.staff):
            if staff != task.who:
                yield Violation("nobody_else", f"{task.name} of {task.who} took {staff} off {before.id}")
                continue
            yield from self._paused(before, task)
            if not self._left_elsewhere(before, task):
                yield Violation("provenance", f"{staff} was taken off {before.id} by no person's act")


def _may_pair(before: Seen, seen: Seen, task: Task) -> bool:
    return seen.owner == task.who if seen.side == "outlook" else task.who != ""


def _is_away(seen: Seen, task: Task) -> bool:
    if seen.side == "caseflow" and seen.where == VANISHED:
        return False  # CaseFlow has forgotten it: that proves nothing (C4)
    if not seen.stands or seen.cancelled or seen.response == "declined":
        return True
    return seen.side == "caseflow" and task.who not in seen.staff
