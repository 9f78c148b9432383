CREATE SEQUENCE webhook_sequence;

CREATE TABLE webhook_seen (
    sequence bigint PRIMARY KEY,
    endpoint text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    received bigint NOT NULL CHECK (received >= 0),
    UNIQUE (endpoint, id)
);

CREATE INDEX ON webhook_seen (received);

CREATE TABLE webhook_pending (
    sequence bigint PRIMARY KEY,
    endpoint text COLLATE "C" NOT NULL,
    state smallint NOT NULL,
    at bigint NOT NULL,
    token bigint NOT NULL,
    attempts bigint NOT NULL,
    event_type text COLLATE "C",
    order_key text COLLATE "C",
    version bigint,
    reason text,
    bytes bytea
);

CREATE INDEX ON webhook_pending (endpoint, at, sequence) WHERE state < 2;
CREATE INDEX ON webhook_pending (endpoint, at, sequence) WHERE state = 1;
CREATE INDEX ON webhook_pending (state, at) WHERE state >= 2;
CREATE INDEX ON webhook_pending (endpoint, order_key, sequence) WHERE state < 2 AND order_key IS NOT NULL;

CREATE TABLE webhook_version (
    endpoint text COLLATE "C" NOT NULL,
    order_key text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (endpoint, order_key)
);

CREATE INDEX ON webhook_version (at);

CREATE TABLE webhook_paused (
    endpoint text COLLATE "C" PRIMARY KEY
);

CREATE SEQUENCE webhook_guard_token;

CREATE TABLE webhook_guard (
    endpoint text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    token bigint NOT NULL,
    is_handled boolean NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (endpoint, id)
);

CREATE INDEX ON webhook_guard (at) WHERE is_handled;
