"""Key Vault: a few secrets by name, and the firms' fingerprint keys (azure.md 4)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from azure.core.exceptions import HttpResponseError
from msgspec import Struct

from shared.adapters.azure import CONNECT_SECONDS, READ_SECONDS, translated
from shared.core.errors import Retry, Stale
from shared.core.rows import decoded, encoded, firm_partition
from shared.ports import Insert, Row, Store

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.keyvault.secrets import SecretClient

KEY_BYTES = 32
KEY_ROW = "fk"
_AZURE_DOMAINS = (".vault.azure.net", ".vault.azure.cn", ".vault.usgovcloudapi.net", ".vault.microsoftazure.de")


class Kept(Struct, frozen=True):
    """A secret's value and the version that holds it."""

    value: str
    version: str


class Vault:
    """Secrets of one Key Vault. Thread-safe; `connect` makes the client at the first call."""

    def __init__(self, connect: Callable[[], SecretClient]) -> None:
        self._connect = connect

    @cached_property
    def _client(self) -> SecretClient:
        return self._connect()

    def get(self, name: str, version: str | None = None) -> Kept | None:
        """The secret, or None where there is none. Raises Retry."""
        with translated("vault"):
            try:
                found = self._client.get_secret(name, version)
            except HttpResponseError as error:
                if error.status_code == 404:
                    return None
                raise
        return Kept(found.value or "", found.properties.version or "")

    def put(self, name: str, value: str) -> str:
        """Store a new version and return its name. Raises Retry."""
        with translated("vault"):
            return self._client.set_secret(name, value).properties.version or ""

    def disable(self, name: str, version: str) -> None:
        """Make an old version unreadable: Entra does not revoke the token in it (azure.md 4). Raises Retry."""
        with translated("vault"):
            self._client.update_secret_properties(name, version, enabled=False)

    def oldest(self, name: str) -> str | None:
        """The first version ever stored, None where there is none. Raises Retry."""
        with translated("vault"):
            try:
                versions = [found for found in self._client.list_properties_of_secret_versions(name) if found.enabled]
            except HttpResponseError as error:
                if error.status_code == 404:
                    return None
                raise
        return min(versions, key=lambda found: (found.created_on, found.version)).version if versions else None

    def drop(self, name: str) -> None:
        """Delete the secret and purge it where allowed; a missing one is fine.

        Raises Retry where it is not deleted yet, or deleted but not purged yet: the caller asks again later.
        """
        with translated("vault"):
            self._forgiving(self._client.begin_delete_secret, name, {404, 409})
            if self._forgiving(self._client.purge_deleted_secret, name, {403, 404, 409}) == 409:
                raise Retry("vault_deleting")

    @staticmethod
    def _forgiving(act: Callable[[str], object], name: str, forgiven: set[int]) -> int | None:
        try:
            act(name)
        except HttpResponseError as error:
            if error.status_code in forgiven:
                return error.status_code
            raise
        return None


class FirmKeys:
    """The firms' fingerprint keys: 32 random bytes each, as base64, under a name made from the firm's id.

    Key Vault cannot write conditionally, so a row of the store says which version counts: two processes that make
    a firm's key at once end with the same one. Without that row the oldest version counts.
    """

    def __init__(self, vault: Vault, store: Store) -> None:
        self._vault = vault
        self._store = store
        self._keys: dict[str, bytes] = {}
        self._lock = Lock()

    def firm_key(self, firm_id: str) -> bytes:
        """The key, made at first use; the same for every process for ever. Raises Retry."""
        if firm_id in self._keys:
            return self._keys[firm_id]
        with self._lock:
            if firm_id not in self._keys:
                self._keys[firm_id] = self._find(firm_id)
            return self._keys[firm_id]

    def _find(self, firm_id: str) -> bytes:
        name, partition = f"fk-{hashlib.sha256(firm_id.encode()).hexdigest()[:40]}", firm_partition(firm_id)
        row = self._store.get(partition, KEY_ROW) or self._choose(partition, name)
        kept = self._vault.get(name, decoded(row.data, str))
        if kept is None:
            raise Retry("vault_key_missing")
        return base64.b64decode(kept.value)

    def _choose(self, partition: str, name: str) -> Row:
        oldest = self._vault.oldest(name)
        version = oldest or self._vault.put(name, base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
        with suppress(Stale):  # another process chose first
            self._store.commit(partition, [Insert(KEY_ROW, encoded(version))])
        row = self._store.get(partition, KEY_ROW)
        if row is None:
            raise Retry("vault_key_missing")
        return row


def connected(url: str, identity: Callable[[], TokenCredential], verify: str | bool) -> Vault:
    """The vault at `url`; its challenge is checked where its host lies in one of Azure's vault domains."""

    def connect() -> SecretClient:
        from azure.keyvault.secrets import SecretClient  # noqa: PLC0415 - 200 ms, needed at the first vault read only

        return SecretClient(
            url,
            identity(),
            verify_challenge_resource=is_azure_vault(url),
            connection_verify=verify,
            connection_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retry_total=1,
            retry_status=0,
        )

    return Vault(connect)


def is_azure_vault(url: str) -> bool:
    """True if the host lies in a vault domain of Azure, where the challenge's resource must match it."""
    return (urlsplit(url).hostname or "").endswith(_AZURE_DOMAINS)
