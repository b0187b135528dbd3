"""Signing in at Entra with MSAL: the app registration, and the authorization code flow with PKCE (B1, azure.md 5)."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from msal.application import ConfidentialClientApplication
from msal.exceptions import MsalServiceError
from msal.token_cache import SerializableTokenCache

from shared.adapters.entra_errors import callback_code
from shared.config import EntraApp
from shared.core.errors import Reconnect, Retry
from shared.ports import Grant

SCOPES = ["Calendars.ReadWrite"]
CONSUMER_TENANT = "9188040d-6c67-4b38-b112-36a304b66dad"
TIMEOUT_SECONDS = (3, 15)
_MICROSOFT_HOSTS = frozenset(
    {
        "login.microsoftonline.com",
        "login.microsoft.com",
        "login.windows.net",
        "login.microsoftonline.us",
        "login.partner.microsoftonline.cn",
    }
)


_APPLICATION: Any = ConfidentialClientApplication
_CACHE: Any = SerializableTokenCache


def token_cache(serialised: str | None = None) -> Any:
    """MSAL's cache of one connection's tokens, empty or as it was stored."""
    cache = _CACHE()
    if serialised is not None:
        cache.deserialize(serialised)
    return cache


class EntraClients:
    """Makes MSAL applications, one for each token cache; they share connections and discovery (azure.md 5).

    `assertion` gives the managed identity's token where that stands for a client secret.
    """

    def __init__(self, app: EntraApp, *, verify: str | bool, assertion: Callable[[], str] | None = None) -> None:
        self.app = app
        self._assertion = assertion
        self._session = _Session(verify)
        self._discovered: dict[str, Any] = {}

    @cached_property
    def _credential(self) -> Any:
        if self.app.secret is not None:
            return self.app.secret.reveal()
        if self.app.certificate is None:
            return {"client_assertion": self._assertion}
        if self.app.certificate.suffix.lower() in {".pfx", ".p12"}:
            return {"private_key_pfx_path": str(self.app.certificate)}
        pem = self.app.certificate.read_text()
        return {"private_key": pem, "public_certificate": pem}

    def client(self, cache: Any) -> Any:
        """A confidential client whose tokens live in `cache`. Raises Retry."""
        with talking():
            return _APPLICATION(
                self.app.client_id,
                authority=self.app.authority,
                client_credential=self._credential,
                token_cache=cache,
                http_client=self._session,
                http_cache=self._discovered,
                instance_discovery=None if _is_microsoft(self.app.authority) else False,
            )


class _Session(requests.Session):
    """A session with timeouts, which MSAL sets none; it keeps no cookies, as many users share it."""

    def __init__(self, verify: str | bool) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = verify
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        """Send one request, at most 15 seconds for each read."""
        options.setdefault("timeout", TIMEOUT_SECONDS)
        return super().request(*arguments, **options)


@contextmanager
def talking() -> Iterator[None]:
    """Turn what MSAL raises when Entra does not answer properly into Retry; its refusals come as dicts instead."""
    try:
        yield
    except (requests.RequestException, ConnectionError) as error:
        raise Retry("sign_in_unreachable") from error
    except (MsalServiceError, ValueError) as error:
        raise Retry("sign_in_unavailable") from error


class EntraSignIn:
    """The port SignIn. `redirect_uri` is the one that the app registration holds, of kind *web*."""

    def __init__(self, clients: EntraClients, redirect_uri: str) -> None:
        self._clients = clients
        self._redirect_uri = redirect_uri

    def begin(self, state: str, login_hint: str | None) -> tuple[str, str]:
        """The authorization URL, and MSAL's flow as JSON (a secret: it holds the PKCE verifier). Raises Retry."""
        # MSAL warns that form_post is safer; the contract's callback is a GET (azure.md 5).
        warnings.filterwarnings("ignore", message="response_mode='form_post' is recommended")
        client = self._clients.client(token_cache())
        with talking():
            flow = client.initiate_auth_code_flow(
                SCOPES,
                redirect_uri=self._redirect_uri,
                state=state,
                prompt="select_account",
                login_hint=login_hint,
                response_mode="query",
            )
        return str(flow["auth_uri"]), json.dumps(flow)

    def redeem(self, flow: str, params: dict[str, str]) -> Grant:
        """Trade the callback for tokens. Raises Reconnect with a callback code of the contract, or Retry."""
        if "error" in params:
            raise Reconnect(callback_code(params))
        if not params.get("code"):
            raise Reconnect("provider_error")
        cache = token_cache()
        client = self._clients.client(cache)
        with talking():
            try:
                answer = client.acquire_token_by_auth_code_flow(json.loads(flow), params)
            except RuntimeError as error:  # the id token's nonce is not ours
                raise Reconnect("provider_error") from error
        if "error" in answer:
            raise Reconnect(callback_code(answer), reference=answer.get("correlation_id"))
        return self._grant(answer, cache)

    def _grant(self, answer: dict[str, Any], cache: Any) -> Grant:
        claims = answer.get("id_token_claims") or {}
        tid, oid, email = (claims.get(name) for name in ("tid", "oid", "preferred_username"))
        if not (tid and oid and email):
            raise Reconnect("provider_error")
        if tid == CONSUMER_TENANT and not self._takes_consumers():
            raise Reconnect("account_not_allowed")
        if not any(scope.lower().endswith("calendars.readwrite") for scope in answer.get("scope", "").split()):
            raise Reconnect("access_denied")
        return Grant(tid=tid, oid=oid, email=email, cache=cache.serialize())

    def _takes_consumers(self) -> bool:
        return urlsplit(self._clients.app.authority).path.strip("/").lower() in {"common", "consumers"}


def _is_microsoft(authority: str) -> bool:
    return urlsplit(authority).hostname in _MICROSOFT_HOSTS
