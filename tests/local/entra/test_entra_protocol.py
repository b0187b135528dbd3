"""What the endpoints answer to requests that MSAL would not send, and what stays after a restart."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest

from local.entra import Entra, InvalidToken
from local.entra.model import CONSUMER_TENANT
from local.faults import Fault
from tests.local.entra.world import REDIRECT, SCOPE, World, callback

if TYPE_CHECKING:
    import requests

pytestmark = pytest.mark.filterwarnings("ignore:.*response_mode.*:UserWarning")

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
ASKED = {
    "client_id": "client-1",
    "response_type": "code",
    "redirect_uri": REDIRECT,
    "scope": f"openid profile offline_access {SCOPE}",
    "state": "st",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def authorize(world: World, tenant: str = "organizations", /, **changes: Any) -> requests.Response:
    """Ask for the page with some parameters changed, or left out (None)."""
    query = {name: value for name, value in (ASKED | changes).items() if value is not None}
    url = f"{world.url}/{tenant}/oauth2/v2.0/authorize?{urlencode(query)}"
    return world.session.get(url, allow_redirects=False, timeout=10)


def decide(world: World, page: requests.Response, **form: str) -> requests.Response:
    return world.session.post(page.url, data=form, allow_redirects=False, timeout=10)


def token(world: World, tenant: str = "organizations", **form: str) -> requests.Response:
    base = {"client_id": "client-1", "client_secret": "s3cret"}
    return world.session.post(f"{world.url}/{tenant}/oauth2/v2.0/token", data=base | form, timeout=10)


def redeem(world: World, **changes: str) -> dict[str, Any]:
    scope = changes.pop("scope", ASKED["scope"])
    code = callback(decide(world, authorize(world, scope=scope), account="o-alice", decision="approve"))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    return dict(token(world, **(form | changes)).json())


@pytest.mark.parametrize(
    ("tenant", "issued_by"), [("organizations", "{tenantid}"), ("common", "{tenantid}"), ("t-1", "t-1")]
)
def test_discovery_names_the_endpoints(world: World, tenant: str, issued_by: str) -> None:
    url = f"{world.url}/{tenant}/v2.0/.well-known/openid-configuration"
    found = world.session.get(url, timeout=10).json()
    assert found["issuer"] == f"{world.url}/{issued_by}/v2.0"
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        assert found[name].startswith(f"{world.url}/{tenant}/")


def test_tokens_are_signed_with_a_published_key(world: World) -> None:
    world.entra.rotate_signing_key()
    answer = redeem(world)
    published = world.session.get(f"{world.url}/common/discovery/v2.0/keys", timeout=10).json()
    assert len(published["keys"]) == 2
    assert all("d" not in key for key in published["keys"])
    keys = jwt.PyJWKSet.from_dict(published)
    kid = jwt.get_unverified_header(answer["id_token"])["kid"]
    identity = jwt.decode(answer["id_token"], keys[kid].key, algorithms=["RS256"], audience="client-1")
    assert identity["iss"] == f"{world.url}/t-1/v2.0"
    access = jwt.decode(
        answer["access_token"], keys[kid].key, algorithms=["RS256"], audience="https://graph.microsoft.com"
    )
    assert (access["tid"], access["oid"], access["scp"]) == ("t-1", "o-alice", SCOPE)
    assert 3600 <= access["exp"] - access["iat"] <= 5400


def test_the_page_shows_exactly_the_permissions_asked(world: World) -> None:
    page = authorize(world)
    assert re.findall(r'data-scope="([^"]+)"', page.text) == ASKED["scope"].split()
    assert 'name="account" value="o-alice"' in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_the_hinted_account_is_picked(world: World) -> None:
    world.entra.add_account(tid="t-1", oid="o-bob", email="bob@firm.example", name="Bob <b>")
    page = authorize(world, login_hint="BOB@firm.example").text
    assert re.findall(r'value="([^"]+)" required checked', page) == ["o-bob"]
    assert "Bob &lt;b&gt;" in page


def test_state_comes_back(world: World) -> None:
    answer = callback(decide(world, authorize(world, state="a&b=c"), account="o-alice", decision="approve"))
    assert answer["state"] == "a&b=c"
    without = callback(decide(world, authorize(world, state=None), decision="refuse"))
    assert "state" not in without


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"client_id": "other"}, "AADSTS700016"), ({"redirect_uri": "https://evil.example/"}, "AADSTS50011")],
)
def test_a_wrong_application_or_address_is_told_to_the_person_only(
    world: World, changes: dict[str, str], code: str
) -> None:
    page = authorize(world, **changes)
    assert page.status_code == 400
    assert code in page.text
    assert "Location" not in page.headers


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"code_challenge": None}, "invalid_request", "AADSTS9002325"),
        ({"code_challenge_method": "plain"}, "invalid_request", "AADSTS9002325"),
        ({"response_type": "token"}, "unsupported_response_type", "AADSTS700054"),
        ({"response_mode": "fragment"}, "invalid_request", "AADSTS70007"),
        ({"scope": ""}, "invalid_request", "AADSTS90014"),
        ({"scope": "openid everything"}, "invalid_scope", "AADSTS70011"),
        ({"prompt": "none"}, "login_required", "AADSTS50058"),
    ],
)
def test_a_wrong_request_is_told_to_the_application(
    world: World, changes: dict[str, str | None], error: str, code: str
) -> None:
    answer = callback(authorize(world, **changes))
    assert (answer["error"], answer["state"]) == (error, "st")
    assert answer["error_description"].startswith(f"{code}: ")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"account": "nobody", "decision": "approve"}, "AADSTS50034"),
        ({"account": "o-alice", "decision": "perhaps"}, "AADSTS90014"),
        ({"account": "o-disabled", "decision": "approve"}, "AADSTS50057"),
        ({"account": "o-consumer", "decision": "approve"}, "AADSTS50020"),
    ],
)
def test_who_cannot_sign_in_stays_on_the_page(world: World, form: dict[str, str], code: str) -> None:
    world.entra.add_account(tid="t-1", oid="o-disabled", email="d@firm.example", name="D", disabled=True)
    world.entra.add_account(tid="t-1", oid="o-consumer", email="c@mail.example", name="C", consumer=True)
    page = decide(world, authorize(world), **form)
    assert page.status_code == 400
    assert code in page.text


def test_a_consumer_signs_in_at_common(world: World) -> None:
    consumer = world.entra.add_account(tid="ignored", oid="o-consumer", email="c@mail.example", name="C", consumer=True)
    claims = world.sign_in(world.application(tenant="common"), consumer)["id_token_claims"]
    assert claims["tid"] == CONSUMER_TENANT


def test_another_tenants_authority_refuses(world: World) -> None:
    page = decide(world, authorize(world, "t-2"), account="o-alice", decision="approve")
    assert "AADSTS50020" in page.text


def test_a_scripted_directory_approves_by_itself(world: World) -> None:
    asked = {"login_hint": "alice@firm.example", "auto_approve": "1"}
    assert authorize(world, **asked).status_code == 200
    world.entra.scripted = True
    assert "code" in callback(authorize(world, **asked))


def test_without_offline_access_no_refresh_token_is_given(world: World) -> None:
    answer = redeem(world, scope=f"openid {SCOPE}")
    assert "refresh_token" not in answer
    assert "id_token" in answer
    assert "id_token" not in redeem(world, scope=SCOPE)


def test_the_email_claim_comes_with_its_scope(world: World) -> None:
    answer = redeem(world, scope=f"openid email {SCOPE}")
    claims = jwt.decode(answer["id_token"], options={"verify_signature": False})
    assert claims["email"] == "alice@firm.example"


def test_a_permission_may_carry_the_resource(world: World) -> None:
    answer = redeem(world, scope=f"https://graph.microsoft.com/{SCOPE}")
    assert world.entra.verify_access_token(answer["access_token"]).scopes == {SCOPE}


@pytest.mark.parametrize(
    ("form", "status", "error", "code"),
    [
        ({"client_id": "other"}, 400, "unauthorized_client", 700016),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({}, 400, "invalid_request", 90014),
        ({"grant_type": "authorization_code", "code": "no"}, 400, "invalid_grant", 70000),
        ({"grant_type": "refresh_token", "refresh_token": "no"}, 400, "invalid_grant", 70000),
        ({"client_secret": "no"}, 401, "invalid_client", 7000215),
    ],
)
def test_the_token_endpoint_says_what_is_wrong(
    world: World, form: dict[str, str], status: int, error: str, code: int
) -> None:
    answer = token(world, **form)
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [code])
    assert {"timestamp", "trace_id", "correlation_id"} <= body.keys()
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_missing_credential_and_a_missing_verifier_are_refused(world: World) -> None:
    answer = world.session.post(f"{world.url}/common/oauth2/v2.0/token", data={"client_id": "client-1"}, timeout=10)
    assert answer.json()["error_codes"] == [7000218]
    assert redeem(world, code_verifier="")["error_codes"] == [50148]


def test_a_refused_redemption_leaves_the_code_good(world: World) -> None:
    page = authorize(world)
    code = callback(decide(world, page, account="o-alice", decision="approve"))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    assert token(world, **form, code_verifier="x" * 43).status_code == 400
    assert token(world, **form, code_verifier=VERIFIER).status_code == 200


def test_faults_come_from_a_plan_or_from_a_hook(world: World) -> None:
    world.entra.faults.plan("token", Fault(502, body="<html>Bad gateway</html>"))
    proxy = token(world)
    assert (proxy.status_code, proxy.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    world.entra.faults.hook = lambda operation: Fault(429, retry_after=5) if operation == "authorize" else None
    assert authorize(world).headers["Retry-After"] == "5"
    assert token(world).status_code == 400
    world.entra.faults.plan("token", Fault(400, code=50196))
    assert token(world).json()["error_codes"] == [50196]


def test_an_access_token_is_unknown_expired_or_good(world: World) -> None:
    good = redeem(world)["access_token"]
    with pytest.raises(InvalidToken, match="unknown"):
        world.entra.verify_access_token(f"{good}x")
    assert world.entra.verify_access_token(good).tid == "t-1"
    world.clock.advance(minutes=90)
    with pytest.raises(InvalidToken, match="expired") as refused:
        world.entra.verify_access_token(good)
    assert refused.value.reason == "expired"


def test_access_tokens_can_be_ended_at_once(world: World) -> None:
    good = redeem(world)["access_token"]
    world.entra.expire_access_tokens()
    with pytest.raises(InvalidToken, match="expired"):
        world.entra.verify_access_token(good)


@pytest.mark.parametrize("happening", ["disable", "withdraw_consent", "remove_account"])
def test_access_ends_with_the_account_and_with_the_consent(world: World, happening: str) -> None:
    good = redeem(world)["access_token"]
    getattr(world.entra, happening)("o-alice")
    with pytest.raises(InvalidToken, match="revoked"):
        world.entra.verify_access_token(good)


def test_a_token_for_another_resource_is_not_one_for_graph(world: World) -> None:
    issued = world.entra.issue_app_token("https://vault.azure.net/.default").token
    with pytest.raises(InvalidToken, match="unknown"):
        world.entra.verify_access_token(issued)
    assert world.entra.verify_app_token(issued, "https://vault.azure.net")
    with pytest.raises(InvalidToken, match="unknown"):
        world.entra.verify_app_token(redeem(world)["access_token"], "https://vault.azure.net")


def test_everything_survives_a_restart(world: World) -> None:
    answer = redeem(world)
    kept = json.loads(json.dumps(world.entra.dump()))
    again = Entra(now=world.clock, base_url=world.url, client_id="client-1", client_secret="s3cret", redirect_uris=[])
    again.load(kept)
    assert again.verify_access_token(answer["access_token"]).oid == "o-alice"
    assert again.account("o-alice").consented == sorted(ASKED["scope"].split())
    assert again.dump() == world.entra.dump()
    assert again.fresh("code") == world.entra.fresh("code")


def test_the_seed_decides_codes_and_tokens(world: World) -> None:
    def codes(seed: int) -> list[str]:
        made = Entra(now=world.clock, seed=seed, base_url="", client_id="", client_secret="", redirect_uris=[])
        return [made.fresh("code") for _ in range(3)]

    assert codes(1) == codes(1)
    assert len(set(codes(1) + codes(2))) == 6


def test_what_ended_long_ago_is_forgotten(world: World) -> None:
    redeem(world)
    world.clock.advance(days=181)
    redeem(world)
    state = world.entra.state
    assert (len(state.codes), len(state.refresh), len(state.access)) == (1, 1, 1)


def test_a_redirect_address_with_a_query_keeps_it(world: World) -> None:
    address = f"{REDIRECT}?a=1"
    world.entra.registration.redirect_uris.append(address)
    sent = decide(world, authorize(world, redirect_uri=address), decision="refuse").headers["Location"]
    assert dict(parse_qsl(urlsplit(sent).query))["a"] == "1"
