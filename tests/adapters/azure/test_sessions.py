"""Session tokens (sync-api.md, "Who is calling"; azure.md 6)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from shared.adapters.http import HttpAnswer
from shared.adapters.sessions import Sessions
from shared.core.errors import Retry
from shared.core.session import Session, Unauthorized

ISSUER = "https://caseflow.example"
URL = "https://caseflow.example/jwks"


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def rsa_jwk(kid: str) -> dict[str, Any]:
    return {**json.loads(RSAAlgorithm.to_jwk(rsa_key(kid).public_key())), "kid": kid, "alg": "RS256", "use": "sig"}


def ec_jwk(kid: str) -> dict[str, Any]:
    return {**json.loads(ECAlgorithm.to_jwk(ec_key().public_key())), "kid": kid, "alg": "ES256", "use": "sig"}


class Issuer:
    """CaseFlow's key page, and a clock."""

    def __init__(self) -> None:
        self.keys = [rsa_jwk("k1"), ec_jwk("e1")]
        self.asked = 0
        self.fault: Exception | None = None
        self.status = 200
        self.body: bytes | None = None
        self.time = datetime.now(UTC)
        self.sessions = Sessions(self, URL, ISSUER, lambda: self.time)

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        assert (method, url) == ("GET", URL)
        self.asked += 1
        if self.fault:
            raise self.fault
        answer = self.body if self.body is not None else json.dumps({"keys": self.keys}).encode()
        return HttpAnswer(self.status, {}, answer)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


def token(kid: str = "k1", *, key: Any = None, algorithm: str = "RS256", **claims: Any) -> str:
    body = {
        "iss": ISSUER,
        "aud": "outlook-sync",
        "sub": "s1",
        "firm_id": "f1",
        "role": "staff",
        "exp": datetime.now(UTC) + timedelta(minutes=5),
        **claims,
    }
    kept = {name: value for name, value in body.items() if value is not None}
    return jwt.encode(kept, key or rsa_key(kid), algorithm=algorithm, headers={"kid": kid})


def test_a_good_token_says_who_is_calling(issuer: Issuer) -> None:
    assert issuer.sessions.verify(token()) == Session("s1", "f1", "staff")
    es = token("e1", key=ec_key(), algorithm="ES256", role="firm_admin", aud=["other", "outlook-sync"])
    assert issuer.sessions.verify(es) == Session("s1", "f1", "firm_admin")
    assert issuer.asked == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": datetime.now(UTC) - timedelta(minutes=1)},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"aud": "caseflow"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"nbf": datetime.now(UTC) + timedelta(days=1)},
        {"iat": datetime.now(UTC) + timedelta(days=1)},
        {"firm_id": None},
        {"firm_id": 7},
        {"role": None},
        {"role": "owner"},
    ],
)
def test_a_token_that_does_not_hold_is_refused(issuer: Issuer, claims: dict[str, Any]) -> None:
    with pytest.raises(Unauthorized):
        issuer.sessions.verify(token(**claims))


def test_a_minute_old_clock_is_forgiven_by_thirty_seconds(issuer: Issuer) -> None:
    issuer.sessions.verify(token(exp=datetime.now(UTC) - timedelta(seconds=20)))


FORGED: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "no token": lambda: "not.a.token",
    "another key": lambda: token("k1", key=rsa_key("somebody else's")),
    "shared secret": lambda: token("k1", key="a shared secret that is long enough", algorithm="HS256"),
    "unsigned": lambda: jwt.encode({"sub": "s1"}, "", algorithm="none", headers={"kid": "k1"}),
    "wrong kind of key": lambda: token("e1", key=rsa_key("k1")),
    "other algorithm": lambda: token("k1", algorithm="RS512"),
    "unknown key": lambda: token("unknown"),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_token_is_refused(issuer: Issuer, how: str) -> None:
    with pytest.raises(Unauthorized):
        issuer.sessions.verify(FORGED[how]())


def test_a_new_key_is_looked_for_at_once_but_at_most_every_thirty_seconds(issuer: Issuer) -> None:
    issuer.sessions.verify(token())
    issuer.keys.append(rsa_jwk("k2"))
    with pytest.raises(Unauthorized):
        issuer.sessions.verify(token("k2"))
    assert issuer.asked == 1
    issuer.time += timedelta(seconds=30)
    assert issuer.sessions.verify(token("k2")).staff_id == "s1"
    for _ in range(5):
        with pytest.raises(Unauthorized):
            issuer.sessions.verify(token("k3", key=rsa_key("k1")))
    assert issuer.asked == 2


def test_keys_are_asked_for_anew_after_five_minutes(issuer: Issuer) -> None:
    issuer.sessions.verify(token())
    issuer.keys = [rsa_jwk("k2")]
    issuer.time += timedelta(seconds=301)
    with pytest.raises(Unauthorized):
        issuer.sessions.verify(token("k1"))
    assert issuer.asked == 2


@pytest.mark.parametrize("failure", ["fault", "status", "body", "empty"])
def test_old_keys_serve_while_caseflow_does_not_answer(issuer: Issuer, failure: str) -> None:
    issuer.sessions.verify(token())
    issuer.time += timedelta(hours=1)
    match failure:
        case "fault":
            issuer.fault = Retry("timeout")
        case "status":
            issuer.status = 503
        case "body":
            issuer.body = b"<html>"
        case "empty":
            issuer.body = b'{"keys": []}'
    for _ in range(3):
        assert issuer.sessions.verify(token()).staff_id == "s1"
    assert issuer.asked == 2


def test_without_any_keys_the_caller_is_told_to_come_back(issuer: Issuer) -> None:
    issuer.fault = Retry("connection")
    with pytest.raises(Retry, match="caseflow_keys_unavailable"):
        issuer.sessions.verify(token())
