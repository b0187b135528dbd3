"""The vault behind TLS, the unmodified SDK in front of it, a managed identity between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from azure.identity import ManagedIdentityCredential
from azure.keyvault.secrets import SecretClient

from local import identity
from local.entra import Entra, InvalidToken
from local.entra.tokens import new_key
from local.serving import Certificates, certificates, serve
from local.vault import EVERYTHING, Vault, create_app
from local.vault.app import RESOURCE
from tests.local.front import Clock, Front

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = "identity-header"


@dataclass
class World:
    """A vault and who may use it."""

    vault: Vault
    clock: Clock
    entra: Entra
    url: str
    allowed: set[str] = field(default_factory=lambda: set(EVERYTHING))

    def accept(self, token: str) -> frozenset[str] | None:
        try:
            self.entra.verify_app_token(token, RESOURCE)
        except InvalidToken:
            return None
        return frozenset(self.allowed)


@pytest.fixture(scope="session")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("vault"))


@pytest.fixture(scope="session")
def signing_key() -> dict[str, str]:
    return new_key("first")


@pytest.fixture(scope="session")
def front(certs: Certificates) -> Iterator[Front]:
    front = Front()
    served = serve(front, certs=certs, threads=4)
    front.url = served.url
    yield front
    served.stop()


@pytest.fixture(scope="session")
def identity_front() -> Iterator[Front]:
    front = Front()
    served = serve(front, threads=4)
    front.url = f"{served.url}/msi/token"
    yield front
    served.stop()


@pytest.fixture
def world(front: Front, identity_front: Front, signing_key: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> World:
    clock = Clock()
    entra = Entra(now=Clock(), base_url="https://login.example", client_id="", client_secret="", redirect_uris=[])
    entra.state.keys.append(dict(signing_key))
    world = World(Vault(clock), clock, entra, front.url)
    front.app = create_app(world.vault, world.accept)
    identity_front.app = identity.create_app(HEADER, entra.issue_app_token)
    monkeypatch.setenv("IDENTITY_ENDPOINT", identity_front.url)
    monkeypatch.setenv("IDENTITY_HEADER", HEADER)
    return world


@pytest.fixture
def client(world: World, certs: Certificates) -> Iterator[SecretClient]:
    with (
        ManagedIdentityCredential() as credential,
        SecretClient(
            world.url,
            credential,
            verify_challenge_resource=False,
            connection_verify=str(certs.ca),
            retry_backoff_factor=0,
        ) as client,
    ):
        yield client
