"""The Archive on S3 with Object Lock: what is sealed cannot be changed or deleted until its day (N2)."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from shared.config import Sealing
from shared.core.errors import Rejected, Retry

CONNECT_SECONDS = 3
READ_SECONDS = 15


class SealedBucket:
    """One bucket with Object Lock; credentials as boto3 finds them. boto3 is imported at the first use (300 ms)."""

    def __init__(self, sealing: Sealing, verify: str | bool) -> None:
        self._sealing = sealing
        self._verify = verify

    @cached_property
    def _client(self) -> Any:
        import boto3  # noqa: PLC0415
        from botocore.config import Config  # noqa: PLC0415

        limits = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries={"total_max_attempts": 2})
        return boto3.client("s3", endpoint_url=self._sealing.endpoint, verify=self._verify, config=limits)

    def seal(self, name: str, body: bytes, retain_until: datetime) -> bool:
        """Store an object that nobody can change until then; False if it is there already. Raises Retry."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        try:
            self._client.put_object(
                Bucket=self._sealing.bucket,
                Key=name,
                Body=body,
                ContentType="application/x-ndjson",
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=retain_until,
                IfNoneMatch="*",
                ChecksumAlgorithm="SHA256",
            )
        except ClientError as error:
            return _is_new(error)
        except BotoCoreError as error:
            raise Retry("archive_unreachable") from error
        return True


def _is_new(error: Any) -> bool:
    """False for "it is there already". Raises Retry, or Rejected for a bucket that cannot seal."""
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if status == 412:
        return False
    if status in {400, 404}:
        raise Rejected(f"archive_{status}") from error
    raise Retry("archive_unavailable") from error
