"""The token endpoint's rules: what a code or a refresh token is exchanged for."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from local.entra import tokens
from local.entra.clients import authenticate
from local.entra.errors import EntraError
from local.entra.model import AccessToken, RefreshToken
from local.entra.signin import check_account

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local.entra.model import Account
    from local.entra.provider import Entra

CODE_LIFE = timedelta(minutes=10)
REFRESH_LIFE = timedelta(days=90)
SHORTEST_ACCESS_SECONDS = 3600
ACCESS_SPREAD_SECONDS = 1800


def redeem(entra: Entra, tenant: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Answer a request to the token endpoint. Raises `EntraError`."""
    authenticate(entra, form)
    match form.get("grant_type"):
        case "authorization_code":
            return _redeem_code(entra, form)
        case "refresh_token":
            return _redeem_refresh(entra, tenant, form)
        case None:
            raise EntraError(90014, "It is 'grant_type'.")
        case other:
            raise EntraError(70003, f"It was '{other}'.")


def _redeem_code(entra: Entra, form: Mapping[str, str]) -> dict[str, Any]:
    code = entra.state.codes.get(form.get("code", ""))
    if code is None:
        raise EntraError(70000)
    if code.used:
        raise EntraError(54005)
    if code.issued + CODE_LIFE <= entra.now():
        raise EntraError(70008)
    if code.redirect_uri != form.get("redirect_uri"):
        raise EntraError(50011, error="invalid_grant")
    _check_verifier(code.challenge, form.get("code_verifier", ""))
    account = _account(entra, code.oid)
    code.used = True
    return _answer(entra, account, code.scopes, form, code.nonce)


def _check_verifier(challenge: str, verifier: str) -> None:
    if not verifier:
        raise EntraError(50148)
    digest = hashlib.sha256(verifier.encode()).digest()
    if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
        raise EntraError(501481)


def _redeem_refresh(entra: Entra, tenant: str, form: Mapping[str, str]) -> dict[str, Any]:
    grant = entra.state.refresh.get(form.get("refresh_token", ""))
    if grant is None:
        raise EntraError(70000)
    account = _account(entra, grant.oid)
    check_account(tenant, account)
    if grant.refusal is not None:
        raise EntraError(grant.refusal)
    if grant.issued + REFRESH_LIFE <= entra.now():
        raise EntraError(700082)
    return _answer(entra, account, _narrowed(grant.scopes, account.consented, form.get("scope", "")), form, None)


def _narrowed(granted: Sequence[str], consented: Sequence[str], asked: str) -> list[str]:
    """Return the scopes asked for, by default all granted. Raises `EntraError` (65001) beyond the consent."""
    scopes = asked.split() or list(granted)
    beyond = set(tokens.graph_permissions(scopes)) - set(tokens.graph_permissions(consented))
    if beyond:
        raise EntraError(65001, f"Send an interactive authorization request for {' '.join(sorted(beyond))}.")
    return scopes


def _account(entra: Entra, oid: str) -> Account:
    account = entra.state.accounts.get(oid)
    if account is None:
        raise EntraError(50034)
    if account.refusal is not None:
        raise EntraError(account.refusal)
    return account


def _answer(
    entra: Entra, account: Account, scopes: Sequence[str], form: Mapping[str, str], nonce: str | None
) -> dict[str, Any]:
    seconds = SHORTEST_ACCESS_SECONDS + int(entra.fresh("life")[:8], 16) % (ACCESS_SPREAD_SECONDS + 1)
    answer: dict[str, Any] = {
        "token_type": "Bearer",
        "scope": " ".join(scope for scope in scopes if scope != "offline_access"),
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": _access_token(entra, account, scopes, seconds),
    }
    if "offline_access" in scopes:
        answer["refresh_token"] = _refresh_token(entra, account, scopes)
    if "openid" in scopes:
        answer["id_token"] = _id_token(entra, account, scopes, nonce)
    if form.get("client_info") == "1":
        answer["client_info"] = tokens.client_info(account)
    return answer


def _access_token(entra: Entra, account: Account, scopes: Sequence[str], seconds: int) -> str:
    record = AccessToken(
        tid=account.tid,
        oid=account.oid,
        audience=tokens.GRAPH,
        scopes=list(scopes),
        expires=entra.now() + timedelta(seconds=seconds),
    )
    claims = tokens.identity_claims(account) | {
        "aud": tokens.GRAPH,
        "appid": entra.registration.client_id,
        "scp": " ".join(tokens.graph_permissions(scopes)),
        "sub": _subject(entra, account),
        "upn": account.email,
    }
    return entra.issue(claims, record)


def _refresh_token(entra: Entra, account: Account, scopes: Sequence[str]) -> str:
    token = f"1.{entra.fresh('refresh')}"
    entra.state.refresh[token] = RefreshToken(
        oid=account.oid, client_id=entra.registration.client_id, scopes=list(scopes), issued=entra.now()
    )
    return token


def _id_token(entra: Entra, account: Account, scopes: Sequence[str], nonce: str | None) -> str:
    issued = entra.now()
    until = issued + timedelta(seconds=tokens.ID_TOKEN_LIFE_SECONDS)
    claims: dict[str, Any] = tokens.identity_claims(account) | {
        "aud": entra.registration.client_id,
        "iss": f"{entra.base_url}/{account.tid}/v2.0",
        "preferred_username": account.email,
        "sub": _subject(entra, account),
        "ver": "2.0",
        "uti": entra.fresh("uti"),
    }
    if nonce is not None:
        claims["nonce"] = nonce
    if "email" in scopes:
        claims["email"] = account.email
    return entra.sign(claims | tokens.lifetime(issued, until))


def _subject(entra: Entra, account: Account) -> str:
    """Return the pairwise subject: another one for every application."""
    pair = f"{entra.registration.client_id}/{account.tid}/{account.oid}"
    return base64.urlsafe_b64encode(hashlib.sha256(pair.encode()).digest()).rstrip(b"=").decode()
