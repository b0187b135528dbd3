"""The JSON shapes of Key Vault's secrets API."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from local.vault.model import Secret, Version
    from local.vault.store import Vault


def bundle(vault: Vault, base: str, secret: Secret, version: Version) -> dict[str, Any]:
    """Return a version with its value."""
    return {"value": version.value} | properties(vault, base, secret, version)


def properties(vault: Vault, base: str, secret: Secret, version: Version) -> dict[str, Any]:
    """Return a version without its value; its id names the version."""
    return _described(vault, version) | {"id": f"{base}/secrets/{secret.name}/{version.id}"}


def item(vault: Vault, base: str, secret: Secret) -> dict[str, Any]:
    """Return a secret as it is listed; its id names no version."""
    return _described(vault, secret.versions[-1]) | {"id": f"{base}/secrets/{secret.name}"}


def deletion(vault: Vault, base: str, secret: Secret, deleted: datetime) -> dict[str, Any]:
    """Return the members that a deleted secret has besides."""
    return {
        "recoveryId": f"{base}/deletedsecrets/{secret.name}",
        "deletedDate": _seconds(deleted),
        "scheduledPurgeDate": _seconds(deleted + timedelta(days=vault.retention_days)),
    }


def _described(vault: Vault, version: Version) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "enabled": version.attributes.enabled is not False,
        "created": _seconds(version.created),
        "updated": _seconds(version.updated),
        "recoverableDays": vault.retention_days,
        "recoveryLevel": "Recoverable" if vault.purge_protection else "Recoverable+Purgeable",
    }
    optional = {"nbf": version.attributes.nbf, "exp": version.attributes.exp}
    attributes |= {name: value for name, value in optional.items() if value is not None}
    described = {"attributes": attributes, "tags": version.tags, "contentType": version.content_type}
    return {name: value for name, value in described.items() if value is not None}


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
