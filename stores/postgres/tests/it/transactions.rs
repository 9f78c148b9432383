//! What is in one transaction, and in which order.

use std::time::Duration;

use temporary_postgres::{ADMINISTRATOR, PostgresServer, Stop};
use tokio::time::{sleep, timeout};
use webhook_inbox::store::{
    ClaimId, Finish, Finished, Imported, Inserted, Key, NewEntry, Order, Part, Selection, State, StoreErrorKind,
    Verdict,
};
use webhook_inbox::{Backoff, Effects, Inbox, Store};
use webhook_inbox_postgres::tokio_postgres::types::Type;
use webhook_inbox_postgres::{MARK_DONE, PostgresEffect, PostgresOptions, PostgresStore};
use webhook_receiver::Delivery;

use crate::acme::{Created, Updated, created, receiver, signed, updated};
use crate::support::{PATIENCE, Place, claim, claim_one, connect, done, effect, entries, entry, insert, number};

#[tokio::test]
async fn a_delivery_is_marked_done_in_a_transaction_of_another_connection() {
    let Some(place) = Place::new("marked") else { return };
    let store = place.store().await;
    insert(&store, "1").await.unwrap();
    let ClaimId { key, token } = claim_one(&store).await.id;
    let mut own = place.client().await;
    own.batch_execute("CREATE TABLE asset (id text)").await.unwrap();
    let mark = store.mark_done();
    assert_eq!(mark.replace("\"marked\".", "webhook_inbox."), MARK_DONE);
    let mut changed = Vec::new();
    // The token of another claim, the current one, and the same once more.
    for token in [token.get() + 1, token.get(), token.get()] {
        let token = i64::try_from(token).unwrap();
        let transaction = own.transaction().await.unwrap();
        transaction.execute("INSERT INTO asset VALUES ('a')", &[]).await.unwrap();
        let rows = transaction.execute(&mark, &[&key.endpoint, &key.id, &token]).await.unwrap();
        if rows == 1 { transaction.commit().await } else { transaction.rollback().await }.unwrap();
        changed.push(rows);
    }
    assert_eq!(changed, [0, 1, 0]);
    assert_eq!(number(&own, "SELECT count(*) FROM asset").await, 1);
    let entry = entries(&store).await.remove(0);
    assert_eq!((entry.state, entry.bytes), (State::Done, None));
    assert_eq!(insert(&store, "1").await, Ok(Inserted::Duplicate));
}

