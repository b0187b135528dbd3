"""The links of one staff member in memory, by every name that a read may use for them; and what was touched. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.core.events import Field, Kind, OutlookEvent
from shared.core.links import Link, State, Todo, outlook_link_id
from shared.core.mask import sensitivity_of
from shared.core.pairs import Rules, is_hidden, mask_of_link, outlook_changed, seen_content
from shared.core.policy import Mask
from shared.core.texts import begins_with_mask, typed_into_mask


class Index:
    """Links by id, by CaseFlow item and by Outlook id. Put a link again to follow its change."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._links: dict[str, Link] = {}
        self._by_caseflow: dict[tuple[Kind, str], str] = {}
        self._by_outlook: dict[str, str] = {}
        for link in links:
            self.put(link)

    def put(self, link: Link) -> None:
        """Add or replace a link."""
        self._links[link.id] = link
        if link.caseflow_id:
            self._by_caseflow[(link.kind, link.caseflow_id)] = link.id
        if link.outlook_id:
            self._by_outlook[link.outlook_id] = link.id

    def drop(self, link_id: str) -> None:
        """Forget a link."""
        link = self._links.pop(link_id, None)
        if link is None:
            return
        if link.caseflow_id and self._by_caseflow.get((link.kind, link.caseflow_id)) == link_id:
            del self._by_caseflow[(link.kind, link.caseflow_id)]
        if link.outlook_id and self._by_outlook.get(link.outlook_id) == link_id:
            del self._by_outlook[link.outlook_id]

    def __len__(self) -> int:
        return len(self._links)

    def __iter__(self) -> Iterator[Link]:
        return iter(self._links.values())

    def get(self, link_id: str) -> Link | None:
        """A link by its id."""
        return self._links.get(link_id)

    def of_caseflow(self, kind: Kind, caseflow_id: str) -> Link | None:
        """The link of a CaseFlow item."""
        link_id = self._by_caseflow.get((kind, caseflow_id))
        return self._links.get(link_id) if link_id else None

    def of_outlook(self, event: OutlookEvent) -> Link | None:
        """The link of an Outlook event: by its id, or an occurrence by series and original start (D4)."""
        link = self.of_outlook_id(event.id)
        return link or (self._links.get(outlook_link_id(event)) if event.master_id else None)

    def of_outlook_id(self, outlook_id: str) -> Link | None:
        """The link of an Outlook id."""
        link_id = self._by_outlook.get(outlook_id)
        return self._links.get(link_id) if link_id else None

    def of_series(self, master_id: str) -> list[Link]:
        """The links of a series' occurrences."""
        return [link for link in self if link.master_id == master_id]


def owes(link: Link, rules: Rules) -> bool:
    """True if the link is to be read on both sides now (design.md 4.4), or set aside and due again (K4)."""
    if link.state is State.ASIDE:
        return link.retry_at is None or link.retry_at <= rules.policy.now
    return link.todo is not Todo.NONE


def remasks(link: Link, rules: Rules) -> bool:
    """True if the firm's list now asks for another mask than the link has (G3)."""
    if link.is_mirror or link.state not in {State.LIVE, State.REVIEW, State.RESTING}:
        return False
    return mask_of_link(link, rules.policy).value != (link.mask or Mask.NONE.value)


def is_echo(link: Link, event: OutlookEvent, rules: Rules) -> bool:
    """True if Outlook's event shows what both sides agreed on, and the mask holds: nothing to decide (E2)."""
    if link.todo is not Todo.NONE or link.state not in {State.LIVE, State.RESTING} or event.has_ended_for_user:
        return False
    if link.outlook_id != event.id or not link.base or _mask_broken(link, event):
        return False
    if link.meeting != event.is_meeting and not link.is_mirror:
        return False
    if link.is_mirror:
        prints = rules.printer.all(event.content)
        return all(base.outlook == prints[field] for field, base in link.base.items())
    return not outlook_changed(link, seen_content(event, link), rules.printer)


def _mask_broken(link: Link, event: OutlookEvent) -> bool:
    if is_hidden(link, event):
        return False
    if Field.TEXT in link.veiled and (typed_into_mask(event.content.text) or not begins_with_mask(event.content.text)):
        return True
    if Field.PLACE in link.veiled and event.content.place.strip():
        return True
    masked = link.mask not in {"", Mask.NONE.value} and not event.is_meeting and event.master_id is None
    return masked and event.sensitivity not in {"private", sensitivity_of(Mask(link.mask))}
