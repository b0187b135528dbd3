"""The pages and endpoints of the stand-in, at the addresses of Microsoft's v2.0 endpoint."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from flask import Flask, jsonify, redirect, render_template, request

from local.entra import grants, signin, tokens
from local.entra.errors import EntraError

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from local.entra.provider import Entra
    from local.entra.signin import SignIn
    from local.faults import Fault

_PERMISSIONS = {
    "Calendars.ReadWrite": "Have full access to your calendars",
    "openid": "Sign you in",
    "profile": "View your basic profile",
    "email": "View your email address",
    "offline_access": "Maintain access to data you have given it access to",
}
_CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


def create_app(entra: Entra) -> Flask:
    """Serve `entra`. Needs TLS in front: MSAL accepts no plain http authority."""
    app = Flask(__name__, static_folder=None, template_folder="templates")
    _add_documents(app, entra)
    _add_sign_in(app, entra)
    _add_tokens(app, entra)

    @app.errorhandler(EntraError)
    def show(error: EntraError) -> tuple[str, int]:
        return render_template("refused.html", error=error), error.status

    @app.errorhandler(signin.SentBack)
    def send_back(back: signin.SentBack) -> AnyResponse:
        return redirect(back.location)

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = _CONTENT_POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return app


def _add_documents(app: Flask, entra: Entra) -> None:
    @app.get("/<tenant>/v2.0/.well-known/openid-configuration")
    def configuration(tenant: str) -> Response:
        return _failed(entra, "discovery") or jsonify(_configuration(entra.base_url, tenant))

    @app.get("/<tenant>/discovery/v2.0/keys")
    def keys(tenant: str) -> Response:  # noqa: ARG001 - every tenant signs with the same keys
        shown = [tokens.public_key(key) for key in entra.signing_keys()]
        return _failed(entra, "keys") or jsonify(keys=shown)


def _configuration(base: str, tenant: str) -> dict[str, Any]:
    issued_by = "{tenantid}" if tenant in ("organizations", "common") else tenant
    return {
        "issuer": f"{base}/{issued_by}/v2.0",
        "authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/{tenant}/oauth2/v2.0/token",
        "jwks_uri": f"{base}/{tenant}/discovery/v2.0/keys",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "scopes_supported": sorted(tokens.OPENID_SCOPES),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "oid"],
    }


def _add_sign_in(app: Flask, entra: Entra) -> None:
    @app.get("/<tenant>/oauth2/v2.0/authorize")
    def ask(tenant: str) -> AnyResponse | str:
        if failed := _failed(entra, "authorize"):
            return failed
        asked = signin.read(entra, tenant, request.args)
        if entra.scripted and request.args.get("auto_approve") == "1":
            return _decide(entra, asked, asked.login_hint or "", "approve")
        return _page(entra, asked)

    @app.post("/<tenant>/oauth2/v2.0/authorize")
    def decide(tenant: str) -> AnyResponse:
        asked = signin.read(entra, tenant, request.args)
        return _decide(entra, asked, request.form.get("account", ""), request.form.get("decision", ""))


def _page(entra: Entra, asked: SignIn) -> str:
    permissions = {scope: _PERMISSIONS.get(scope.removeprefix(f"{tokens.GRAPH}/"), "") for scope in asked.scopes}
    hinted = entra.find_account(asked.login_hint or "")
    return render_template(
        "sign_in.html",
        accounts=list(entra.state.accounts.values()),
        chosen=hinted.oid if hinted else None,
        permissions=permissions,
        client_id=asked.client_id,
        redirect_uri=asked.redirect_uri,
    )


def _decide(entra: Entra, asked: SignIn, who: str, decision: str) -> AnyResponse:
    if decision == "refuse":
        return redirect(signin.refuse(asked))
    if decision != "approve":
        raise EntraError(90014, "It is 'decision', either approve or refuse.")
    account = entra.find_account(who)
    if account is None:
        raise EntraError(50034, f"It was '{who}'.")
    with entra.lock:
        return redirect(signin.approve(entra, asked, account))


def _add_tokens(app: Flask, entra: Entra) -> None:
    @app.post("/<tenant>/oauth2/v2.0/token")
    def token(tenant: str) -> Response:
        if failed := _failed(entra, "token"):
            return failed
        try:
            with entra.lock:
                return jsonify(grants.redeem(entra, tenant, request.form))
        except EntraError as error:
            return _refused(entra, error)


def _failed(entra: Entra, operation: str) -> Response | None:
    """Count the call, and return the failure that was planned for it."""
    entra.calls[operation] += 1
    fault = entra.faults.take(operation)
    return None if fault is None else _planned(entra, fault)


def _planned(entra: Entra, fault: Fault) -> Response:
    code = int(fault.code) if fault.code is not None else 90055 if fault.status == 429 else 90033
    answer = _refused(entra, EntraError(code, status=fault.status))
    if fault.body is not None:
        answer.set_data(fault.body)
        answer.mimetype = "text/html"
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer


def _refused(entra: Entra, error: EntraError) -> Response:
    trace = str(uuid.UUID(hex=entra.fresh("trace")[:32]))
    correlation = request.headers.get("client-request-id", trace)
    answer = jsonify(error.body(entra.now(), trace, correlation))
    answer.status_code = error.status
    return answer
