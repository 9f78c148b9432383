use futures_util::future::try_join3;
use temporary_postgres::{ADMINISTRATOR, PostgresServer};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Row, Statement, connect};
use webhook_inbox::store::NewEntry;
use webhook_inbox_postgres::{PostgresEffect, PostgresOptions, PostgresStore};

use crate::Failure;
use crate::deliveries::ENDPOINT;
use crate::engine::{Claimed, Engine, Floor, LEASE_MILLIS, now};

/// The defaults of a server, and no checkpoint in between.
const CONFIGURATION: &str =
    "fsync = on\nshared_buffers = 128MB\nautovacuum = on\nmax_wal_size = 8GB\ncheckpoint_timeout = 1h";
const DATABASE: &str = "postgres";

/// A server of its own, whose folder should be on a disk.
pub(crate) struct Postgres {
    server: PostgresServer,
    schema: String,
    schemas: usize,
}

impl Postgres {
    /// `None` if PostgreSQL is not installed.
    pub(crate) fn start(_: &Runtime) -> Result<Option<Self>, Failure> {
        let server = PostgresServer::start_with(CONFIGURATION, None);
        Ok(server.map(|server| Self { server, schema: String::new(), schemas: 0 }))
    }

    fn url(&self) -> String {
        self.server.url(ADMINISTRATOR, DATABASE)
    }
}

impl Engine for Postgres {
    const NAME: &'static str = "PostgreSQL";
    type Store = PostgresStore;
    type Floor = PostgresFloor;

    fn empty(&mut self, runtime: &Runtime) -> Result<PostgresStore, Failure> {
        let previous = std::mem::take(&mut self.schema);
        self.schemas += 1;
        self.schema = format!("bench_{}", self.schemas);
        let (runtime_of_floor, client) = client(&self.url())?;
        let mut sql = "CREATE TABLE IF NOT EXISTS asset (id text NOT NULL); TRUNCATE asset;".to_owned();
        if !previous.is_empty() {
            sql += &format!("DROP SCHEMA {previous} CASCADE");
        }
        runtime_of_floor.block_on(client.batch_execute(&sql))?;
        let options = PostgresOptions::new(&self.url())?.schema(&self.schema);
        Ok(runtime.block_on(options.connect())?)
    }

    fn floor(&self) -> Result<PostgresFloor, Failure> {
        PostgresFloor::new(&self.url(), &self.schema)
    }

    fn effect(asset: String) -> PostgresEffect {
        PostgresEffect::new(|tables| {
            Box::pin(async move {
                tables.execute_typed(INSERT_ASSET, &[(&asset, Type::TEXT)]).await?;
                Ok(())
            })
        })
    }
}

const INSERT_ASSET: &str = "INSERT INTO public.asset (id) VALUES ($1)";

/// A connection whose socket is served by the thread that uses it.
fn client(url: &str) -> Result<(Runtime, Client), Failure> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (client, connection) = runtime.block_on(connect(url, NoTls))?;
    runtime.spawn(connection);
    Ok((runtime, client))
}

/// Statements that are prepared once.
pub(crate) struct PostgresFloor {
    runtime: Runtime,
    client: Client,
    insert: Statement,
    claim: Statement,
    delete: Statement,
    effect: Statement,
}

