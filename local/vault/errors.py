"""Refusals as Key Vault words them."""

from __future__ import annotations

from typing import Any


class VaultError(Exception):
    """A refused call: HTTP status, Key Vault's code and, below it, the inner code."""

    def __init__(self, status: int, code: str, message: str, inner: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.inner = inner

    def body(self) -> dict[str, Any]:
        """Return the JSON that the service sends."""
        error: dict[str, Any] = {"code": self.code, "message": str(self)}
        return {"error": error | ({"innererror": {"code": self.inner}} if self.inner else {})}


def bad_parameter(message: str) -> VaultError:
    """Return the refusal of a malformed request."""
    return VaultError(400, "BadParameter", message)


def not_found(name: str) -> VaultError:
    """Return the refusal of a name that is not, or no longer, there."""
    message = (
        f"A secret with (name/id) {name} was not found in this key vault. If you recently deleted this secret "
        "you may be able to recover it using the correct recovery command."
    )
    return VaultError(404, "SecretNotFound", message)


def forbidden(action: str, inner: str = "ForbiddenByRbac") -> VaultError:
    """Return the refusal of an action that the caller or the vault does not allow."""
    return VaultError(403, "Forbidden", f"The operation '{action}' is not allowed for this caller or secret.", inner)


def conflict(name: str, inner: str) -> VaultError:
    """Return the refusal while a name is deleted or on its way there or back."""
    messages = {
        "ObjectIsDeletedButRecoverable": "is currently in a deleted but recoverable state, and its name cannot be "
        "reused; in this state, the secret can only be recovered or purged",
        "ObjectIsBeingDeleted": "is currently being deleted",
        "ObjectIsBeingRecovered": "is currently being recovered",
    }
    return VaultError(409, "Conflict", f"Secret {name} {messages[inner]}.", inner)