#[tokio::test]
async fn an_effect_that_breaks_the_transaction_breaks_nothing_else() {
    let Some(place) = Place::new("breaking") else { return };
    let store = place.store().await;
    let client = place.client().await;
    client.batch_execute("CREATE TABLE asset (id text)").await.unwrap();
    let panics = || PostgresEffect::new(|_| Box::pin(async { panic!("as expected") }));
    let hidden = || {
        PostgresEffect::new(|tables| {
            Box::pin(async move {
                let _ = tables.batch_execute("SELECT 1 / 0").await;
                Ok(())
            })
        })
    };
    let first = || effect("INSERT INTO breaking.asset VALUES ('first')");
    let last = || effect("INSERT INTO breaking.asset VALUES ('last')");
    for (number, breaking) in [panics(), effect("SELECT 1 / 0")].into_iter().enumerate() {
        let ids = [0, 1, 2].map(|index| format!("{number}-{index}"));
        store.insert(ids.iter().map(|id| entry(id, 10)).collect()).await.unwrap();
        let claims = claim(&store, 3, Duration::from_secs(30)).await;
        let batch =
            vec![done(&claims[0], vec![first()]), done(&claims[1], vec![breaking]), done(&claims[2], vec![last()])];
        let finished = store.finish(batch).await.unwrap();
        assert!(
            matches!(finished[..], [Finished::Applied, Finished::EffectFailed(_), Finished::Applied]),
            "{number}: {finished:?}"
        );
        assert!(matches!(store.finish(vec![done(&claims[1], vec![])]).await.unwrap()[..], [Finished::Applied]));
    }
    assert_eq!(number(&client, "SELECT count(*) FROM asset").await, 4);

    // What it hides is found when the next effects are on their way.
    store.insert((0..7).map(|index| entry(&format!("hidden-{index}"), 10)).collect()).await.unwrap();
    let claims = claim(&store, 7, Duration::from_secs(30)).await;
    let effects = [vec![first()], vec![hidden()], vec![hidden()], vec![last()], vec![hidden()], vec![first(), last()]];
    let mut batch: Vec<_> = claims.iter().zip(effects).map(|(claim, effects)| done(claim, effects)).collect();
    batch.push(done(&claims[6], vec![last(), hidden()]));
    let finished = store.finish(batch).await.unwrap();
    assert!(
        matches!(
            finished[..],
            [
                Finished::Applied,
                Finished::EffectFailed(_),
                Finished::Released,
                Finished::Applied,
                Finished::EffectFailed(_),
                Finished::Released,
                Finished::EffectFailed(_)
            ]
        ),
        "{finished:?}"
    );
    assert_eq!(number(&client, "SELECT count(*) FROM asset").await, 6);
    // Those that were released can be claimed at once, and their attempts did not count.
    let released = claim(&store, 7, Duration::from_secs(30)).await;
    let found: Vec<_> = released.iter().map(|claim| (&claim.id.key.id[..], claim.attempt)).collect();
    assert_eq!(found, [("hidden-2", 1), ("hidden-5", 1)]);
    let left = [1, 4, 6].map(|index| &claims[index]);
    let batch: Vec<_> = released.iter().chain(left).map(|claim| done(claim, vec![])).collect();
    assert!(store.finish(batch).await.unwrap().iter().all(|finished| matches!(finished, Finished::Applied)));

    // The effects of the first one stay after a commit, those of the last one are on their way and stay without a transaction.
    for (breaking, stay) in [("ROLLBACK", 1), ("ROLLBACK; BEGIN", 0), ("COMMIT", 2), ("COMMIT; BEGIN", 1)] {
        let before = number(&client, "SELECT count(*) FROM asset").await;
        store.insert((0..3).map(|index| entry(&format!("{breaking}-{index}"), 10)).collect()).await.unwrap();
        let claims = claim(&store, 3, Duration::from_secs(30)).await;
        let effects = [first(), effect(breaking), last()];
        let batch = claims.iter().zip(effects).map(|(claim, effect)| done(claim, vec![effect])).collect();
        let error = store.finish(batch).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Other);
        assert!(error.to_string().contains("an effect has ended the transaction"), "{error}");
        assert_eq!(number(&client, "SELECT count(*) FROM asset").await - before, stay, "{breaking}");
        // None is marked done, so each can be done now.
        let batch = claims.iter().map(|claim| done(claim, vec![])).collect();
        let finished = store.finish(batch).await.unwrap();
        assert!(finished.iter().all(|finished| matches!(finished, Finished::Applied)), "{finished:?}");
    }
}

/// A constraint that is deferred to the commit would fail all effects of the batch.
#[tokio::test]
async fn a_deferred_constraint_fails_only_its_own_effects() {
    let Some(place) = Place::new("deferring") else { return };
    let store = place.store().await;
    let client = place.client().await;
    let tables = "CREATE TABLE folder (id text PRIMARY KEY); CREATE TABLE asset (folder text REFERENCES folder DEFERRABLE \
                  INITIALLY DEFERRED)";
    client.batch_execute(tables).await.unwrap();
    store.insert((0..4).map(|index| entry(&index.to_string(), 10)).collect()).await.unwrap();
    let claims = claim(&store, 4, Duration::from_secs(30)).await;
    let asset = |folder: &str| effect(format!("INSERT INTO deferring.asset VALUES ('{folder}')"));
    let folder = |folder: &str| effect(format!("INSERT INTO deferring.folder VALUES ('{folder}')"));
    let effects =
        [vec![asset("a"), folder("a")], vec![asset("none")], vec![asset("b"), folder("b")], vec![asset("none")]];
    let batch = claims.iter().zip(effects).map(|(claim, effects)| done(claim, effects)).collect();
    let finished = store.finish(batch).await.unwrap();
    let [Finished::Applied, Finished::EffectFailed(error), Finished::Released, Finished::EffectFailed(_)] =
        &finished[..]
    else {
        panic!("{finished:?}")
    };
    assert!(error.to_string().contains("violates foreign key constraint"), "{error}");
    let released = claim_one(&store).await;
    let batch = vec![done(&released, vec![asset("b"), folder("b")])];
    assert!(matches!(store.finish(batch).await.unwrap()[..], [Finished::Applied]));
    assert_eq!(number(&client, "SELECT count(*) FROM asset").await, 2);
}

