//! A server that all tests share, each in a schema of its own.

use std::sync::OnceLock;
use std::time::Duration;

use temporary_postgres::{ADMINISTRATOR, PostgresServer};
use webhook_inbox::Store;
use webhook_inbox::store::{
    Claim, ClaimRequest, Entry, EventTypes, Finish, Inserted, Key, NewEntry, Page, Selection, StoreError,
    StoreErrorKind, Verdict,
};
use webhook_inbox_postgres::tokio_postgres::types::Type;
use webhook_inbox_postgres::tokio_postgres::{self, Client, NoTls};
use webhook_inbox_postgres::{PostgresEffect, PostgresOptions, PostgresStore};
use webhook_receiver::BodyDigest;
use webhook_receiver::bytes::Bytes;

/// How long anything is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The shared server. It ends with the test process.
fn shared() -> Option<&'static PostgresServer> {
    static SERVER: OnceLock<Option<PostgresServer>> = OnceLock::new();
    SERVER.get_or_init(PostgresServer::start).as_ref()
}

/// A schema for one test.
pub(crate) struct Place {
    pub(crate) server: &'static PostgresServer,
    pub(crate) schema: &'static str,
}

impl Place {
    /// `None` if there is no server.
    pub(crate) fn new(schema: &'static str) -> Option<Self> {
        Some(Self { server: shared()?, schema })
    }

    pub(crate) fn url(&self) -> String {
        self.server.url(ADMINISTRATOR, "postgres")
    }

    pub(crate) fn options(&self) -> PostgresOptions {
        self.options_as(ADMINISTRATOR)
    }

    pub(crate) fn options_as(&self, role: &str) -> PostgresOptions {
        PostgresOptions::new(&self.server.url(role, "postgres")).unwrap().schema(self.schema)
    }

    pub(crate) async fn store(&self) -> PostgresStore {
        self.options().connect().await.unwrap()
    }

    /// A connection of an administrator, to tables in this schema.
    pub(crate) async fn client(&self) -> Client {
        let client = connect(&self.url()).await;
        client.batch_execute(&format!("SET search_path = {}", self.schema)).await.unwrap();
        client
    }
}

pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

pub(crate) fn entry(id: &str, size: usize) -> NewEntry {
    let bytes = Bytes::from(vec![b'x'; size]);
    NewEntry { key: Key::new("acme", id), digest: BodyDigest::of(&bytes), event_type: None, order: None, bytes }
}

pub(crate) async fn insert(store: &PostgresStore, id: &str) -> Result<Inserted, StoreErrorKind> {
    store.insert(vec![entry(id, 100)]).await.map(|inserted| inserted[0]).map_err(|error| error.kind())
}

pub(crate) async fn entries(store: &PostgresStore) -> Vec<Entry> {
    let page = Page { after: 0, limit: 10_000, max_bytes: Some(u64::MAX) };
    store.list(&Selection::default(), &page).await.unwrap()
}

/// Claims entries, first those whose lease has lapsed.
pub(crate) async fn try_claim(store: &PostgresStore, limit: usize, lease: Duration) -> Result<Vec<Claim>, StoreError> {
    let mut claims = store.claim(&ClaimRequest { lapsed: true, ..request(limit, lease) }).await?;
    claims.extend(store.claim(&request(limit - claims.len(), lease)).await?);
    Ok(claims)
}

pub(crate) async fn claim(store: &PostgresStore, limit: usize, lease: Duration) -> Vec<Claim> {
    try_claim(store, limit, lease).await.unwrap()
}

pub(crate) async fn claim_one(store: &PostgresStore) -> Claim {
    claim(store, 1, Duration::from_secs(30)).await.pop().unwrap()
}

pub(crate) fn done(claim: &Claim, effects: Vec<PostgresEffect>) -> Finish<PostgresEffect> {
    Finish { claim: claim.id.clone(), verdict: Verdict::Done(effects) }
}

/// Runs this SQL.
pub(crate) fn effect(sql: impl Into<String>) -> PostgresEffect {
    let sql = sql.into();
    PostgresEffect::new(move |tables| Box::pin(async move { Ok(tables.batch_execute(&sql).await?) }))
}

/// The number that this query returns.
pub(crate) async fn number(client: &Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

pub(crate) fn request(limit: usize, lease: Duration) -> ClaimRequest {
    ClaimRequest {
        endpoint: "acme".to_owned(),
        event_types: EventTypes::Except(Vec::new()),
        lapsed: false,
        limit,
        max_bytes: u64::MAX,
        lease,
    }
}

/// Inserts this id into a table of this schema.
pub(crate) fn handled(schema: &'static str, id: &str) -> PostgresEffect {
    let id = id.to_owned();
    PostgresEffect::new(move |tables| {
        Box::pin(async move {
            let sql = format!("INSERT INTO {schema}.handled VALUES ($1)");
            tables.execute_typed(&sql, &[(&id, Type::TEXT)]).await?;
            Ok(())
        })
    })
}
