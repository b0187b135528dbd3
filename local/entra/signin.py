"""The authorize endpoint's rules: what is asked, who answers, what goes back to the application."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from local.entra.errors import EntraError
from local.entra.model import AuthorizationCode
from local.entra.tokens import GRAPH, OPENID_SCOPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.entra.model import Account
    from local.entra.provider import Entra

_PERMISSION = re.compile(r"[A-Z][A-Za-z]*(\.[A-Z][A-Za-z]*)+")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SHARED_TENANTS = ("organizations", "common", "consumers")


@dataclass(frozen=True)
class SignIn:
    """A checked authorize request."""

    tenant: str
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    challenge: str
    prompt: str | None
    login_hint: str | None


class SentBack(Exception):
    """A refusal that goes to the redirect URI; `location` is where the browser goes."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def read(entra: Entra, tenant: str, query: Mapping[str, str]) -> SignIn:
    """Check an authorize request.

    Raises `EntraError` for what Microsoft shows on its own page (wrong application or redirect URI) and
    `SentBack` for what it tells the application.
    """
    if query.get("client_id") != entra.registration.client_id:
        raise EntraError(700016)
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in entra.registration.redirect_uris:
        raise EntraError(50011, f"It was '{redirect_uri}'.")
    state = query.get("state")
    try:
        _check_protocol(query)
        scopes = _scopes(query.get("scope", ""))
    except EntraError as error:
        raise SentBack(refused(redirect_uri, state, error)) from error
    return SignIn(
        tenant=tenant,
        client_id=query["client_id"],
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=state,
        nonce=query.get("nonce"),
        challenge=query["code_challenge"],
        prompt=query.get("prompt"),
        login_hint=query.get("login_hint"),
    )


def _check_protocol(query: Mapping[str, str]) -> None:
    if query.get("response_type") != "code":
        raise EntraError(700054)
    if query.get("response_mode", "query") != "query":
        raise EntraError(70007)
    if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(query.get("code_challenge", "")):
        raise EntraError(9002325)
    if query.get("prompt") == "none":
        raise EntraError(50058)


def _scopes(raw: str) -> tuple[str, ...]:
    scopes = tuple(raw.split())
    if not scopes:
        raise EntraError(90014, "It is 'scope'.")
    for scope in scopes:
        if scope not in OPENID_SCOPES and not _PERMISSION.fullmatch(scope.removeprefix(f"{GRAPH}/")):
            raise EntraError(70011, f"The scope {scope} is not valid.")
    return scopes


def approve(entra: Entra, asked: SignIn, account: Account) -> str:
    """Record the consent and return the address with the code. Raises `EntraError` for who cannot sign in."""
    check_account(asked.tenant, account)
    if account.needs_admin_consent:
        error = EntraError(90094, error=entra.admin_consent_error)
        return refused(asked.redirect_uri, asked.state, error)
    code = f"1.{entra.fresh('code')}"
    account.consented = sorted({*account.consented, *asked.scopes})
    entra.state.codes[code] = AuthorizationCode(
        oid=account.oid,
        client_id=asked.client_id,
        redirect_uri=asked.redirect_uri,
        scopes=list(asked.scopes),
        challenge=asked.challenge,
        nonce=asked.nonce,
        issued=entra.now(),
    )
    return _address(asked.redirect_uri, asked.state, {"code": code, "session_state": entra.fresh("session")[:32]})


def refuse(asked: SignIn) -> str:
    """Return the address that tells the application that the person said no (AADSTS65004)."""
    return refused(asked.redirect_uri, asked.state, EntraError(65004))


def check_account(tenant: str, account: Account) -> None:
    """Refuse a person of another tenant or kind (50020), and one whom the directory refuses anyway."""
    wrong_kind = tenant == ("consumers" if not account.consumer else "organizations")
    if wrong_kind or (tenant not in _SHARED_TENANTS and tenant != account.tid):
        raise EntraError(50020)
    if account.refusal is not None:
        raise EntraError(account.refusal)


def refused(redirect_uri: str, state: str | None, error: EntraError) -> str:
    """Return the address that tells the application about an error."""
    members = {"error": error.error, "error_description": error.description}
    if error.code == 65004:
        members["error_subcode"] = "cancel"
    return _address(redirect_uri, state, members)


def _address(redirect_uri: str, state: str | None, members: dict[str, str]) -> str:
    query = urlencode(members | ({} if state is None else {"state": state}))
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{query}"
