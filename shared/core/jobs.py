"""The queue message that asks for one job of one staff member (C1); ids and times only (G6)."""

from __future__ import annotations

from datetime import datetime

import msgspec


class JobMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """`kind` is sync, manual, import or review (never queued); `sent_at` is UTC; `days` is an import's reach."""

    firm_id: str
    staff_id: str
    kind: str
    job_id: str
    sent_at: datetime
    days: int | None = None
    requested_by: str | None = None

    @property
    def is_asked(self) -> bool:
        """True if a person waits for it: it is never dropped, and its job row is always closed (K1, K2, J4)."""
        return self.kind != "sync" or self.requested_by is not None


def encoded(message: JobMessage) -> str:
    """The message as the queue carries it (ASCII JSON, azure.md 1.3)."""
    return msgspec.json.encode(message).decode()


def decoded(text: str | bytes) -> JobMessage:
    """The message of a queue delivery. Raises msgspec.DecodeError (also for a message of the wrong shape)."""
    return msgspec.json.decode(text, type=JobMessage)
