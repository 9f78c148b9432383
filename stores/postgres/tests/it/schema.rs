//! Schemas, their versions, and the rights that a role needs.

use std::time::Duration;
use std::{fs, slice};

use webhook_inbox::Store;
use webhook_inbox::store::{Finished, Inserted, StoreErrorKind};
use webhook_inbox_postgres::PostgresOptions;
use webhook_receiver::{BodyDigest, LeaseState, ReplayGuard, Reservation};

use crate::support::{Place, claim_one, connect, done, entries, insert, number};

async fn refused(options: PostgresOptions) -> (StoreErrorKind, String) {
    let error = options.connect().await.unwrap_err();
    (error.kind(), error.to_string())
}

#[tokio::test]
async fn f19_tables_of_another_version() {
    let Some(place) = Place::new("versions") else { return };
    place.store().await;
    let client = place.client().await;
    // A later version that this crate can work beside, and one that it cannot.
    let later = "UPDATE webhook_schema SET version = 2;
        ALTER TABLE webhook_seen ADD COLUMN new text;
        ALTER TABLE webhook_pending ADD COLUMN new bigint NOT NULL DEFAULT 0";
    client.batch_execute(later).await.unwrap();
    let store = place.store().await;
    assert_eq!(insert(&store, "1").await, Ok(Inserted::New));
    let claim = claim_one(&store).await;
    assert!(matches!(store.finish(vec![done(&claim, vec![])]).await.unwrap()[..], [Finished::Applied]));
    assert_eq!(number(&client, "SELECT version FROM webhook_schema").await, 2);

    client.batch_execute("UPDATE webhook_schema SET oldest = 2").await.unwrap();
    let (kind, text) = refused(place.options()).await;
    assert_eq!(kind, StoreErrorKind::UnknownSchema);
    assert!(text.contains("version 2, and this crate knows versions up to 1"), "{text}");
    client.batch_execute("DELETE FROM webhook_schema").await.unwrap();
    assert_eq!(refused(place.options()).await.0, StoreErrorKind::UnknownSchema);
    client.batch_execute("DROP TABLE webhook_pending").await.unwrap();
    assert_eq!(insert(&store, "2").await, Err(StoreErrorKind::UnknownSchema));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_together_create_the_tables_once() {
    let Some(place) = Place::new("together") else { return };
    let options: Vec<_> = (0..8).map(|_| tokio::spawn(place.options().connect())).collect();
    for opened in options {
        opened.await.unwrap().unwrap();
    }
    let store = place.store().await;
    assert_eq!(insert(&store, "1").await, Ok(Inserted::New));
}

#[tokio::test]
async fn schemas_are_separate() {
    let (Some(one), Some(two)) = (Place::new("one"), Place::new("two")) else { return };
    let (one, two) = (one.store().await, two.store().await);
    assert_eq!(insert(&one, "1").await, Ok(Inserted::New));
    assert_eq!(insert(&two, "1").await, Ok(Inserted::New));
    assert_eq!((entries(&one).await.len(), entries(&two).await.len()), (1, 1));
}

/// The statements of the docs, run as there: the tables by their owner, and everything else by the role of the store.
#[tokio::test]
async fn the_documented_rights_are_enough() {
    let Some(place) = Place::new("rights") else { return };
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/inbox.md");
    let docs = fs::read_to_string(docs).unwrap();
    let (_, statements) = docs.split_once("```sql\nCREATE ROLE webhooks").expect("the docs list the rights");
    let (statements, _) = statements.split_once("```").unwrap();
    let statements = format!("CREATE ROLE webhooks{statements}").replace("webhook_inbox", "rights");

    // Without rights, it says what it cannot do.
    let client = connect(&place.url()).await;
    client.batch_execute("CREATE ROLE nothing LOGIN").await.unwrap();
    let (kind, text) = refused(place.options_as("nothing")).await;
    assert_eq!(kind, StoreErrorKind::Other);
    assert!(text.contains("its tables cannot be created or upgraded") && text.contains("permission denied"), "{text}");

    client.batch_execute(&place.options().create_tables().unwrap()).await.unwrap();
    client.batch_execute(&statements).await.unwrap();
    let store = place.options_as("webhooks").connect().await.unwrap();
    for id in ["1", "2"] {
        assert_eq!(insert(&store, id).await, Ok(Inserted::New));
    }
    assert_eq!(insert(&store, "1").await, Ok(Inserted::Duplicate));
    let claim = claim_one(&store).await;
    assert!(matches!(store.finish(vec![done(&claim, vec![])]).await.unwrap()[..], [Finished::Applied]));
    let retention = webhook_inbox::Retention::default();
    store.extend(slice::from_ref(&claim.id), Duration::from_secs(1)).await.unwrap();
    store.set_paused("acme", true).await.unwrap();
    store.set_paused("acme", false).await.unwrap();
    store.set_incoming(Some("another")).await.unwrap();
    assert_eq!(store.identity().await.unwrap().incoming.as_deref(), Some("another"));
    store.set_incoming(None).await.unwrap();
    store.erase(&[claim.id.key], "erased").await.unwrap();
    webhook_inbox::operations::replay(&store, &webhook_inbox::store::Selection::default()).await.unwrap();
    store.purge(&retention, 10).await.unwrap();
    store.stats("acme").await.unwrap();
    store.import(entries(&store).await).await.unwrap();
    let guard = store.replay_guard("acme");
    let Reservation::Reserved(lease) = guard.reserve("1", &BodyDigest::of(b"")).await.unwrap() else {
        panic!("an unknown id can be reserved");
    };
    assert_eq!(guard.extend("1", lease.token()).await.unwrap(), LeaseState::Held);
    assert_eq!(guard.commit("1", lease.token()).await.unwrap(), LeaseState::Held);
    guard.release("1", lease.token()).await.unwrap();

    // Each of the rights is necessary, and there are no others.
    let own = connect(&place.server.url("webhooks", "postgres")).await;
    for more in
        ["CREATE TABLE rights.own ()", "TRUNCATE rights.webhook_seen", "UPDATE rights.webhook_schema SET version = 9"]
    {
        assert!(own.batch_execute(more).await.is_err(), "{more}");
    }
}

#[tokio::test]
async fn unsuitable_databases_are_refused() {
    let Some(place) = Place::new("unsuitable") else { return };
    let client = connect(&place.url()).await;
    let roles = "CREATE ROLE serial LOGIN; ALTER ROLE serial SET default_transaction_isolation = serializable";
    client.batch_execute(roles).await.unwrap();
    let (_, text) = refused(place.options_as("serial")).await;
    assert!(text.contains("`default_transaction_isolation` is `serializable`"), "{text}");
    let latin = "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0";
    client.batch_execute(latin).await.unwrap();
    let latin = place.server.url("postgres", "latin");
    let (_, text) = refused(PostgresOptions::new(&latin).unwrap()).await;
    assert!(text.contains("the encoding of the database is LATIN1"), "{text}");
    for name in ["", "Webhooks", "a b", "a\"b", "a;b", &"x".repeat(64)] {
        let (_, text) = refused(place.options().schema(name)).await;
        assert!(text.contains("cannot be used as a schema"), "{text}");
    }
}

#[test]
fn no_text_has_the_password() {
    let options = PostgresOptions::new("postgresql://me:hunter2@localhost/app").unwrap();
    assert!(!format!("{options:?}").contains("hunter2"));
    let error = PostgresOptions::new("postgresql://me:hunter2@localhost:port/app").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
}
