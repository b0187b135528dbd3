"""Graph's types as structs, as far as they matter here (graph.md; names from Graph's own metadata). All tolerant."""

from __future__ import annotations

from msgspec import UNSET, Raw, Struct, UnsetType, field

# `Raw | None` would accept null alone (msgspec), so an empty Raw stands for an absent member.
_ABSENT = Raw()


def is_present(member: Raw) -> bool:
    """True for a member of any shape that is there and not null."""
    return bytes(member) not in {b"", b"null"}


class ZonedTime(Struct, frozen=True, rename="camel"):
    """graph.dateTimeTimeZone."""

    date_time: str
    time_zone: str | None = None


class Body(Struct, frozen=True, rename="camel"):
    """graph.itemBody."""

    content: str | None = None
    content_type: str | None = None


class Location(Struct, frozen=True, rename="camel"):
    """graph.location, the members that matter here."""

    display_name: str | None = None
    location_uri: str | None = None


class Address(Struct, frozen=True):
    """graph.emailAddress."""

    address: str | None = None


class Person(Struct, frozen=True, rename="camel"):
    """graph.recipient and graph.attendee."""

    email_address: Address | None = None


class Response(Struct, frozen=True):
    """graph.responseStatus."""

    response: str | None = None


class Property(Struct, frozen=True):
    """graph.singleValueLegacyExtendedProperty."""

    id: str
    value: str | None = None


class Row(Struct, frozen=True, rename="camel"):
    """graph.event as answered, whole or bare (a delta row may hold little more than its id)."""

    id: str = ""
    subject: str | UnsetType | None = UNSET
    removed: Raw = field(default=_ABSENT, name="@removed")
    etag: str | None = field(default=None, name="@odata.etag")
    change_key: str | None = None
    start: ZonedTime | None = None
    end: ZonedTime | None = None
    is_all_day: bool | None = None
    original_start_time_zone: str | None = None
    body: Body | None = None
    location: Location | None = None
    locations: list[Location] | None = None
    type: str | None = None
    sensitivity: str | None = None
    is_online_meeting: bool | None = None
    online_meeting: Raw = _ABSENT
    online_meeting_url: str | None = None
    has_attachments: bool | None = None
    attendees: list[Person] | None = None
    organizer: Person | None = None
    is_organizer: bool | None = None
    response_status: Response | None = None
    is_cancelled: bool | None = None
    ical_uid: str | None = field(default=None, name="iCalUId")
    series_master_id: str | None = None
    original_start: str | None = None
    transaction_id: str | None = None
    created_date_time: str | None = None
    last_modified_date_time: str | None = None
    single_value_extended_properties: list[Property] | None = None

    @property
    def is_bare(self) -> bool:
        """True if Graph left the contents out: they must be read by id."""
        return self.subject is UNSET

    @property
    def is_removed(self) -> bool:
        """True for the delta's hint that the event left the window or the calendar."""
        return is_present(self.removed)
