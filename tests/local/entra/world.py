"""A directory in use: a browser that decides on the page, and unmodified MSAL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import requests
from msal.application import ConfidentialClientApplication

if TYPE_CHECKING:
    from local.entra import Account, Entra
    from tests.local.front import Clock

REDIRECT = "https://sync.example/api/outlook/callback"
SCOPE = "Calendars.ReadWrite"


class World:
    """One directory, its server, and a browser and an application that trust it."""

    def __init__(self, entra: Entra, clock: Clock, url: str) -> None:
        self.entra, self.clock, self.url = entra, clock, url
        self.session = requests.Session()
        self.alice = entra.add_account(tid="t-1", oid="o-alice", email="alice@firm.example", name="Alice Adler")

    def application(self, credential: Any = "s3cret", tenant: str = "organizations") -> Any:
        make: Any = ConfidentialClientApplication
        return make(
            "client-1",
            client_credential=credential,
            authority=f"{self.url}/{tenant}",
            instance_discovery=False,
            http_client=self.session,
        )

    def begin(self, application: Any, **options: Any) -> dict[str, Any]:
        flow = application.initiate_auth_code_flow([SCOPE], redirect_uri=REDIRECT, **options)
        return dict(flow)

    def decide(self, flow: dict[str, Any], account: Account, decision: str = "approve") -> requests.Response:
        form = {"account": account.oid, "decision": decision}
        return self.session.post(flow["auth_uri"], data=form, allow_redirects=False, timeout=10)

    def sign_in(self, application: Any, account: Account | None = None) -> dict[str, Any]:
        flow = self.begin(application)
        answer = callback(self.decide(flow, account or self.alice))
        return dict(application.acquire_token_by_auth_code_flow(flow, answer))

    def refresh(self, application: Any) -> dict[str, Any]:
        account = application.get_accounts()[0]
        return dict(application.acquire_token_silent_with_error([SCOPE], account, force_refresh=True))


def callback(response: requests.Response) -> dict[str, str]:
    """Return the query that the redirect URI receives."""
    assert response.status_code == 302, response.text
    assert response.headers["Location"].startswith(REDIRECT)
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))
