"""Who calls the token endpoint: client secret, certificate assertion or federated credential."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import load_pem_x509_certificate

from local.entra.errors import EntraError
from local.entra.model import InvalidToken
from local.entra.provider import FEDERATION_AUDIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jwt.types import Options

    from local.entra.provider import Entra

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def authenticate(entra: Entra, form: Mapping[str, str]) -> None:
    """Check the caller of the token endpoint. Raises `EntraError` (700016, 7000215, 7000218, 7000222, 700027)."""
    if form.get("client_id") != entra.registration.client_id:
        raise EntraError(700016)
    if "client_assertion" in form:
        _check_assertion(entra, form)
    elif "client_secret" in form:
        _check_secret(entra, form["client_secret"])
    else:
        raise EntraError(7000218)


def _check_secret(entra: Entra, secret: str) -> None:
    if entra.registration.secret_expired:
        raise EntraError(7000222)
    if not hmac.compare_digest(secret.encode(), entra.registration.client_secret.encode()):
        raise EntraError(7000215)


def _check_assertion(entra: Entra, form: Mapping[str, str]) -> None:
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise EntraError(700027, "client_assertion_type is wrong.")
    assertion = form["client_assertion"]
    if not _is_federated(entra, assertion):
        _check_certificate(entra, assertion)


def _is_federated(entra: Entra, assertion: str) -> bool:
    try:
        return entra.verify_app_token(assertion, FEDERATION_AUDIENCE) in entra.registration.federated_subjects
    except InvalidToken:
        return False


def _check_certificate(entra: Entra, assertion: str) -> None:
    if entra.registration.certificate is None:
        raise EntraError(700027, "No certificate is registered.")
    key = load_pem_x509_certificate(entra.registration.certificate).public_key()
    if not isinstance(key, RSAPublicKey):
        raise EntraError(700027, "The registered certificate has no RSA key.")
    try:
        # The audience and the times are checked below, by the directory's own clock.
        unchecked: Options = {"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
        claims = jwt.decode(assertion, key, algorithms=["RS256", "PS256"], options=unchecked)
    except jwt.InvalidTokenError as error:
        raise EntraError(700027, f"{error}.") from error
    client_id = entra.registration.client_id
    if (claims.get("iss"), claims.get("sub")) != (client_id, client_id):
        raise EntraError(700027, "iss and sub must be the client id.")
    if not str(claims.get("aud")).startswith(entra.base_url):
        raise EntraError(700027, "aud must be this token endpoint.")
    if float(claims.get("exp", 0)) <= entra.now().timestamp():
        raise EntraError(700027, "The assertion is expired.")
