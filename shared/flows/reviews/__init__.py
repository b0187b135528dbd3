"""Review items as people see and decide them (H4)."""

from __future__ import annotations

from shared.flows.reviews.listing import listed
from shared.flows.reviews.resolving import ChangedSince, resolve

__all__ = ["ChangedSince", "listed", "resolve"]
