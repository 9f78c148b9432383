//! Deliveries are marked done in transactions of sqlx, with the SQL of `docs/inbox.md`.

#![cfg(unix)]

// The vendor that the tests of `webhook-inbox` have as well.
#[path = "../../../../inbox/tests/it/acme.rs"]
#[expect(dead_code, reason = "the tests of the inbox use the rest")]
mod acme;

use std::time::Duration;

use sqlx::{PgPool, SqlitePool};
use temporary_postgres::{ADMINISTRATOR, PostgresServer};
use tokio::time::sleep;
use webhook_inbox::store::{ClaimId, ClaimRequest, EventTypes, Key, NewEntry, Page, Selection, State, Store};
use webhook_inbox::{Claimed, Inbox};
use webhook_inbox_postgres::PostgresStore;
use webhook_inbox_sqlite::SqliteStore;
use webhook_receiver::{BodyDigest, BoxError, ReceiverService};

use crate::acme::{Acme, Created, created, receiver, signed};

/// The SQL in the docs that begins like this.
fn documented(start: &str) -> &'static str {
    let docs = include_str!("../../../../docs/inbox.md");
    let mut blocks = docs.split("```sql\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.find(|sql| sql.starts_with(start)).unwrap()
}

fn words(sql: &str) -> Vec<&str> {
    sql.split_whitespace().collect()
}

/// Marks a delivery done and inserts an asset, or neither.
macro_rules! index {
    ($pool:expr, $claim:expr, $insert:expr, $mark_done:expr) => {
        async {
            let claim: &ClaimId = $claim;
            let mut transaction = $pool.begin().await?;
            sqlx::query($insert).execute(&mut *transaction).await?;
            let marked = sqlx::query($mark_done)
                .bind(&claim.key.endpoint)
                .bind(&claim.key.id)
                .bind(i64::try_from(claim.token.get())?)
                .execute(&mut *transaction)
                .await?;
            if marked.rows_affected() == 0 {
                transaction.rollback().await?;
                return Err("something else has claimed the delivery".into());
            }
            transaction.commit().await?;
            Ok::<(), BoxError>(())
        }
    };
}

const INSERT: &str = "INSERT INTO asset (name) VALUES ('a')";

#[tokio::test]
async fn a_delivery_is_marked_done_through_sqlx_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.sqlite");
    let store = SqliteStore::open(&path).unwrap();
    let pool = SqlitePool::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    sqlx::query("CREATE TABLE asset (name TEXT)").execute(&pool).await.unwrap();
    let mark_done = documented("DELETE FROM webhook_pending");
    assert_eq!(words(mark_done), words(webhook_inbox_sqlite::MARK_DONE));

    let handler = {
        let pool = pool.clone();
        move |_: Created, claimed: Claimed| {
            let pool = pool.clone();
            async move {
                index!(pool, claimed.id()?, INSERT, mark_done).await?;
                claimed.ended();
                Ok::<_, BoxError>(())
            }
        }
    };
    let assets =
        || async { sqlx::query_scalar::<_, i64>("SELECT count(*) FROM asset").fetch_one(&pool).await.unwrap() };
    handled(&store, receiver().on(handler).into_service()).await;
    assert_eq!(assets().await, 1);
    let [old, new] = claimed_twice(&store).await;
    assert!(index!(pool, &old, INSERT, mark_done).await.is_err());
    assert_eq!(assets().await, 1);
    index!(pool, &new, INSERT, mark_done).await.unwrap();
    assert!(index!(pool, &new, INSERT, mark_done).await.is_err());
    assert_eq!(assets().await, 2);
    assert_eq!(state(&store, "twice").await, State::Done);
}

#[tokio::test]
async fn a_delivery_is_marked_done_through_sqlx_in_postgresql() {
    let Some(server) = PostgresServer::start() else { return };
    let url = server.url(ADMINISTRATOR, "postgres");
    let store = PostgresStore::connect(&url).await.unwrap();
    let pool = PgPool::connect(&url).await.unwrap();
    sqlx::query("CREATE TABLE asset (name text)").execute(&pool).await.unwrap();
    let mark_done = documented("DELETE FROM webhook_inbox.webhook_pending");
    assert_eq!(words(mark_done), words(webhook_inbox_postgres::MARK_DONE));

    let handler = {
        let pool = pool.clone();
        move |_: Created, claimed: Claimed| {
            let pool = pool.clone();
            async move {
                index!(pool, claimed.id()?, INSERT, mark_done).await?;
                claimed.ended();
                Ok::<_, BoxError>(())
            }
        }
    };
    let assets =
        || async { sqlx::query_scalar::<_, i64>("SELECT count(*) FROM asset").fetch_one(&pool).await.unwrap() };
    handled(&store, receiver().on(handler).into_service()).await;
    assert_eq!(assets().await, 1);
    let [old, new] = claimed_twice(&store).await;
    assert!(index!(pool, &old, INSERT, mark_done).await.is_err());
    assert_eq!(assets().await, 1);
    index!(pool, &new, INSERT, mark_done).await.unwrap();
    assert!(index!(pool, &new, INSERT, mark_done).await.is_err());
    assert_eq!(assets().await, 2);
    assert_eq!(state(&store, "twice").await, State::Done);
}

/// A delivery whose handler marks it done.
async fn handled<S: Store + Clone>(store: &S, service: ReceiverService<Acme>) {
    let inbox = Inbox::start("acme", store.clone(), service).unwrap();
    let body = created("a");
    let send = async || inbox.receive(&signed("once", &body), body.clone()).await.unwrap().name();
    assert_eq!(send().await, "stored");
    while state(store, "once").await != State::Done {
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(send().await, "duplicate");
    assert!(inbox.drain(Duration::from_secs(10)).await);
}

/// An entry whose lease has lapsed: the claims before and after.
async fn claimed_twice<S: Store>(store: &S) -> [ClaimId; 2] {
    let (key, bytes) = (Key::new("other", "twice"), b"".as_slice());
    let entry = NewEntry { key, digest: BodyDigest::of(bytes), event_type: None, order: None, bytes: bytes.into() };
    let _ = store.insert(vec![entry]).await.unwrap();
    let request = |lapsed| ClaimRequest {
        endpoint: "other".to_owned(),
        event_types: EventTypes::Except(Vec::new()),
        lapsed,
        limit: 1,
        max_bytes: u64::MAX,
        lease: Duration::from_millis(1),
    };
    let first = store.claim(&request(false)).await.unwrap().remove(0);
    sleep(Duration::from_millis(10)).await;
    let second = store.claim(&request(true)).await.unwrap().remove(0);
    [first.id, second.id]
}

async fn state<S: Store>(store: &S, id: &str) -> State {
    let selection = Selection { ids: vec![id.to_owned()], ..Selection::default() };
    store.list(&selection, &Page { after: 0, limit: 1, max_bytes: None }).await.unwrap()[0].state
}
