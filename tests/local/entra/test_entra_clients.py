"""The three ways in which the app may prove itself, each through unmodified MSAL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from local.entra.clients import ASSERTION_TYPE
from local.entra.provider import FEDERATION_AUDIENCE
from tests.local.entra.world import World

pytestmark = pytest.mark.filterwarnings("ignore:.*response_mode.*:UserWarning")


def certificate() -> tuple[str, str]:
    """Make a key and its self-signed certificate, both PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "outlook-sync")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, made.public_bytes(Encoding.PEM).decode()


@pytest.fixture(scope="module")
def pair() -> tuple[str, str]:
    return certificate()


def test_a_registered_certificate_is_accepted(world: World, pair: tuple[str, str]) -> None:
    private, public = pair
    world.entra.registration.certificate = public.encode()
    credential = {"private_key": private, "public_certificate": public}
    result = world.sign_in(world.application(credential))
    assert "access_token" in result, result["error_description"]


def test_a_certificate_that_is_not_registered_is_refused(world: World, pair: tuple[str, str]) -> None:
    credential = {"private_key": pair[0], "public_certificate": pair[1]}
    assert world.sign_in(world.application(credential))["error_codes"] == [700027]
    world.entra.registration.certificate = certificate()[1].encode()
    refused = world.sign_in(world.application(credential))
    assert (refused["error"], refused["error_codes"]) == ("invalid_client", [700027])


@pytest.mark.parametrize(
    "wrong", [{"iss": "other"}, {"sub": "other"}, {"aud": "https://other.example"}, {"exp": 1_000_000_000}]
)
def test_an_assertion_with_wrong_claims_is_refused(
    world: World, pair: tuple[str, str], wrong: dict[str, str | int]
) -> None:
    world.entra.registration.certificate = pair[1].encode()
    end = int(world.clock().timestamp()) + 600
    claims: dict[str, str | int] = {
        "iss": "client-1",
        "sub": "client-1",
        "aud": f"{world.url}/organizations/oauth2/v2.0/token",
        "exp": end,
    }

    def codes(claims: dict[str, str | int]) -> list[int]:
        form = {
            "client_id": "client-1",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": jwt.encode(claims, pair[0], algorithm="RS256"),
        }
        answer = world.session.post(f"{world.url}/organizations/oauth2/v2.0/token", data=form, timeout=10)
        return list(answer.json()["error_codes"])

    assert codes(claims) == [90014], "the assertion itself passes: only the grant type is missing"
    assert codes(claims | wrong) == [700027]


def test_a_federated_managed_identity_is_accepted(world: World) -> None:
    issued = world.entra.issue_app_token(f"{FEDERATION_AUDIENCE}/.default", "identity-1").token
    credential = {"client_assertion": lambda: issued}
    assert world.sign_in(world.application(credential))["error_codes"] == [700027]
    world.entra.registration.federated_subjects = ("identity-1",)
    result = world.sign_in(world.application(credential))
    assert "access_token" in result, result["error_description"]


def test_a_token_for_another_audience_is_no_assertion(world: World) -> None:
    world.entra.registration.federated_subjects = ("identity-1",)
    issued = world.entra.issue_app_token("https://vault.azure.net", "identity-1").token
    assert world.sign_in(world.application({"client_assertion": lambda: issued}))["error_codes"] == [700027]


def test_an_assertion_of_an_unknown_type_is_refused(world: World) -> None:
    form = {"client_id": "client-1", "client_assertion": "x", "client_assertion_type": "other"}
    answer = world.session.post(f"{world.url}/organizations/oauth2/v2.0/token", data=form, timeout=10)
    assert answer.json()["error_codes"] == [700027]
