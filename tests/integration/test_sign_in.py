"""Signing in and renewing access, with unmodified MSAL and Key Vault clients (product.md B, M1)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from local.entra.provider import FEDERATION_AUDIENCE
from local.faults import Fault
from shared import compose
from shared.core.errors import Reconnect, Retry
from shared.ports import Grant
from tests.certificates import RSA_CERTIFICATE, RSA_FILES
from tests.integration.conftest import CALLBACK, Azure

pytestmark = pytest.mark.integration
SECRET = "ot-00000000000000000000000000000001"


def approve(azure: Azure, url: str, oid: str, decision: str = "approve") -> dict[str, str]:
    """What a person does at Microsoft; the callback's query."""
    form = {"account": oid, "decision": decision}
    answer = requests.post(url, data=form, allow_redirects=False, timeout=10, verify=str(azure.certs.ca))
    location = answer.headers["Location"]
    assert location.startswith(CALLBACK)
    return dict(parse_qsl(urlsplit(location).query))


def sign_in(azure: Azure, app: compose.World, oid: str = "o-anna", **account: Any) -> Grant:
    if oid not in azure.entra.state.accounts:
        azure.entra.add_account(tid="t-1", oid=oid, email="anna@firm.example", name="Anna", **account)
    url, flow = app.ports.sign_in.begin("state-1", "anna@firm.example")
    return app.ports.sign_in.redeem(flow, approve(azure, url, oid))


@pytest.fixture
def app(azure: Azure) -> compose.World:
    """The app with one connection."""
    app = azure.app()
    app.ports.tokens.keep(SECRET, sign_in(azure, app).cache)
    return app


def end_access(azure: Azure, app: compose.World) -> None:
    """Let the stored access token run out."""
    kept = app.vault.get(SECRET)
    assert kept is not None
    cache = json.loads(kept.value)
    for token in cache["AccessToken"].values():
        token["expires_on"] = "1"
    app.vault.put(SECRET, json.dumps(cache))
    azure.vault.calls.clear()
    azure.entra.calls.clear()


def test_the_address_asks_for_calendars_only(azure: Azure) -> None:
    url, flow = azure.app().ports.sign_in.begin("state-1", "anna@firm.example")
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert set(query["scope"].split()) == {"Calendars.ReadWrite", "openid", "profile", "offline_access"}
    assert query["code_challenge_method"] == "S256"
    assert (query["state"], query["prompt"], query["response_mode"]) == ("state-1", "select_account", "query")
    assert (query["redirect_uri"], query["login_hint"]) == (CALLBACK, "anna@firm.example")
    assert json.loads(flow)["code_verifier"] not in url


def test_a_sign_in_tells_whose_mailbox_it_is(azure: Azure) -> None:
    grant = sign_in(azure, azure.app())
    assert (grant.tid, grant.oid, grant.email) == ("t-1", "o-anna", "anna@firm.example")


def test_a_refusal_and_a_needed_approval_have_their_codes(azure: Azure) -> None:
    app = azure.app()
    azure.entra.add_account(tid="t-1", oid="o-anna", email="a@x.example", name="Anna")
    azure.entra.add_account(tid="t-1", oid="o-ben", email="b@x.example", name="Ben", needs_admin_consent=True)
    for oid, decision, code in (("o-anna", "refuse", "access_denied"), ("o-ben", "approve", "admin_consent_required")):
        url, flow = app.ports.sign_in.begin("state-1", None)
        with pytest.raises(Reconnect) as caught:
            app.ports.sign_in.redeem(flow, approve(azure, url, oid, decision))
        assert caught.value.code == code


def test_a_consumer_account_is_not_allowed_under_organizations(azure: Azure) -> None:
    app = azure.app()
    azure.entra.add_account(
        tid="9188040d-6c67-4b38-b112-36a304b66dad", oid="o-home", email="a@home.example", name="A", consumer=True
    )
    url, flow = app.ports.sign_in.begin("state-1", None)
    answer = requests.post(
        url,
        data={"account": "o-home", "decision": "approve"},
        allow_redirects=False,
        timeout=10,
        verify=str(azure.certs.ca),
    )
    if answer.status_code == 302:  # where the directory itself lets the account through
        with pytest.raises(Reconnect, match="account_not_allowed"):
            app.ports.sign_in.redeem(flow, dict(parse_qsl(urlsplit(answer.headers["Location"]).query)))
    else:
        assert answer.status_code >= 400


