"""The Store on Azure Table Storage: one table, rows of JSON text (design.md section 2, azure.md 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from azure.core import MatchConditions
from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.data.tables import TableClient, TableErrorCode, TableTransactionError, TransactionOperation, UpdateMode

from shared.adapters.azure import CONNECT_SECONDS, READ_SECONDS, translated
from shared.adapters.memory import unobserved
from shared.adapters.rowrules import check, checked_key
from shared.config import Secret
from shared.core.errors import Stale
from shared.ports import Insert, Put, Remove, Replace, Row, RowChange

TABLE = "outlooksync"
PART_UNITS = 32_000
_Operation = tuple[TransactionOperation, dict[str, str], dict[str, Any]]


class TableStore:
    """Rows in the table `outlooksync`, which is made when it is missing. Thread-safe; one a process.

    `observe` hears `get`, `scan` (once a page) and `commit`: the unit in which Azure bills.
    """

    def __init__(self, client: TableClient, observe: Callable[[str], None] = unobserved) -> None:
        self._client = client
        self._observe = observe

    def get(self, partition: str, key: str) -> Row | None:
        """One row, or None."""
        checked_key(partition)
        self._observe("get")
        with translated("tables"):
            try:
                entity = self._client.get_entity(partition, checked_key(key))
            except HttpResponseError as error:
                if error.status_code == 404:
                    return None
                raise
        return _row(entity)

    def scan(self, partition: str, prefix: str) -> list[Row]:
        """All rows whose key starts with `prefix`, in key order."""
        with translated("tables"):
            try:
                return [_row(entity) for entity in self._entities(checked_key(partition), prefix)]
            except HttpResponseError as error:
                if error.status_code == 404:
                    return []
                raise

    def _entities(self, partition: str, prefix: str) -> Iterator[Any]:
        query, values = "PartitionKey eq @partition", {"partition": partition}
        if prefix:
            query += " and RowKey ge @first and RowKey lt @beyond"
            values |= {"first": prefix, "beyond": prefix[:-1] + chr(ord(prefix[-1]) + 1)}
        pages = self._client.query_entities(query, parameters=values).by_page()
        while True:
            self._observe("scan")
            page = next(pages, None)
            if page is None:
                return
            yield from page
            if not pages.continuation_token:  # type: ignore[attr-defined]
                return

    def commit(self, partition: str, changes: Sequence[RowChange]) -> dict[str, str]:
        """All changes or none; the new etag of each key written. Raises Stale."""
        check(partition, changes)
        with translated("tables"):
            try:
                return self._settle(partition, list(changes))
            except HttpResponseError as error:
                if not _lacks_table(error):
                    raise
                with suppress(ResourceExistsError):
                    self._client.create_table()
                return self._settle(partition, list(changes))

    def _settle(self, partition: str, pending: list[RowChange]) -> dict[str, str]:
        """Send the changes; again without each unconditional removal whose row turns out to be missing."""
        while pending:
            sent = self._try(partition, pending)
            if not isinstance(sent, int):
                return {change.key: etag for change, etag in zip(pending, sent, strict=True) if etag}
            pending.pop(sent)
        return {}

    def _try(self, partition: str, changes: list[RowChange]) -> list[str] | int:
        """Send the changes once: their etags, or the index of an unconditional removal whose row was missing."""
        self._observe("commit")
        try:
            return self._send([_operation(partition, change) for change in changes])
        except HttpResponseError as error:
            if error.status_code not in {404, 409, 412} or _lacks_table(error):
                raise
            index = error.index if isinstance(error, TableTransactionError) else 0
            if error.status_code == 404 and changes[index] == Remove(changes[index].key):
                return index
            raise Stale("row_changed") from error

    def _send(self, operations: list[_Operation]) -> list[str]:
        # `delete_entity` hides a 404 even when an etag is given, so removals always go as a transaction.
        kind, entity, conditions = operations[0]
        if len(operations) > 1 or kind is TransactionOperation.DELETE:
            answers: Sequence[Mapping[str, Any]] = self._client.submit_transaction(operations)
        elif kind is TransactionOperation.CREATE:
            answers = [self._client.create_entity(entity)]
        elif kind is TransactionOperation.UPSERT:
            answers = [self._client.upsert_entity(entity, **conditions)]
        else:
            answers = [self._client.update_entity(entity, **conditions)]
        return [str(answer.get("etag") or "") for answer in answers]


def by_connection_string(connection: Secret, observe: Callable[[str], None] = unobserved) -> TableStore:
    """The store of a storage account, by its key."""
    client = TableClient.from_connection_string(connection.reveal(), TABLE, **_options())
    return TableStore(client, observe)


def by_identity(endpoint: str, identity: TokenCredential, observe: Callable[[str], None] = unobserved) -> TableStore:
    """The store of a storage account, by a managed identity."""
    return TableStore(TableClient(endpoint, TABLE, credential=identity, **_options()), observe)


def _options() -> dict[str, Any]:
    # No retries: a conditional write that is sent twice can answer 412 to its own success (azure.md 0.10).
    return {"connection_timeout": CONNECT_SECONDS, "read_timeout": READ_SECONDS, "retry_total": 0}


def _lacks_table(error: HttpResponseError) -> bool:
    # `create_entity` passes a 404 on undecoded, so the code stands in its text only.
    return error.status_code == 404 and TableErrorCode.TABLE_NOT_FOUND.value in str(error)


def _operation(partition: str, change: RowChange) -> _Operation:
    keys = {"PartitionKey": partition, "RowKey": change.key}
    match change:
        case Insert(data=data):
            return (TransactionOperation.CREATE, keys | _parts(data), {})
        case Put(data=data):
            return (TransactionOperation.UPSERT, keys | _parts(data), {"mode": UpdateMode.REPLACE})
        case Replace(data=data, etag=etag):
            conditions = {"mode": UpdateMode.REPLACE, "etag": etag, "match_condition": MatchConditions.IfNotModified}
            return (TransactionOperation.UPDATE, keys | _parts(data), conditions)
        case Remove(etag=None):
            return (TransactionOperation.DELETE, keys, {})
        case Remove(etag=etag):
            conditions = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
            return (TransactionOperation.DELETE, keys, conditions)


def _parts(data: str) -> dict[str, str]:
    """The JSON text as property `d`, or as `d0`, `d1`, … of 32,000 UTF-16 units (a property holds 64 KiB)."""
    units = data.encode("utf-16-le")
    if len(units) <= 2 * PART_UNITS:
        return {"d": data}
    parts: list[str] = []
    start = 0
    while start < len(units):
        end = min(start + 2 * PART_UNITS, len(units))
        if end < len(units) and 0xD8 <= units[end - 1] <= 0xDB:  # never split a surrogate pair
            end -= 2
        parts.append(units[start:end].decode("utf-16-le"))
        start = end
    return {f"d{number}": part for number, part in enumerate(parts)}


def _row(entity: Any) -> Row:
    data = entity.get("d")
    if data is None:
        count = sum(1 for name in entity if name[0] == "d" and name[1:].isdigit())
        data = "".join(entity[f"d{number}"] for number in range(count))
    return Row(entity["RowKey"], data, entity.metadata["etag"])
