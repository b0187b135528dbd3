"""CaseFlow's session tokens: signed JWTs that Outlook sync verifies against our JWKS."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "outlook-sync"
_ROLES = frozenset({"staff", "firm_admin", "support"})


class InvalidSession(Exception):
    """A session token that is missing, malformed, expired or not ours."""


@dataclass(frozen=True)
class Session:
    """Who is signed in (sync-api.md "Who is calling")."""

    staff_id: str
    firm_id: str
    role: str


@dataclass(frozen=True)
class _Key:
    kid: str
    algorithm: str
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    public: dict[str, Any]


class Sessions:
    """Issues and verifies session tokens, RS256 or ES256.

    The two keys are kept as PEM files in `folder`, so that sessions outlive a restart. `issuer` becomes `iss`.
    """

    def __init__(self, folder: Path, *, issuer: str, now: Callable[[], datetime]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.issuer = issuer
        self._now = now
        self._keys = {name: _load(folder / f"session-{name.lower()}.pem", name) for name in ("RS256", "ES256")}

    def issue(self, staff_id: str, firm_id: str, role: str, ttl: timedelta, *, algorithm: str = "RS256") -> str:
        """Sign a token for a staff member, good for `ttl` from now."""
        if role not in _ROLES:
            raise ValueError(f"role must be one of {', '.join(sorted(_ROLES))}, not {role!r}")
        at = self._now()
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": staff_id,
            "firm_id": firm_id,
            "role": role,
            "iat": int(at.timestamp()),
            "exp": int((at + ttl).timestamp()),
            "jti": secrets.token_hex(8),
        }
        key = self._keys[algorithm]
        return jwt.encode(claims, key.private, algorithm=key.algorithm, headers={"kid": key.kid})

    def verify(self, token: str) -> Session:
        """Return whose session `token` is. Raises InvalidSession."""
        try:
            key = self._key(jwt.get_unverified_header(token))
            # The clock is ours, not the system's, so `exp` is checked below.
            claims = jwt.decode(
                token,
                key.private.public_key(),
                algorithms=[key.algorithm],
                audience=AUDIENCE,
                issuer=self.issuer,
                options={"require": ["exp", "sub"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as fault:
            raise InvalidSession(str(fault)) from None
        if datetime.fromtimestamp(claims["exp"], UTC) <= self._now():
            raise InvalidSession("The session has expired: sign in again.")
        return Session(claims["sub"], claims["firm_id"], claims["role"])

    def _key(self, header: Mapping[str, Any]) -> _Key:
        for key in self._keys.values():
            if key.kid == header.get("kid"):
                return key
        raise InvalidSession("The token names no key of ours.")

    def jwks(self) -> dict[str, Any]:
        """The public keys, as `CASEFLOW_JWKS_URL` serves them."""
        return {"keys": [key.public for key in self._keys.values()]}


def _load(path: Path, algorithm: str) -> _Key:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(_pem(_generate(algorithm)))
    private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if isinstance(private, rsa.RSAPrivateKey):
        public = json.loads(RSAAlgorithm.to_jwk(private.public_key()))
    elif isinstance(private, ec.EllipticCurvePrivateKey):
        public = json.loads(ECAlgorithm.to_jwk(private.public_key()))
    else:
        raise TypeError(f"{path.name} holds no RSA or EC key: delete it and start again")
    public = {name: value for name, value in public.items() if name != "key_ops"}
    kid = hashlib.sha256(json.dumps(public, sort_keys=True).encode()).hexdigest()[:16]
    return _Key(kid, algorithm, private, {**public, "kid": kid, "use": "sig", "alg": algorithm})


def _generate(algorithm: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    if algorithm == "RS256":
        return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return ec.generate_private_key(ec.SECP256R1())


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())
