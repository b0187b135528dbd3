"""The only place where the app reads the time and makes up ids; everything else is given them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A random id of 32 hex characters, fit for keys, Key Vault names and request ids."""
    return uuid.uuid4().hex
