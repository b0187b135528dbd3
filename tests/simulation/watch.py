"""What the world saw: every version of every event on both sides, who wrote it and when. Reads no link and no mark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec import structs

from tests.simulation.mailboxes import Mailboxes
from tests.simulation.names import DAY, Names, family, is_day
from tests.simulation.seen import VANISHED, Change, Seen
from tests.simulation.values import When, when_of
from tests.simulation.world import World


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
        self._cases: dict[tuple[str, str], tuple[int, int]] = {}
        self.now: dict[tuple[str, str], Seen] = {}
        self.history: dict[tuple[str, str], list[Change]] = {}
        self._made: set[str] = set()
        self._names = Names()
        self.mailboxes = Mailboxes(world, self._names, self.now)
        self.copied_mirrors: set[str] = set()
        self.clock = 0

    def look(self, actor: str, *, by_app: bool) -> list[Change]:
        """What changed since the last look, and is written by `actor`."""
        self.clock += 1
        changes: list[Change] = []
        for look in (self.mailboxes.changed, self._caseflow, self._rehomed):
            changes += self._compared(look(), actor, by_app=by_app)
        return changes

    def _compared(self, found: Iterator[Seen], actor: str, *, by_app: bool) -> Iterator[Change]:
        for fresh in found:
            before = self.now.get((fresh.side, fresh.id))
            if before is None and fresh.side == "outlook" and (by_app or self._is_of_ours(fresh)):
                self._made.add(fresh.id)
            seen = structs.replace(fresh, ours=fresh.side == "outlook" and fresh.id in self._made)
            if before == seen:
                continue
            change = Change(self.clock, by_app, actor, before, seen)
            self.now[(seen.side, seen.id)] = seen
            if seen.kind == "event" and seen.stands:
                self._names.learn(seen.token, seen.when, in_outlook=seen.side == "outlook")
            self.history.setdefault((seen.side, seen.id), []).append(change)
            yield change

    def _caseflow(self) -> Iterator[Seen]:
        rows = self._world.caseflow._store.rows("SELECT kind, id, version, deleted FROM items")
        for forgotten in sorted(self._cases.keys() - {(str(row[0]), str(row[1])) for row in rows}):
            del self._cases[forgotten]
            yield structs.replace(self.now[("caseflow", forgotten[1])], where=VANISHED)
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
            token=self._token(doc["id"], doc["title"], when),
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
            token=self._token(doc["id"], name, None),
            where="deleted" if done else "primary",
            title=name,
            when=When(day or "", day or "", all_day=True),
            place="",
            text=doc["description_html"] or "",
            staff=tuple(doc.get("assignee_ids", ())),
            matter=doc["matter_id"],
            version=doc["version"],
        )

    def _token(self, key: str, title: str, when: When | None) -> str:
        before = self.now.get(("caseflow", key))
        return self._names.of(title, when, before.token if before is not None else "")

    def _is_of_ours(self, fresh: Seen) -> bool:
        """The first day of a series that a person made of a copy of ours."""
        single = fresh.id.partition(DAY)[0] in self._made
        return single and is_day(fresh.token) and self._names.first_day(family(fresh.token)) in {"", fresh.token}

    def _rehomed(self) -> Iterator[Seen]:
        """CaseFlow's events of what is a series now, and those whose day was lost and that stand on another (D4)."""
        days = {seen.token for seen in self.standing("outlook") if is_day(seen.token)}
        events = [seen for seen in self.now.values() if seen.kind == "event"]
        taken = {seen.token for seen in events if seen.side == "caseflow" and seen.stands}
        for seen in events:
            token = seen.token
            if self._names.is_series(token):
                token = self._names.of(seen.title, seen.when, self._names.first_day(token))
            elif seen.side == "caseflow" and is_day(token) and token not in days:
                token = self._names.of(seen.title, seen.when, "")
                token = token if token in days - taken else seen.token
            if token != seen.token:
                yield structs.replace(seen, token=token)

    def token_at(self, title: str, when: When) -> str:
        """Whose event it is that shows this title at these times."""
        return self._names.of(title, when, "")

    def standing(self, side: str, token: str = "") -> list[Seen]:
        """What stands on a side, of one event or of all; the token of a series names all its days."""
        found = [seen for seen in self.now.values() if seen.side == side and seen.stands]
        if token and is_day(token):
            return [seen for seen in found if seen.token == token]
        return [seen for seen in found if not token or family(seen.token) == token]