@pytest.mark.parametrize("params", [{}, {"code": "made-up"}, {"error": "server_error"}])
def test_a_callback_that_redeems_nothing_is_a_provider_error(azure: Azure, params: dict[str, str]) -> None:
    app = azure.app()
    _, flow = app.ports.sign_in.begin("state-1", None)
    with pytest.raises(Reconnect, match="provider_error"):
        app.ports.sign_in.redeem(flow, {"state": "state-1", **params})


def test_access_is_remembered_in_the_process_and_kept_in_the_vault(azure: Azure, app: compose.World) -> None:
    azure.vault.calls.clear()
    azure.entra.calls.clear()
    token = app.ports.tokens.access(SECRET)
    assert azure.entra.verify_access_token(token).oid == "o-anna"
    assert [app.ports.tokens.access(SECRET) for _ in range(3)] == [token] * 3
    assert azure.vault.calls == {"get": 1}
    assert azure.app().ports.tokens.access(SECRET) == token
    assert azure.entra.calls["token"] == 0


def test_a_rotated_token_is_stored_before_it_is_used_and_the_old_version_is_shut(
    azure: Azure, app: compose.World
) -> None:
    end_access(azure, app)
    before = app.vault.get(SECRET)
    token = app.ports.tokens.access(SECRET)
    after = app.vault.get(SECRET)
    assert before is not None
    assert after is not None
    assert after.version != before.version
    assert token in after.value
    with pytest.raises(Retry, match="vault_refused"):
        app.vault.get(SECRET, before.version)
    assert azure.entra.calls["token"] == 1


def test_a_vault_that_cannot_store_the_rotated_token_withholds_it(azure: Azure, app: compose.World) -> None:
    end_access(azure, app)
    azure.vault.faults.plan("set", Fault(503), times=1)
    with pytest.raises(Retry, match="vault_unavailable"):
        app.ports.tokens.access(SECRET)
    assert azure.entra.verify_access_token(app.ports.tokens.access(SECRET)).oid == "o-anna"


def test_a_token_that_graph_refused_is_replaced(azure: Azure, app: compose.World) -> None:
    tokens: Any = app.ports.tokens
    first = tokens.access(SECRET)
    tokens.refused(SECRET)
    second = tokens.access(SECRET)
    assert second != first
    assert tokens.access(SECRET) == second
    assert azure.entra.verify_access_token(second).oid == "o-anna"


@pytest.mark.parametrize(
    ("happening", "code"),
    [
        (lambda entra: entra.revoke("o-anna"), "sign_in_expired"),
        (lambda entra: entra.expire_refresh_tokens("o-anna"), "sign_in_expired"),
        (lambda entra: entra.disable("o-anna"), "account_disabled"),
        (lambda entra: entra.withdraw_consent("o-anna"), "consent_withdrawn"),
        (lambda entra: entra.refuse("o-anna", 50076), "sign_in_required"),
        (lambda entra: entra.refuse("o-anna", 53003), "blocked_by_policy"),
    ],
)
def test_what_the_user_must_mend_is_named(
    azure: Azure, app: compose.World, happening: Callable[[Any], None], code: str
) -> None:
    end_access(azure, app)
    happening(azure.entra)
    with pytest.raises(Reconnect) as caught:
        app.ports.tokens.access(SECRET)
    assert caught.value.code == code
    assert caught.value.reference


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(429, retry_after=1), "sign_in_unavailable"),
        (Fault(503), "sign_in_unavailable"),
        (Fault(502, body="<html>Bad gateway</html>"), "sign_in_unavailable"),
        (Fault(401, code=7000222), "app_registration"),
    ],
)
def test_what_passes_or_is_ours_never_asks_the_user_to_reconnect(
    azure: Azure, app: compose.World, fault: Fault, code: str
) -> None:
    end_access(azure, app)
    azure.entra.faults.plan("token", fault)
    with pytest.raises(Retry) as caught:
        app.ports.tokens.access(SECRET)
    assert caught.value.code == code


