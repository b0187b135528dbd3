"""What the clients of Azure services share: credential, timeouts, and vendor errors into ours (azure.md 0.10)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from azure.core.exceptions import AzureError, HttpResponseError

from shared.config import DEVELOPER_SIGN_IN, Settings
from shared.core.errors import Rejected, Retry

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

CONNECT_SECONDS = 3
READ_SECONDS = 10
RETRY_AFTER_SECONDS_MAX = 3600.0


def credential(settings: Settings, client_id: str | None = None) -> TokenCredential:
    """The managed identity `client_id` (None: the system's), or a developer's sign-in where the setting says so."""
    from azure.identity import AzureCliCredential, ManagedIdentityCredential  # noqa: PLC0415 - 100 ms

    if settings.credential == DEVELOPER_SIGN_IN:
        return AzureCliCredential(process_timeout=READ_SECONDS)
    return ManagedIdentityCredential(client_id=client_id)


@contextmanager
def translated(service: str) -> Iterator[None]:
    """Turn every error of azure-core into Retry, or into Rejected where the request itself is at fault.

    `service` begins the error's code. Faults of access count as passing: roles and keys change under way.
    """
    try:
        yield
    except HttpResponseError as error:
        raise _translate(service, error) from error
    except AzureError as error:
        raise Retry(f"{service}_unreachable") from error


def _translate(service: str, error: HttpResponseError) -> Retry | Rejected:
    status, headers = error.status_code, getattr(error.response, "headers", {})
    reference = headers.get("x-ms-request-id")
    if status in {401, 403}:
        return Retry(f"{service}_refused", reference=reference)
    if status is None or status in {408, 429} or status >= 500:
        return Retry(f"{service}_unavailable", after_seconds=_seconds(headers.get("Retry-After")), reference=reference)
    return Rejected(f"{service}_{status}", reference=reference)


def _seconds(value: str | None) -> float | None:
    if value is None or not value.isdigit():
        return None
    return min(float(value), RETRY_AFTER_SECONDS_MAX)
