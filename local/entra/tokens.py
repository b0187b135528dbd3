"""The signed tokens: shapes as Microsoft's v2.0 endpoint gives them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from local.entra.model import Account

GRAPH = "https://graph.microsoft.com"
OPENID_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})
ID_TOKEN_LIFE_SECONDS = 3600


def new_key(kid: str) -> dict[str, str]:
    """Make a signing key, as a private JWK."""
    made = RSAAlgorithm.to_jwk(rsa.generate_private_key(public_exponent=65537, key_size=2048), as_dict=True)
    numbers = {name: str(made[name]) for name in ("kty", "n", "e", "d", "p", "q", "dp", "dq", "qi")}
    return numbers | {"kid": kid, "use": "sig", "alg": "RS256"}


def public_key(private: dict[str, str]) -> dict[str, str]:
    """Return the part of a key that the JWKS document shows."""
    return {name: private[name] for name in ("kty", "kid", "use", "alg", "n", "e")}


def sign(claims: dict[str, Any], key: jwt.PyJWK) -> str:
    """Sign claims with RS256."""
    return jwt.encode(claims, key, "RS256", headers={"kid": key.key_id})


def lifetime(issued: datetime, until: datetime) -> dict[str, int]:
    """Return the time claims, in whole seconds since 1970 (UTC)."""
    return {"iat": int(issued.timestamp()), "nbf": int(issued.timestamp()), "exp": int(until.timestamp())}


def graph_permissions(scopes: Sequence[str]) -> list[str]:
    """Return the Graph permissions among scopes, without the resource's prefix."""
    return [scope.removeprefix(f"{GRAPH}/") for scope in scopes if scope not in OPENID_SCOPES]


def identity_claims(account: Account) -> dict[str, str]:
    """Return the claims that say who signed in."""
    return {"tid": account.tid, "oid": account.oid, "name": account.name}


def client_info(account: Account) -> str:
    """Return the member that MSAL derives the home account id from."""
    raw = json.dumps({"uid": account.oid, "utid": account.tid}).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
