"""What the world saw: every version of every event on both sides, who wrote it and when. Reads no link and no mark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, structs

from local.graph.store import Item, Store
from tests.simulation.values import When, token_of, when_of, words_of
from tests.simulation.world import World

FIELDS = ("title", "when", "place", "text")


class Seen(Struct, frozen=True):
    """One event as it stands. `where` is primary, secondary, deleted or recoverable; in CaseFlow primary or deleted.

    `firm` is set for CaseFlow's events, `staff` are those assigned to it; in Outlook `staff` is the mailbox's owner.
    """

    side: str
    id: str
    kind: str
    owner: str
    token: str
    where: str
    title: str
    when: When
    place: str
    text: str
    staff: tuple[str, ...] = ()
    sensitivity: str = "normal"
    attendees: int = 0
    organizer: bool = True
    cancelled: bool = False
    response: str = "none"
    category: str | None = None
    matter: str | None = None
    confidential: bool = False
    visibility: str = "firm"
    ours: bool = False
    version: int = 0

    def words(self) -> frozenset[str]:
        """Every word that the event shows."""
        return words_of(f"{self.title} {self.place} {self.text}")

    @property
    def stands(self) -> bool:
        """True if it is in the calendar that is synced."""
        return self.where == "primary"


class Change(Struct, frozen=True):
    """One version after another. `actor` is a person's id or a job's name, `by_app` says which; `at` counts acts."""

    at: int
    by_app: bool
    actor: str
    before: Seen | None
    after: Seen

    @property
    def is_new(self) -> bool:
        """True if the event was not there before."""
        return self.before is None

    @property
    def left(self) -> bool:
        """True if the event left the calendar by this change."""
        return self.before is not None and self.before.stands and not self.after.stands

    def changed(self) -> Iterator[str]:
        """The fields that differ."""
        for name in FIELDS:
            if self.before is not None and getattr(self.before, name) != getattr(self.after, name):
                yield name


def told(change: Change) -> str:
    """A change in words."""
    after = change.after
    verb = "made" if change.is_new else "removed" if change.left else "changed"
    values = f"{after.title} {after.when.start} place={after.place} text={_short(after.text)}"
    flags = f"{after.where} {after.sensitivity} staff={','.join(after.staff)} v{after.version}"
    return f"{change.actor} {verb} {after.side} {after.id}: {values} [{flags}]"


def _short(text: str) -> str:
    inner = text.partition("<body>")[2].partition("</body>")[0] if "<body>" in text else text
    return inner[:80]


class Watch:
    """Compares both sides with what they were at the last look."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._items: dict[tuple[str, int], tuple[int, str]] = {}
        self._cases: dict[tuple[str, str], tuple[int, int]] = {}
        self.now: dict[tuple[str, str], Seen] = {}
        self.history: dict[tuple[str, str], list[Change]] = {}
        self._blocks: dict[When | None, str] = {}
        self._made: set[str] = set()
        self.copied_mirrors: set[str] = set()
        self.clock = 0

    def look(self, actor: str, *, by_app: bool) -> list[Change]:
        """What changed since the last look, and is written by `actor`."""
        self.clock += 1
        found = [*self._outlook(), *self._caseflow()]
        changes = []
        for fresh in found:
            before = self.now.get((fresh.side, fresh.id))
            seen = fresh
            if before is None and by_app and fresh.side == "outlook":
                self._made.add(fresh.id)
                seen = structs.replace(fresh, ours=True)
            if before is not None and _same(before, seen):
                continue
            change = Change(self.clock, by_app, actor, before, seen)
            self.now[(seen.side, seen.id)] = seen
            if seen.token.startswith("ev") and seen.kind == "event":
                self._blocks[seen.when] = seen.token
            self.history.setdefault((seen.side, seen.id), []).append(change)
            changes.append(change)
        return changes

    def _outlook(self) -> Iterator[Seen]:
        for person in self._world.people.values():
            store = person.mailbox.store
            for item in store.items.values():
                key, state = (person.staff_id, item.number), (item.version, item.place)
                if self._items.get(key) != state:
                    self._items[key] = state
                    yield self._of_item(person.staff_id, store, item)

    def _of_item(self, owner: str, store: Store, item: Item) -> Seen:
        content = item.content
        all_day = content["isAllDay"]
        start, end = (item.start.wall, item.end.wall) if all_day else (item.start.utc, item.end.utc)
        when = when_of(start, end, all_day=all_day)
        key = f"{owner}/{item.number}"
        return Seen(
            side="outlook",
            id=key,
            kind="event",
            owner=owner,
            token=self._token("outlook", key, content["subject"] or "", when),
            where=item.place,
            title=content["subject"] or "",
            when=when,
            place=content["location"]["displayName"] or "",
            text=content["body"]["content"] or "",
            staff=(owner,),
            sensitivity=content["sensitivity"],
            attendees=len(content["attendees"]),
            organizer=content["isOrganizer"],
            cancelled=content["isCancelled"],
            response=content["responseStatus"]["response"],
            ours=key in self._made,
            version=item.version,
        )

    def _caseflow(self) -> Iterator[Seen]:
        rows = self._world.caseflow._store.rows("SELECT kind, id, version, deleted FROM items")
        changed = [row for row in rows if self._cases.get((str(row[0]), str(row[1]))) != row[2:]]
        for kind, item_id, version, deleted in changed:
            self._cases[(str(kind), str(item_id))] = (version, deleted)  # type: ignore[assignment]
            sql = "SELECT doc FROM items WHERE kind = ? AND id = ?"
            ((text,),) = self._world.caseflow._store.rows(sql, kind, item_id)
            yield self._of_case(str(kind), json.loads(str(text)), gone=bool(deleted))

    def _of_case(self, kind: str, doc: dict[str, Any], *, gone: bool) -> Seen:
        if kind != "event":
            return self._of_item_case(kind, doc, gone=gone)
        when = when_of(doc["start"], doc["end"], all_day=doc["all_day"])
        return Seen(
            side="caseflow",
            id=doc["id"],
            kind=kind,
            owner=doc["firm_id"],
            token=self._token("caseflow", doc["id"], doc["title"], when),
            where="deleted" if gone else "primary",
            title=doc["title"],
            when=when,
            place=doc["location"] or "",
            text=doc["description_html"] or "",
            staff=tuple(doc["staff_ids"]),
            category=doc["category"],
            matter=doc["matter_id"],
            confidential=doc["confidential"],
            visibility=doc["visibility"],
            version=doc["version"],
        )

    def _of_item_case(self, kind: str, doc: dict[str, Any], *, gone: bool) -> Seen:
        day, name = (doc["due_date"], doc["topic"]) if kind == "task" else (doc["date"], doc["name"])
        done = gone or day is None or doc.get("completed", False)
        return Seen(
            side="caseflow",
            id=doc["id"],
            kind=kind,
            owner=doc["firm_id"],
            token=self._token("caseflow", doc["id"], name, None),
            where="deleted" if done else "primary",
            title=name,
            when=When(day or "", day or "", all_day=True),
            place="",
            text=doc["description_html"] or "",
            staff=tuple(doc.get("assignee_ids", ())),
            matter=doc["matter_id"],
            version=doc["version"],
        )

    def _token(self, side: str, key: str, title: str, when: When | None) -> str:
        """Whose event it is: by its title, by what it was, or for a busy block by its unique times (E4)."""
        token = token_of(title)
        if token is not None:
            return token
        before = self.now.get((side, key))
        if before is not None:
            return before.token
        return self._blocks.get(when, "")

    def standing(self, side: str, token: str = "") -> list[Seen]:
        """What stands on a side, of one event or of all."""
        return [
            seen for seen in self.now.values()
            if seen.side == side and seen.stands and (not token or seen.token == token)
        ]  # fmt: skip


def _same(one: Seen, other: Seen) -> bool:
    return one == other
