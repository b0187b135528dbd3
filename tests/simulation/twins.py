"""The checker of duplicates: at most one living event per original and side, and one for a meeting (1, E3, E11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from shared.core.texts import PRIVATE_TITLE
from tests.simulation.names import is_day
from tests.simulation.scheduler import Task
from tests.simulation.seen import Seen
from tests.simulation.truth import Truth
from tests.simulation.values import RESTS, ends_at
from tests.simulation.violation import Violation

MIRRORED = ("tk", "dl")
PRIVATE = frozenset({"private", "personal"})


class TwinChecks:
    """Judges each event that the app, or a person's decision, made.

    `forgets` is set where Graph may forget that it made an event, `forgetful` where it may hide it besides.
    """

    def __init__(self, truth: Truth, excuse: Callable[[str], None]) -> None:
        self.truth = truth
        self.watch = truth.watch
        self.excuse = excuse
        self.forgets = False
        self.forgetful = False

    def judge(self, after: Seen, who: str, task: Task | None = None) -> Iterator[Violation]:
        """A person's own copies have tokens of their own; `task` is the job that made it, None for a decision."""
        imports = task is not None and "import" in task.name
        twins = self._twins(after)
        allowed = max(1, self.truth.originals.get(after.token, 1), self._invitations(after))
        if not after.token or len(twins) <= allowed or self._not_promised(after, twins, who, task):
            return
        invited = [seen for seen in self.watch.standing("outlook", after.token) if not seen.organizer]
        check = "one_meeting" if invited and after.side == "caseflow" else "no_duplicate"
        if check == "one_meeting" and (imports or self._takes_no_part(after)):
            return  # an import copies for each mailbox (J5)
        yield Violation(check, f"{after.token} stands {len(twins)} times in {after.side} ({after.owner})")

    def _twins(self, after: Seen) -> list[Seen]:
        """What stands of the same original, on the same side, for the same owner."""
        standing = self.watch.standing(after.side, after.token)
        twins = [seen for seen in standing if seen.owner == after.owner and seen.kind == "event"]
        twins = [seen for seen in twins if not seen.cancelled and seen.response != "declined"]
        twins = [seen for seen in twins if seen.organizer or seen.sensitivity not in PRIVATE]  # it takes no part (E3)
        if is_day(after.token) and after.side == "caseflow":
            twins = [seen for seen in twins if not self.truth.needs_home(seen)]
        if after.side == "outlook" and any(not seen.organizer for seen in standing):
            twins = [seen for seen in twins if _is_block(seen) == _is_block(after)]  # of a colleague's private copy
        if after.token.startswith(MIRRORED):
            twins = [seen for seen in twins if not seen.attendees]  # with guests it is a meeting of the person's own
        return twins

    def _invitations(self, after: Seen) -> int:
        """How often one person was invited from another firm: a meeting made anew there is another one here."""
        people = self.truth.world.people
        standing = self.watch.standing("outlook", after.token)
        own = [seen for seen in standing if people[seen.owner].firm_id == after.owner]
        if after.side != "caseflow" or any(seen.organizer for seen in own):
            return 0
        return max(Counter(seen.owner for seen in own).values(), default=0)

    def _not_promised(self, after: Seen, twins: list[Seen], who: str, task: Task | None) -> bool:
        """Counted and let pass: what docs/invariants.md does not promise."""
        doubled = self.forgets and (who, after.token) in self.truth.restored
        if self.forgetful or doubled or (self.forgets and task is not None and task.frozen):
            self.excuse("forgotten_transaction")
            self.truth.restored.add((who, after.token))
            return True
        reasons = {
            "invitation_hidden": self._is_hidden(twins),
            "invited_meanwhile": task is not None and self._was_invited(twins, task.began),
            "restored_and_changed": self.truth.changed_since_backup(after.token),
            "restored_while_creating": after.token in self.truth.before.made_late,
            "series_at_rest": self._rests(after, twins),
        }
        for reason in (reason for reason, holds in reasons.items() if holds):
            self.excuse(reason)
        return any(reasons.values())

    def _is_hidden(self, twins: list[Seen]) -> bool:
        stale = self.truth.world.graph.office.switches.stale_delta_rows
        return bool(stale) and any(not seen.organizer for seen in twins)

    def _was_invited(self, twins: list[Seen], since: int) -> bool:
        """The invitation came after the job had begun, so that its reads may not have held it."""
        first = [self.watch.history[(seen.side, seen.id)][0] for seen in twins if not seen.organizer]
        return any(change.at > since for change in first)

    def _rests(self, after: Seen, twins: list[Seen]) -> bool:
        """A day that had come to rest is not followed where its series is changed (D6)."""
        others = [seen for seen in twins if seen.id != after.id]
        now = self.truth.world.clock()
        return is_day(after.token) and any(ends_at(seen.when) < now - RESTS for seen in others)

    def _takes_no_part(self, after: Seen) -> bool:
        """A private copy has a block of its own (E4), and a mailbox that is not connected does not count (E3)."""
        copies = [seen for seen in self.watch.now.values() if seen.token == after.token]
        if any(self._was_private(seen) for seen in copies):
            return True
        if any(self._invites_nobody(seen) for seen in copies):
            self.excuse("organiser_restored")
            return True
        people = [self.truth.world.people[seen.owner] for seen in copies if seen.side == "outlook" and seen.stands]
        own = [person for person in people if person.firm_id == after.owner]
        cut_off = any(self.truth.world.row(person).connection != "connected" for person in own)
        if cut_off:
            self.excuse("mailbox_cut_off")
        return cut_off

    def _invites_nobody(self, seen: Seen) -> bool:
        """The organiser's own event as it was before the invitation, which stands with the invited all the same."""
        restored = seen.side == "outlook" and seen.owner in self.truth.mailboxes_restored
        return restored and seen.stands and seen.organizer and not seen.attendees

    def _was_private(self, seen: Seen) -> bool:
        history = self.watch.history[(seen.side, seen.id)]
        return any(change.after.sensitivity in PRIVATE for change in history)


def _is_block(seen: Seen) -> bool:
    return seen.title == PRIVATE_TITLE
