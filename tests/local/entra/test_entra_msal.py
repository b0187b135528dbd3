"""Unmodified MSAL signs in, refreshes and is refused as it would be at Microsoft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msal.exceptions import MsalServiceError

from local.entra import InvalidToken
from local.faults import Fault
from tests.local.entra.world import SCOPE, World, callback

pytestmark = pytest.mark.filterwarnings("ignore:.*response_mode.*:UserWarning")

if TYPE_CHECKING:
    from collections.abc import Callable


def refresh_secrets(application: Any) -> list[str]:
    return [entry["secret"] for entry in application.token_cache.search("RefreshToken")]


def test_a_person_signs_in_with_code_and_pkce(world: World) -> None:
    result = world.sign_in(world.application())
    claims = result["id_token_claims"]
    assert (claims["tid"], claims["oid"]) == ("t-1", "o-alice")
    assert (claims["preferred_username"], claims["name"]) == ("alice@firm.example", "Alice Adler")
    assert world.entra.verify_access_token(result["access_token"]).scopes == {SCOPE}
    assert world.entra.verify_access_token(result["access_token"]).oid == "o-alice"
    assert 3600 <= result["expires_in"] <= 5400


def test_the_home_account_id_comes_from_client_info(world: World) -> None:
    application = world.application()
    world.sign_in(application)
    assert application.get_accounts()[0]["home_account_id"] == "o-alice.t-1"


def test_a_tenant_authority_serves_its_own_people(world: World) -> None:
    assert "access_token" in world.sign_in(world.application(tenant="t-1"))


def test_a_refusal_reaches_the_application(world: World) -> None:
    application = world.application()
    flow = world.begin(application)
    answer = callback(world.decide(flow, world.alice, "refuse"))
    result = application.acquire_token_by_auth_code_flow(flow, answer)
    assert result["error"] == "access_denied"
    assert result["error_description"].startswith("AADSTS65004: ")
    assert world.alice.consented == []


@pytest.mark.parametrize("error", ["access_denied", "consent_required", "interaction_required"])
def test_admin_approval_is_asked_for(world: World, error: str) -> None:
    world.entra.admin_consent_error = error
    world.alice.needs_admin_consent = True
    application = world.application()
    flow = world.begin(application)
    answer = callback(world.decide(flow, world.alice))
    assert answer["error"] == error
    assert answer["error_description"].startswith("AADSTS90094: ")
    world.entra.approve_for_tenant("t-1")
    assert "access_token" in world.sign_in(application)


def test_a_wrong_secret_is_refused(world: World) -> None:
    result = world.sign_in(world.application("wrong"))
    assert result["error"] == "invalid_client"
    assert result["error_codes"] == [7000215]


def test_an_expired_secret_is_refused(world: World) -> None:
    world.entra.registration.secret_expired = True
    assert world.sign_in(world.application())["error_codes"] == [7000222]


def test_a_wrong_verifier_is_refused(world: World) -> None:
    application = world.application()
    flow = world.begin(application)
    answer = callback(world.decide(flow, world.alice))
    result = application.acquire_token_by_auth_code_flow(flow | {"code_verifier": "v" * 43}, answer)
    assert (result["error"], result["error_codes"]) == ("invalid_grant", [501481])


def test_a_code_is_good_once(world: World) -> None:
    application = world.application()
    flow = world.begin(application)
    answer = callback(world.decide(flow, world.alice))
    assert "access_token" in application.acquire_token_by_auth_code_flow(flow, answer)
    again = world.application().acquire_token_by_auth_code_flow(flow, answer)
    assert (again["error"], again["error_codes"]) == ("invalid_grant", [54005])


def test_a_code_ends_after_ten_minutes(world: World) -> None:
    application = world.application()
    flow = world.begin(application)
    answer = callback(world.decide(flow, world.alice))
    world.clock.advance(minutes=10)
    assert application.acquire_token_by_auth_code_flow(flow, answer)["error_codes"] == [70008]


def test_a_code_is_bound_to_its_redirect_uri(world: World) -> None:
    world.entra.registration.redirect_uris.append("https://other.example/")
    application = world.application()
    flow = world.begin(application)
    answer = callback(world.decide(flow, world.alice))
    result = application.acquire_token_by_auth_code_flow(flow | {"redirect_uri": "https://other.example/"}, answer)
    assert result["error_codes"] == [50011]


def test_a_refresh_rotates_and_the_old_token_stays_good(world: World) -> None:
    application = world.application()
    world.sign_in(application)
    (first,) = refresh_secrets(application)
    renewed = world.refresh(application)
    assert renewed["access_token"]
    (second,) = refresh_secrets(application)
    assert second != first
    for token in (first, second):
        assert "access_token" in world.application().acquire_token_by_refresh_token(token, [SCOPE])


def test_a_valid_access_token_is_not_renewed(world: World) -> None:
    application = world.application()
    world.sign_in(application)
    before = world.entra.calls["token"]
    found = application.acquire_token_silent_with_error([SCOPE], application.get_accounts()[0])
    assert found["access_token"]
    assert world.entra.calls["token"] == before


def unused(world: World) -> None:
    world.clock.advance(days=90)


REFUSALS: list[tuple[Callable[[World], None], int]] = [
    (lambda world: world.entra.revoke("o-alice"), 50173),
    (lambda world: world.entra.disable("o-alice"), 50057),
    (lambda world: world.entra.withdraw_consent("o-alice"), 65001),
    (lambda world: world.entra.expire_refresh_tokens("o-alice"), 700082),
    (lambda world: world.entra.refuse("o-alice", 50076), 50076),
    (lambda world: world.entra.refuse("o-alice", 53003), 53003),
    (lambda world: world.entra.remove_account("o-alice"), 50034),
    (unused, 700082),
]


@pytest.mark.parametrize(("happening", "code"), REFUSALS)
def test_a_refresh_is_refused_with_its_code(world: World, happening: Callable[[World], None], code: int) -> None:
    application = world.application()
    world.sign_in(application)
    happening(world)
    result = world.refresh(application)
    assert result["error"] == "invalid_grant"
    assert result["error_codes"] == [code]
    assert result["error_description"].startswith(f"AADSTS{code}: ")


def test_the_suberror_comes_along(world: World) -> None:
    application = world.application()
    world.sign_in(application)
    world.entra.withdraw_consent("o-alice")
    assert world.refresh(application)["suberror"] == "consent_required"


def test_a_person_who_was_revoked_can_sign_in_again(world: World) -> None:
    application = world.application()
    world.sign_in(application)
    world.entra.revoke("o-alice")
    world.sign_in(application)
    assert "access_token" in world.refresh(application)


def test_a_refresh_cannot_widen_the_permissions(world: World) -> None:
    application = world.application()
    world.sign_in(application)
    account = application.get_accounts()[0]
    result = application.acquire_token_silent_with_error(["Mail.Read"], account)
    assert result["error_codes"] == [65001]


def test_throttling_says_how_long_to_wait(world: World) -> None:
    application = world.application()
    world.sign_in(application)
    world.entra.faults.plan("token", Fault(429, retry_after=7))
    result = world.refresh(application)
    assert result["error_codes"] == [90055]
    assert world.refresh(application)["error_codes"] == [90055], "answered from MSAL's memory"
    assert world.entra.calls["token"] == 2


def test_an_outage_is_a_service_error(world: World) -> None:
    application = world.application()
    world.sign_in(application)
    world.entra.faults.plan("token", Fault(503))
    with pytest.raises(MsalServiceError):
        world.refresh(application)


def test_a_revoked_person_has_no_access_left(world: World) -> None:
    token = world.sign_in(world.application())["access_token"]
    world.entra.revoke("o-alice", access_tokens=False)
    assert world.entra.verify_access_token(token).oid == "o-alice"
    world.entra.revoke("o-alice")
    with pytest.raises(InvalidToken, match="revoked"):
        world.entra.verify_access_token(token)
