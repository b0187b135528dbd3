"""All stand-ins together: each one answers the real client of its service, and a restart finds everything again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests
from azure.identity import ManagedIdentityCredential
from azure.keyvault.secrets import SecretClient
from msal.application import ConfidentialClientApplication

from local.up import settings, standins
from local.up.demo import outlook as demo_outlook
from local.up.demo.people import AVA
from local.up.ports import Ports
from local.up.standins import StandIns

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Running:
    """Stand-ins with what their clients need to know."""

    world: StandIns
    env: dict[str, str]


def running(data: Path, stack: ExitStack) -> Running:
    ports = Ports.above(0)
    world = standins.start(data, ports, stack)
    return Running(world, settings.environment(ports, world.ca, world.connection_string, data))


@pytest.fixture(scope="module")
def side(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with ExitStack() as stack:
        started = running(tmp_path_factory.mktemp("world"), stack)
        world = started.world
        demo_outlook.seed(world.graph, world.now().date())
        world.entra.add_account(tid=AVA.tid, oid=AVA.oid, email=AVA.email, name=AVA.name)
        settings.make_archive(world.ports)
        yield started


@pytest.fixture
def ask(side: Running) -> Callable[..., requests.Response]:
    def ask(method: str, url: str, **arguments: object) -> requests.Response:
        return requests.request(method, url, verify=str(side.world.ca), timeout=10, **arguments)  # type: ignore[arg-type]

    return ask


def access_token(side: Running, ask: Callable[..., requests.Response]) -> str:
    """Sign Ava in as MSAL and a browser do."""
    app = ConfidentialClientApplication(  # type: ignore[no-untyped-call]
        side.env["ENTRA_CLIENT_ID"],
        client_credential=side.env["ENTRA_CLIENT_SECRET"],
        authority=side.env["ENTRA_AUTHORITY"],
        instance_discovery=False,
    )
    flow = app.initiate_auth_code_flow(
        ["Calendars.ReadWrite"], redirect_uri=f"{side.env['PUBLIC_BASE_URL']}/api/outlook/callback"
    )
    form = {"account": AVA.oid, "decision": "approve"}
    back = ask("POST", flow["auth_uri"], data=form, allow_redirects=False).headers["Location"]
    answer = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    tokens = app.acquire_token_by_auth_code_flow(flow, answer)  # type: ignore[no-untyped-call]
    return str(tokens["access_token"])


@pytest.mark.filterwarnings("ignore:response_mode='form_post' is recommended")
def test_a_mailbox_opens_to_a_token_of_the_sign_in_page(
    side: Running, ask: Callable[..., requests.Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", side.env["REQUESTS_CA_BUNDLE"])
    url, headers = f"{side.env['GRAPH_BASE_URL']}/me/calendar/events", {"Authorization": "Bearer wrong"}
    assert ask("GET", url, headers=headers).status_code == 401
    headers = {"Authorization": f"Bearer {access_token(side, ask)}"}
    titles = {row["subject"] for row in ask("GET", f"{url}?$top=100", headers=headers).json()["value"]}
    assert "Dentist" in titles
    asked = {"requests": [{"id": "1", "method": "GET", "url": "/me/calendar"}]}
    batch = ask("POST", f"{side.env['GRAPH_BASE_URL']}/$batch", headers=headers, json=asked)
    assert [answer["status"] for answer in batch.json()["responses"]] == [200]


def test_the_vault_opens_to_the_managed_identity(side: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, side.env[name])
    with (
        ManagedIdentityCredential() as identity,
        SecretClient(side.env["KEY_VAULT_URL"], identity, verify_challenge_resource=False) as client,
    ):
        client.set_secret("name", "value")
        assert client.get_secret("name").value == "value"


def test_the_archive_has_a_bucket_with_object_lock(side: Running) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=side.env["AUDIT_ARCHIVE_S3_ENDPOINT"],
        aws_access_key_id=side.env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=side.env["AWS_SECRET_ACCESS_KEY"],
        region_name=side.env["AWS_DEFAULT_REGION"],
    )
    found = client.get_object_lock_configuration(Bucket=side.env["AUDIT_ARCHIVE_S3_BUCKET"])
    assert found["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"


def test_caseflow_shows_its_keys_and_the_mailboxes_have_pages(
    side: Running, ask: Callable[..., requests.Response]
) -> None:
    assert len(ask("GET", side.env["CASEFLOW_JWKS_URL"]).json()["keys"]) == 2
    page = ask("GET", f"http://localhost:{side.world.ports.outlook}/people/{AVA.oid}")
    assert page.status_code == 200
    assert "/static/people.js" in page.text


def test_a_restart_finds_mailboxes_accounts_and_session_keys_again(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first = running(tmp_path, stack).world
        demo_outlook.seed(first.graph, first.now().date())
        first.entra.add_account(tid=AVA.tid, oid=AVA.oid, email=AVA.email, name=AVA.name)
        keys, mailboxes = first.sessions.jwks(), first.graph.dump()
    with ExitStack() as stack:
        second = running(tmp_path, stack).world
        assert second.graph.dump() == mailboxes
        assert second.entra.account(AVA.oid).email == AVA.email
        assert second.sessions.jwks() == keys
