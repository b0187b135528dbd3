"""Ids as Exchange makes them: long, opaque, case-sensitive, in a form that moves change and one that they do not."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from datetime import date

_TAIL = struct.Struct(">IHIH")
_MUTABLE, _IMMUTABLE = "AAMkA", "AAkAL"
_UID_HEAD = "040000008200E00074C5B7101A82E008"


@dataclass(frozen=True, slots=True)
class Address:
    """What an event id says: the item, how often it was moved (None: immutable form), the occurrence's day."""

    number: int
    moves: int | None
    day: date | None
    generation: int


def mailbox_part(tid: str, oid: str) -> str:
    """Return the part that all ids of one mailbox share: 96 characters."""
    return base64.urlsafe_b64encode(hashlib.blake2b(f"{tid}|{oid}".encode()).digest()[:63] + b"\0" * 9).decode()


def event_id(part: str, address: Address) -> str:
    """Return the id that `read_event_id` reads."""
    day = address.day.toordinal() if address.day else 0
    tail = _TAIL.pack(address.number, address.moves or 0, day, address.generation)
    prefix = _IMMUTABLE if address.moves is None else _MUTABLE
    return f"{prefix}{part}{base64.urlsafe_b64encode(tail).decode()}"


def read_event_id(part: str, text: str) -> Address | None:
    """Return what an id of this mailbox says, or None if it is not one of its ids."""
    prefix = text[:5]
    if prefix not in {_MUTABLE, _IMMUTABLE} or text[5 : 5 + len(part)] != part:
        return None
    try:
        number, moves, day, generation = _TAIL.unpack(base64.urlsafe_b64decode(text[5 + len(part) :]))
    except (binascii.Error, struct.error):
        return None
    address = Address(
        number, None if prefix == _IMMUTABLE else moves, date.fromordinal(day) if day else None, generation
    )
    return address if event_id(part, address) == text else None


def change_key(part: str, number: int, version: int) -> str:
    """Return the change key of an item's version: another one for every change."""
    return part[:12] + base64.b64encode(struct.pack(">IQ", number, version)).decode()


def uid_of(seed: bytes) -> str:
    """Return a new `iCalUId`: 112 hexadecimal digits, the date part empty."""
    digest = hashlib.blake2b(seed, digest_size=36).hexdigest().upper()
    return f"{_UID_HEAD}00000000{digest}"[:112]


def occurrence_uid(uid: str, day: date) -> str:
    """Return the `iCalUId` of one occurrence: its series' one with the day written into it."""
    return f"{uid[:32]}{day.year:04X}{day.month:02X}{day.day:02X}{uid[40:]}"


def looks_like_event_id(text: str) -> bool:
    """Tell whether a text has the form of an event id, of whichever mailbox."""
    return text[:5] in {_MUTABLE, _IMMUTABLE} and len(text) == 5 + 96 + 16
