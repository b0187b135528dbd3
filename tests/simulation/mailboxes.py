"""What stands in the mailboxes: each event, and each day of a series, as it shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import structs

from local.graph.store import DELETED, Item, Showing, occurrence, standing_days, whole
from tests.simulation.names import DAY, Names, family, of_day
from tests.simulation.seen import VANISHED, Seen
from tests.simulation.values import token_of, when_of
from tests.simulation.world import START, Person, World

LAST_DAY = START.date() + timedelta(days=1000)


class Mailboxes:
    """Tells what changed in the mailboxes since the last look."""

    def __init__(self, world: World, names: Names, now: dict[tuple[str, str], Seen]) -> None:
        self._world = world
        self._names = names
        self._now = now
        self._known: dict[tuple[str, int], tuple[int, str]] = {}
        self._days: dict[tuple[str, int], set[str]] = {}
        self._items: dict[tuple[str, int], Item] = {}
        """As they were last seen: a restored mailbox has forgotten some."""

    def changed(self) -> Iterator[Seen]:
        """Every event that may have changed, and every day that no longer shows."""
        for person in self._world.people.values():
            yield from self._forgotten(person)
            for item in person.mailbox.store.items.values():
                key, state = (person.staff_id, item.number), (item.version, item.place)
                if self._known.get(key) != state:
                    self._known[key], self._items[key] = state, item
                    yield from self._of_item(person.staff_id, item)

    def _forgotten(self, person: Person) -> Iterator[Seen]:
        """What a restore has taken away: no person deleted it."""
        mine = [key for key in self._known if key[0] == person.staff_id]
        for key in [key for key in mine if key[1] not in person.mailbox.store.items]:
            del self._known[key]
            for seen_id in sorted(self._days.pop(key)):
                yield structs.replace(self._now[("outlook", seen_id)], where=VANISHED)

    def id_of(self, seen: Seen) -> str:
        """The Outlook id of what was seen; a day of what is no series any more, after a restore, has none."""
        _, _, day = seen.id.partition("/")[2].partition(DAY)
        mailbox, item = self._world.people[seen.owner].mailbox, self.item_of(seen)
        if day and not item.is_series:
            return f"lost {seen.id}"
        return mailbox._id(occurrence(item, date.fromisoformat(day)) if day else whole(item))

    def item_of(self, seen: Seen) -> Item:
        """The series that a day belongs to, or the single event."""
        number = seen.id.partition("/")[2].partition(DAY)[0]
        held = self._world.people[seen.owner].mailbox.store.items
        return held.get(int(number)) or self._items[(seen.owner, int(number))]

    def master_of(self, seen: Seen) -> str:
        """The Outlook id of the series that a day belongs to, or of the single event."""
        return self._world.people[seen.owner].mailbox._id(whole(self.item_of(seen)))

    def _of_item(self, owner: str, item: Item) -> Iterator[Seen]:
        """How an item shows: a series by its days, and by those that it has lost."""
        showings = [whole(item)]
        if item.is_series:
            showings = [occurrence(item, day) for day in standing_days(item, LAST_DAY)]
        shown = [self._seen(owner, item, showing) for showing in showings]
        before = self._days.get((owner, item.number), set())
        self._days[(owner, item.number)] = {seen.id for seen in shown}
        yield from shown
        for lost in sorted(before - self._days[(owner, item.number)]):
            yield structs.replace(self._now[("outlook", lost)], where=DELETED)

    def _seen(self, owner: str, item: Item, showing: Showing) -> Seen:
        content = showing.content
        all_day = content["isAllDay"]
        start, end = (showing.start.wall, showing.end.wall) if all_day else (showing.start.utc, showing.end.utc)
        when = when_of(start, end, all_day=all_day)
        key = f"{owner}/{item.number}"
        title = content["subject"] or ""
        known = self._now.get(("outlook", key))
        token = self._names.of(title, when, known.token if known is not None else "")
        if showing.day is not None:
            key = f"{key}{DAY}{showing.day.isoformat()}"
            token = of_day(token_of(title) or family(token), showing.day)
        return Seen(
            side="outlook",
            id=key,
            kind="event",
            owner=owner,
            token=token,
            where=item.place,
            title=title,
            when=when,
            place=content["location"]["displayName"] or "",
            text=content["body"]["content"] or "",
            staff=(owner,),
            sensitivity=content["sensitivity"],
            attendees=len(content["attendees"]),
            organizer=content["isOrganizer"],
            cancelled=content["isCancelled"],
            response=content["responseStatus"]["response"],
            version=item.version if showing.day is None else 0,
        )
