"""A broken promise."""

from __future__ import annotations

from msgspec import Struct


class Violation(Struct, frozen=True):
    """Which promise, and what happened in words."""

    check: str
    what: str
