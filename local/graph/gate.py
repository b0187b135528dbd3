"""Throttling of one mailbox: on demand, by number of requests in ten minutes, and by requests at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from local.graph.errors import GraphError

AT_A_TIME = 4
"""graph.md, Limits: `MailboxConcurrency`."""
SPAN = timedelta(minutes=10)


@dataclass
class Gate:
    """What is throttled: `planned` next requests with `retry_after` seconds, and what is under way."""

    planned: int = 0
    retry_after: int | None = None
    under_way: int = 0
    since: datetime | None = None
    counted: int = 0

    def enter(self) -> None:
        """Count a request as under way until `leave`, or raise GraphError 429 for the fifth at a time."""
        if self.under_way >= AT_A_TIME:
            raise throttled(None, "MailboxConcurrency")
        self.under_way += 1

    def leave(self) -> None:
        """End what `enter` began."""
        self.under_way -= 1

    def check(self, now: datetime, limit: int | None) -> None:
        """Let one request pass or raise GraphError 429; `limit` is requests in ten minutes, None for any."""
        if self.planned:
            self.planned -= 1
            raise throttled(self.retry_after)
        if limit is None:
            return
        if self.since is None or now - self.since >= SPAN:
            self.since, self.counted = now, 0
        self.counted += 1
        if self.counted > limit:
            raise throttled(int((self.since + SPAN - now).total_seconds()) + 1)


def throttled(retry_after: int | None, reason: str = "request") -> GraphError:
    """Return the 429; `retry_after` in seconds, None for an answer without the header."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    message = f"Application is over its {reason} limit."
    return GraphError(429, "ApplicationThrottled", message, headers=headers)
