"""The stand-in behind TLS, its authority trusted as in production."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.entra import Entra, create_app
from local.entra.tokens import new_key
from local.serving import Certificates, certificates, serve
from tests.local.entra.world import REDIRECT, World
from tests.local.front import Clock, Front

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("entra"))


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


@pytest.fixture
def world(
    front: Front, certs: Certificates, signing_key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certs.ca))
    clock = Clock()
    entra = Entra(
        now=clock,
        base_url=front.url,
        client_id="client-1",
        client_secret="s3cret",
        redirect_uris=[REDIRECT],
    )
    entra.state.keys.append(dict(signing_key))
    front.app = create_app(entra)
    world = World(entra, clock, front.url)
    yield world
    world.session.close()
