//! Servers that are stopped, restarted, read-only, full or slow, and connections that are lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use temporary_postgres::{ADMINISTRATOR, PostgresServer, Stop};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::sleep;
use webhook_inbox::Store;
use webhook_inbox::store::{Finished, Inserted, State, StoreErrorKind, Verdict};
use webhook_inbox_postgres::{PostgresOptions, PostgresStore};

use crate::support::{
    PATIENCE, Place, claim, claim_one, connect, done, effect, entries, entry, handled, insert, number, request,
    try_claim,
};

async fn stats_error(store: &PostgresStore) -> Option<StoreErrorKind> {
    store.stats("acme").await.err().map(|error| error.kind())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f12_deliveries_wait_for_a_server_that_is_restarted() {
    let Some(mut server) = PostgresServer::start() else { return };
    let store = PostgresStore::connect(&server.url(ADMINISTRATOR, "postgres")).await.unwrap();
    assert_eq!(insert(&store, "before").await, Ok(Inserted::New));
    for how in [Stop::Fast, Stop::Immediate] {
        server.stop(how);
        assert_eq!(stats_error(&store).await, Some(StoreErrorKind::Unavailable));
        let waiting: Vec<_> = (0..20)
            .map(|index| {
                let (store, id) = (store.clone(), format!("{how:?}-{index}"));
                tokio::spawn(async move { insert(&store, &id).await })
            })
            .collect();
        sleep(Duration::from_millis(100)).await;
        assert!(waiting.iter().all(|insert| !insert.is_finished()));
        server.launch();
        for insert in waiting {
            assert_eq!(insert.await.unwrap(), Ok(Inserted::New));
        }
        assert_eq!(stats_error(&store).await, None);
    }
    assert_eq!(insert(&store, "before").await, Ok(Inserted::Duplicate));
    assert_eq!(entries(&store).await.len(), 41);
}

/// Stops the server at any time, with inserts and claims on their way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_there_after_crashes_of_the_server() {
    let Some(mut server) = PostgresServer::start() else { return };
    let url = server.url(ADMINISTRATOR, "postgres");
    let store = PostgresStore::connect(&url).await.unwrap();
    let client = connect(&url).await;
    client.batch_execute("CREATE TABLE handled (id text)").await.unwrap();
    let (is_over, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let inserting: Vec<_> = (0..4)
        .map(|task| {
            let (store, is_over, count) = (store.clone(), Arc::clone(&is_over), Arc::clone(&count));
            tokio::spawn(async move {
                let mut stored = Vec::new();
                for index in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    let id = format!("{task}-{index}");
                    if insert(&store, &id).await.is_ok() {
                        stored.push(id);
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                }
                stored
            })
        })
        .collect();
    let all_stored = Arc::new(AtomicBool::new(false));
    let handling = tokio::spawn({
        let (store, all_stored) = (store.clone(), Arc::clone(&all_stored));
        async move { handle_all(&store, || all_stored.load(Ordering::Relaxed)).await }
    });
    for _ in 0..3 {
        sleep(Duration::from_millis(fastrand::u64(20..150))).await;
        server.stop(if fastrand::bool() { Stop::Immediate } else { Stop::Fast });
        server.launch();
    }
    while count.load(Ordering::Relaxed) < 100 {
        sleep(Duration::from_millis(10)).await;
    }
    is_over.store(true, Ordering::Relaxed);
    let mut stored = Vec::new();
    for task in inserting {
        stored.extend(task.await.unwrap());
    }
    all_stored.store(true, Ordering::Relaxed);
    handling.await.unwrap();
    let client = connect(&url).await;
    let rows = client.query("SELECT id, count(*) FROM handled GROUP BY id", &[]).await.unwrap();
    assert!(rows.iter().all(|row| row.get::<_, i64>(1) == 1), "an effect happened twice");
    let handled: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let lost: Vec<_> = stored.iter().filter(|id| !handled.contains(id)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

/// Until it is over and nothing is left. Each effect inserts the id.
async fn handle_all(store: &PostgresStore, is_over: impl Fn() -> bool) {
    let lease = Duration::from_millis(500);
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "deliveries are not handled");
        let Ok(claims) = try_claim(store, 10, lease).await else {
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        if claims.is_empty() {
            let is_idle = store.stats("acme").await.is_ok_and(|stats| stats.pending + stats.running == 0);
            if is_over() && is_idle {
                return;
            }
            sleep(Duration::from_millis(5)).await;
        }
        let batch = claims.iter().map(|claim| done(claim, vec![handled("public", &claim.id.key.id)]));
        let _ = store.finish(batch.collect()).await;
    }
}

/// Forwards connections, until it has to lose the answers.
struct Proxy {
    folder: TempDir,
    loses_answers: Arc<AtomicBool>,
}

impl Proxy {
    fn new(server: &PostgresServer) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
        let target = server.folder().join(".s.PGSQL.5432");
        let loses_answers = Arc::new(AtomicBool::new(false));
        let loses = Arc::clone(&loses_answers);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&target).await.unwrap();
                tokio::spawn(forward(client, server, Arc::clone(&loses)));
            }
        });
        Self { folder, loses_answers }
    }

    fn url(&self) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgresql://{ADMINISTRATOR}@{folder}/postgres")
    }

    /// The next answer is lost, with its connection.
    fn lose_one_answer(&self) {
        self.loses_answers.store(true, Ordering::SeqCst);
    }
}

