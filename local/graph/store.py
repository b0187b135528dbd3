"""What one mailbox holds: its calendars, items with their series, and the log that delta reads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from local.graph import ids
from local.graph.recurrence import days, first_day
from local.graph.times import Moment, Window, at, in_zone, load_moment

PRIMARY, SECONDARY, DELETED, RECOVERABLE = "primary", "secondary", "deleted", "recoverable"
"""Where an item lies. RECOVERABLE is what was deleted out of Deleted Items: it answers nobody."""


@dataclass
class Deviation:
    """An occurrence that was edited: what differs from the series, and its times if they do."""

    overrides: dict[str, Any] = field(default_factory=dict)
    start: Moment | None = None
    end: Moment | None = None
    properties: dict[str, str] = field(default_factory=dict)


@dataclass
class Item:
    """An event or a series. Members of `content` bear Graph's names and are replaced, never changed in place."""

    number: int
    place: str
    uid: str
    created: datetime
    modified: datetime
    start: Moment
    end: Moment
    content: dict[str, Any]
    version: int = 0
    moves: int = 0
    generation: int = 0
    transaction: str | None = None
    custom_zone: bool = False
    left_as: int = 0
    """`moves` when the item last left the primary calendar: its mutable id there."""
    properties: dict[str, str] = field(default_factory=dict)
    deviations: dict[date, Deviation] = field(default_factory=dict)
    cancelled: dict[date, int] = field(default_factory=dict)
    """Cancelled days of a series, each with its place in the mailbox's log."""
    expanded: tuple[date, list[date]] | None = None
    """The series' days as far as they were reckoned: a cache, never stored."""

    @property
    def is_series(self) -> bool:
        """Tell whether this is a series master."""
        return self.content["recurrence"] is not None

    def days(self, through: date) -> list[date]:
        """Return the series' days up to `through`, cancelled ones included."""
        if self.expanded is None or self.expanded[0] < through:
            self.expanded = (through, days(self.content["recurrence"], through))
        return [day for day in self.expanded[1] if day <= through]

    def new_generation(self) -> None:
        """Begin the series anew: other occurrence ids, no edited and no cancelled ones (graph.md, Recurrence)."""
        self.generation += 1
        self.deviations, self.cancelled, self.expanded = {}, {}, None

    def dump(self) -> dict[str, Any]:
        """Return the JSON form that `load_item` reads."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        return {
            **plain,
            "created": self.created.isoformat(),
            "modified": self.modified.isoformat(),
            "start": self.start.dump(),
            "end": self.end.dump(),
            "content": dict(self.content),
            "properties": dict(self.properties),
            "deviations": {day.isoformat(): _dump_deviation(found) for day, found in self.deviations.items()},
            "cancelled": {day.isoformat(): position for day, position in self.cancelled.items()},
        }


_PLAIN = ("number", "place", "uid", "version", "moves", "generation", "transaction", "custom_zone", "left_as")


def load_item(dumped: dict[str, Any]) -> Item:
    """Return the item that `Item.dump` wrote."""
    deviations = {date.fromisoformat(day): _load_deviation(d) for day, d in dumped["deviations"].items()}
    return Item(
        **{name: dumped[name] for name in _PLAIN},
        created=datetime.fromisoformat(dumped["created"]),
        modified=datetime.fromisoformat(dumped["modified"]),
        start=load_moment(dumped["start"]),
        end=load_moment(dumped["end"]),
        content=dict(dumped["content"]),
        properties=dict(dumped["properties"]),
        deviations=deviations,
        cancelled={date.fromisoformat(day): position for day, position in dumped["cancelled"].items()},
    )


def _dump_deviation(deviation: Deviation) -> dict[str, Any]:
    return {
        "overrides": dict(deviation.overrides),
        "start": deviation.start.dump() if deviation.start else None,
        "end": deviation.end.dump() if deviation.end else None,
        "properties": dict(deviation.properties),
    }


def _load_deviation(dumped: dict[str, Any]) -> Deviation:
    start, end = dumped["start"], dumped["end"]
    return Deviation(
        dict(dumped["overrides"]),
        load_moment(start) if start else None,
        load_moment(end) if end else None,
        dict(dumped["properties"]),
    )


@dataclass(frozen=True, slots=True)
class Showing:
    """One event as it shows: a single event, a series master (no day), or a series' occurrence."""

    item: Item
    day: date | None
    start: Moment
    end: Moment
    deviation: Deviation | None = None

    @property
    def content(self) -> dict[str, Any]:
        """Return the event's members, an edited occurrence's own ones over those of its series."""
        return {**self.item.content, **self.deviation.overrides} if self.deviation else self.item.content

    @property
    def kind(self) -> str:
        """Return Graph's `type`."""
        if self.day is None:
            return "seriesMaster" if self.item.is_series else "singleInstance"
        return "exception" if self.deviation else "occurrence"

    @property
    def properties(self) -> dict[str, str]:
        """Return the extended properties; an occurrence has only those written to itself."""
        if self.day is None:
            return self.item.properties
        return self.deviation.properties if self.deviation else {}


def leave(item: Item, place: str) -> None:
    """Put an item into another calendar or folder: its mutable id changes."""
    if item.place == PRIMARY:
        item.left_as = item.moves
    item.place, item.moves = place, item.moves + 1


