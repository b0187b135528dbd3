"""The REST API: challenge first, then permission, then the call itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

import msgspec
from flask import Flask, Response, jsonify, request

from local.vault import wire
from local.vault.errors import VaultError, bad_parameter, forbidden
from local.vault.model import SetParameters, UpdateParameters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local.faults import Fault
    from local.vault.model import Secret
    from local.vault.store import Vault

RESOURCE = "https://vault.azure.net"
LARGEST_PAGE = 25
Parameters = TypeVar("Parameters", SetParameters, UpdateParameters)
_VERSION_PATHS = ("/secrets/<name>", "/secrets/<name>/", "/secrets/<name>/<version>")


def create_app(
    vault: Vault,
    accept_token: Callable[[str], frozenset[str] | None],
    *,
    tenant: str = "00000000-0000-4000-8000-000000000001",
) -> Flask:
    """Serve `vault`; needs TLS in front, the SDK sends no token without.

    `accept_token` returns what the bearer may do (out of `EVERYTHING`), or None for a token that is not good.
    """
    app = Flask(__name__, static_folder=None)
    app.url_map.strict_slashes = False
    _add_guard(app, vault, accept_token, tenant)
    _add_secrets(app, vault)
    _add_lists(app, vault)
    _add_deleted(app, vault)

    @app.errorhandler(VaultError)
    def refuse(error: VaultError) -> tuple[Response, int]:
        return jsonify(error.body()), error.status

    return app


def _add_guard(app: Flask, vault: Vault, accept_token: Callable[[str], frozenset[str] | None], tenant: str) -> None:
    @app.before_request
    def guard() -> Response | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        allowed = accept_token(token) if scheme.lower() == "bearer" and token else None
        if allowed is None:
            return _challenge(tenant, sent=bool(token))
        operation = _operation()
        vault.calls[operation] += 1
        if (fault := vault.faults.take(operation)) is not None:
            return _failed(fault)
        if operation not in allowed:
            raise forbidden(operation)
        if not request.args.get("api-version"):
            raise bad_parameter("api-version must be specified")
        return None


def _operation() -> str:
    """Return the permission that the addressed endpoint needs, which is also its name for faults."""
    return "get" if request.endpoint is None else request.endpoint.partition("_")[0]


def _challenge(tenant: str, *, sent: bool) -> Response:
    message = "AKV10032: Invalid token." if sent else "AKV10000: Request is missing a Bearer or PoP token."
    answer = jsonify(VaultError(401, "Unauthorized", message).body())
    answer.status_code = 401
    authority = f"https://login.microsoftonline.com/{tenant}"
    answer.headers["WWW-Authenticate"] = f'Bearer authorization="{authority}", resource="{RESOURCE}"'
    return answer


def _failed(fault: Fault) -> Response:
    code = str(fault.code or ("Throttled" if fault.status == 429 else "InternalServerError"))
    answer = jsonify(VaultError(fault.status, code, "Request was not processed.").body())
    answer.status_code = fault.status
    if fault.body is not None:
        answer.set_data(fault.body)
        answer.mimetype = "text/html"
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer


def _add_secrets(app: Flask, vault: Vault) -> None:
    @app.put("/secrets/<name>", endpoint="set")
    def put(name: str) -> Response:
        secret, made = vault.set(name, _body(SetParameters))
        return jsonify(wire.bundle(vault, _base(), secret, made))

    def get(name: str, version: str = "") -> Response:
        found = vault.read(name, version)
        return jsonify(wire.bundle(vault, _base(), vault.get(name), found))

    def patch(name: str, version: str = "") -> Response:
        found = vault.update(name, version, _body(UpdateParameters))
        return jsonify(wire.properties(vault, _base(), vault.get(name), found))

    for path in _VERSION_PATHS:
        app.add_url_rule(path, "get", get, methods=["GET"])
        app.add_url_rule(path, "set_properties", patch, methods=["PATCH"])

    @app.delete("/secrets/<name>", endpoint="delete")
    def delete(name: str) -> Response:
        return jsonify(_deleted_bundle(vault, vault.delete(name)))


def _add_lists(app: Flask, vault: Vault) -> None:
    @app.get("/secrets", endpoint="list")
    def secrets() -> Response:
        return _page([wire.item(vault, _base(), secret) for secret in vault.in_phase("active")])

    @app.get("/secrets/<name>/versions", endpoint="list_versions")
    def versions(name: str) -> Response:
        secret = vault.get(name)
        return _page([wire.properties(vault, _base(), secret, version) for version in secret.versions])

    @app.get("/deletedsecrets", endpoint="list_deleted")
    def deleted() -> Response:
        return _page([_deleted_item(vault, secret) for secret in vault.in_phase("deleted")])


def _add_deleted(app: Flask, vault: Vault) -> None:
    @app.get("/deletedsecrets/<name>", endpoint="get_deleted")
    def deleted(name: str) -> Response:
        return jsonify(_deleted_bundle(vault, vault.deleted(name)))

    @app.post("/deletedsecrets/<name>/recover", endpoint="recover")
    def recover(name: str) -> Response:
        secret = vault.recover(name)
        return jsonify(wire.properties(vault, _base(), secret, secret.versions[-1]))

    @app.delete("/deletedsecrets/<name>", endpoint="purge")
    def purge(name: str) -> tuple[str, int]:
        vault.purge(name)
        return "", 204


def _deleted_bundle(vault: Vault, secret: Secret) -> dict[str, Any]:
    return wire.properties(vault, _base(), secret, secret.versions[-1]) | _deletion(vault, secret)


def _deleted_item(vault: Vault, secret: Secret) -> dict[str, Any]:
    return wire.item(vault, _base(), secret) | _deletion(vault, secret)


def _deletion(vault: Vault, secret: Secret) -> dict[str, Any]:
    return wire.deletion(vault, _base(), secret, secret.deleted or vault.now())


def _body(kind: type[Parameters]) -> Parameters:
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except msgspec.DecodeError as error:
        raise bad_parameter(f"The request body is not valid: {error}") from error


def _page(items: Sequence[dict[str, Any]]) -> Response:
    """Answer one page of a list; `nextLink` is null at its end."""
    size = _number("maxresults", LARGEST_PAGE)
    start = _number("$skiptoken", 0)
    if not 1 <= size <= LARGEST_PAGE:
        raise bad_parameter(f"maxresults must be from 1 to {LARGEST_PAGE}")
    end = start + size
    return jsonify(value=items[start:end], nextLink=_next_link(end, size) if end < len(items) else None)


def _number(name: str, default: int) -> int:
    raw = request.args.get(name, str(default))
    if not raw.isdecimal():
        raise bad_parameter(f"{name} must be a number, not {raw}")
    return int(raw)


def _next_link(start: int, size: int) -> str:
    query = {"api-version": request.args["api-version"], "$skiptoken": start, "maxresults": size}
    return f"{_base()}{request.path}?{urlencode(query)}"


def _base() -> str:
    return request.host_url.rstrip("/")