async fn forward(client: UnixStream, server: UnixStream, loses_answers: Arc<AtomicBool>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let requests = tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
    let mut buffer = vec![0; 65_536];
    while let Ok(count @ 1..) = from_server.read(&mut buffer).await {
        if loses_answers.swap(false, Ordering::SeqCst) {
            // The server has committed: this is its answer.
            break;
        }
        if to_client.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
    requests.abort();
}

#[tokio::test]
async fn a_connection_that_is_lost_after_the_commit_loses_and_doubles_nothing() {
    let Some(place) = Place::new("lost") else { return };
    let proxy = Proxy::new(place.server);
    let store = PostgresOptions::new(&proxy.url()).unwrap().schema("lost").connect().await.unwrap();
    let client = place.client().await;
    client.batch_execute("CREATE TABLE handled (id text)").await.unwrap();

    assert_eq!(insert(&store, "0").await, Ok(Inserted::New));
    proxy.lose_one_answer();
    assert_eq!(insert(&store, "1").await, Ok(Inserted::Duplicate), "it is stored, and answered");
    assert_eq!(entries(&store).await.len(), 2);

    // The claim is made, and lapses.
    proxy.lose_one_answer();
    let short = Duration::from_millis(100);
    let error = store.claim(&request(1, short)).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert_eq!(entries(&store).await[0].attempts, 1);
    sleep(2 * short).await;
    let claims = claim(&store, 2, Duration::from_secs(30)).await;
    assert_eq!(claims.len(), 2);

    // The effect is made: the second end is fenced.
    proxy.lose_one_answer();
    let finish = |effects| vec![done(&claims[0], effects)];
    assert!(store.finish(finish(vec![])).await.is_err());
    assert!(matches!(store.finish(finish(vec![])).await.unwrap()[..], [Finished::Fenced]));

    // An answer before the commit is lost: nothing is done.
    proxy.lose_one_answer();
    let finish = |effects| vec![done(&claims[1], effects)];
    assert!(store.finish(finish(vec![handled("lost", "1")])).await.is_err());
    let applied = store.finish(finish(vec![handled("lost", "1")])).await.unwrap();
    assert!(matches!(applied[..], [Finished::Applied]), "{applied:?}");
    assert_eq!(number(&client, "SELECT count(*) FROM handled").await, 1);
}

#[tokio::test]
async fn a_server_that_cannot_be_written_is_an_error_until_it_can() {
    let Some(place) = Place::new("read_only") else { return };
    place.store().await;
    let client = connect(&place.url()).await;
    client.batch_execute("CREATE ROLE reader LOGIN SUPERUSER").await.unwrap();
    let store = place.options_as("reader").connect().await.unwrap();
    assert_eq!(insert(&store, "1").await, Ok(Inserted::New));
    let read_only = "ALTER ROLE reader SET default_transaction_read_only = on;
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'";
    client.batch_execute(read_only).await.unwrap();
    assert_eq!(insert(&store, "2").await, Err(StoreErrorKind::ReadOnly));
    // Reading is possible, also for one that starts now.
    assert_eq!(entries(&place.options_as("reader").connect().await.unwrap()).await.len(), 1);
    assert_eq!(entries(&store).await.len(), 1);
    client.batch_execute("ALTER ROLE reader SET default_transaction_read_only = off").await.unwrap();
    assert_eq!(insert(&store, "2").await, Ok(Inserted::New));
}

/// A trigger fails as a full disk does.
#[tokio::test]
async fn f13_a_full_disk_is_an_error_until_there_is_room() {
    let Some(place) = Place::new("full_disk") else { return };
    let store = place.store().await;
    let client = place.client().await;
    let full = "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full', DETAIL = 'body'; END
        $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON webhook_pending EXECUTE FUNCTION fail()";
    client.batch_execute(full).await.unwrap();
    let error = store.insert(vec![entry("1", 10)]).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Full);
    assert!(!error.to_string().contains("body"), "{error}");
    assert_eq!(entries(&store).await.len(), 0);
    client.batch_execute("DROP TRIGGER full_disk ON webhook_pending").await.unwrap();
    assert_eq!(insert(&store, "1").await, Ok(Inserted::New));
}

