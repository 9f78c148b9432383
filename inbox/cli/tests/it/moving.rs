//! Moves from SQLite to PostgreSQL under traffic.

use std::collections::HashMap;
use std::fs;
#[cfg(unix)]
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use webhook_inbox::store::{Entry, State, Store};
use webhook_inbox::{Backoff, Effects, Inbox};
use webhook_inbox_postgres::tokio_postgres::types::Type;
use webhook_inbox_postgres::tokio_postgres::{NoTls, connect};
use webhook_inbox_postgres::{PostgresEffect, PostgresStore};
use webhook_inbox_sqlite::rusqlite::Connection;
use webhook_inbox_sqlite::{SqliteEffect, SqliteStore};
use webhook_receiver::{BoxError, Delivery};

use crate::acme::{Acme, Created, created, receiver};
use crate::support::{Folder, PATIENCE, entries, fill, output, send, text};

/// An inbox on each store, both of which count the effects of each delivery. Each fourth attempt fails.
pub(crate) struct Both {
    pub(crate) old: Inbox<SqliteStore, Acme>,
    pub(crate) new: PostgresStore,
    url: String,
    folder: Folder,
}

impl Both {
    pub(crate) async fn start(folder: Folder, url: &str) -> Self {
        let store = folder.store();
        let tables = Connection::open(folder.0.path().join("webhooks.sqlite")).unwrap();
        tables.execute_batch("CREATE TABLE effect (id TEXT NOT NULL)").unwrap();
        let (client, connection) = connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("CREATE TABLE effect (id text NOT NULL)").await.unwrap();
        let effect = |id: String| {
            SqliteEffect::from(move |tables: &Connection| {
                tables.execute("INSERT INTO effect VALUES (?1)", [id])?;
                Ok(())
            })
        };
        let old = start(store, effect);
        Self { old, new: PostgresStore::connect(url).await.unwrap(), url: url.to_owned(), folder }
    }

    pub(crate) fn start_new(&self) -> Inbox<PostgresStore, Acme> {
        start(self.new.clone(), |id: String| {
            PostgresEffect::new(move |tables| {
                Box::pin(async move {
                    tables.execute_typed("INSERT INTO effect VALUES ($1)", &[(&id, Type::TEXT)]).await?;
                    Ok(())
                })
            })
        })
    }

    /// Waits until all of these are done, and checks that each has one effect.
    pub(crate) async fn check(&self, count: usize) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = entries(&self.new).await;
            if found.len() == count && found.iter().all(|entry| entry.state == State::Done) {
                break;
            }
            let stats = self.new.stats("acme").await.unwrap();
            assert!(Instant::now() < deadline, "{} of {count}: {stats:?}", found.len());
            sleep(Duration::from_millis(10)).await;
        }
        let mut effects: HashMap<String, usize> = HashMap::new();
        let tables = Connection::open(self.folder.0.path().join("webhooks.sqlite")).unwrap();
        let mut statement = tables.prepare("SELECT id FROM effect").unwrap();
        let of_old: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let (client, connection) = connect(&self.url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let rows = client.query("SELECT id FROM effect", &[]).await.unwrap();
        let of_new: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert!(!of_old.is_empty() && !of_new.is_empty(), "both handle: {} and {}", of_old.len(), of_new.len());
        for id in of_old.into_iter().chain(of_new) {
            *effects.entry(id).or_default() += 1;
        }
        assert_eq!(effects.len(), count);
        let doubled: Vec<_> = effects.iter().filter(|(_, count)| **count != 1).collect();
        assert!(doubled.is_empty(), "effects that happened twice: {doubled:?}");
        assert_eq!(self.old.store().stats("acme").await.unwrap().oldest, None);
    }
}

fn start<S: Store>(store: S, effect: impl Fn(String) -> S::Effect + Clone + Send + Sync + 'static) -> Inbox<S, Acme> {
    let attempts = Arc::new(AtomicUsize::new(0));
    let handler = move |event: Created, delivery: Delivery, effects: Effects<S::Effect>| {
        let effect = effect.clone();
        let fails = attempts.fetch_add(1, Ordering::SeqCst) % 4 == 3;
        async move {
            sleep(Duration::from_millis(event.asset.parse()?)).await;
            effects.add(effect(delivery.id().unwrap_or_default().to_owned()))?;
            if fails { Err(BoxError::from("it fails")) } else { Ok(()) }
        }
    };
    let service = receiver().on(handler).into_service();
    Inbox::builder("acme", store, service)
        .concurrency(4)
        .backoff(Backoff::constant(Duration::from_millis(50)))
        .start()
        .unwrap()
}

/// Sends deliveries that take up to 20 ms until it is stopped, each third to both stores.
pub(crate) struct Traffic {
    pub(crate) stop: AtomicBool,
    pub(crate) sent: AtomicUsize,
}

impl Traffic {
    pub(crate) fn new() -> Self {
        Self { stop: AtomicBool::new(false), sent: AtomicUsize::new(0) }
    }

