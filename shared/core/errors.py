"""What can go wrong, named by what the caller does next (style.md habit 5).

SyncError
├── Retry        may work later: the queue brings the job back; a write may or may not have happened
├── Stale        somebody was faster: leave it, the next run sees it
├── Gone         the thing asked for is not there
├── Expired      a delta link or cursor is too old: start a full round
├── Reconnect    the user must act: mark the connection and stop
├── Inactive     the staff member may no longer be served: disconnect (A2)
├── NotEligible  the firm has not bought or not enabled the feature (A1)
└── Rejected     this one request is refused for good: set the event aside and go on (K4)
"""

from __future__ import annotations


class SyncError(Exception):
    """Base of every error that crosses a port.

    `code` is machine readable; `reference` is the service's request id. Neither ever holds content (G6).
    """

    def __init__(self, code: str, *, reference: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.reference = reference


class Retry(SyncError):
    """A passing fault; `after_seconds` is the service's own wish, where it gave one."""

    def __init__(self, code: str, *, after_seconds: float | None = None, reference: str | None = None) -> None:
        super().__init__(code, reference=reference)
        self.after_seconds = after_seconds


class Stale(SyncError):
    """A version, etag or lease is no longer the one the writer saw."""


class Gone(SyncError):
    """Not there. `code` tells `gone` (deleted: a proof, C4) from `not_found` (proves nothing)."""


class Expired(SyncError):
    """HTTP 410 of a delta link or change cursor: what it followed must be read anew."""


class Reconnect(SyncError):
    """Microsoft wants the user (or their administrator) to act (K3)."""


class Inactive(SyncError):
    """CaseFlow no longer knows the staff member as active (A2)."""


class NotEligible(SyncError):
    """`plan_required` or `beta_not_enabled` (A1)."""


class Rejected(SyncError):
    """Refused for a reason that repeating does not cure."""