#[tokio::test]
async fn f14_a_call_that_takes_too_long_is_cancelled() {
    let Some(place) = Place::new("slow") else { return };
    place.store().await;
    let store = place.options().timeout(Duration::from_millis(200)).connect().await.unwrap();
    let mut other = place.client().await;
    let transaction = other.transaction().await.unwrap();
    transaction.batch_execute("LOCK TABLE webhook_seen").await.unwrap();
    assert_eq!(insert(&store, "1").await, Err(StoreErrorKind::Busy));
    // The server does not go on.
    let client = place.client().await;
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'webhook_seen'::regclass";
    let deadline = Instant::now() + PATIENCE;
    while number(&client, waiting).await > 0 {
        assert!(Instant::now() < deadline, "it still waits");
        sleep(Duration::from_millis(5)).await;
    }
    transaction.commit().await.unwrap();
    assert_eq!(insert(&store, "1").await, Ok(Inserted::New));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_share_few_connections() {
    let Some(place) = Place::new("shared") else { return };
    place.store().await;
    let client = place.client().await;
    client.batch_execute("CREATE ROLE counted LOGIN SUPERUSER").await.unwrap();
    let store = place.options_as("counted").connections(3).connect().await.unwrap();
    let calls: Vec<_> = (0..60)
        .map(|index| {
            let store = store.clone();
            tokio::spawn(async move {
                insert(&store, &index.to_string()).await.unwrap();
                // Claims that meet can leave entries to each other.
                let claim = loop {
                    if let Some(claim) = claim(&store, 1, PATIENCE).await.pop() {
                        break claim;
                    }
                };
                let verdict = Verdict::Dead { reason: "as expected".to_owned() };
                let finish = webhook_inbox::store::Finish { claim: claim.id, verdict };
                assert!(matches!(store.finish(vec![finish]).await.unwrap()[..], [Finished::Applied]));
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    let connections = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'counted'";
    let connections = number(&client, connections).await;
    assert!((1..=7).contains(&connections), "{connections} connections");
    assert!(entries(&store).await.iter().all(|entry| entry.state == State::Dead));

    // They can end at any time.
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'counted'";
    number(&client, end).await;
    let deadline = Instant::now() + PATIENCE;
    while number(&client, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'counted'").await > 0 {
        assert!(Instant::now() < deadline);
        sleep(Duration::from_millis(5)).await;
    }
    sleep(Duration::from_millis(20)).await;
    assert_eq!(entries(&store).await.len(), 60);
    assert_eq!(insert(&store, "0").await, Ok(Inserted::Duplicate));
}

/// An effect on its way when the caller gives up is undone, and holds no lock.
#[tokio::test]
async fn a_call_that_is_dropped_changes_nothing() {
    let Some(place) = Place::new("dropped") else { return };
    let store = place.store().await;
    let client = place.client().await;
    client.batch_execute("CREATE TABLE handled (id text)").await.unwrap();
    insert(&store, "1").await.unwrap();
    let claim = claim_one(&store).await;
    let slow = effect("INSERT INTO dropped.handled VALUES ('1'); SELECT pg_sleep(0.3)");
    let finish = store.finish(vec![done(&claim, vec![slow])]);
    assert!(tokio::time::timeout(Duration::from_millis(100), finish).await.is_err());
    let finish = done(&claim, vec![handled("dropped", "1")]);
    assert!(matches!(store.finish(vec![finish]).await.unwrap()[..], [Finished::Applied]));
    assert_eq!(number(&client, "SELECT count(*) FROM handled").await, 1);
}
