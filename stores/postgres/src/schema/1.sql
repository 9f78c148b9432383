-- Of entries that this store has accepted, and of those that it has imported, which come before them.
CREATE SEQUENCE webhook_sequence START WITH 1099511627776;
CREATE SEQUENCE webhook_import_sequence;

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

CREATE TABLE webhook_store (
    id text NOT NULL,
    incoming text
);

INSERT INTO webhook_store
SELECT string_agg(lpad(to_hex((random() * 2147483647)::integer), 8, '0'), ''), NULL FROM generate_series(1, 4);

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

-- The frequent statements are functions, since each session plans their statements once. Their first parameter is the time, or
-- null for that of the server when it received the call. A commit waits for the disk, even if `synchronous_commit` is off for the
-- role or the server.
--
-- A plan is used for calls of all sizes, and after tables that were empty have grown. So the statements and settings of claims and
-- ends leave only plans that find each row through an index, whatever the statistics say. Otherwise a claim may read and sort
-- everything that is pending.

CREATE FUNCTION webhook_time(bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('synchronous_commit') = 'off' THEN
        SET LOCAL synchronous_commit = on;
    END IF;
    RETURN coalesce($1, (extract(epoch FROM statement_timestamp()) * 1000)::bigint);
END
$$;

-- Inserts entries whose keys are unknown, and returns their numbers in the batch. The locks come before the first number of the
-- sequence, which is given out in the order of the batch.
CREATE FUNCTION webhook_insert(bigint, integer, integer[], text[], text[], bytea[], text[], text[], bigint[], bytea[])
RETURNS TABLE (n bigint) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    now bigint := webhook_time($1);
BEGIN
    PERFORM pg_advisory_xact_lock($2, lock) FROM unnest($3) AS l (lock);
    RETURN QUERY WITH input AS MATERIALIZED (
        SELECT nextval('webhook_sequence') AS sequence, i.*
        FROM unnest($4, $5, $6, $7, $8, $9, $10)
            WITH ORDINALITY AS i (endpoint, id, digest, event_type, order_key, version, bytes, n)
    ), seen AS (
        INSERT INTO webhook_seen (sequence, endpoint, id, digest, received)
        SELECT sequence, endpoint, id, digest, now FROM input ORDER BY endpoint COLLATE "C", id COLLATE "C"
        ON CONFLICT (endpoint, id) DO NOTHING
        RETURNING sequence
    ), pending AS (
        INSERT INTO webhook_pending
            (sequence, endpoint, state, at, token, attempts, event_type, order_key, version, reason, bytes)
        SELECT sequence, endpoint, 0, now, 0, 0, event_type, order_key, version, NULL, bytes
        FROM input JOIN seen USING (sequence)
    )
    SELECT n FROM input JOIN seen USING (sequence);
END
$$;

-- Claims entries that are pending. Claims that meet skip what another has locked.
CREATE FUNCTION webhook_claim(bigint, text, text[], boolean, bigint, bigint, bigint)
RETURNS TABLE (
    claimable bigint, sequence bigint, id text, token bigint, attempts bigint, event_type text, age bigint, superseded boolean,
    bytes bytea
) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET jit = off
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
#variable_conflict use_column
DECLARE
    now bigint := webhook_time($1);
BEGIN
    -- A later one of a key of order can be running if an earlier one was replayed. It holds that back as well. With this lock, a
    -- replay waits for claims on their way, and claims that come later see what it has changed.
    PERFORM pg_advisory_xact_lock_shared(2003333744, 0);
    -- One that was changed after the statement began has another `ctid`. It is claimed by the next call.
    RETURN QUERY WITH locked AS MATERIALIZED (
        SELECT p.ctid, p.sequence, p.at, octet_length(p.bytes) AS size
        FROM webhook_pending p
        WHERE p.endpoint = $2 AND p.state = 0 AND p.at <= now
            AND (p.event_type IS NOT NULL AND p.event_type = ANY($3)) = $4
            AND (p.order_key IS NULL OR NOT EXISTS (
                SELECT FROM webhook_pending e
                WHERE e.endpoint = p.endpoint AND e.order_key = p.order_key AND e.state < 2 AND e.sequence < p.sequence
            ) AND p.order_key <> ALL (array_remove(ARRAY(
                SELECT order_key FROM webhook_pending WHERE endpoint = $2 AND state = 1
            ), NULL)))
            AND NOT EXISTS (SELECT FROM webhook_paused WHERE endpoint = $2)
            AND NOT EXISTS (SELECT FROM webhook_store WHERE incoming IS NOT NULL)
        ORDER BY p.at, p.sequence LIMIT $5 FOR UPDATE OF p SKIP LOCKED
    ), summed AS (
        SELECT l.*, sum(size) OVER (ROWS UNBOUNDED PRECEDING) AS total FROM locked l
    ), found AS MATERIALIZED (
        SELECT ctid, sequence, at FROM summed WHERE total <= $7 OR total = size
    )
    UPDATE webhook_pending p SET state = 1, at = now + $6, token = p.token + 1, attempts = p.attempts + 1
    FROM found f CROSS JOIN LATERAL (SELECT id, received FROM webhook_seen WHERE sequence = f.sequence OFFSET 0) s
    WHERE p.ctid = f.ctid
    RETURNING f.at, p.sequence, s.id, p.token, p.attempts, p.event_type, now - s.received,
        coalesce((
            SELECT v.version > p.version FROM webhook_version v WHERE v.endpoint = p.endpoint AND v.order_key = p.order_key
        ), false), p.bytes;
END
$$;

-- Ends claims whose effects are made, and returns their numbers in the batch. The state 4 is done.
CREATE FUNCTION webhook_end(bigint, text[], text[], bigint[], smallint[], bigint[], bigint[], text[])
RETURNS TABLE (n bigint) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET jit = off SET enable_seqscan = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE
    now bigint := webhook_time($1);
BEGIN
    RETURN QUERY WITH input AS MATERIALIZED (
        SELECT i.*, (SELECT s.sequence FROM webhook_seen s WHERE s.endpoint = i.endpoint AND s.id = i.id) AS sequence
        FROM unnest($2, $3, $4, $5, $6, $7, $8)
            WITH ORDINALITY AS i (endpoint, id, token, state, after, uncounted, reason, n)
    ), locked AS MATERIALIZED (
        SELECT i.*
        FROM (SELECT * FROM input WHERE sequence IS NOT NULL ORDER BY sequence) i
        CROSS JOIN LATERAL (
            SELECT FROM webhook_pending p WHERE p.sequence = i.sequence AND p.token = i.token AND p.state = 1 FOR UPDATE
        ) p
    ), done AS (
        DELETE FROM webhook_pending WHERE sequence = ANY (ARRAY(SELECT sequence FROM locked WHERE state = 4))
        RETURNING endpoint, order_key, version
    ), remembered AS (
        INSERT INTO webhook_version AS v (endpoint, order_key, version, at)
        SELECT endpoint, order_key, max(version), now FROM done WHERE order_key IS NOT NULL AND version IS NOT NULL
        GROUP BY endpoint, order_key ORDER BY endpoint, order_key
        ON CONFLICT (endpoint, order_key) DO UPDATE SET version = greatest(v.version, excluded.version), at = excluded.at
    ), ended AS (
        UPDATE webhook_pending p
        SET state = l.state, at = now + l.after, attempts = greatest(p.attempts - l.uncounted, 0),
            reason = coalesce(l.reason, p.reason)
        FROM locked l
        WHERE p.sequence = l.sequence AND p.sequence = ANY (ARRAY(SELECT sequence FROM locked WHERE state < 4))
    )
    SELECT n FROM locked;
END
$$;

-- Removes the bodies of entries with this state, when they have had it for this long. For purges, the setting decides whether a
-- commit waits.
CREATE FUNCTION webhook_purge_bodies(bigint, bigint, bigint, smallint) RETURNS bigint LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET jit = off SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    now bigint := coalesce($1, (extract(epoch FROM statement_timestamp()) * 1000)::bigint);
    purged bigint;
BEGIN
    UPDATE webhook_pending SET reason = NULL, event_type = NULL, order_key = NULL, version = NULL, bytes = NULL
    WHERE sequence = ANY (ARRAY(
        SELECT sequence FROM webhook_pending
        WHERE state >= 2 AND state = $4 AND at <= now - $2 AND bytes IS NOT NULL LIMIT $3 FOR UPDATE SKIP LOCKED
    ));
    GET DIAGNOSTICS purged = ROW_COUNT;
    RETURN purged;
END
$$;

-- Removes entries without a body that were accepted this long ago.
CREATE FUNCTION webhook_purge_seen(bigint, bigint, bigint) RETURNS bigint LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET jit = off
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
    now bigint := coalesce($1, (extract(epoch FROM statement_timestamp()) * 1000)::bigint);
    purged bigint;
BEGIN
    WITH forgotten AS MATERIALIZED (
        SELECT s.sequence FROM webhook_seen s
        WHERE s.received <= now - $2 AND NOT coalesce((
            SELECT p.state < 2 OR p.bytes IS NOT NULL FROM webhook_pending p WHERE p.sequence = s.sequence
        ), false)
        ORDER BY s.received LIMIT $3 FOR UPDATE OF s SKIP LOCKED
    ), pending AS (
        DELETE FROM webhook_pending WHERE sequence = ANY (ARRAY(SELECT sequence FROM forgotten))
    )
    DELETE FROM webhook_seen WHERE sequence = ANY (ARRAY(SELECT sequence FROM forgotten));
    GET DIAGNOSTICS purged = ROW_COUNT;
    RETURN purged;
END
$$;
