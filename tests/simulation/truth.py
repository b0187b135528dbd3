"""What follows from what the world saw: whose a value is, where it has stood, and since when an event is masked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tests.simulation.before import CaseFlowBefore
from tests.simulation.names import DAY, family, is_day
from tests.simulation.seen import FIELDS, Change, Seen
from tests.simulation.values import When, words_of
from tests.simulation.watch import Watch
from tests.simulation.world import World

OTHER = {"outlook": "caseflow", "caseflow": "outlook"}


class Truth:
    """Facts about values and events, kept up to date with each change."""

    def __init__(self, world: World, watch: Watch, under_way: Callable[[str], bool]) -> None:
        self.world = world
        self.under_way = under_way
        self.watch = watch
        self.shown: dict[str, dict[str, int]] = {"outlook": {}, "caseflow": {}}
        self.times: dict[str, dict[tuple[str, When], int]] = {"outlook": {}, "caseflow": {}}
        self.authors: dict[tuple[str, str, str], tuple[bool, int]] = {}
        self.earlier: dict[tuple[str, str, str], tuple[bool, int]] = {}
        self.masked: dict[str, int] = {}
        self.protected: dict[str, int] = {}
        self.saw_ineligible: set[str] = set()
        self.left_while_off: dict[str, bool] = {}
        self.listed: dict[str, datetime] = {}
        self.importers: set[str] = set()
        """Who has begun an import: a create that was not answered may be repeated by a later job (J2)."""
        self.tables_restored = False
        self.backup_at = 0
        self.before = CaseFlowBefore(watch)
        self.mailboxes_restored: set[str] = set()
        """Whose mailbox has gone back to a backup."""
        self.day_left: dict[str, int] = {}
        self.list_at: dict[str, datetime] = {}
        self.unmasked: dict[str, int] = {}
        self.private: dict[str, int] = {}
        self.born: dict[str, tuple[str, int]] = {}
        self.originals: dict[str, int] = {}
        self.restored: set[tuple[str, str]] = set()
        self.kept = ""

    def hear(self, change: Change) -> None:
        """Take in one change."""
        after = change.after
        for word in after.words():
            self.shown[after.side].setdefault(word, change.at)
            self.born.setdefault(word, (after.side, change.at))
        self.times[after.side].setdefault((after.token, after.when), change.at)
        if change.before is not None and change.before.token != after.token:
            self._renamed(change.before.token, after.token)
        for name in FIELDS if change.is_new else change.changed():
            key = (after.side, after.id, name)
            self.earlier[key] = self.authors.get(key, (True, 0))
            self.authors[key] = (change.by_app, change.at)
        if change.before is None or change.before.sensitivity != after.sensitivity:
            key = (after.side, after.id, "sensitivity")
            self.earlier[key] = self.authors.get(key, (True, 0))
            self.authors[key] = (change.by_app, change.at)
        if change.is_new and not change.by_app and not (after.side == "outlook" and not after.organizer):
            self._is_original(after, change.at)
        if change.before is not None and not change.before.stands and after.stands and not change.by_app:
            self._restored(change)
        if change.left and is_day(after.token):
            self.day_left[after.token] = change.at
        if change.left and not change.by_app and after.side == "outlook":
            self.left_while_off[after.id] = self.is_off(after.owner)
        self._secrecy(change)

    def changed_since_backup(self, token: str) -> bool:
        """A person changed it in Outlook, and its row was lost: only a key or its looks could find it again (E7)."""
        if not self.tables_restored:
            return False
        seen = [one for one in self.watch.now.values() if one.side == "outlook" and family(one.token) == family(token)]
        changes = [change for one in seen for change in self.watch.history[(one.side, one.id)]]
        return any(change.at > self.backup_at and not change.by_app for change in changes)

    def loosen(self, series: str) -> None:
        """A person deleted a series: what stands on its days from now on may be another one's."""
        for token in {seen.token for seen in self.watch.now.values() if family(seen.token) == series}:
            self.originals[token] = self.originals.get(token, 1) + 1

    def _renamed(self, before: str, after: str) -> None:
        """What stood as a single event is the first day of a series now."""
        for times in self.times.values():
            for (token, when), at in list(times.items()):
                if token == before:
                    times.setdefault((after, when), at)

    def _is_original(self, after: Seen, at: int) -> None:
        """A person made it. A day of a series that is cut or made anew stays one, unless it had gone before."""
        twins = [seen for seen in self.watch.standing(after.side, after.token) if seen.owner == after.owner]
        known = self.originals.get(after.token, 0)
        if is_day(after.token) and self.day_left.get(after.token, at) == at:
            self.originals[after.token] = max(known, len(twins))
        else:
            self.originals[after.token] = known + 1

    def is_off(self, staff_id: str) -> bool:
        """True while nothing is synced for this person, so that removals in Outlook do not count (L3)."""
        row = self.world.row(self.world.people[staff_id])
        toggles = row.preferences
        if staff_id in self.saw_ineligible:
            return True
        return not (row.connection == "connected" and toggles.sync_enabled and toggles.calendar_events)

    def _restored(self, change: Change) -> None:
        """A person brought an event back while a job may be making it anew, or after it was: then there are two."""
        after = change.after
        twins = [seen for seen in self.watch.standing(after.side, after.token) if seen.owner == after.owner]
        anew = any(
            seen.side == after.side and seen.owner == after.owner and seen.token == after.token and seen.ours
            and seen.id != after.id for seen in self.watch.now.values()
        )  # fmt: skip
        again = is_day(after.token) and change.before is not None and change.before.where == "deleted"
        if len(twins) > 1 or anew or again or self.under_way(after.owner) or not after.token.startswith("ev"):
            self.originals[after.token] = self.originals.get(after.token, 0) + 1
            self.restored.add((after.owner, after.token))

    def _secrecy(self, change: Change) -> None:
        after = change.after
        if after.side == "outlook":
            hidden = after.sensitivity in {"private", "personal"}
            if is_day(after.token) and change.is_new and self._is_ours_private(after):
                return  # the single event that the series was made of had it from the mask
            if not change.by_app or not hidden:
                same = change.before is not None and change.before.sensitivity == after.sensitivity
                _since(self.private, after.id, change.at, hidden and (not same or after.id in self.private))
        else:
            self.judge_mask(after, change.at)

    def _is_ours_private(self, after: Seen) -> bool:
        by_app, _ = self.authors.get((after.side, after.id.partition(DAY)[0], "sensitivity"), (False, 0))
        return by_app

    def judge_mask(self, seen: Seen, at: int) -> None:
        """Note since when an event of CaseFlow is masked, or is no longer."""
        is_masked = self.is_masked(seen)
        if seen.kind == "event" and self.is_protected(seen) and seen.owner in self.list_at:
            self.listed.setdefault(seen.id, self.list_at[seen.owner])
        if seen.id in self.masked and not is_masked:
            self.unmasked[seen.id] = at
        _since(self.masked, seen.id, at, is_masked)
        _since(self.protected, seen.id, at, seen.kind == "event" and self.is_protected(seen))

    def list_changed(self, firm_id: str) -> None:
        """The firm's list is another: what it masks is judged anew, and what it names later was in no older list."""
        self.list_at[firm_id] = self.world.clock()
        for seen in self.watch.standing("caseflow"):
            if seen.owner != firm_id:
                continue
            before = seen.id in self.masked
            self.judge_mask(seen, self.watch.clock)
            if not before and seen.id in self.masked:
                self.listed[seen.id] = self.world.clock()

    def needs_home(self, case: Seen) -> bool:
        """A person is asked where a day of a series belongs that a change of the series has lost (D4)."""
        reviews = [item for person in self.world.people.values() for item in self.world.reviews(person)]
        asking = {"series_changed", "deleted_in_outlook"}
        return any(r.caseflow_id == case.id and r.kind in asking and r.state == "open" for r in reviews)

    def kept_apart(self, case_id: str) -> bool:
        """A person has decided that a meeting keeps its own, and CaseFlow its own (F3)."""
        reviews = [item for person in self.world.people.values() for item in self.world.reviews(person)]
        mine = [item for item in reviews if item.caseflow_id == case_id and item.kept == "caseflow"]
        return any(item.kind in {"organizer_controlled", "edit_conflict"} for item in mine)

    def is_masked(self, seen: Seen) -> bool:
        """G1 for an event of CaseFlow, by the firm's present list; deadlines and matter-linked tasks (I2)."""
        if seen.kind != "event":
            return seen.kind == "deadline" or seen.matter is not None
        return seen.matter is not None or seen.confidential or self.is_protected(seen) or seen.visibility == "private"

    def is_protected(self, seen: Seen) -> bool:
        """True for a protected category, or one that is not in the list."""
        if seen.category is None:
            return False
        listed = {row["name"]: row["protected"] for row in self.world.caseflow.firm(seen.owner)["event_categories"]}
        return bool(listed.get(seen.category, True))

    def by_person(self, seen: Seen, field: str) -> bool:
        """True if a person wrote the field as it stands."""
        by_app, _ = self.authors.get((seen.side, seen.id, field), (True, 0))
        return not by_app

    def by_person_before(self, change: Change, field: str) -> bool:
        """True if a person wrote the field as it stood before a change that was just heard."""
        by_app, _ = self.earlier.get((change.after.side, change.after.id, field), (True, 0))
        return not by_app

    def lost(self, before: Seen, field: str, after: Seen | None, *, may_be_kept: bool = True) -> str:
        """What of a field stood nowhere else and is kept nowhere; "" if nothing is lost."""
        value, kept = getattr(before, field), self.kept if may_be_kept else ""
        saved = words_of(kept)
        if isinstance(value, When):
            known = (before.token, value) in self.times[OTHER[before.side]] or _keeps_time(kept, value)
            return "" if known else f"{value.start}"
        rest = words_of(value) - (after.words() if after is not None else frozenset())
        gone = [word for word in sorted(rest) if word not in self.shown[OTHER[before.side]] and word not in saved]
        return " ".join(gone)


def _keeps_time(kept: str, when: When) -> bool:
    return (f'"{when.start}"' if when.all_day else f'"{when.start[:-1]}:00') in kept


def _since(known: dict[str, int], key: str, at: int, holds: bool) -> None:
    if holds:
        known.setdefault(key, at)
    else:
        known.pop(key, None)