def whole(item: Item) -> Showing:
    """Return the single event, or the series master with its first occurrence's times."""
    return Showing(item, None, item.start, item.end)


def pattern_start(item: Item, day: date) -> Moment:
    """Return when the series' rule puts the occurrence of this day."""
    zone = item.content["recurrence"]["range"]["recurrenceTimeZone"]
    return at(datetime.combine(day, in_zone(item.start, zone).wall.time().replace(fold=0)), zone)


def occurrence(item: Item, day: date) -> Showing:
    """Return the occurrence of a day that the series falls on."""
    deviation = item.deviations.get(day)
    start = pattern_start(item, day)
    end = at(start.wall + (item.end.wall - item.start.wall), start.zone)
    if deviation is None:
        return Showing(item, day, start, end)
    return Showing(item, day, deviation.start or start, deviation.end or end, deviation)


def standing_days(item: Item, through: date) -> list[date]:
    """Return the series' days up to `through` without the cancelled ones."""
    return [day for day in item.days(through) if day not in item.cancelled]


def settle_series(item: Item) -> None:
    """Put a new or changed series' own times on its first occurrence; raises GraphError 400 if it has none."""
    recurrence = item.content["recurrence"]
    day = first_day(recurrence)
    zone = recurrence["range"]["recurrenceTimeZone"]
    length = in_zone(item.end, zone).wall - in_zone(item.start, zone).wall
    item.start = pattern_start(item, day)
    item.end = at(item.start.wall + length, item.start.zone)
    bounds = {**recurrence["range"], "startDate": day.isoformat()}
    item.content = {**item.content, "recurrence": {**recurrence, "range": bounds}}
    item.expanded = None


@dataclass
class Store:
    """One mailbox. `log` holds an item's number for each change that the primary calendar saw."""

    tid: str
    oid: str
    email: str
    name: str
    zone: str
    items: dict[int, Item] = field(default_factory=dict)
    log: list[int] = field(default_factory=list)
    clock: int = 0
    numbers: int = 0
    transactions: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Transaction ids as they came, each with the item it made and a digest of what was sent."""
    epoch: int = 0
    """Raised when delta links of before stop working."""
    rounds: int = 0
    seen: int = 0
    """How far the last delta round could see at least (stale rows)."""
    calendar_epoch: int = 0
    part: str = ""

    def __post_init__(self) -> None:
        self.part = ids.mailbox_part(self.tid, self.oid)

    def next_number(self) -> int:
        """Return the number of a new item."""
        self.numbers += 1
        return self.numbers

    def changed(self, item: Item, now: datetime, *, seen_by_primary: bool | None = None) -> None:
        """Note a change of an item: a new version and, if the primary calendar saw it, a line in the log."""
        self.clock += 1
        item.version, item.modified = self.clock, now
        if seen_by_primary if seen_by_primary is not None else item.place == PRIMARY:
            self.log.append(item.number)

    def by_uid(self, uid: str) -> Item | None:
        """Return the item with this `iCalUId` that is not deleted."""
        found = (item for item in self.items.values() if item.uid == uid)
        return next((item for item in found if item.place in {PRIMARY, SECONDARY}), None)

    def in_calendar(self, place: str) -> list[Item]:
        """Return a calendar's items in the order they were made."""
        return [item for item in self.items.values() if item.place == place]

    def dump(self) -> dict[str, Any]:
        """Return the JSON form that `load` reads."""
        plain = {name: getattr(self, name) for name in _STORE_PLAIN}
        return {
            **plain,
            "log": list(self.log),
            "transactions": {key: list(made) for key, made in self.transactions.items()},
            "items": [item.dump() for item in self.items.values()],
        }

    def load(self, dumped: dict[str, Any]) -> None:
        """Take over what `dump` wrote."""
        for name in _STORE_PLAIN:
            setattr(self, name, dumped[name])
        self.log = list(dumped["log"])
        self.transactions = {key: (made[0], made[1]) for key, made in dumped["transactions"].items()}
        self.items = {item.number: item for item in map(load_item, dumped["items"])}
        self.__post_init__()


_STORE_PLAIN = (
    "tid",
    "oid",
    "email",
    "name",
    "zone",
    "clock",
    "numbers",
    "epoch",
    "rounds",
    "seen",
    "calendar_epoch",
)


def showings(item: Item, window: Window) -> list[Showing]:
    """Return how an item shows in a window: itself, or a series' standing occurrences."""
    if not item.is_series:
        return [whole(item)] if window.holds(item.start.utc, item.end.utc) else []
    reach = window.last_day + timedelta(days=_furthest_back(item))
    found = (occurrence(item, day) for day in standing_days(item, reach))
    return [showing for showing in found if window.holds(showing.start.utc, showing.end.utc)]


def _furthest_back(item: Item) -> int:
    """Return by how many days at most an edited occurrence lies before the day of its rule."""
    moved = ((day - found.start.wall.date()).days for day, found in item.deviations.items() if found.start)
    return max(1, *moved, 1)


def deviated(deviation: Deviation | None, **changes: Any) -> Deviation:
    """Return an occurrence's deviation with some of it replaced."""
    return replace(deviation or Deviation(), **changes)
