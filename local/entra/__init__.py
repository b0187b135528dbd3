"""A stand-in for Microsoft Entra ID: sign-in page, tokens and refusals as unmodified MSAL meets them."""

from __future__ import annotations

from local.entra.app import create_app
from local.entra.model import Account, Claims, InvalidToken
from local.entra.provider import Entra

__all__ = ["Account", "Claims", "Entra", "InvalidToken", "create_app"]
