"""What CaseFlow held before it was restored from a backup, and what of it is lost there (C4)."""

from __future__ import annotations

from tests.simulation.names import family
from tests.simulation.seen import VANISHED, Seen
from tests.simulation.values import When, words_of
from tests.simulation.watch import Watch


class CaseFlowBefore:
    """Facts about a restore of CaseFlow. `versions` are the highest of each event that a job can have read."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.backup_at = 0
        self.restored_at = 0
        self.made_late: set[str] = set()
        """Tokens of what a job made that had begun before: a key of before is another event's no longer (C4)."""
        self.versions: dict[str, int] = {}
        self._words: set[str] = set()
        self._times: set[tuple[str, When]] = set()

    def went_back(self, shown: dict[str, int], times: dict[tuple[str, When], int], looked_at: int) -> None:
        """What has stood in CaseFlow only since the backup is held by Outlook alone now.

        The last job before this began at `looked_at`: of what people wrote after that no job can know.
        """
        self.restored_at = self._watch.clock
        cases = [seen for seen in self._watch.now.values() if seen.side == "caseflow"]
        for seen in cases:
            history = self._watch.history[(seen.side, seen.id)]
            read = [change.after.version for change in history if change.by_app or change.at <= looked_at]
            self.versions[seen.id] = max(read, default=0)
        held = {word for seen in cases if seen.where != VANISHED for word in seen.words()}
        self._words |= {word for word, at in shown.items() if at > self.backup_at and word not in held}
        stands = {(seen.token, seen.when) for seen in cases if seen.where != VANISHED}
        self._times |= {key for key, at in times.items() if at > self.backup_at and key not in stands}
        for word in self._words:
            shown.pop(word, None)
        for key in self._times:
            times.pop(key, None)

    def hear_made(self, seen: Seen, began: int) -> None:
        """A job that began at `began` has made an event in CaseFlow."""
        if seen.side == "caseflow" and began < self.restored_at:
            self.made_late.add(seen.token)

    def is_forgotten(self, case_id: str | None) -> bool:
        """True for an event that CaseFlow no longer knows."""
        seen = self._watch.now.get(("caseflow", case_id or ""))
        return seen is not None and seen.where == VANISHED

    def took_away(self, before: Seen, name: str) -> bool:
        """True for a value that CaseFlow held, and lost by the restore."""
        value = getattr(before, name)
        return (before.token, value) in self._times if isinstance(value, When) else bool(words_of(value) & self._words)

    def was_overtaken(self, before: Seen) -> bool:
        """True for an event that people deleted after the restore, or edited up to a version of before, until a job
        looked: nothing tells that it went back (docs/invariants.md)."""
        cases = [seen for seen in self._watch.now.values() if seen.side == "caseflow"]
        mine = [seen for seen in cases if family(seen.token) == family(before.token) and seen.id in self.versions]
        return any(self._is_overtaken(seen) for seen in mine)

    def _is_overtaken(self, seen: Seen) -> bool:
        last = self._watch.history[(seen.side, seen.id)][-1]
        was_deleted = seen.where == "deleted" and last.at > self.restored_at
        return was_deleted or seen.version >= self.versions[seen.id]
