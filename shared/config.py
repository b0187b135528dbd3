"""The settings of sync-api.md, read from the environment once. A fault is one line that names the setting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from cryptography.x509 import load_pem_x509_certificate
from msgspec import Struct

MICROSOFT_LOGIN = "https://login.microsoftonline.com/organizations"
GRAPH = "https://graph.microsoft.com/v1.0"
MANAGED_IDENTITY = "ManagedIdentityCredential"
DEVELOPER_SIGN_IN = "AzureCliCredential"
_CERTIFICATE = "ENTRA_CLIENT_CERTIFICATE_PATH"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_SCHEDULE_FIELD = re.compile(r"[0-9A-Za-z*,/-]+")


class SettingsError(Exception):
    """A setting is missing or malformed; the text is one line naming it, the fault and the right form."""


class Secret(Struct, frozen=True):
    """A value that no log may show; only `reveal()` gives it."""

    _value: str

    def reveal(self) -> str:
        """The value itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__


class StorageAccess(Struct, frozen=True):
    """How to reach Table or Queue storage: by `connection_string`, else `endpoint` and a managed identity."""

    connection_string: Secret | None = None
    endpoint: str | None = None
    client_id: str | None = None


class EntraApp(Struct, frozen=True):
    """The app registration, with exactly one of `secret`, `certificate` (a file) and `identity` (a client id)."""

    client_id: str
    authority: str
    secret: Secret | None = None
    certificate: Path | None = None
    identity: str | None = None


class Sealing(Struct, frozen=True):
    """Where sealed audit days go (N2); `endpoint` is None for Amazon's own S3."""

    bucket: str
    endpoint: str | None
    retention_days: int


class Settings(Struct, frozen=True):
    """All settings of sync-api.md, checked. URLs have no slash at their end."""

    queues: StorageAccess
    tables: StorageAccess
    key_vault_url: str
    entra: EntraApp
    graph_base_url: str
    public_base_url: str
    caseflow_api_url: str
    caseflow_api_token: Secret
    caseflow_jwks_url: str
    caseflow_issuer: str
    caseflow_app_url: str
    sync_schedule: str
    sync_horizon_days: int
    ca_bundle: str | None
    telemetry: Secret | None
    sealing: Sealing | None
    credential: str
    identity_client_id: str | None

    @property
    def verify(self) -> str | bool:
        """What requests takes as `verify`: the bundle of REQUESTS_CA_BUNDLE, else its own."""
        return self.ca_bundle or True

    @property
    def redirect_uri(self) -> str:
        """Where Microsoft sends the browser back."""
        return f"{self.public_base_url}/api/outlook/callback"


def load(environ: Mapping[str, str]) -> Settings:
    """Read and check every setting; a blank one counts as missing. Raises SettingsError."""
    read = _Reader(environ)
    return Settings(
        queues=_storage(read, "queue"),
        tables=_tables(read),
        key_vault_url=read.url("KEY_VAULT_URL", "https://NAME.vault.azure.net", loopback_http=False),
        entra=_entra(read),
        graph_base_url=read.url("GRAPH_BASE_URL", GRAPH, default=GRAPH),
        public_base_url=read.url("PUBLIC_BASE_URL", "https://sync.example.com"),
        caseflow_api_url=read.url("CASEFLOW_API_URL", "https://api.caseflow.example/v1"),
        caseflow_api_token=Secret(read.text("CASEFLOW_API_TOKEN", "the service token that CaseFlow issued")),
        caseflow_jwks_url=read.url("CASEFLOW_JWKS_URL", "https://app.caseflow.example/.well-known/jwks.json"),
        caseflow_issuer=read.text("CASEFLOW_ISSUER", "the `iss` of CaseFlow's session tokens"),
        caseflow_app_url=read.url("CASEFLOW_APP_URL", "https://app.caseflow.example"),
        sync_schedule=_schedule(read),
        sync_horizon_days=read.number("SYNC_HORIZON_DAYS", 730, 30, 1800),
        ca_bundle=_bundle(read),
        telemetry=read.secret("APPLICATIONINSIGHTS_CONNECTION_STRING"),
        sealing=_sealing(read),
        credential=_credential(read),
        identity_client_id=read.maybe("AZURE_CLIENT_ID"),
    )


