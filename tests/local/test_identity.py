"""The managed identity endpoint, asked by the unmodified credential and by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ManagedIdentityCredential

from local.identity import IdentityToken, create_app
from local.serving import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "header"
GOOD = {"api-version": "2019-08-01", "resource": "https://vault.azure.net"}
END = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=24)


def issue(resource: str, client_id: str | None) -> IdentityToken:
    if client_id == "unknown":
        raise LookupError(client_id)
    return IdentityToken(f"{resource}|{client_id}", END)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    served = serve(create_app(SECRET, issue), threads=2)
    yield f"{served.url}/msi/token"
    served.stop()


@pytest.fixture
def setting(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", endpoint)
    monkeypatch.setenv("IDENTITY_HEADER", SECRET)


@pytest.mark.usefixtures("setting")
def test_the_credential_gets_a_token_for_its_resource() -> None:
    with ManagedIdentityCredential() as credential:
        token = credential.get_token("https://storage.azure.com/.default")
    assert token.token == "https://storage.azure.com|None"
    assert abs(token.expires_on - END.timestamp()) <= 2


@pytest.mark.usefixtures("setting")
def test_a_user_assigned_identity_is_named() -> None:
    with ManagedIdentityCredential(client_id="mine") as credential:
        assert credential.get_token("https://vault.azure.net/.default").token.endswith("|mine")


@pytest.mark.usefixtures("setting")
def test_an_identity_that_the_app_does_not_have_is_refused() -> None:
    with (
        ManagedIdentityCredential(client_id="unknown") as credential,
        pytest.raises(ClientAuthenticationError, match="No User Assigned"),
    ):
        credential.get_token("https://vault.azure.net/.default")


@pytest.mark.parametrize("headers", [{}, {"X-IDENTITY-HEADER": "other"}, {"X-IDENTITY-HEADER": "é"}])
def test_a_caller_without_the_header_is_refused(endpoint: str, headers: dict[str, str]) -> None:
    encoded = {name: value.encode() for name, value in headers.items()}
    assert requests.get(endpoint, params=GOOD, headers=encoded, timeout=5).status_code == 401


@pytest.mark.parametrize("missing", list(GOOD))
def test_a_missing_parameter_is_named(endpoint: str, missing: str) -> None:
    query = {name: value for name, value in GOOD.items() if name != missing}
    answer = requests.get(endpoint, params=query, headers={"X-IDENTITY-HEADER": SECRET}, timeout=5)
    assert answer.status_code == 400
    assert missing in answer.json()["message"]
