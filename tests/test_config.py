"""Settings: what is missing or malformed stops the app with one line that names it (sync-api.md, Settings)."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.config import SettingsError, load
from tests.certificates import RSA_CERTIFICATE, RSA_FILES

CONNECTION = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=a2V5;EndpointSuffix=core.windows.net"
ENVIRON = {
    "AzureWebJobsStorage": CONNECTION,
    "KEY_VAULT_URL": "https://firm.vault.azure.net/",
    "ENTRA_CLIENT_ID": "client",
    "ENTRA_CLIENT_SECRET": "hush-hush",
    "PUBLIC_BASE_URL": "https://sync.example.com/",
    "CASEFLOW_API_URL": "https://api.caseflow.example/v1",
    "CASEFLOW_API_TOKEN": "quiet-token",
    "CASEFLOW_JWKS_URL": "http://localhost:7001/.well-known/jwks.json",
    "CASEFLOW_ISSUER": "https://caseflow.example",
    "CASEFLOW_APP_URL": "http://127.0.0.1:7001",
}


def without(*names: str, **more: str) -> dict[str, str]:
    return {name: value for name, value in ENVIRON.items() if name not in names} | more


def test_the_least_environment_has_the_contracts_defaults() -> None:
    settings = load(ENVIRON)
    assert settings.entra.authority == "https://login.microsoftonline.com/organizations"
    assert settings.graph_base_url == "https://graph.microsoft.com/v1.0"
    assert settings.sync_schedule == "0 */5 * * * *"
    assert settings.sync_horizon_days == 730
    assert settings.sealing is None
    assert settings.verify is True
    assert settings.tables == settings.queues
    assert settings.redirect_uri == "https://sync.example.com/api/outlook/callback"


@pytest.mark.parametrize("name", sorted(ENVIRON))
@pytest.mark.parametrize("blank", [None, "", "  "])
def test_a_missing_or_blank_setting_is_named_in_one_line(name: str, blank: str | None) -> None:
    environ = without(name) if blank is None else ENVIRON | {name: blank}
    with pytest.raises(SettingsError) as caught:
        load(environ)
    assert str(caught.value).startswith(f"{name} is missing: set")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "form"),
    [
        ("AzureWebJobsStorage", "AccountName=a", "AccountKey="),
        ("TABLES_CONNECTION_STRING", "nonsense", "AccountKey="),
        ("TABLES_ENDPOINT", "http://localhost:10002/a", "https"),
        ("KEY_VAULT_URL", "http://localhost:7002", "https"),
        ("KEY_VAULT_URL", "firm.vault.azure.net", "https"),
        ("ENTRA_AUTHORITY", "http://localhost/organizations", "https"),
        ("ENTRA_AUTHORITY", "https://login.microsoftonline.com/x?y=1", "https"),
        ("PUBLIC_BASE_URL", "http://sync.example.com", "https"),
        ("PUBLIC_BASE_URL", "https://sync.example.com:99999", "https"),
        ("CASEFLOW_API_URL", "https://", "https"),
        ("CASEFLOW_APP_URL", "https://user:word@app.example", "https"),
        ("SYNC_SCHEDULE", "*/5 * * * *", "six fields"),
        ("SYNC_SCHEDULE", "0 */5 * * * ?", "six fields"),
        ("SYNC_HORIZON_DAYS", "29", "from 30 to 1,800"),
        ("SYNC_HORIZON_DAYS", "1801", "from 30 to 1,800"),
        ("SYNC_HORIZON_DAYS", "two", "whole number"),
        ("AUDIT_ARCHIVE_RETENTION_DAYS", "0", "from 1 to"),
        ("AUDIT_ARCHIVE_S3_BUCKET", "My Bucket", "bucket"),
        ("AUDIT_ARCHIVE_S3_ENDPOINT", "ftp://x", "https"),
        ("REQUESTS_CA_BUNDLE", "nowhere/ca.pem", "PEM"),
        ("AZURE_TOKEN_CREDENTIALS", "prod", "AzureCliCredential"),
    ],
)
def test_a_malformed_setting_is_named_with_the_right_form(name: str, value: str, form: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(ENVIRON | {name: value})
    assert str(caught.value).startswith(f"{name} is ")
    assert form in str(caught.value)
    assert "\n" not in str(caught.value)


def test_storage_by_managed_identity_takes_account_name_or_service_uris() -> None:
    named = load(without("AzureWebJobsStorage", AzureWebJobsStorage__accountName="acct"))
    assert named.queues.endpoint == "https://acct.queue.core.windows.net"
    assert named.tables.endpoint == "https://acct.table.core.windows.net"
    uris = {
        "AzureWebJobsStorage__queueServiceUri": "https://q.example/acct/",
        "AzureWebJobsStorage__tableServiceUri": "https://t.example/acct",
        "AzureWebJobsStorage__clientId": "identity",
    }
    given = load(without("AzureWebJobsStorage", **uris))
    assert (given.queues.endpoint, given.tables.endpoint) == ("https://q.example/acct", "https://t.example/acct")
    assert given.queues.client_id == "identity"


def test_tables_may_lie_in_an_account_of_their_own() -> None:
    assert load(ENVIRON | {"TABLES_ENDPOINT": "https://t.example"}).tables.endpoint == "https://t.example"
    own = CONNECTION.replace("AccountName=a;", "AccountName=b;")
    tables = load(ENVIRON | {"TABLES_CONNECTION_STRING": own}).tables
    assert tables.connection_string is not None
    assert tables.connection_string.reveal() == own


def test_a_certificate_or_an_identity_may_stand_for_the_client_secret(tmp_path: Path) -> None:
    pem = tmp_path / "app.pem"
    pem.write_bytes(RSA_FILES["pem"])
    certified = load(without("ENTRA_CLIENT_SECRET", ENTRA_CLIENT_CERTIFICATE_PATH=str(pem)))
    assert certified.entra.certificate == pem
    federated = load(without("ENTRA_CLIENT_SECRET", ENTRA_MANAGED_IDENTITY_CLIENT_ID="id"))
    assert federated.entra.identity == "id"


def test_a_certificate_file_must_hold_what_entra_takes(tmp_path: Path) -> None:
    (tmp_path / "bare.pem").write_bytes(RSA_CERTIFICATE)
    (tmp_path / "no.pfx").write_text("no certificate")
    for name, fault in (("nowhere.pem", "cannot be read"), ("bare.pem", "RSA private key"), ("no.pfx", "RSA private")):
        with pytest.raises(SettingsError, match=rf"ENTRA_CLIENT_CERTIFICATE_PATH is .*{fault}"):
            load(without("ENTRA_CLIENT_SECRET", ENTRA_CLIENT_CERTIFICATE_PATH=str(tmp_path / name)))


def test_the_archive_is_on_where_a_bucket_is_named() -> None:
    sealing = load(ENVIRON | {"AUDIT_ARCHIVE_S3_BUCKET": "firm-audit"}).sealing
    assert sealing is not None
    assert (sealing.bucket, sealing.endpoint, sealing.retention_days) == ("firm-audit", None, 2555)


def test_no_secret_shows_when_settings_are_printed() -> None:
    telemetry = {"APPLICATIONINSIGHTS_CONNECTION_STRING": "InstrumentationKey=loud"}
    shown = f"{load(ENVIRON | telemetry)!r} {load(ENVIRON).caseflow_api_token}"
    for secret in ("hush-hush", "quiet-token", "a2V5", "loud"):
        assert secret not in shown
