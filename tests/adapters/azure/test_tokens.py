"""Access tokens where another process renews at the same time (product.md B7), with MSAL scripted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from msgspec import Struct

from shared.adapters import tokens as module
from shared.adapters.http import HttpAnswer
from shared.adapters.tokens import VaultTokens, Watched
from shared.adapters.vault import Kept
from shared.core.errors import Reconnect, Retry

REFUSED = {"error": "invalid_grant", "error_codes": [70000], "correlation_id": "c-1"}
GRANTED = {"access_token": "at-2", "expires_in": 3600}


class FakeVault:
    """Versions of one secret; `read` says which version each read sees."""

    def __init__(self, *values: str) -> None:
        self.values = list(values)
        self.lag = 0
        self.disabled: list[str] = []
        self.disable_fault: Retry | None = None

    def get(self, name: str) -> Kept | None:
        if not self.values:
            return None
        number = len(self.values) - 1 - self.lag
        self.lag = 0
        return Kept(self.values[number], str(number))

    def put(self, name: str, value: str) -> str:
        self.values.append(value)
        return str(len(self.values) - 1)

    def disable(self, name: str, version: str) -> None:
        if self.disable_fault:
            raise self.disable_fault
        self.disabled.append(version)


class FakeCache(Struct):
    value: str
    has_state_changed: bool = False

    def serialize(self) -> str:
        return self.value


class FakeClients:
    """Answers by the stored cache; a granted refresh changes it."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, bool]] = []

    def client(self, cache: FakeCache) -> FakeClient:
        return FakeClient(self, cache)


class FakeClient:
    def __init__(self, clients: FakeClients, cache: FakeCache) -> None:
        self.clients, self.cache = clients, cache

    def get_accounts(self) -> list[dict[str, str]]:
        return [{"username": "anna"}]

    def acquire_token_silent_with_error(self, scopes: list[str], account: Any, *, force_refresh: bool) -> Any:
        self.clients.asked.append((self.cache.value, force_refresh))
        answer = self.clients.answers[self.cache.value]
        if answer is GRANTED:
            self.cache.value += "+"
            self.cache.has_state_changed = True
        return answer


class Bench:
    def __init__(self, vault: FakeVault, answers: Mapping[str, Any]) -> None:
        self.time = datetime(2026, 11, 24, tzinfo=UTC)
        self.vault, self.clients = vault, FakeClients(answers)
        unchecked: Any = (vault, self.clients)
        self.tokens = VaultTokens(unchecked[0], unchecked[1], lambda: self.time)


@pytest.fixture(autouse=True)
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "token_cache", FakeCache)


def test_a_token_rotated_by_another_process_is_read_before_the_user_is_bothered() -> None:
    bench = Bench(FakeVault("old", "new"), {"old": REFUSED, "new": GRANTED})
    bench.vault.lag = 1
    assert bench.tokens.access("s") == "at-2"
    assert [value for value, _ in bench.clients.asked] == ["old", "new"]
    assert bench.vault.values == ["old", "new", "new+"]
    assert bench.vault.disabled == ["1"]


def test_a_refused_token_without_a_successor_asks_to_reconnect_at_once() -> None:
    bench = Bench(FakeVault("old"), {"old": REFUSED})
    with pytest.raises(Reconnect) as caught:
        bench.tokens.access("s")
    assert (caught.value.code, caught.value.reference) == ("sign_in_expired", "c-1")
    assert bench.vault.values == ["old"]


def test_a_cache_without_an_account_asks_to_reconnect() -> None:
    with pytest.raises(Reconnect, match="token_missing"):
        Bench(FakeVault("empty"), {"empty": None}).tokens.access("s")


def test_an_old_version_that_cannot_be_shut_does_not_fail_the_job() -> None:
    bench = Bench(FakeVault("old"), {"old": GRANTED})
    bench.vault.disable_fault = Retry("vault_unavailable")
    assert bench.tokens.access("s") == "at-2"


def test_a_token_is_asked_for_again_five_minutes_before_it_ends() -> None:
    bench = Bench(FakeVault("a"), {"a": GRANTED, "a+": GRANTED})
    bench.tokens.access("s")
    bench.time += timedelta(minutes=54, seconds=59)
    bench.tokens.access("s")
    assert len(bench.clients.asked) == 1
    bench.time += timedelta(seconds=1)
    bench.tokens.access("s")
    assert len(bench.clients.asked) == 2


def test_threads_of_one_mailbox_ask_once() -> None:
    bench = Bench(FakeVault("a"), {"a": GRANTED})
    barrier = Barrier(8)
    seen: list[str] = []

    def ask() -> None:
        barrier.wait()
        seen.append(bench.tokens.access("s"))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["at-2"] * 8
    assert len(bench.clients.asked) == 1


def test_after_a_401_the_next_token_is_a_fresh_one() -> None:
    bench = Bench(FakeVault("a"), {"a": GRANTED, "a+": GRANTED, "a++": GRANTED})
    bench.tokens.access("s")

    class Refusing:
        def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
            return HttpAnswer(401 if url == "u401" else 200, {}, b"")

    http = Watched(Refusing(), lambda: bench.tokens.refused("s"))
    assert http.send("GET", "u200", headers={}, body=None).status == 200
    bench.tokens.access("s")
    assert http.send("GET", "u401", headers={}, body=None).status == 401
    bench.tokens.access("s")
    bench.tokens.access("s")
    assert bench.clients.asked == [("a", False), ("a+", True)]
