"""Our marks on an Outlook event: the link id and the stamp, two extended properties under one GUID (design.md 3).

They travel in the same request that writes the content, so losing a row of ours loses no truth.
"""

from __future__ import annotations

import base64

import msgspec
from msgspec import Struct

from shared.core.events import Field

PROPERTY_GUID = "{7c1a7a2e-5a0f-4d6e-9d55-3d3a4e0c9b1d}"
LINK_PROPERTY = f"String {PROPERTY_GUID} Name CaseFlowLink"
STAMP_PROPERTY = f"String {PROPERTY_GUID} Name CaseFlowStamp"


class Stamp(Struct, frozen=True, array_like=True):
    """What one of our writes put on an event: a nonce (fence and number), CaseFlow's version, a print a field.

    `sensitivity` is the one it set, if any.
    """

    nonce: str
    version: int
    prints: dict[str, str]
    sensitivity: str = ""

    def written(self) -> dict[Field, str]:
        """The fingerprints of the fields that this write set."""
        return {Field(name): value for name, value in self.prints.items()}


def nonce(fence: int, number: int) -> str:
    """The name of one write: which lease, and its running number in it."""
    return f"{fence}.{number}"


def encoded(stamp: Stamp) -> str:
    """The stamp as the value of an extended property."""
    return base64.urlsafe_b64encode(msgspec.json.encode(stamp)).decode()


def decoded(value: str | None) -> Stamp | None:
    """The stamp an event carries; None if it carries none, or one that somebody else made up."""
    if not value:
        return None
    try:
        stamp = msgspec.json.decode(base64.urlsafe_b64decode(value.encode()), type=Stamp)
        stamp.written()
    except (ValueError, msgspec.DecodeError):
        return None
    return stamp
