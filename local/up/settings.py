"""The settings with which the app runs in the local world (the names of the interface, and of the platform)."""

from __future__ import annotations

import os
from pathlib import Path

import boto3

from local.up import standins
from local.up.ports import Ports

ARCHIVE_BUCKET = "audit-archive"
ARCHIVE_KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1"}
_PROXIES = {"http_proxy", "https_proxy", "all_proxy"}


def environment(ports: Ports, ca: Path, connection_string: str, data: Path) -> dict[str, str]:
    """Return the environment of the functions host: this machine's own, without proxies, and the settings."""
    own = {name: value for name, value in os.environ.items() if name.lower() not in _PROXIES}
    return own | ARCHIVE_KEYS | _services(ports) | {
        "AzureWebJobsStorage": connection_string,
        "TABLES_CONNECTION_STRING": connection_string,
        "REQUESTS_CA_BUNDLE": str(ca.resolve()),
        "SYNC_SCHEDULE": "0 */1 * * * *",
        "LOCAL_HOST_STATE": str((data / "host").resolve()),
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


def _services(ports: Ports) -> dict[str, str]:
    caseflow = f"http://localhost:{ports.caseflow}"
    return {
        "KEY_VAULT_URL": f"https://localhost:{ports.vault}",
        "IDENTITY_ENDPOINT": f"http://localhost:{ports.identity}/msi/token",
        "IDENTITY_HEADER": standins.IDENTITY_HEADER,
        "ENTRA_CLIENT_ID": standins.CLIENT_ID,
        "ENTRA_CLIENT_SECRET": standins.CLIENT_SECRET,
        "ENTRA_AUTHORITY": f"https://localhost:{ports.entra}/organizations",
        "GRAPH_BASE_URL": f"https://localhost:{ports.graph}/v1.0",
        "PUBLIC_BASE_URL": standins.host_url(ports),
        "CASEFLOW_API_URL": f"{caseflow}/api",
        "CASEFLOW_API_TOKEN": standins.SERVICE_TOKEN,
        "CASEFLOW_JWKS_URL": f"{caseflow}/.well-known/jwks.json",
        "CASEFLOW_ISSUER": standins.ISSUER,
        "CASEFLOW_APP_URL": caseflow,
        "AUDIT_ARCHIVE_S3_BUCKET": ARCHIVE_BUCKET,
        "AUDIT_ARCHIVE_S3_ENDPOINT": f"http://127.0.0.1:{ports.archive}",
        "AUDIT_ARCHIVE_RETENTION_DAYS": "2555",
    }


def make_archive(ports: Ports) -> None:
    """Make the archive's bucket, with Object Lock."""
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{ports.archive}",
        aws_access_key_id=ARCHIVE_KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=ARCHIVE_KEYS["AWS_SECRET_ACCESS_KEY"],
        region_name=ARCHIVE_KEYS["AWS_DEFAULT_REGION"],
    )
    client.create_bucket(Bucket=ARCHIVE_BUCKET, ObjectLockEnabledForBucket=True)