class _Reader:
    """The environment, with blanks as missing and faults as one line."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def maybe(self, name: str) -> str | None:
        return self._environ.get(name, "").strip() or None

    def secret(self, name: str) -> Secret | None:
        value = self.maybe(name)
        return Secret(value) if value else None

    def text(self, name: str, form: str) -> str:
        value = self.maybe(name)
        if value is None:
            raise SettingsError(f"{name} is missing: set it to {form}")
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.maybe(name)
        if value is None:
            return default
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise SettingsError(f"{name} is {value!r}: give a whole number from {least:,} to {most:,}")
        return int(value)

    def url(self, name: str, form: str, *, default: str | None = None, loopback_http: bool = True) -> str:
        value = self.maybe(name) or default
        if value is None:
            raise SettingsError(f"{name} is missing: set it to a URL such as {form}")
        if not _is_allowed(value, loopback_http):
            plain = " (http only on localhost)" if loopback_http else ""
            raise SettingsError(f"{name} is {value!r}: give an https URL{plain} such as {form}")
        return value.rstrip("/")


def _is_allowed(value: str, loopback_http: bool) -> bool:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.query or parts.fragment or parts.username or re.search(r"\s", value):
        return False
    return parts.scheme == "https" or (loopback_http and parts.scheme == "http" and host in _LOOPBACK)


def _storage(read: _Reader, service: str) -> StorageAccess:
    """Access by `AzureWebJobsStorage`, in either of the forms that the Functions host knows (azure.md 1.5)."""
    if given := read.maybe("AzureWebJobsStorage"):
        return StorageAccess(connection_string=_connection("AzureWebJobsStorage", given))
    uri, account = f"AzureWebJobsStorage__{service}ServiceUri", read.maybe("AzureWebJobsStorage__accountName")
    client_id = read.maybe("AzureWebJobsStorage__clientId") or read.maybe("AZURE_CLIENT_ID")
    form = f"https://ACCOUNT.{service}.core.windows.net"
    if account and not read.maybe(uri):
        return StorageAccess(endpoint=f"https://{account}.{service}.core.windows.net", client_id=client_id)
    if not read.maybe(uri):
        raise SettingsError(
            "AzureWebJobsStorage is missing: set it to a storage connection string, "
            "or set AzureWebJobsStorage__accountName for a managed identity"
        )
    return StorageAccess(endpoint=read.url(uri, form, loopback_http=False), client_id=client_id)


def _tables(read: _Reader) -> StorageAccess:
    if given := read.maybe("TABLES_CONNECTION_STRING"):
        return StorageAccess(connection_string=_connection("TABLES_CONNECTION_STRING", given))
    if read.maybe("TABLES_ENDPOINT"):
        endpoint = read.url("TABLES_ENDPOINT", "https://ACCOUNT.table.core.windows.net", loopback_http=False)
        return StorageAccess(endpoint=endpoint, client_id=read.maybe("AZURE_CLIENT_ID"))
    return _storage(read, "table")


def _connection(name: str, value: str) -> Secret:
    members = {part.partition("=")[0].strip().lower() for part in value.split(";")}
    if not {"accountname", "accountkey"} <= members and "sharedaccesssignature" not in members:
        raise SettingsError(
            f"{name} is no storage connection string: it must look like "
            "DefaultEndpointsProtocol=https;AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net"
        )
    return Secret(value)


def _entra(read: _Reader) -> EntraApp:
    app = EntraApp(
        client_id=read.text("ENTRA_CLIENT_ID", "the application (client) id of the app registration"),
        authority=read.url("ENTRA_AUTHORITY", MICROSOFT_LOGIN, default=MICROSOFT_LOGIN, loopback_http=False),
    )
    if secret := read.secret("ENTRA_CLIENT_SECRET"):
        return EntraApp(app.client_id, app.authority, secret=secret)
    if certificate := read.maybe("ENTRA_CLIENT_CERTIFICATE_PATH"):
        return EntraApp(app.client_id, app.authority, certificate=_certificate(certificate))
    if identity := read.maybe("ENTRA_MANAGED_IDENTITY_CLIENT_ID"):
        return EntraApp(app.client_id, app.authority, identity=identity)
    raise SettingsError(
        "ENTRA_CLIENT_SECRET is missing: set it, or ENTRA_CLIENT_CERTIFICATE_PATH (a PEM or PFX file), "
        "or ENTRA_MANAGED_IDENTITY_CLIENT_ID (a user-assigned identity trusted by the app registration)"
    )


def _certificate(value: str) -> Path:
    """The file, if it holds what Entra takes: an RSA key without a password, and its certificate."""
    path = Path(value)
    try:
        content = path.read_bytes()
        if path.suffix.lower() in {".pfx", ".p12"}:
            key, certificate, _ = pkcs12.load_key_and_certificates(content, None)
        else:
            key, certificate = load_pem_private_key(content, None), load_pem_x509_certificate(content)
    except OSError:
        raise SettingsError(f"{_CERTIFICATE} is {value!r}: it cannot be read; give a PEM or PFX file") from None
    except (ValueError, TypeError):
        key = certificate = None
    if certificate is None or not isinstance(key, RSAPrivateKey):
        raise SettingsError(
            f"{_CERTIFICATE} is {value!r}: it must hold an RSA private key without a password and its certificate"
        )
    return path


def _bundle(read: _Reader) -> str | None:
    value = read.maybe("REQUESTS_CA_BUNDLE")
    if value is not None and not Path(value).exists():
        raise SettingsError(f"REQUESTS_CA_BUNDLE is {value!r}: no such file; give a PEM file of authorities")
    return value


def _schedule(read: _Reader) -> str:
    value = read.maybe("SYNC_SCHEDULE") or "0 */5 * * * *"
    fields = value.split()
    if len(fields) != 6 or not all(_SCHEDULE_FIELD.fullmatch(field) for field in fields):
        raise SettingsError(
            f"SYNC_SCHEDULE is {value!r}: give six fields, {{second}} {{minute}} {{hour}} {{day}} {{month}} "
            "{day-of-week}, such as 0 */5 * * * *"
        )
    return value


def _sealing(read: _Reader) -> Sealing | None:
    retention = read.number("AUDIT_ARCHIVE_RETENTION_DAYS", 2555, 1, 36_500)
    endpoint = read.maybe("AUDIT_ARCHIVE_S3_ENDPOINT")
    if endpoint:
        endpoint = read.url("AUDIT_ARCHIVE_S3_ENDPOINT", "https://s3.eu-central-1.amazonaws.com")
    bucket = read.maybe("AUDIT_ARCHIVE_S3_BUCKET")
    if bucket is None:
        return None
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket):
        raise SettingsError(f"AUDIT_ARCHIVE_S3_BUCKET is {bucket!r}: give a bucket's name, 3 to 63 of a-z 0-9 . -")
    return Sealing(bucket, endpoint, retention)


def _credential(read: _Reader) -> str:
    value = read.maybe("AZURE_TOKEN_CREDENTIALS") or MANAGED_IDENTITY
    if value not in {MANAGED_IDENTITY, DEVELOPER_SIGN_IN}:
        raise SettingsError(
            f"AZURE_TOKEN_CREDENTIALS is {value!r}: leave it out for a managed identity, "
            f"or give {DEVELOPER_SIGN_IN} for a developer's own sign-in"
        )
    return value
