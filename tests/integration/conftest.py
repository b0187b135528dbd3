"""The Azure side of the app as composed from its settings, over TLS on Entra's and the vault's stand-ins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local import identity
from local.azurite import Azurite
from local.entra import Entra, InvalidToken
from local.entra import create_app as entra_app
from local.entra.tokens import new_key
from local.serving import Certificates, certificates, serve
from local.vault import EVERYTHING, Vault
from local.vault import create_app as vault_app
from local.vault.app import RESOURCE
from shared import compose
from shared.config import load
from tests.local.front import Clock, Front

HEADER = "identity-header"
CALLBACK = "https://sync.example/api/outlook/callback"


@dataclass
class Fronts:
    """The servers that stay up for all tests."""

    entra: Front
    vault: Front
    identity: Front


@dataclass
class Azure:
    """The stand-ins, and the settings that lead the app to them."""

    entra: Entra
    vault: Vault
    allowed: set[str]
    environ: dict[str, str]
    certs: Certificates

    def app(self, **environ: str) -> compose.World:
        """The app in a process of its own."""
        return compose.World(load(self.environ | environ))

    def accept(self, token: str) -> frozenset[str] | None:
        try:
            self.entra.verify_app_token(token, RESOURCE)
        except InvalidToken:
            return None
        return frozenset(self.allowed)


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("integration"))


@pytest.fixture(scope="session")
def entra_key() -> dict[str, str]:
    return new_key("first")


@pytest.fixture(scope="session")
def fronts(tls: Certificates) -> Iterator[Fronts]:
    fronts = Fronts(Front(), Front(), Front())
    served = [
        serve(fronts.entra, certs=tls, threads=4),
        serve(fronts.vault, certs=tls, threads=4),
        serve(fronts.identity, threads=4),
    ]
    for front, server in zip((fronts.entra, fronts.vault, fronts.identity), served, strict=True):
        front.url = server.url
    yield fronts
    for server in served:
        server.stop()


@pytest.fixture
def azure(
    fronts: Fronts, tls: Certificates, entra_key: dict[str, str], azurite: Azurite, monkeypatch: pytest.MonkeyPatch
) -> Azure:
    clock = Clock()
    entra = Entra(
        now=clock, base_url=fronts.entra.url, client_id="app-1", client_secret="s3cret", redirect_uris=[CALLBACK]
    )
    entra.state.keys.append(dict(entra_key))
    environ = {
        "AzureWebJobsStorage": azurite.connection_string,
        "KEY_VAULT_URL": fronts.vault.url,
        "ENTRA_CLIENT_ID": "app-1",
        "ENTRA_CLIENT_SECRET": "s3cret",
        "ENTRA_AUTHORITY": f"{fronts.entra.url}/organizations",
        "PUBLIC_BASE_URL": "https://sync.example",
        "CASEFLOW_API_URL": "http://localhost:9",
        "CASEFLOW_API_TOKEN": "token",
        "CASEFLOW_JWKS_URL": "http://localhost:9/jwks",
        "CASEFLOW_ISSUER": "https://caseflow.example",
        "CASEFLOW_APP_URL": "http://localhost:9",
        "REQUESTS_CA_BUNDLE": str(Path(tls.ca)),
    }
    azure = Azure(entra, Vault(clock), set(EVERYTHING), environ, tls)
    fronts.entra.app = entra_app(entra)
    fronts.vault.app = vault_app(azure.vault, azure.accept)
    fronts.identity.app = identity.create_app(HEADER, entra.issue_app_token)
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{fronts.identity.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", HEADER)
    return azure
