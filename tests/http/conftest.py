"""The functions, indexed once a process, and a fresh world behind them for every test."""

from __future__ import annotations

import importlib
import os
from types import SimpleNamespace
from typing import Any

import pytest

from shared import compose, config
from shared.flows import sync
from tests.http.engine import Engine
from tests.http.world import ENVIRONMENT, FakeSessions, World


@pytest.fixture(scope="session")
def functions() -> dict[str, Any]:
    """Every function of the app by name, as the host indexes it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.isupper() and name in ENVIRONMENT:
                patch.delenv(name)
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        compose._settings.cache_clear()
        app = importlib.import_module("function_app").app
        compose._settings.cache_clear()
    return {function.get_function_name(): function for function in app.get_functions()}


@pytest.fixture
def world(functions: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> World:
    """A fresh world behind the functions: nobody is connected, the firm is eligible."""
    made = World(functions)
    settings = config.load(ENVIRONMENT)
    adapters = SimpleNamespace(queue=made.queue, vault=made.vault, http=made.http)
    monkeypatch.setattr(compose, "ports", lambda: made.ports)
    monkeypatch.setattr(compose, "settings", lambda: settings)
    monkeypatch.setattr(compose, "sessions", FakeSessions)
    monkeypatch.setattr(compose, "world", lambda: adapters)
    return made


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The engine behind Sync now and the queue."""
    made = Engine()
    monkeypatch.setattr(sync, "run", made.run)
    monkeypatch.setattr(sync, "deliver", made.deliver)
    return made
