"""The unmodified SDK with a managed identity works on the stand-in as on a vault in Azure."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)

from local.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from azure.keyvault.secrets import SecretClient

    from tests.local.vault.conftest import World


def inner_code(error: HttpResponseError) -> str:
    """Return the inner code that Key Vault put into an answer."""
    answer: Any = error.response
    return str(answer.json()["error"]["innererror"]["code"])


def test_a_secret_is_set_and_read(client: SecretClient) -> None:
    made = client.set_secret("token-1", "v1", content_type="application/json", tags={"kind": "cache"})
    read = client.get_secret("token-1")
    assert (read.name, read.value, read.properties.version) == ("token-1", "v1", made.properties.version)
    assert read.properties.content_type == "application/json"
    assert read.properties.tags == {"kind": "cache"}
    assert read.properties.enabled is True
    assert read.properties.recoverable_days == 7


def test_attributes_are_kept(client: SecretClient) -> None:
    end = datetime(2030, 1, 1, tzinfo=UTC)
    start = datetime(2020, 1, 1, tzinfo=UTC)
    client.set_secret("dated", "x", expires_on=end, not_before=start)
    kept = client.get_secret("dated").properties
    assert (kept.not_before, kept.expires_on) == (start, end)


def test_every_set_makes_a_version(client: SecretClient) -> None:
    versions = [str(client.set_secret("many", str(n)).properties.version) for n in range(3)]
    assert len(set(versions)) == 3
    assert client.get_secret("many").value == "2"
    assert [client.get_secret("many", version).value for version in versions] == ["0", "1", "2"]
    assert [kept.version for kept in client.list_properties_of_secret_versions("many")] == versions


def test_writers_at_the_same_time_each_learn_their_own_version(client: SecretClient) -> None:
    def write(value: str) -> tuple[str, str]:
        return value, str(client.set_secret("shared", value).properties.version)

    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(write, [str(number) for number in range(20)]))
    assert [client.get_secret("shared", version).value for _, version in written] == [value for value, _ in written]


def test_names_are_the_same_whatever_their_case(client: SecretClient) -> None:
    client.set_secret("Token", "1")
    client.set_secret("tOKEN", "2")
    assert client.get_secret("TOKEN").value == "2"
    assert [item.name for item in client.list_properties_of_secrets()] == ["Token"]


def test_a_disabled_version_is_not_read(client: SecretClient) -> None:
    old = client.set_secret("rotated", "old").properties.version
    client.set_secret("rotated", "new")
    assert client.update_secret_properties("rotated", old, enabled=False).enabled is False
    with pytest.raises(HttpResponseError) as refused:
        client.get_secret("rotated", old)
    assert refused.value.status_code == 403
    assert inner_code(refused.value) == "SecretDisabled"
    assert client.get_secret("rotated").value == "new"


def test_an_update_keeps_what_it_does_not_name(client: SecretClient) -> None:
    client.set_secret("tagged", "v", tags={"a": "1"}, content_type="text/plain")
    changed = client.update_secret_properties("tagged", enabled=True, tags={"b": "2"})
    assert changed.tags == {"b": "2"}
    assert changed.content_type == "text/plain"
    assert client.get_secret("tagged").value == "v"


def test_lists_come_in_pages(client: SecretClient, world: World) -> None:
    for number in range(30):
        client.set_secret(f"page-{number:02}", "v")
    pages = [[item.name for item in page] for page in client.list_properties_of_secrets().by_page()]
    assert [len(page) for page in pages] == [25, 5]
    assert [name for page in pages for name in page] == [f"page-{number:02}" for number in range(30)]
    small = list(client.list_properties_of_secrets(max_page_size=10).by_page())
    assert len(small) == 3


def test_an_unknown_secret_is_not_found(client: SecretClient) -> None:
    with pytest.raises(ResourceNotFoundError, match="SecretNotFound"):
        client.get_secret("nothing")
    client.set_secret("something", "v")
    with pytest.raises(ResourceNotFoundError, match="SecretNotFound"):
        client.get_secret("something", "0" * 32)
    with pytest.raises(ResourceNotFoundError, match="SecretNotFound"):
        client.begin_delete_secret("nothing")


def test_a_deleted_name_is_taken_until_it_is_purged(client: SecretClient) -> None:
    client.set_secret("gone", "v")
    deleted = client.begin_delete_secret("gone").result()
    assert str(deleted.recovery_id).endswith("/deletedsecrets/gone")
    with pytest.raises(ResourceNotFoundError):
        client.get_secret("gone")
    with pytest.raises(ResourceExistsError) as refused:
        client.set_secret("gone", "again")
    assert inner_code(refused.value) == "ObjectIsDeletedButRecoverable"
    client.purge_deleted_secret("gone")
    assert client.set_secret("gone", "again").value == "again"
    assert len(list(client.list_properties_of_secret_versions("gone"))) == 1


def test_a_deleted_secret_is_shown_with_its_dates(client: SecretClient, world: World) -> None:
    client.set_secret("gone", "v")
    client.begin_delete_secret("gone").wait()
    (listed,) = client.list_deleted_secrets()
    shown = client.get_deleted_secret("gone")
    assert listed.name == shown.name == "gone"
    deleted = world.clock().replace(microsecond=0)
    assert shown.deleted_date == deleted
    assert shown.scheduled_purge_date == deleted + timedelta(days=7)
    assert list(client.list_properties_of_secrets()) == []


def test_a_deleted_secret_is_recovered_with_its_versions(client: SecretClient) -> None:
    client.set_secret("back", "1")
    client.set_secret("back", "2")
    client.begin_delete_secret("back").wait()
    client.begin_recover_deleted_secret("back").wait()
    assert client.get_secret("back").value == "2"
    assert len(list(client.list_properties_of_secret_versions("back"))) == 2
    with pytest.raises(ResourceNotFoundError):
        client.get_deleted_secret("back")


def test_the_retention_ends_by_itself(client: SecretClient, world: World) -> None:
    client.set_secret("old", "v")
    client.begin_delete_secret("old").wait()
    world.clock.advance(days=7)
    with pytest.raises(ResourceNotFoundError):
        client.get_deleted_secret("old")
    assert client.set_secret("old", "new").value == "new"


def test_deleting_and_purging_take_their_time(client: SecretClient, world: World) -> None:
    world.vault.delay = timedelta(seconds=2)
    client.set_secret("slow", "v")
    client.begin_delete_secret("slow")
    with pytest.raises(ResourceNotFoundError):
        client.get_deleted_secret("slow")
    for call in (lambda: client.purge_deleted_secret("slow"), lambda: client.set_secret("slow", "v")):
        with pytest.raises(ResourceExistsError) as refused:
            call()
        assert inner_code(refused.value) == "ObjectIsBeingDeleted"
    world.clock.advance(seconds=2)
    client.purge_deleted_secret("slow")
    with pytest.raises(ResourceExistsError):
        client.set_secret("slow", "v")
    world.clock.advance(seconds=2)
    assert client.set_secret("slow", "v").value == "v"


def test_recovering_takes_its_time(client: SecretClient, world: World) -> None:
    client.set_secret("slow", "v")
    client.begin_delete_secret("slow").wait()
    world.vault.delay = timedelta(seconds=2)
    client.begin_recover_deleted_secret("slow")
    with pytest.raises(ResourceNotFoundError):
        client.get_secret("slow")
    with pytest.raises(ResourceExistsError) as refused:
        client.set_secret("slow", "v")
    assert inner_code(refused.value) == "ObjectIsBeingRecovered"
    world.clock.advance(seconds=2)
    assert client.get_secret("slow").value == "v"


def test_purge_protection_forbids_purging(client: SecretClient, world: World) -> None:
    world.vault.purge_protection = True
    client.set_secret("kept", "v")
    client.begin_delete_secret("kept").wait()
    with pytest.raises(HttpResponseError) as refused:
        client.purge_deleted_secret("kept")
    assert refused.value.status_code == 403


@pytest.mark.parametrize("name", ["a_b", "a" * 128, "é", "a b"])
def test_a_bad_name_is_refused(client: SecretClient, name: str) -> None:
    with pytest.raises(HttpResponseError, match="invalid name") as refused:
        client.set_secret(name, "v")
    assert refused.value.status_code == 400


def test_the_longest_name_and_the_largest_value_are_taken(client: SecretClient) -> None:
    client.set_secret("a" * 127, "x" * 25_600)
    assert len(client.get_secret("a" * 127).value or "") == 25_600


@pytest.mark.parametrize("value", ["x" * 25_601, "é" * 12_801])
def test_a_value_over_25_kb_is_refused(client: SecretClient, value: str) -> None:
    with pytest.raises(HttpResponseError, match="25600") as refused:
        client.set_secret("large", value)
    assert refused.value.status_code == 400


@pytest.mark.parametrize("tags", [{str(n): "" for n in range(16)}, {"a": "x" * 257}])
def test_too_many_or_too_long_tags_are_refused(client: SecretClient, tags: dict[str, str]) -> None:
    with pytest.raises(HttpResponseError, match="15 tags") as refused:
        client.set_secret("tagged", "v", tags=tags)
    assert refused.value.status_code == 400


@pytest.mark.parametrize("missing", ["get", "set", "delete", "list", "purge", "recover"])
def test_a_missing_permission_is_403(client: SecretClient, world: World, missing: str) -> None:
    client.set_secret("deleted", "v")
    client.begin_delete_secret("deleted").wait()
    client.set_secret("name", "v")
    world.allowed.discard(missing)
    calls: dict[str, Callable[[], Any]] = {
        "get": lambda: client.get_secret("name"),
        "set": lambda: client.set_secret("name", "w"),
        "delete": lambda: client.begin_delete_secret("name"),
        "list": lambda: list(client.list_properties_of_secrets()),
        "purge": lambda: client.purge_deleted_secret("deleted"),
        "recover": lambda: client.begin_recover_deleted_secret("deleted"),
    }
    with pytest.raises(HttpResponseError) as refused:
        calls[missing]()
    assert refused.value.status_code == 403


def test_a_token_that_is_not_good_is_401(client: SecretClient, world: World) -> None:
    client.set_secret("name", "v")
    world.entra.state.access.clear()
    with pytest.raises(ClientAuthenticationError) as refused:
        client.get_secret("name")
    assert refused.value.status_code == 401


def test_throttling_is_retried_after_the_time_that_is_named(client: SecretClient, world: World) -> None:
    client.set_secret("name", "v")
    world.vault.faults.plan("get", Fault(429, retry_after=0), times=2)
    assert client.get_secret("name").value == "v"
    assert world.vault.calls["get"] == 3


def test_an_outage_reaches_the_caller_in_the_end(client: SecretClient, world: World) -> None:
    client.set_secret("name", "v")
    world.vault.faults.plan("set", Fault(503), times=4)
    with pytest.raises(HttpResponseError) as refused:
        client.set_secret("name", "w")
    assert refused.value.status_code == 503
    assert client.get_secret("name").value == "v"
