"""The one HTTP client of the app, and what its answers mean to every caller (dependencies.md, row "retries").

It never sleeps and never follows a redirect: waiting belongs to the queue, not to a worker.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol, TypeVar

import msgspec
import requests
from msgspec import Struct
from requests.adapters import HTTPAdapter
from urllib3.util import Retry as ConnectionRetry

from shared.core.errors import Rejected, Retry

ANSWER_MAX_BYTES = 32 * 1024 * 1024
RETRY_AFTER_MAX_SECONDS = 3_600
MALFORMED = "malformed_answer"
_CHUNK_BYTES = 65_536
_POOL = 16
_PASSING = frozenset({408, 425, 429})
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_REFERENCES = ("request-id", "x-request-id", "x-ms-request-id")
T = TypeVar("T")


class HttpAnswer(Struct, frozen=True):
    """One answer, whatever its status; header names are in lower case, `body` is whole and decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http(Protocol):
    """Sends one request; tests and the simulation send it to the stand-ins in process."""

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        """Send one request and read its answer. Raises Retry (`timeout`, `connection`), Rejected (over 32 MiB)."""


class RequestsHttp:
    """`Http` over the network; one pool, shared by threads.

    `verify` is True or the path of a CA bundle; `timeout` holds the seconds to connect and to wait for each read.
    """

    def __init__(self, verify: str | bool = True, timeout: tuple[float, float] = (3, 15)) -> None:
        self._verify = verify
        self._timeout = timeout
        self._session = requests.Session()
        # Else the environment's proxy and CA bundle override the settings (psf/requests 3829).
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # `read=False`, not 0: with 0 a read timeout would look like a broken connection, and a GET be repeated.
        retry = ConnectionRetry(
            total=1, connect=1, read=False, status=0, redirect=0, respect_retry_after_header=False
        )  # fmt: skip
        adapter = HTTPAdapter(pool_connections=_POOL, pool_maxsize=_POOL, max_retries=retry)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        """Send one request; a GET is repeated once, at once, when a kept connection had been closed."""
        try:
            with self._opened(method, url, headers, body) as response:
                return HttpAnswer(response.status_code, _lower(response.headers), _whole(response))
        except requests.Timeout as fault:
            raise Retry("timeout") from fault
        except requests.RequestException as fault:
            raise Retry("connection") from fault

    def _opened(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> requests.Response:
        try:
            return self._request(method, url, headers, body)
        except requests.Timeout:
            raise
        except requests.ConnectionError:
            if method != "GET":
                raise
        return self._request(method, url, headers, body)

    def _request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> requests.Response:
        return self._session.request(
            method, url, headers=dict(headers), data=body, timeout=self._timeout, verify=self._verify,
            allow_redirects=False, stream=True,
        )  # fmt: skip


def _whole(response: requests.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(_CHUNK_BYTES):
        size += len(part)
        if size > ANSWER_MAX_BYTES:
            raise Rejected("answer_too_large")
        parts.append(part)
    return b"".join(parts)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def is_passing(status: int) -> bool:
    """True for a status that may be another one in a while: 408, 425, 429 and 5xx."""
    return status in _PASSING or status >= 500


def passing_code(status: int) -> str:
    """Our code for a passing status."""
    return "throttled" if status == 429 else "service_unavailable"


def refuse_passing(answer: HttpAnswer, reference: str | None = None) -> None:
    """Raise Retry, with the service's own wish, if the answer is a passing fault."""
    if is_passing(answer.status):
        raise Retry(
            passing_code(answer.status),
            after_seconds=retry_after(answer.headers),
            reference=reference or reference_of(answer.headers),
        )


def retry_after(headers: Mapping[str, Any]) -> float | None:
    """`Retry-After` in seconds, 0 to 3,600; a date counts from the answer's own `Date`, None where unreadable."""
    text = str(headers.get("retry-after", "")).strip()
    if not text:
        return None
    try:
        seconds = float(text) if text.isdecimal() else _until(text, str(headers.get("date", "")))
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), float(RETRY_AFTER_MAX_SECONDS))


def _until(then: str, now: str) -> float:
    return (_instant(then) - _instant(now)).total_seconds()


def _instant(text: str) -> datetime:
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def reference_of(headers: Mapping[str, Any]) -> str | None:
    """The service's request id, None where it gave none that is safe to show."""
    found = (safe_code(str(headers[name])) for name in _REFERENCES if name in headers)
    return next((name for name in found if name), None)


def safe_code(text: str | None) -> str:
    """A service's code or id where it looks like one, else "": free text may hold content (G6)."""
    return text if text and _CODE.fullmatch(text) else ""


def decoded(body: bytes | msgspec.Raw, shape: type[T], reference: str | None = None) -> T:
    """A JSON body as a struct. Raises Retry (`malformed_answer`): a proxy's error page passes, too."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Retry(MALFORMED, reference=reference) from fault
