"""Requests to Graph for one mailbox: headers, one fresh token after a 401, pages and batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from shared.adapters.graph import answers
from shared.adapters.graph.answers import Batch, Inner, Page
from shared.adapters.http import MALFORMED, Http, HttpAnswer, decoded, reference_of
from shared.core.errors import Reconnect, Retry

BATCH_MAX = 20
PAGES_MAX = 500
PREFER = 'IdType="ImmutableId", outlook.timezone="UTC"'
PREFER_PAGES = f"{PREFER}, odata.maxpagesize=200"


class Channel:
    """`token` gives an access token good for a few minutes; `new_id` names each request for Microsoft's support."""

    def __init__(self, http: Http, base_url: str, token: Callable[[], str], *, new_id: Callable[[], str]) -> None:
        self._http = http
        self._base = base_url.rstrip("/")
        self._token = token
        self._new_id = new_id

    def url(self, path: str) -> str:
        """The whole URL of a path below the version."""
        return self._base + path

    def is_own(self, link: str) -> bool:
        """True if a link leads to the Graph we talk to: no other host is ever shown the token."""
        return link.startswith(self._base + "/")

    def get(self, url: str, prefer: str = PREFER) -> HttpAnswer:
        """Read a whole URL; the answer may be of any status but 401. Raises Retry, Reconnect."""
        return self._send("GET", url, prefer, None)

    def pages(self, first: HttpAnswer) -> list[Page]:
        """All pages from the first one's answer on. Raises Retry, also for a service that never ends."""
        found: list[Page] = []
        answer = first
        while True:
            answers.refuse(answer)
            page = decoded(answer.body, Page, reference_of(answer.headers))
            found.append(page)
            if not page.next_link:
                return found
            if not self.is_own(page.next_link):
                raise Retry(MALFORMED, reference=reference_of(answer.headers))
            if len(found) == PAGES_MAX:
                raise Retry("too_many_pages", reference=reference_of(answer.headers))
            answer = self.get(page.next_link, PREFER_PAGES)

    def batch(self, requests: Sequence[dict[str, Any]]) -> dict[str, Inner]:
        """Answers of at most 20 requests, by their ids. Raises Retry, Reconnect, Rejected for the whole."""
        if len(requests) > BATCH_MAX:
            raise ValueError(f"Graph takes at most {BATCH_MAX} requests in one batch, not {len(requests)}")
        body = msgspec.json.encode({"requests": list(requests)})
        answer = self._send("POST", self.url("/$batch"), PREFER, body)
        answers.refuse(answer)
        batch = decoded(answer.body, Batch, reference_of(answer.headers))
        return {inner.id: inner for inner in batch.responses}

    def _send(self, method: str, url: str, prefer: str, body: bytes | None) -> HttpAnswer:
        answer = self._once(method, url, prefer, body)
        if answer.status == 401:
            # A 401 was done by nobody, so a repeat is harmless; the token may just have run out.
            answer = self._once(method, url, prefer, body)
        if answer.status == 401:
            raise Reconnect("token_refused", reference=reference_of(answer.headers))
        return answer

    def _once(self, method: str, url: str, prefer: str, body: bytes | None) -> HttpAnswer:
        headers = {
            "Authorization": f"Bearer {self._token()}",
            "Prefer": prefer,
            "client-request-id": self._new_id(),
            "Accept": "application/json",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._http.send(method, url, headers=headers, body=body)
