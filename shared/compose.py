"""Builds the real ports from the settings, once a process and at first need (azure.md 9.17)."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property, lru_cache
from threading import RLock
from typing import TYPE_CHECKING

from shared import config, log
from shared.adapters import archive, azure, clock, queues, tables, vault
from shared.adapters.caseflow.client import CaseflowClient
from shared.adapters.entra import EntraClients, EntraSignIn
from shared.adapters.graph.client import GraphMailbox
from shared.adapters.http import RequestsHttp
from shared.adapters.sessions import Sessions
from shared.adapters.tables import TableStore
from shared.adapters.tokens import VaultTokens, Watched
from shared.ports import Outlook, Ports

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_FEDERATION = "api://AzureADTokenExchange/.default"


class World:
    """The app's adapters for one set of settings. Building them sends nothing."""

    def __init__(self, settings: config.Settings) -> None:
        self.settings = settings
        self.http = RequestsHttp(settings.verify)
        self.vault = vault.connected(
            settings.key_vault_url, self._identity(settings.identity_client_id), settings.verify
        )
        self.clients = EntraClients(settings.entra, verify=settings.verify, assertion=self._assertion)
        self.queue = queues.connected(settings.queues, self._identity(settings.queues.client_id))
        self.sessions = Sessions(self.http, settings.caseflow_jwks_url, settings.caseflow_issuer, clock.now)
        self.ports = self._ports()

    def _identity(self, client_id: str | None) -> Callable[[], TokenCredential]:
        return lambda: azure.credential(self.settings, client_id)

    @cached_property
    def _federated(self) -> TokenCredential:
        return azure.credential(self.settings, self.settings.entra.identity)

    def _assertion(self) -> str:
        return self._federated.get_token(_FEDERATION).token

    def _store(self) -> TableStore:
        access = self.settings.tables
        if access.connection_string is not None:
            return tables.by_connection_string(access.connection_string)
        return tables.by_identity(access.endpoint or "", self._identity(access.client_id)())

    def _ports(self) -> Ports:
        settings, http = self.settings, self.http
        tokens = VaultTokens(self.vault, self.clients, clock.now)
        service_token = settings.caseflow_api_token.reveal()

        def outlook(secret: str) -> Outlook:
            watched = Watched(http, lambda: tokens.refused(secret))
            return GraphMailbox(watched, settings.graph_base_url, lambda: tokens.access(secret), new_id=clock.new_id)

        store = self._store()
        return Ports(
            store=store,
            caseflow=CaseflowClient(http, settings.caseflow_api_url, service_token, now=clock.now, new_id=clock.new_id),
            outlook=outlook,
            sign_in=EntraSignIn(self.clients, settings.redirect_uri),
            tokens=tokens,
            keys=vault.FirmKeys(self.vault, store),
            queue=self.queue,
            now=clock.now,
            new_id=clock.new_id,
            archive=archive.SealedBucket(settings.sealing, settings.verify) if settings.sealing else None,
            horizon_days=settings.sync_horizon_days,
        )


_LOCK = RLock()


@lru_cache(maxsize=1)
def _settings() -> config.Settings:
    log.quieten()
    return config.load(os.environ)


@lru_cache(maxsize=1)
def _world() -> World:
    return World(settings())


def settings() -> config.Settings:
    """The process's settings; function_app asks for them when it is imported. Raises SettingsError."""
    with _LOCK:
        return _settings()


def world() -> World:
    """The process's adapters, for the health page's looks at each service."""
    with _LOCK:
        return _world()


def ports() -> Ports:
    """The process's ports."""
    return world().ports


def sessions() -> Sessions:
    """The process's verifier of session tokens."""
    return world().sessions
