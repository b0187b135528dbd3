"""Redeeming a callback, with MSAL's answer scripted (product.md B4; azure.md 5)."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from msal.exceptions import MsalServiceError

from shared.adapters.entra import CONSUMER_TENANT, EntraSignIn, token_cache
from shared.config import EntraApp
from shared.core.errors import Reconnect, Retry

CLAIMS = {"tid": "t1", "oid": "o1", "preferred_username": "anna@firm.example"}
SCOPE = "https://graph.microsoft.com/Calendars.ReadWrite openid profile"


class Scripted:
    """MSAL's client and the maker of it; `answer` may be an exception."""

    def __init__(self, answer: Any, authority: str = "https://login.microsoftonline.com/organizations") -> None:
        self.answer = answer
        self.app = EntraApp("app-1", authority)

    def client(self, cache: Any) -> Scripted:
        return self

    def acquire_token_by_auth_code_flow(self, flow: dict[str, Any], params: dict[str, str]) -> Any:
        assert flow == {"state": "s"}
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def redeem(scripted: Scripted) -> tuple[str, str, str]:
    clients: Any = scripted
    grant = EntraSignIn(clients, "https://sync.example/cb").redeem('{"state": "s"}', {"state": "s", "code": "c"})
    return grant.tid, grant.oid, grant.email


def test_a_grant_names_mailbox_and_address() -> None:
    assert redeem(Scripted({"id_token_claims": CLAIMS, "scope": SCOPE})) == ("t1", "o1", "anna@firm.example")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"scope": SCOPE}, "provider_error"),
        ({"id_token_claims": {**CLAIMS, "oid": ""}, "scope": SCOPE}, "provider_error"),
        ({"id_token_claims": {"tid": "t1", "oid": "o1"}, "scope": SCOPE}, "provider_error"),
        ({"id_token_claims": CLAIMS, "scope": "openid profile"}, "access_denied"),
        ({"id_token_claims": {**CLAIMS, "tid": CONSUMER_TENANT}, "scope": SCOPE}, "account_not_allowed"),
        ({"error": "invalid_grant", "error_codes": [50020]}, "account_not_allowed"),
        ({"error": "invalid_grant", "error_codes": [65001]}, "admin_consent_required"),
        ({"error": "invalid_client", "error_codes": [7000215]}, "provider_error"),
        (RuntimeError("nonce"), "provider_error"),
    ],
)
def test_an_answer_that_is_not_enough_is_refused_with_its_code(answer: Any, code: str) -> None:
    with pytest.raises(Reconnect) as caught:
        redeem(Scripted(answer))
    assert caught.value.code == code


@pytest.mark.parametrize("tenant", ["common", "consumers"])
def test_a_consumer_account_is_welcome_where_the_authority_takes_it(tenant: str) -> None:
    answer = {"id_token_claims": {**CLAIMS, "tid": CONSUMER_TENANT}, "scope": SCOPE}
    assert redeem(Scripted(answer, f"https://login.microsoftonline.com/{tenant}"))[0] == CONSUMER_TENANT


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (requests.ConnectionError(), "sign_in_unreachable"),
        (requests.Timeout(), "sign_in_unreachable"),
        (json.JSONDecodeError("no JSON", "<html>", 0), "sign_in_unavailable"),
        (MsalServiceError("HTTP Error: 503", error="", error_description=""), "sign_in_unavailable"),
    ],
)
def test_an_entra_that_does_not_answer_properly_is_to_be_tried_again(fault: Exception, code: str) -> None:
    with pytest.raises(Retry) as caught:
        redeem(Scripted(fault))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"error": "access_denied", "error_description": "AADSTS65004: User declined"}, "access_denied"),
        ({"error": "access_denied"}, "access_denied"),
        ({"error": "access_denied", "error_description": "AADSTS90094: admin"}, "admin_consent_required"),
        ({"error": "consent_required"}, "admin_consent_required"),
        ({"error": "interaction_required", "error_description": "AADSTS65001: x"}, "admin_consent_required"),
        ({"error": "server_error", "error_description": "AADSTS50000"}, "provider_error"),
        ({}, "provider_error"),
    ],
)
def test_a_callback_without_a_code_is_told_apart_by_number_then_by_name(params: dict[str, str], code: str) -> None:
    clients: Any = Scripted(None)
    with pytest.raises(Reconnect) as caught:
        EntraSignIn(clients, "https://sync.example/cb").redeem("{}", params)
    assert caught.value.code == code


def test_a_stored_cache_comes_back_as_it_was() -> None:
    serialised = token_cache().serialize()
    assert token_cache(serialised).serialize() == serialised