impl PostgresFloor {
    fn new(url: &str, schema: &str) -> Result<Self, Failure> {
        let (runtime, client) = client(url)?;
        runtime.block_on(client.batch_execute(&format!("SET search_path = {schema}")))?;
        let prepare = |sql| runtime.block_on(client.prepare(sql));
        let insert = prepare(
            "WITH input AS MATERIALIZED (
                 SELECT nextval('webhook_sequence') AS sequence, i.*
                 FROM unnest($2::text[], $3::text[], $4::bytea[], $5::text[], $6::bytea[])
                     AS i (endpoint, id, digest, event_type, bytes)
             ), seen AS (
                 INSERT INTO webhook_seen (sequence, endpoint, id, digest, received)
                 SELECT sequence, endpoint, id, digest, $1 FROM input
                 ON CONFLICT (endpoint, id) DO NOTHING RETURNING sequence
             )
             INSERT INTO webhook_pending
                 (sequence, endpoint, state, at, token, attempts, event_type, order_key, version, reason, bytes)
             SELECT sequence, endpoint, 0, $1, 0, 0, event_type, NULL, NULL, NULL, bytes
             FROM input JOIN seen USING (sequence) RETURNING sequence",
        )?;
        let claim = prepare(
            "WITH found AS MATERIALIZED (
                 SELECT sequence FROM webhook_pending WHERE endpoint = $1 AND state < 2 AND at <= $2
                 ORDER BY at, sequence LIMIT $3 FOR UPDATE SKIP LOCKED
             )
             UPDATE webhook_pending p SET state = 1, at = $2 + $4, token = p.token + 1, attempts = p.attempts + 1
             FROM found f JOIN webhook_seen s ON s.sequence = f.sequence WHERE p.sequence = f.sequence
             RETURNING p.sequence, p.token, s.id, p.bytes",
        )?;
        let delete = prepare("DELETE FROM webhook_pending WHERE sequence = $1 AND token = $2 AND state = 1")?;
        let effect = prepare(INSERT_ASSET)?;
        Ok(Self { insert, claim, delete, effect, runtime, client })
    }
}

impl Floor for PostgresFloor {
    fn insert(&mut self, batch: &[NewEntry]) -> Result<(), Failure> {
        let endpoints: Vec<&str> = batch.iter().map(|entry| &entry.key.endpoint[..]).collect();
        let ids: Vec<&str> = batch.iter().map(|entry| &entry.key.id[..]).collect();
        let digests: Vec<&[u8]> = batch.iter().map(|entry| &entry.digest.as_bytes()[..]).collect();
        let event_types: Vec<Option<&str>> = batch.iter().map(|entry| entry.event_type.as_deref()).collect();
        let bytes: Vec<&[u8]> = batch.iter().map(|entry| &entry.bytes[..]).collect();
        let rows = self
            .runtime
            .block_on(self.client.query(&self.insert, &[&now(), &endpoints, &ids, &digests, &event_types, &bytes]))?;
        assert_eq!(rows.len(), batch.len());
        Ok(())
    }

    fn claim(&mut self, limit: usize) -> Result<Vec<Claimed>, Failure> {
        let limit = i64::try_from(limit)?;
        let parameters: [&(dyn ToSql + Sync); 4] = [&ENDPOINT, &now(), &limit, &LEASE_MILLIS];
        let rows = self.runtime.block_on(self.client.query(&self.claim, &parameters))?;
        let claimed = |row: &Row| {
            Ok(Claimed {
                sequence: row.try_get(0)?,
                token: row.try_get(1)?,
                id: row.try_get(2)?,
                _bytes: row.try_get(3)?,
            })
        };
        rows.iter().map(claimed).collect()
    }

    /// Within a savepoint, nothing waits for the answer to what was sent before. It ends when it is known that all went well.
    fn finish(&mut self, batch: &[Claimed]) -> Result<(), Failure> {
        let Self { runtime, client, delete, effect, .. } = self;
        runtime.block_on(async {
            client.batch_execute("BEGIN").await?;
            for Claimed { sequence, token, id, .. } in batch {
                let parameters: [&(dyn ToSql + Sync); 2] = [sequence, token];
                let marked = client.execute(&*delete, &parameters);
                let parameters: [&(dyn ToSql + Sync); 1] = [id];
                let made = client.execute(&*effect, &parameters);
                let ((), marked, made) = try_join3(client.batch_execute("SAVEPOINT effect"), marked, made).await?;
                assert_eq!((marked, made), (1, 1));
                client.batch_execute("RELEASE effect").await?;
            }
            client.batch_execute("COMMIT").await?;
            Ok(())
        })
    }
}
