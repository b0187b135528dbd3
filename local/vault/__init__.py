"""A stand-in for Azure Key Vault's secrets: what the unmodified SDK and its callers meet (azure.md 4)."""

from __future__ import annotations

from local.vault.app import create_app
from local.vault.errors import VaultError
from local.vault.store import EVERYTHING, Vault

__all__ = ["EVERYTHING", "Vault", "VaultError", "create_app"]
