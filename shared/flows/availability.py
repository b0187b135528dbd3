"""For which firms Outlook sync is (A1)."""

from __future__ import annotations

from shared.core.errors import NotEligible
from shared.ports import Firm

AVAILABLE = "available"
PLAN = "multi_practice"


def of(firm: Firm) -> str:
    """The contract's `availability`: available, plan_required or beta_not_enabled."""
    if firm.plan != PLAN:
        return "plan_required"
    return AVAILABLE if firm.outlook_sync else "beta_not_enabled"


def demand(firm: Firm) -> None:
    """Raise NotEligible with the code of what is missing."""
    if (availability := of(firm)) != AVAILABLE:
        raise NotEligible(availability)