def test_an_entra_that_cannot_be_reached_is_to_be_tried_again(azure: Azure, app: compose.World) -> None:
    end_access(azure, app)
    elsewhere = azure.app(ENTRA_AUTHORITY="https://localhost:9/organizations")
    with pytest.raises(Retry):
        elsewhere.ports.tokens.access(SECRET)


def test_a_secret_that_is_gone_asks_to_reconnect(azure: Azure) -> None:
    with pytest.raises(Reconnect, match="token_missing"):
        azure.app().ports.tokens.access("ot-none")


def test_a_dropped_secret_is_purged_and_may_be_dropped_again(azure: Azure, app: compose.World) -> None:
    app.ports.tokens.access(SECRET)
    azure.entra.refuse("o-anna", 50057)
    app.ports.tokens.drop(SECRET)
    assert app.vault.get(SECRET) is None
    with pytest.raises(Reconnect, match="token_missing"):
        app.ports.tokens.access(SECRET)
    app.ports.tokens.drop(SECRET)
    app.ports.tokens.keep(SECRET, "{}")


def test_a_vault_that_takes_its_time_to_delete_is_asked_again(azure: Azure, app: compose.World) -> None:
    azure.vault.delay = timedelta(days=1)
    with pytest.raises(Retry, match="vault_deleting"):
        app.ports.tokens.drop(SECRET)
    assert app.vault.get(SECRET) is None


def test_a_vault_that_forbids_purging_is_enough(azure: Azure, app: compose.World) -> None:
    azure.allowed.discard("purge")
    app.ports.tokens.drop(SECRET)
    assert app.vault.get(SECRET) is None


def test_a_vault_that_refuses_everything_is_to_be_tried_again(azure: Azure, app: compose.World) -> None:
    azure.allowed.clear()
    with pytest.raises(Retry, match="vault_refused"):
        app.vault.get(SECRET)
    with pytest.raises(Retry, match="vault_refused"):
        app.ports.tokens.drop(SECRET)


def test_a_firms_key_is_made_once_for_every_process(azure: Azure, request: pytest.FixtureRequest) -> None:
    firm = f"f-{abs(hash(request.node.nodeid))}"
    first, second = azure.app(), azure.app()
    key = first.ports.keys.firm_key(firm)
    assert len(key) == 32
    assert second.ports.keys.firm_key(firm) == key
    assert first.ports.keys.firm_key(f"{firm}-other") != key
    azure.vault.calls.clear()
    assert first.ports.keys.firm_key(firm) == key
    assert azure.vault.calls == {}


def test_two_processes_that_make_a_firms_key_at_once_end_with_one(
    azure: Azure, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    firm = f"f-{abs(hash(request.node.nodeid))}"
    first, second = azure.app(), azure.app()
    put, other = first.vault.put, []

    def put_after_another(name: str, value: str) -> str:
        other.append(second.ports.keys.firm_key(firm))
        return put(name, value)

    monkeypatch.setattr(first.vault, "put", put_after_another)
    assert first.ports.keys.firm_key(firm) == other[0]
    assert azure.app().ports.keys.firm_key(firm) == other[0]


@pytest.mark.parametrize("form", ["pem", "pfx"])
def test_a_certificate_may_stand_for_the_secret(azure: Azure, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"app.{form}"
    path.write_bytes(RSA_FILES[form])
    azure.entra.registration.certificate = RSA_CERTIFICATE
    app = azure.app(ENTRA_CLIENT_SECRET="", ENTRA_CLIENT_CERTIFICATE_PATH=str(path))
    assert sign_in(azure, app).oid == "o-anna"


def test_a_managed_identity_may_stand_for_the_secret(azure: Azure) -> None:
    subject = azure.entra.verify_app_token(
        azure.entra.issue_app_token(FEDERATION_AUDIENCE, "id-1").token, FEDERATION_AUDIENCE
    )
    azure.entra.registration.federated_subjects = (subject,)
    app = azure.app(ENTRA_CLIENT_SECRET="", ENTRA_MANAGED_IDENTITY_CLIENT_ID="id-1")
    assert sign_in(azure, app).oid == "o-anna"
