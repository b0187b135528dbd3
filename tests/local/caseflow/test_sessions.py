"""Session tokens: what the app verifies, and what CaseFlow's own pages accept."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import jwt
import pytest

from local.caseflow.sessions import InvalidSession, Session, Sessions
from tests.local.caseflow.world import Clock

ISSUER = "https://caseflow.example"
HOUR = timedelta(hours=1)


def made(folder: Path, clock: Clock) -> Sessions:
    return Sessions(folder, issuer=ISSUER, now=clock)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_token_verifies_against_the_published_keys(tmp_path: Path, algorithm: str) -> None:
    clock = Clock(datetime.now().astimezone())
    sessions = made(tmp_path, clock)
    token = sessions.issue("s1", "f1", "firm_admin", HOUR, algorithm=algorithm)
    header = jwt.get_unverified_header(token)
    keys = jwt.PyJWKSet.from_dict(sessions.jwks())
    claims = jwt.decode(
        token,
        keys[header["kid"]],
        algorithms=["RS256", "ES256"],
        audience="outlook-sync",
        issuer=ISSUER,
        options={"require": ["exp", "iss", "aud", "sub"]},
    )
    assert header["alg"] == algorithm
    assert (claims["sub"], claims["firm_id"], claims["role"]) == ("s1", "f1", "firm_admin")
    assert claims["exp"] - claims["iat"] == 3600


def test_the_published_keys_hold_nothing_private(tmp_path: Path) -> None:
    assert all("d" not in key for key in made(tmp_path, Clock()).jwks()["keys"])


def test_sessions_outlive_a_restart(tmp_path: Path) -> None:
    token = made(tmp_path, Clock()).issue("s1", "f1", "staff", HOUR)
    assert made(tmp_path, Clock()).verify(token) == Session("s1", "f1", "staff")
    assert {oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == {"0o600"}


def test_an_expired_session_is_refused(tmp_path: Path) -> None:
    clock = Clock()
    sessions = made(tmp_path, clock)
    token = sessions.issue("s1", "f1", "staff", HOUR)
    clock.advance(seconds=3599)
    assert sessions.verify(token).staff_id == "s1"
    clock.advance(seconds=1)
    with pytest.raises(InvalidSession, match="expired"):
        sessions.verify(token)


def test_a_foreign_or_malformed_token_is_refused(tmp_path: Path) -> None:
    sessions = made(tmp_path / "ours", Clock())
    foreign = made(tmp_path / "theirs", Clock()).issue("s1", "f1", "staff", HOUR)
    other_issuer = Sessions(tmp_path / "ours", issuer="https://other.example", now=Clock())
    for token in ("", "x.y.z", foreign, other_issuer.issue("s1", "f1", "staff", HOUR)):
        with pytest.raises(InvalidSession):
            sessions.verify(token)


def test_an_unknown_role_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="support"):
        made(tmp_path, Clock()).issue("s1", "f1", "partner", HOUR)
