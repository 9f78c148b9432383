//! Deliveries are marked done in transactions of diesel.

// The vendor that the tests of `webhook-inbox` have as well.
#[path = "../../../../inbox/tests/it/acme.rs"]
#[expect(dead_code, reason = "the tests of the inbox use the rest")]
mod acme;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use webhook_inbox::store::{ClaimId, ClaimToken, Page, Selection, State, Store};
use webhook_inbox::{Claimed, Inbox};
use webhook_inbox_sqlite::{MARK_DONE, SqliteStore};
use webhook_receiver::BoxError;

use crate::acme::{Created, created, receiver, signed};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Marks a delivery done and inserts an asset, or neither.
fn index(connection: &mut SqliteConnection, claim: &ClaimId) -> Result<(), BoxError> {
    connection.immediate_transaction(|connection| {
        diesel::sql_query("INSERT INTO asset (name) VALUES ('a')").execute(connection)?;
        let marked = diesel::sql_query(MARK_DONE)
            .bind::<Text, _>(&claim.key.endpoint)
            .bind::<Text, _>(&claim.key.id)
            .bind::<BigInt, _>(i64::try_from(claim.token.get())?)
            .execute(connection)?;
        if marked == 0 {
            return Err("something else has claimed the delivery".into());
        }
        Ok(())
    })
}

#[tokio::test]
async fn a_delivery_is_marked_done_through_diesel() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.sqlite");
    let store = SqliteStore::open(&path).unwrap();
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    diesel::sql_query("PRAGMA busy_timeout = 5000").execute(&mut connection).unwrap();
    diesel::sql_query("CREATE TABLE asset (name TEXT)").execute(&mut connection).unwrap();
    let connection = Arc::new(Mutex::new(connection));
    let handler = {
        let connection = Arc::clone(&connection);
        move |_: Created, claimed: Claimed| {
            let connection = Arc::clone(&connection);
            async move {
                let claim = claimed.id()?.clone();
                let index = move || {
                    let mut connection = connection.lock().unwrap();
                    // Another claim's token changes nothing.
                    let other = ClaimId { token: ClaimToken::new(claim.token.get() + 1), ..claim.clone() };
                    assert!(index(&mut connection, &other).is_err());
                    index(&mut connection, &claim)
                };
                spawn_blocking(index).await??;
                claimed.ended();
                Ok::<_, BoxError>(())
            }
        }
    };
    let inbox = Inbox::start("acme", store.clone(), receiver().on(handler).into_service()).unwrap();
    let body = created("a");
    assert_eq!(inbox.receive(&signed("1", &body), body).await.unwrap().name(), "stored");
    let page = Page { after: 0, limit: 1, max_bytes: None };
    while store.list(&Selection::default(), &page).await.unwrap()[0].state != State::Done {
        sleep(Duration::from_millis(5)).await;
    }
    assert!(inbox.drain(Duration::from_secs(10)).await);
    let counts =
        diesel::sql_query("SELECT count(*) AS count FROM asset").load::<Count>(&mut *connection.lock().unwrap());
    assert_eq!(counts.unwrap()[0].count, 1);
}
