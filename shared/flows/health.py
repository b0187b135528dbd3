"""Whether the services behind the sync answer (sync-api.md, `health`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait

from shared.core.errors import SyncError
from shared.flows.views import Health

SECONDS_MAX = 8.0
ALIVE = Health("ok", {})


def deep(probes: Mapping[str, Callable[[], None]], *, seconds: float = SECONDS_MAX) -> Health:
    """Ask every service at the same time, at most `seconds` long; a probe raises SyncError where it fails."""
    pool = ThreadPoolExecutor(max(1, len(probes)))
    asked = {name: pool.submit(probe) for name, probe in probes.items()}
    wait(asked.values(), timeout=seconds)
    pool.shutdown(wait=False, cancel_futures=True)
    checks = {name: _outcome(future) for name, future in asked.items()}
    return Health("ok" if all(check == "ok" for check in checks.values()) else "failing", checks)


def _outcome(future: Future[None]) -> str:
    if not future.done():
        return "timeout"
    error = future.exception()
    if error is None:
        return "ok"
    return error.code if isinstance(error, SyncError) else type(error).__name__
