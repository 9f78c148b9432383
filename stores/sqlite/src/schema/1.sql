CREATE TABLE webhook_seen (
    sequence INTEGER PRIMARY KEY,
    endpoint TEXT NOT NULL,
    id TEXT NOT NULL,
    digest BLOB NOT NULL,
    received INTEGER NOT NULL,
    UNIQUE (endpoint, id)
) STRICT;

CREATE INDEX webhook_seen_received ON webhook_seen (received);

CREATE TABLE webhook_pending (
    sequence INTEGER PRIMARY KEY,
    endpoint TEXT NOT NULL,
    state INTEGER NOT NULL,
    at INTEGER NOT NULL,
    token INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    event_type TEXT,
    order_key TEXT,
    version INTEGER,
    reason TEXT,
    bytes BLOB
) STRICT;

-- With all that decides whether a row can be claimed, so that the rows that are skipped are not read.
CREATE INDEX webhook_pending_waiting ON webhook_pending (endpoint, at, sequence, event_type, order_key) WHERE state = 0;
CREATE INDEX webhook_pending_running ON webhook_pending (endpoint, at) WHERE state = 1;
CREATE INDEX webhook_pending_ended ON webhook_pending (state, at) WHERE state >= 2;
CREATE INDEX webhook_pending_order ON webhook_pending (endpoint, order_key, sequence) WHERE state < 2 AND order_key IS NOT NULL;

CREATE TABLE webhook_version (
    endpoint TEXT NOT NULL,
    order_key TEXT NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (endpoint, order_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_version_at ON webhook_version (at);

CREATE TABLE webhook_paused (
    endpoint TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_store (
    id TEXT NOT NULL,
    incoming TEXT
) STRICT;

INSERT INTO webhook_store VALUES (lower(hex(randomblob(16))), NULL);

CREATE TABLE webhook_guard (
    endpoint TEXT NOT NULL,
    id TEXT NOT NULL,
    digest BLOB NOT NULL,
    token INTEGER NOT NULL,
    is_handled INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (endpoint, id)
) STRICT;

CREATE INDEX webhook_guard_at ON webhook_guard (at) WHERE is_handled;

CREATE TABLE webhook_guard_token (
    last INTEGER NOT NULL
) STRICT;

INSERT INTO webhook_guard_token VALUES (0);
