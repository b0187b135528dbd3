"""Building the app from its settings, once a process."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared import compose
from shared.config import SettingsError, load
from tests.test_config import ENVIRON, without


def forget() -> None:
    compose._settings.cache_clear()
    compose._world.cache_clear()


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [*ENVIRON, "REQUESTS_CA_BUNDLE"]:
        monkeypatch.delenv(name, raising=False)
    forget()
    yield
    forget()


def test_a_missing_setting_stops_the_process_and_a_set_one_lets_it_start(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="AzureWebJobsStorage is missing"):
        compose.settings()
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    assert compose.settings().public_base_url == "https://sync.example.com"


def test_every_thread_gets_the_same_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: compose.ports(), range(32)))
    assert all(ports is found[0] for ports in found)
    assert compose.sessions() is compose.world().sessions


def test_the_archive_is_there_only_where_a_bucket_is_named() -> None:
    assert compose.World(load(ENVIRON)).ports.archive is None
    assert compose.World(load(ENVIRON | {"AUDIT_ARCHIVE_S3_BUCKET": "firm-audit"})).ports.archive is not None


def test_tables_and_queues_by_managed_identity_are_built_without_asking_for_a_token() -> None:
    environ = without("AzureWebJobsStorage", AzureWebJobsStorage__accountName="acct", AZURE_CLIENT_ID="id")
    assert compose.World(load(environ)).ports.store is not None
    assert compose.World(load(environ | {"AZURE_TOKEN_CREDENTIALS": "AzureCliCredential"})).ports.store is not None