    /// To these in turn.
    pub(crate) async fn run(&self, old: Option<&Inbox<SqliteStore, Acme>>, new: Option<&Inbox<PostgresStore, Acme>>) {
        while !self.stop.swap(false, Ordering::SeqCst) {
            let number = self.sent.fetch_add(1, Ordering::SeqCst);
            let (id, body) = (format!("msg_{number}"), created(&(number % 20).to_string()));
            // To both if the sender has missed the answer.
            let (is_even, is_repeated) = (number.is_multiple_of(2), number.is_multiple_of(3));
            if let Some(old) = old.filter(|_| is_even || is_repeated || new.is_none()) {
                send(old, &id, &body).await;
            }
            if let Some(new) = new.filter(|_| !is_even || is_repeated || old.is_none()) {
                send(new, &id, &body).await;
            }
            sleep(Duration::from_millis(2)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_and_the_way_back_by_command() {
    let (old, new) = (Folder::new(), Folder::new());
    fill(&old.store()).await;
    let before = entries(&old.store()).await;
    let (old_url, new_url) = (old.sqlite(), new.sqlite());

    // Nothing is changed or created without `--yes`.
    for step in ["", " --finish"] {
        let (code, printed, note) = output(&old_url, &format!("move --to {new_url}{step}"));
        assert!(code == 3 && printed.contains('3') && note.contains("--yes"), "{code} {printed} {note}");
        assert!(!new.0.path().join("webhooks.sqlite").exists());
    }
    let (code, _, error) = output(&old_url, &format!("move --to {old_url} --yes"));
    assert!(code == 1 && error.contains("are the same"), "{error}");
    assert_eq!(output(&old_url, &format!("move --to {new_url} --finish --yes")).0, 1, "there is no new store");

    text(&old_url, &format!("move --to {new_url} --yes"));
    let summary = text(&new_url, "list --summary");
    assert!(summary.contains("waits for the end of a move") && !summary.contains("paused"), "{summary}");
    text(&new_url, "resume acme");
    assert!(new.store().stats("acme").await.unwrap().is_moving);
    for command in ["export", "erase --member /user/id=42", "erase --member /user/id=42 --yes"] {
        let (code, printed, error) = output(&new_url, command);
        assert!(code == 1 && printed.is_empty() && error.contains("waits for the end of a move"), "{printed}{error}");
    }
    text(&new_url, "export msg_3");
    text(&old_url, "pause");
    let printed = text(&old_url, &format!("move --to {new_url} --finish --yes"));
    assert!(
        printed.contains("3 bodies were removed") && printed.contains("acme is paused in the new store"),
        "{printed}"
    );
    let of = |entries: &[Entry]| {
        entries.iter().map(|entry| (entry.key.clone(), entry.bytes.clone())).collect::<HashMap<_, _>>()
    };
    assert_eq!(of(&entries(&new.store()).await), of(&before));
    assert!(entries(&old.store()).await.iter().all(|entry| entry.bytes.is_none()));
    // Neither in the file nor in its log. Another process looks: one that closes a file loses its locks on it.
    #[cfg(unix)]
    for (folder, has_bodies) in [(&old, false), (&new, true)] {
        let grep = Command::new("grep").args(["-raqF", r#""asset":"bad""#]).arg(folder.0.path()).status().unwrap();
        assert_eq!(grep.success(), has_bodies);
    }
    let (code, _, error) = output(&old_url, &format!("move --to {new_url} --finish --yes"));
    assert!(code == 1 && error.contains("prepare the move first"), "{error}");

    // Back.
    text(&old_url, "resume");
    text(&new_url, "resume");
    for step in ["", " --finish"] {
        let printed = text(&new_url, &format!("move --to {old_url}{step} --yes"));
        assert!(!printed.contains("is paused"), "{printed}");
    }
    let by_id = |entries: Vec<Entry>| {
        let entries = entries.into_iter().map(|entry| (entry.key.id.clone(), Entry { sequence: 0, ..entry }));
        entries.collect::<HashMap<_, _>>()
    };
    assert_eq!(by_id(entries(&old.store()).await), by_id(before));
    let stats = old.store().stats("acme").await.unwrap();
    assert!(!stats.is_moving && !stats.is_paused);

    // A move that is given up.
    text(&old_url, &format!("move --to {new_url} --yes"));
    assert_eq!(output(&old_url, &format!("move --to {new_url} --cancel")).0, 3);
    assert!(new.store().stats("acme").await.unwrap().is_moving);
    text(&old_url, &format!("move --to {new_url} --cancel --yes"));
    assert!(!new.store().stats("acme").await.unwrap().is_moving);

    // One that `--finish` has begun: the old store waits for a move from the new one.
    text(&old_url, &format!("move --to {new_url} --yes"));
    let new_id = new.store().identity().await.unwrap().id;
    old.store().set_incoming(Some(&new_id)).await.unwrap();
    let (code, _, note) = output(&old_url, &format!("move --to {new_url} --cancel --yes"));
    assert!(code == 0 && note.contains("the old store waits as well"), "{code} {note}");
}

#[tokio::test]
async fn a_finished_move_closes_the_files_and_says_what_the_log_still_has() {
    let (old, new) = (Folder::new(), Folder::new());
    let store = old.store();
    fill(&store).await;
    store.close().await;
    let (old_url, new_url) = (old.sqlite(), new.sqlite());
    let files = |folder: &Folder| fs::read_dir(folder.0.path()).unwrap().count();
    text(&old_url, &format!("move --to {new_url} --yes"));
    assert_eq!((files(&old), files(&new)), (1, 1), "a log is left");
    let reader = Connection::open(old.0.path().join("webhooks.sqlite")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM webhook_pending").unwrap();
    let (code, _, note) = output(&old_url, &format!("move --to {new_url} --finish --yes"));
    assert!(code == 0 && note.contains("still has bodies"), "{code} {note}");
    assert_eq!(files(&new), 1, "a log is left");
}
