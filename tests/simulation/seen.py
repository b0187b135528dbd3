"""One event as it stood at a look, and one version after another."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from tests.simulation.values import When, words_of

FIELDS = ("title", "when", "place", "text")
VANISHED = "vanished"
"""Where an event is that a restore has forgotten, or that stands in a mailbox left for another: nobody deleted it."""


class Seen(Struct, frozen=True):
    """One event as it stands. `where` is primary, secondary, deleted or recoverable; in CaseFlow primary
    or deleted; on both sides vanished.

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
