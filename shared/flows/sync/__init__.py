"""One job of one staff member: pull, reconcile, push, record (C3, design.md section 4)."""

from __future__ import annotations

from shared.flows.sync.delivery import deliver
from shared.flows.sync.job import run

__all__ = ["deliver", "run"]
