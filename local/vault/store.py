"""The vault: versions, soft delete and purge with their delays, kept in a file if asked."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from local.faults import Faults
from local.vault.errors import bad_parameter, conflict, forbidden, not_found
from local.vault.model import Attributes, Secret, SetParameters, State, UpdateParameters, Version

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from local.vault.model import Phase

EVERYTHING = frozenset({"get", "list", "set", "delete", "recover", "purge"})
LARGEST_VALUE_BYTES = 25 * 1024
MOST_TAGS = 15
LONGEST_TAG = 256
LONGEST_CONTENT_TYPE = 255
_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")
_BUSY: dict[Phase, str] = {
    "deleting": "ObjectIsBeingDeleted",
    "purging": "ObjectIsBeingDeleted",
    "recovering": "ObjectIsBeingRecovered",
    "deleted": "ObjectIsDeletedButRecoverable",
}


class Vault:
    """One vault's secrets.

    `now` gives UTC-aware times. With `path` every change is written to that file (JSON, readable by its owner
    only) and found again at the next start. `delay_seconds` is how long deleting, recovering and purging
    take, `retention_days` (7 to 90) how long a deleted secret can be recovered. Operations raise `VaultError`.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        path: Path | None = None,
        *,
        delay_seconds: float = 0,
        retention_days: int = 7,
        purge_protection: bool = False,
        seed: int = 0,
    ) -> None:
        if not 7 <= retention_days <= 90:
            raise ValueError(f"retention_days must be from 7 to 90, not {retention_days}")
        self.now = now
        self.delay = timedelta(seconds=delay_seconds)
        self.retention_days = retention_days
        self.purge_protection = purge_protection
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        self.lock = threading.RLock()
        self._seed = seed
        self._path = path
        self._state = State()
        if path is not None and path.exists():
            self._state = msgspec.json.decode(path.read_bytes(), type=State)

    def set(self, name: str, asked: SetParameters) -> tuple[Secret, Version]:
        """Add a version, and the name if it is new, and return both; 409 while the name is deleted."""
        _check_name(name)
        _check_value(asked.value)
        _check_properties(asked.tags, asked.content_type)
        with self.lock:
            secret = self._settled(name)
            if secret is not None and secret.phase != "active":
                raise conflict(name, _BUSY[secret.phase])
            if secret is None:
                secret = self._state.secrets[name.lower()] = Secret(name=name, versions=[])
            made = self._version(asked)
            secret.versions.append(made)
            self._save()
            return secret, made

    def get(self, name: str) -> Secret:
        """Return an active secret; 404 for any other."""
        return self._in_phase(name, "active")

    def version(self, name: str, version: str = "") -> Version:
        """Return one version, by default the newest, disabled or not; 404 for an unknown one."""
        secret = self.get(name)
        found = [kept for kept in secret.versions if version in ("", kept.id)]
        if not found:
            raise not_found(f"{name}/{version}")
        return found[-1]

    def read(self, name: str, version: str = "") -> Version:
        """Return a version for its value; 403 while it is disabled."""
        found = self.version(name, version)
        if found.attributes.enabled is False:
            raise forbidden("get", "SecretDisabled")
        return found

    def update(self, name: str, version: str, asked: UpdateParameters) -> Version:
        """Change the properties, never the value, of one version."""
        _check_properties(asked.tags, asked.content_type)
        with self.lock:
            found = self.version(name, version)
            found.tags = found.tags if asked.tags is None else asked.tags
            found.content_type = asked.content_type or found.content_type
            found.attributes = _merged(found.attributes, asked.attributes)
            found.updated = self.now()
            self._save()
            return found

    def delete(self, name: str) -> Secret:
        """Begin to delete all versions; the deleted secret shows after the delay."""
        with self.lock:
            secret = self.get(name)
            secret.deleted = self.now()
            self._begin(secret, "deleting")
            return secret

    def deleted(self, name: str) -> Secret:
        """Return a deleted secret that can be recovered; 404 for any other."""
        return self._in_phase(name, "deleted")

    def recover(self, name: str) -> Secret:
        """Begin to bring a deleted secret back; it shows after the delay."""
        with self.lock:
            secret = self._deleted_or_conflict(name)
            self._begin(secret, "recovering")
            return secret

    def purge(self, name: str) -> None:
        """Begin to remove a deleted secret for good; its name is free after the delay."""
        if self.purge_protection:
            raise forbidden("purge", "PurgeProtectionEnabled")
        with self.lock:
            self._begin(self._deleted_or_conflict(name), "purging")

    def in_phase(self, phase: Phase) -> list[Secret]:
        """Return the secrets that are all `active`, or all `deleted`, by name."""
        with self.lock:
            kept = [self._settled(name) for name in sorted(self._state.secrets)]
        return [secret for secret in kept if secret is not None and secret.phase == phase]

    def _version(self, asked: SetParameters) -> Version:
        self._state.issued += 1
        digest = hashlib.sha256(f"{self._seed}/{self._state.issued}".encode()).hexdigest()
        at = self.now()
        return Version(
            id=digest[:32],
            value=asked.value,
            tags=asked.tags,
            content_type=asked.content_type,
            attributes=asked.attributes,
            created=at,
            updated=at,
        )

    def _in_phase(self, name: str, phase: Phase) -> Secret:
        _check_name(name)
        with self.lock:
            secret = self._settled(name)
        if secret is None or secret.phase != phase:
            raise not_found(name)
        return secret

    def _deleted_or_conflict(self, name: str) -> Secret:
        secret = self._settled(name)
        if secret is not None and secret.phase in ("deleting", "recovering"):
            raise conflict(name, _BUSY[secret.phase])
        return self.deleted(name)

    def _begin(self, secret: Secret, phase: Phase) -> None:
        secret.phase = phase
        secret.settles = self.now() + self.delay
        self._save()

    def _settled(self, name: str) -> Secret | None:
        """Return a secret after what time has done to it: phases end, the retention runs out."""
        secret = self._state.secrets.get(name.lower())
        if secret is None:
            return None
        if secret.settles is not None and secret.settles <= self.now():
            self._settle(secret)
        if secret.phase == "deleted" and secret.deleted is not None and self._run_out(secret.deleted):
            secret.phase, secret.settles = "purging", self.now()
            self._settle(secret)
        return self._state.secrets.get(name.lower())

    def _run_out(self, deleted: datetime) -> bool:
        return deleted + timedelta(days=self.retention_days) <= self.now()

    def _settle(self, secret: Secret) -> None:
        secret.settles = None
        if secret.phase == "purging":
            del self._state.secrets[secret.name.lower()]
        elif secret.phase == "deleting":
            secret.phase = "deleted"
        else:
            secret.phase, secret.deleted = "active", None
        self._save()

    def _save(self) -> None:
        """Write beside the file, then move: a crash leaves the old file or the new one."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(msgspec.json.encode(self._state))
        fresh.replace(self._path)


def _merged(old: Attributes, new: Attributes) -> Attributes:
    return Attributes(
        enabled=old.enabled if new.enabled is None else new.enabled,
        nbf=old.nbf if new.nbf is None else new.nbf,
        exp=old.exp if new.exp is None else new.exp,
    )


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        message = f"The request URI contains an invalid name: {name}; use 1 to 127 letters, digits or hyphens"
        raise bad_parameter(message)


def _check_value(value: str) -> None:
    if len(value.encode()) > LARGEST_VALUE_BYTES:
        raise bad_parameter(f"The secret value is longer than {LARGEST_VALUE_BYTES} bytes")


def _check_properties(tags: dict[str, str] | None, content_type: str | None) -> None:
    tags = tags or {}
    if len(tags) > MOST_TAGS or any(len(part) > LONGEST_TAG for pair in tags.items() for part in pair):
        raise bad_parameter(f"A secret has at most {MOST_TAGS} tags with at most {LONGEST_TAG} characters each")
    if content_type is not None and len(content_type) > LONGEST_CONTENT_TYPE:
        raise bad_parameter(f"The content type is longer than {LONGEST_CONTENT_TYPE} characters")
