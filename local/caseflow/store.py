"""SQLite behind CaseFlow: documents, counters, transactions, backups."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.caseflow.answers import Document

_SCHEMA = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")


class Store:
    """The database of one installation. Not thread-safe: CaseFlow's lock guards it.

    `path` is a file or `:memory:`. Ids are computed from `seed`, the timeline and a counter, so that the same
    calls give the same ids, and an id is not given out a second time after a restore.
    """

    def __init__(self, path: str, seed: int) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)
        self._seed = seed
        with self.transaction():
            for name in ("seq", "serial", "ids", "timeline"):
                self._db.execute("INSERT OR IGNORE INTO meta VALUES (?, 0)", (name,))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is done inside, or roll all of it back when an exception leaves it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:  # raised on: whatever ends it, half a transaction must not stay
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Run one statement with bound values and return its rows."""
        return self._db.execute(sql, values).fetchall()

    def documents(self, sql: str, *values: object) -> list[Document]:
        """Run a query whose first column is a JSON document and return the documents."""
        return [json.loads(row[0]) for row in self._db.execute(sql, values)]

    def meta(self, name: str) -> int:
        """Read a counter."""
        (value,) = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return int(value)

    def advance(self, name: str) -> int:
        """Raise a counter by one and return its new value."""
        sql = "UPDATE meta SET value = value + 1 WHERE name = ? RETURNING value"
        ((value,),) = self._db.execute(sql, (name,)).fetchall()
        return int(value)

    def new_id(self, prefix: str) -> str:
        """Give out an id like `ev_5f0c…`."""
        text = f"{self._seed}/{self.meta('timeline')}/{self.advance('ids')}"
        return f"{prefix}_{hashlib.sha256(text.encode()).hexdigest()[:20]}"

    def new_timeline(self, timeline: int, accepted: tuple[int, int] | None) -> None:
        """Begin `timeline`; cursors of older ones expire, but for those `accepted` as (timeline, last serial)."""
        with self.transaction():
            self._db.execute("UPDATE meta SET value = ? WHERE name = 'timeline'", (timeline,))
            if accepted is None:
                self._db.execute("DELETE FROM timelines")
            else:
                self._db.execute("INSERT OR REPLACE INTO timelines VALUES (?, ?)", accepted)

    def backup(self) -> bytes:
        """Copy the whole database."""
        return self._db.serialize()

    def restore(self, backup: bytes) -> None:
        """Put the database back to what `backup` holds."""
        source = sqlite3.connect(":memory:")
        try:
            source.deserialize(backup)
            source.backup(self._db)
        finally:
            source.close()

    def close(self) -> None:
        """Close the database; nothing can be asked of it afterwards."""
        self._db.close()
