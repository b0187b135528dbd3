"""What the SDK does not let through or hides: the challenge, malformed requests, the file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.vault import EVERYTHING, Vault, VaultError, create_app
from local.vault.model import SetParameters
from tests.local.front import Clock

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

VERSION = {"api-version": "2026-04-01"}
TOKEN = {"Authorization": "Bearer good"}


@pytest.fixture
def vault() -> Vault:
    return Vault(Clock())


@pytest.fixture
def http(vault: Vault) -> FlaskClient:
    app = create_app(vault, lambda token: EVERYTHING if token == "good" else None, tenant="tenant-1")
    return app.test_client()


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]["code"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer bad"}, {"Authorization": "Basic good"}])
def test_the_challenge_comes_before_anything_else(http: FlaskClient, headers: dict[str, str]) -> None:
    answer = http.put("/secrets/a_b", data=b"", headers=headers)
    assert error(answer) == (401, "Unauthorized")
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer authorization="https://login.microsoftonline.com/tenant-1", resource="https://vault.azure.net"'
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"value": 1}', b'{"value": "v", "tags": ["x"]}'])
def test_a_malformed_body_is_refused(http: FlaskClient, body: bytes) -> None:
    answer = http.put("/secrets/name", data=body, headers=TOKEN, query_string=VERSION)
    assert error(answer) == (400, "BadParameter")


def test_the_api_version_is_demanded(http: FlaskClient) -> None:
    assert error(http.get("/secrets", headers=TOKEN)) == (400, "BadParameter")


@pytest.mark.parametrize("query", [{"maxresults": "0"}, {"maxresults": "26"}, {"maxresults": "x"}])
def test_a_page_has_1_to_25_items(http: FlaskClient, query: dict[str, str]) -> None:
    answer = http.get("/secrets", headers=TOKEN, query_string=VERSION | query)
    assert error(answer) == (400, "BadParameter")


def test_an_address_that_is_not_there_is_404(http: FlaskClient) -> None:
    assert http.get("/keys/x", headers=TOKEN, query_string=VERSION).status_code == 404


def test_a_long_content_type_is_refused(vault: Vault) -> None:
    with pytest.raises(VaultError, match="255 characters"):
        vault.set("name", SetParameters(value="v", content_type="x" * 256))


def test_the_retention_is_7_to_90_days() -> None:
    with pytest.raises(ValueError, match="7 to 90"):
        Vault(Clock(), retention_days=6)


def test_secrets_survive_a_restart(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "world" / "vault.json"
    first = Vault(clock, path)
    first.set("kept", SetParameters(value="1"))
    first.set("kept", SetParameters(value="2"))
    first.set("gone", SetParameters(value="3"))
    first.delete("gone")
    second = Vault(clock, path)
    assert second.read("kept").value == "2"
    assert second.deleted("gone").versions[0].value == "3"
    known = {version.id for version in second.get("kept").versions}
    assert second.set("kept", SetParameters(value="4"))[1].id not in known


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "vault.json"
    Vault(Clock(), path).set("name", SetParameters(value="secret"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["secrets"]["name"]["versions"][0]["value"] == "secret"
    assert [found.name for found in tmp_path.iterdir()] == ["vault.json"]
