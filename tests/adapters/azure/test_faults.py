"""What the answers of Azure's services mean (azure.md 0.10), with the services scripted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError

from shared.adapters.azure import translated
from shared.adapters.memory import MemoryStore
from shared.adapters.queues import JobQueue
from shared.adapters.tables import TableStore
from shared.adapters.vault import FirmKeys, Vault, is_azure_vault
from shared.core.errors import Rejected, Retry, SyncError
from shared.core.rows import firm_partition
from shared.ports import Put, Remove


def answered(status: int, **headers: str) -> HttpResponseError:
    response: Any = SimpleNamespace(status_code=status, reason="", headers={"x-ms-request-id": "r-1", **headers})
    return HttpResponseError("a text that nobody may see", response=response)


@pytest.mark.parametrize(
    ("fault", "kind", "code", "seconds"),
    [
        (answered(503), Retry, "tables_unavailable", None),
        (answered(500), Retry, "tables_unavailable", None),
        (answered(408), Retry, "tables_unavailable", None),
        (answered(429, **{"Retry-After": "12"}), Retry, "tables_unavailable", 12),
        (answered(429, **{"Retry-After": "86400"}), Retry, "tables_unavailable", 3600),
        (answered(429, **{"Retry-After": "tomorrow"}), Retry, "tables_unavailable", None),
        (answered(401), Retry, "tables_refused", None),
        (answered(403), Retry, "tables_refused", None),
        (answered(400), Rejected, "tables_400", None),
        (answered(413), Rejected, "tables_413", None),
        (ServiceRequestError("x"), Retry, "tables_unreachable", None),
        (ServiceResponseError("x"), Retry, "tables_unreachable", None),
    ],
)
def test_each_fault_becomes_what_the_caller_does_next(
    fault: Exception, kind: type[SyncError], code: str, seconds: float | None
) -> None:
    with pytest.raises(SyncError) as caught, translated("tables"):
        raise fault
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert getattr(caught.value, "after_seconds", None) == seconds
    assert "nobody" not in str(caught.value)


class Failing:
    """A client of any service whose every call fails."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            raise self._fault

        return call


@pytest.mark.parametrize("status", [503, 400])
def test_no_call_of_an_adapter_lets_a_vendors_error_through(status: int) -> None:
    client: Any = Failing(answered(status))
    store, queue, vault = TableStore(client), JobQueue(lambda: client), Vault(lambda: client)
    for call in (
        lambda: store.get("p", "k"),
        lambda: store.scan("p", "k"),
        lambda: store.commit("p", [Put("k", "1")]),
        lambda: store.commit("p", [Remove("k")]),
        lambda: queue.send("{}"),
        queue.check,
        lambda: vault.get("n"),
        lambda: vault.put("n", "v"),
        lambda: vault.oldest("n"),
        lambda: vault.disable("n", "1"),
        lambda: vault.drop("n"),
    ):
        with pytest.raises(SyncError):
            call()


class ThreeVersions:
    """A vault with versions of a key, as the service lists them: in no order."""

    def oldest(self, name: str) -> str | None:
        return "v1"

    def put(self, name: str, value: str) -> str:
        raise AssertionError("a key that is there is not made anew")

    def get(self, name: str, version: str | None = None) -> Any:
        return SimpleNamespace(value="a2V5" if version == "v1" else "b3RoZXI=")


def test_a_firms_key_survives_the_loss_of_the_tables() -> None:
    vault: Any = ThreeVersions()
    store = MemoryStore()
    assert FirmKeys(vault, store).firm_key("f1") == b"key"
    assert len(store.scan(firm_partition("f1"), "")) == 1


def test_the_oldest_version_counts_and_disabled_ones_do_not() -> None:
    def version(name: str, created: int, *, enabled: bool = True) -> SimpleNamespace:
        return SimpleNamespace(version=name, created_on=created, enabled=enabled)

    listed = [version("v3", 3), version("v2", 2), version("v1", 1, enabled=False), version("v2b", 2)]
    client: Any = SimpleNamespace(list_properties_of_secret_versions=lambda _: listed)
    assert Vault(lambda: client).oldest("fk") == "v2"
    listed.clear()
    assert Vault(lambda: client).oldest("fk") is None


def test_a_challenge_is_checked_in_azures_own_domains_only() -> None:
    assert is_azure_vault("https://firm.vault.azure.net")
    assert not is_azure_vault("https://localhost:7002")
    assert not is_azure_vault("https://vault.azure.net.evil.example")