/// Each effect happens once, and those that hide an error take no attempt of others.
#[tokio::test(flavor = "multi_thread")]
async fn an_effect_that_hides_an_error_takes_no_attempt_of_others() {
    let Some(place) = Place::new("hiding") else { return };
    let store = place.store().await;
    let client = place.client().await;
    client.batch_execute("CREATE TABLE asset (id text)").await.unwrap();
    let insert = |delivery: &Delivery, hides: bool| {
        let id = delivery.id().unwrap_or_default().to_owned();
        PostgresEffect::new(move |tables| {
            Box::pin(async move {
                tables.execute_typed("INSERT INTO hiding.asset VALUES ($1)", &[(&id, Type::TEXT)]).await?;
                if hides {
                    let _ = tables.batch_execute("SELECT 1 / 0").await;
                }
                Ok(())
            })
        })
    };
    let service = receiver()
        .on(move |_: Created, delivery: Delivery, effects: Effects<PostgresEffect>| async move {
            effects.add(insert(&delivery, false))
        })
        .on(move |_: Updated, delivery: Delivery, effects: Effects<PostgresEffect>| async move {
            effects.add(insert(&delivery, true))
        })
        .into_service();
    let hides = |number: usize| number % 5 == 1;
    let sender = Inbox::builder("acme", store.clone(), receiver().into_service()).without_workers().start().unwrap();
    for number in 0..100 {
        let body = if hides(number) { updated("a", "2026-01-01T00:00:00Z") } else { created("a") };
        let outcome = sender.receive(&signed(&format!("{number:02}"), &body), body).await.unwrap();
        assert_eq!(outcome.name(), "stored");
    }
    let inbox = Inbox::builder("acme", store.clone(), service).max_attempts(1);
    let inbox = inbox.backoff(Backoff::constant(Duration::from_millis(10))).start().unwrap();
    timeout(PATIENCE, async {
        while store.stats("acme").await.unwrap().oldest.is_some() {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
    assert!(inbox.drain(PATIENCE).await);
    // One attempt more would have made the others dead.
    for entry in entries(&store).await {
        let expected = if hides(entry.key.id.parse().unwrap()) { State::Dead } else { State::Done };
        assert_eq!(entry.state, expected, "{entry:?}");
    }
    let once = "SELECT count(*) FROM (SELECT id FROM asset GROUP BY id HAVING count(*) = 1) AS once";
    assert_eq!((number(&client, once).await, number(&client, "SELECT count(*) FROM asset").await), (80, 80));
}

/// Otherwise a call that extends the leases of both could wait in a circle with this one, and the server would end one of them.
#[tokio::test]
async fn ends_with_and_without_effects_lock_their_entries_in_order() {
    let Some(place) = Place::new("locking") else { return };
    let store = place.store().await;
    store.insert(vec![entry("first", 1), entry("second", 1)]).await.unwrap();
    let [first, second] = &claim(&store, 2, Duration::from_secs(30)).await[..] else { panic!() };
    let mut other = place.client().await;
    let transaction = other.transaction().await.unwrap();
    let lock =
        "SELECT FROM webhook_pending WHERE sequence = (SELECT sequence FROM webhook_seen WHERE id = $1) FOR UPDATE";
    transaction.execute(lock, &[&"first"]).await.unwrap();
    let unrouted = Finish { claim: second.id.clone(), verdict: Verdict::Unrouted { reason: String::new() } };
    let batch = vec![unrouted, done(first, vec![effect("SELECT 1")])];
    let finishing = tokio::spawn({
        let store = store.clone();
        async move { store.finish(batch).await }
    });
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%\"locking\"%'";
    let watching = place.client().await;
    while number(&watching, waiting).await == 0 {
        assert!(!finishing.is_finished());
        sleep(Duration::from_millis(1)).await;
    }
    // It holds nothing behind that for which it waits.
    transaction.execute(&format!("{lock} NOWAIT"), &[&"second"]).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(matches!(finishing.await.unwrap().unwrap()[..], [Finished::Applied, Finished::Applied]));
}

/// An error of an effect has the text of the server, without the detail, which quotes the row.
#[tokio::test]
async fn an_error_of_an_effect_quotes_no_row() {
    let Some(place) = Place::new("quoting") else { return };
    let store = place.store().await;
    let client = place.client().await;
    client.batch_execute("CREATE TABLE asset (id text, size bigint NOT NULL)").await.unwrap();
    insert(&store, "1").await.unwrap();
    let claim = claim_one(&store).await;
    let batch = vec![done(&claim, vec![effect("INSERT INTO quoting.asset VALUES ('secret', NULL)")])];
    let finished = store.finish(batch).await.unwrap();
    let [Finished::EffectFailed(error)] = &finished[..] else { panic!("{finished:?}") };
    let text = error.to_string();
    assert!(text.contains("null value in column \"size\"") && !text.contains("secret"), "{text}");
}

#[tokio::test]
async fn a_batch_keeps_its_order_and_may_be_large() {
    let Some(place) = Place::new("batches") else { return };
    let store = place.store().await;
    let mut batch: Vec<NewEntry> = ["c", "b", "a"].map(|id| entry(id, 9 << 20)).into();
    batch.push(entry("b", 1));
    batch.push(entry("0", 1));
    batch.push(entry("a", 9 << 20));
    let inserted = store.insert(batch).await.unwrap();
    let names: Vec<_> = inserted.iter().map(|inserted| format!("{inserted:?}")).collect();
    assert_eq!(names, ["New", "New", "New", "Conflict", "New", "Duplicate"]);
    let found: Vec<_> =
        entries(&store).await.into_iter().map(|entry| (entry.key.id, entry.bytes.unwrap().len())).collect();
    let expected = [("c", 9 << 20), ("b", 9 << 20), ("a", 9 << 20), ("0", 1)];
    assert_eq!(found, expected.map(|(id, size)| (id.to_owned(), size)));
    let claims = claim(&store, 4, Duration::from_secs(30)).await;
    assert_eq!(claims.iter().map(|claim| &claim.id.key.id[..]).collect::<String>(), "cba0");
}

/// The sequence of entries with the same key of order is the order of their commits: otherwise one could be handled while another
/// with a lower sequence is still invisible.
#[tokio::test]
async fn entries_with_an_order_are_inserted_one_after_the_other() {
    let Some(place) = Place::new("ordering") else { return };
    let store = place.store().await;
    let mut other = place.client().await;
    let transaction = other.transaction().await.unwrap();
    let locks = format!(
        "SELECT count(pg_advisory_xact_lock({}, n)) FROM generate_series(0, 63) n",
        i32::from_be_bytes(*b"whor")
    );
    transaction.batch_execute(&locks).await.unwrap();
    let order = Order { key: "key".to_owned(), version: None };
    let mut waiting = tokio::spawn({
        let (store, entry) = (store.clone(), NewEntry { order: Some(order), ..entry("first", 1) });
        async move { store.insert(vec![entry]).await }
    });
    assert!(timeout(Duration::from_millis(100), &mut waiting).await.is_err());
    // One without waits for nothing, and gets a lower number.
    assert_eq!(insert(&store, "second").await, Ok(Inserted::New));
    transaction.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap(), [Inserted::New]);
    let ids: Vec<_> = entries(&store).await.into_iter().map(|entry| entry.key.id).collect();
    assert_eq!(ids, ["second", "first"]);
}

/// Imports of the same keys, in several orders, wait for each other in no circle.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn imports_of_the_same_keys_do_not_wait_in_a_circle() {
    let Some(place) = Place::new("importing") else { return };
    let store = place.store().await;
    let order = || Some(Order { key: "key".to_owned(), version: None });
    let batch = (0..100).map(|n| NewEntry { order: order(), ..entry(&format!("{n:03}"), 1) });
    store.insert(batch.collect()).await.unwrap();
    let imports = (0..4).map(|n| {
        let place = place.options();
        tokio::spawn(async move {
            let store = place.connect().await.unwrap();
            for round in 0..10 {
                let mut entries = entries(&store).await;
                if (n + round) % 2 == 0 {
                    entries.reverse();
                }
                let imported = store.import(entries).await.unwrap();
                assert!(imported.iter().all(|imported| *imported == Imported::HasBody), "{imported:?}");
            }
        })
    });
    for import in imports.collect::<Vec<_>>() {
        import.await.unwrap();
    }
    assert_eq!(store.stats("acme").await.unwrap().pending, 100);
}

/// Waits until the store does not use the connections to the server before.
async fn is_back(store: &PostgresStore) {
    while store.stats("acme").await.is_err() {
        sleep(Duration::from_millis(1)).await;
    }
}

/// The server is stopped as by a crash, with what it has not written yet lost.
#[tokio::test]
async fn d08_what_was_stored_survives_a_crash_even_if_commits_do_not_wait_for_the_disk() {
    let configuration = "synchronous_commit = off\nwal_writer_delay = 10000";
    let Some(mut server) = PostgresServer::start_with(configuration, None) else { return };
    let url = server.url(ADMINISTRATOR, "postgres");
    let store = PostgresOptions::new(&url).unwrap().connect().await.unwrap();
    let client = connect(&url).await;
    client.batch_execute("CREATE TABLE asset (id text); CHECKPOINT").await.unwrap();
    assert_eq!(insert(&store, "1").await, Ok(Inserted::New));
    // This is what the test would see if the store did not wait either.
    client.batch_execute("INSERT INTO asset VALUES ('lost')").await.unwrap();
    server.stop(Stop::Immediate);
    server.launch();
    assert_eq!(number(&connect(&url).await, "SELECT count(*) FROM asset").await, 0);
    is_back(&store).await;
    assert_eq!(entries(&store).await.len(), 1);

    let claimed = claim_one(&store).await;
    server.stop(Stop::Immediate);
    server.launch();
    is_back(&store).await;
    assert_eq!(entries(&store).await[0].attempts, 1);
    let finish = done(&claimed, vec![effect("INSERT INTO asset VALUES ('kept')")]);
    assert!(matches!(store.finish(vec![finish]).await.unwrap()[..], [Finished::Applied]));
    server.stop(Stop::Immediate);
    server.launch();
    assert_eq!(number(&connect(&url).await, "SELECT count(*) FROM asset").await, 1);
    is_back(&store).await;
    assert_eq!(entries(&store).await[0].state, State::Done);

    // Changes by operators.
    assert_eq!(insert(&store, "2").await, Ok(Inserted::New));
    let finish =
        Finish { verdict: Verdict::Dead { reason: "it is dead".to_owned() }, claim: claim_one(&store).await.id };
    assert!(matches!(store.finish(vec![finish]).await.unwrap()[..], [Finished::Applied]));
    store.set_paused("acme", true).await.unwrap();
    server.stop(Stop::Immediate);
    server.launch();
    is_back(&store).await;
    assert!(store.stats("acme").await.unwrap().is_paused);

    store.set_paused("acme", false).await.unwrap();
    server.stop(Stop::Immediate);
    server.launch();
    is_back(&store).await;
    assert!(!store.stats("acme").await.unwrap().is_paused);

    assert_eq!(store.replay(&Selection::default(), Part::ALL, 10).await.unwrap().count, 1);
    server.stop(Stop::Immediate);
    server.launch();
    is_back(&store).await;
    assert_eq!(store.stats("acme").await.unwrap().pending, 1);

    assert_eq!(store.erase(&[Key::new("acme", "2")], "it is erased").await.unwrap(), 1);
    server.stop(Stop::Immediate);
    server.launch();
    is_back(&store).await;
    assert_eq!(entries(&store).await[1].bytes, None);
}

/// A claim that is on its way when an earlier delivery of its key is replayed holds that back.
#[tokio::test]
async fn a_replay_waits_for_claims_on_their_way() {
    let Some(place) = Place::new("replaying") else { return };
    let store = place.store().await;
    let ordered = |id: &str| NewEntry { order: Some(Order { key: "key".to_owned(), version: None }), ..entry(id, 100) };
    store.insert(vec![ordered("1"), ordered("2")]).await.unwrap();
    let first = claim_one(&store).await;
    let dead = Verdict::Dead { reason: "it fails".to_owned() };
    let _ = store.finish(vec![Finish { claim: first.id, verdict: dead }]).await.unwrap();

    let mut other = place.client().await;
    let transaction = other.transaction().await.unwrap();
    let claimed = "SELECT id FROM webhook_claim(NULL, 'acme', '{}', false, 10, 30000, 1000000)";
    assert_eq!(transaction.query_one(claimed, &[]).await.unwrap().get::<_, &str>(0), "2");
    let replay = {
        let store = store.clone();
        tokio::spawn(async move { store.replay(&Selection::default(), Part::ALL, 10).await })
    };
    sleep(Duration::from_millis(300)).await;
    let claims = {
        let store = store.clone();
        tokio::spawn(async move { claim(&store, 10, PATIENCE).await })
    };
    sleep(Duration::from_millis(300)).await;
    transaction.commit().await.unwrap();
    assert_eq!(replay.await.unwrap().unwrap().count, 1);
    assert!(claims.await.unwrap().is_empty(), "the second is running");
}
