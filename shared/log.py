"""One canonical line for each job and request: ids, counts, codes and durations from an allow-list (G6).

The Functions worker forwards formatted text only (azure.md 0.7), so the members stand in the text.
"""

from __future__ import annotations

import hashlib
import logging
import re

_LOGGER = logging.getLogger("outlooksync")
_IDS = {"firm", "staff", "job", "review", "link", "function", "method", "path", "request_id", "reference", "object_id"}
_CODES = {"kind", "code", "state", "status", "action", "reason", "outcome", "mode", "error", "service"}
_COUNTS = {
    "pulled", "pushed", "created", "updated", "removed", "unchanged", "skipped", "reviews", "aside", "links", "todo",
    "sent", "failed", "paused", "ineligible", "records", "pending", "firms", "sealed", "flows", "jobs", "values",
    "secrets", "inactive", "silent", "graph_calls", "caseflow_calls", "table_calls", "attempt", "days", "count",
}  # fmt: skip
_DURATIONS = {"ms", "seconds", "age_seconds", "after_seconds"}
ALLOWED = frozenset(_IDS | _CODES | _COUNTS | _DURATIONS)
_PLAIN = re.compile(r"[\w.:|/@{}~+-]{1,200}")
_NOISY = ("azure", "urllib3", "msal", "botocore", "boto3")


def line(event: str, *, level: int = logging.INFO, **members: str | float | bool | None) -> None:
    """Log `event` with its members, as `event name=value …`; None is left out.

    Raises ValueError for a name that is not allowed or a value that is no code or number: text of people must not
    reach a log, so such a call is a program error. An id of unusual form is shown as a digest.
    """
    _LOGGER.log(level, "%s", formatted(event, members))


def formatted(event: str, members: dict[str, str | float | bool | None]) -> str:
    """The text of a line. Raises ValueError as `line` does."""
    unknown = sorted(set(members) - ALLOWED)
    if unknown:
        raise ValueError(f"a log line may not hold {', '.join(unknown)}; allowed names stand in shared/log.py")
    parts = [f"{name}={_shown(name, value)}" for name, value in members.items() if value is not None]
    return " ".join([event, *parts])


def _shown(name: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    if isinstance(value, str) and name in _IDS:
        # Ids are other services' words: an odd one must neither stop a job nor show what it says.
        return "~" + hashlib.sha256(value.encode(errors="replace")).hexdigest()[:12]
    raise ValueError(f"the value of {name} is no id, code or number")


def quieten() -> None:
    """Keep the libraries' own lines, which can hold URLs and headers, out of the log (azure.md 1.6)."""
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
