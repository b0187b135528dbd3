"""What the vault keeps. All times are UTC-aware."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Phase = Literal["active", "deleting", "deleted", "recovering", "purging"]


class Attributes(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The attributes a caller may set; times are whole seconds since 1970 (UTC)."""

    enabled: bool | None = None
    nbf: int | None = None
    exp: int | None = None


class SetParameters(msgspec.Struct, kw_only=True):
    """The body of a set."""

    value: str
    tags: dict[str, str] | None = None
    content_type: str | None = msgspec.field(name="contentType", default=None)
    attributes: Attributes = msgspec.field(default_factory=Attributes)


class UpdateParameters(msgspec.Struct, kw_only=True):
    """The body of an update; what is absent stays."""

    tags: dict[str, str] | None = None
    content_type: str | None = msgspec.field(name="contentType", default=None)
    attributes: Attributes = msgspec.field(default_factory=Attributes)


class Version(msgspec.Struct, kw_only=True):
    """One version of a secret."""

    id: str
    value: str
    tags: dict[str, str] | None
    content_type: str | None
    attributes: Attributes
    created: datetime
    updated: datetime


class Secret(msgspec.Struct, kw_only=True):
    """All versions under one name, oldest first. A change of `phase` takes effect for callers at `settles`."""

    name: str
    versions: list[Version]
    phase: Phase = "active"
    settles: datetime | None = None
    deleted: datetime | None = None


class State(msgspec.Struct, kw_only=True):
    """Everything that survives a restart; names are keyed in lower case, as the service compares them."""

    issued: int = 0
    secrets: dict[str, Secret] = msgspec.field(default_factory=dict)
