"""Sealed objects on S3 with Object Lock, against moto (product.md N2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto.server import ThreadedMotoServer

from shared.adapters.archive import SealedBucket
from shared.config import Sealing
from shared.core.errors import Rejected, Retry

pytestmark = pytest.mark.integration
UNTIL = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def test_an_object_is_sealed_once_and_until_its_day(s3: str) -> None:
    client = boto3.client("s3", endpoint_url=s3)
    client.create_bucket(Bucket="audit", ObjectLockEnabledForBucket=True)
    archive = SealedBucket(Sealing("audit", s3, 30), verify=True)
    assert archive.seal("f1/2026/11/24.ndjson", b"first\n", UNTIL)
    assert not archive.seal("f1/2026/11/24.ndjson", b"second\n", UNTIL)
    stored = client.get_object(Bucket="audit", Key="f1/2026/11/24.ndjson")
    assert stored["Body"].read() == b"first\n"
    assert (stored["ObjectLockMode"], stored["ObjectLockRetainUntilDate"]) == ("COMPLIANCE", UNTIL)


def test_a_missing_bucket_is_no_passing_fault(s3: str) -> None:
    with pytest.raises(Rejected, match="archive_404"):
        SealedBucket(Sealing("none-such", s3, 30), verify=True).seal("a", b"", UNTIL)


def test_a_dead_service_is_to_be_tried_again() -> None:
    with pytest.raises(Retry, match="archive_unreachable"):
        SealedBucket(Sealing("audit", "http://127.0.0.1:9", 30), verify=True).seal("a", b"", UNTIL)
