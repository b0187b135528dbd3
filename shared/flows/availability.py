"""Whether a firm may use the sync (product.md A1)."""

from __future__ import annotations

from shared.core.errors import Gone, NotEligible
from shared.flows.views import Availability
from shared.ports import Firm, Ports

PLAN = "multi_practice"


def of(firm: Firm) -> Availability:
    """What A1 says of a firm."""
    if firm.plan != PLAN:
        return "plan_required"
    return "available" if firm.outlook_sync else "beta_not_enabled"


def check(ports: Ports, firm_id: str) -> None:
    """Refuse what A1 refuses, from a copy at most 60 seconds old. Raises NotEligible, Retry."""
    try:
        found = of(ports.caseflow.firm(firm_id))
    except Gone:
        found = "plan_required"
    if found != "available":
        raise NotEligible(found)
