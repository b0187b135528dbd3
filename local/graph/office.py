"""What the mailboxes share: clock, switches, the directory of mailboxes, and the mail they would have sent."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from local.graph.store import Store
from local.graph.switches import Switches

Why = Literal["request", "update", "cancellation", "response"]
By = Literal["app", "person"]


@dataclass(frozen=True)
class Mail:
    """A mail that Exchange would have sent: to whom, why, about which event, and who caused it."""

    sender: str
    to: str
    why: Why
    event_id: str
    """The immutable id in the sender's mailbox."""
    uid: str
    by: By
    sent: str
    """UTC, ISO 8601."""

    def dump(self) -> dict[str, Any]:
        """Return the JSON form: the constructor's members."""
        return asdict(self)


@dataclass
class Office:
    """The organisation around the mailboxes. `now` answers an aware UTC time."""

    now: Callable[[], datetime]
    switches: Switches
    rng: random.Random
    stores: dict[tuple[str, str], Store] = field(default_factory=dict)
    outbox: list[Mail] = field(default_factory=list)

    def by_email(self, email: str) -> Store | None:
        """Return the mailbox with this address, whatever its letters' case."""
        wanted = email.lower()
        return next((store for store in self.stores.values() if store.email.lower() == wanted), None)

    def uuid(self) -> str:
        """Return a new request id in the form of a UUID, from the seed."""
        digits = f"{self.rng.getrandbits(128):032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
