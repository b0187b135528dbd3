-- One CaseFlow installation. Documents are JSON; columns hold what is searched.
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS firms (id TEXT PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS staff (id TEXT PRIMARY KEY, firm_id TEXT NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS matters (id TEXT PRIMARY KEY, firm_id TEXT NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;

-- Events, tasks and key deadlines. A deleted one stays as a tombstone: that is what tells `gone` from `not_found`.
CREATE TABLE IF NOT EXISTS items (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    firm_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    matter_id TEXT,
    doc TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS items_of_firm ON items (firm_id, kind);
CREATE INDEX IF NOT EXISTS items_of_matter ON items (matter_id, kind);

-- The newest change of each item on each calendar; `seq` orders them, so older edits are folded away.
CREATE TABLE IF NOT EXISTS feed (
    staff_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    item_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    reason TEXT,            -- NULL while the item is on the calendar
    all_day INTEGER NOT NULL,
    ends TEXT NOT NULL,     -- exclusive: a date when all_day, else UTC
    PRIMARY KEY (staff_id, kind, item_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS feed_order ON feed (staff_id, seq);
CREATE INDEX IF NOT EXISTS feed_of_item ON feed (kind, item_id);

-- Cursors of an earlier timeline are good up to the serial at which a backup of it was taken.
CREATE TABLE IF NOT EXISTS timelines (timeline INTEGER PRIMARY KEY, last_serial INTEGER NOT NULL);

CREATE TABLE IF NOT EXISTS idempotency (
    firm_id TEXT NOT NULL, key TEXT NOT NULL, event_id TEXT NOT NULL, PRIMARY KEY (firm_id, key)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS audit (
    seq INTEGER PRIMARY KEY, firm_id TEXT NOT NULL, doc TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_of_firm ON audit (firm_id, seq);
