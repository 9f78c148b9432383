//! Stores with some deliveries, and the command.

use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use temporary_postgres::{ADMINISTRATOR, PostgresServer};
use tokio::time::{Instant, sleep};
use webhook_inbox::Inbox;
use webhook_inbox::store::{Entry, Page, Selection, State, Store};
use webhook_inbox_postgres::PostgresStore;
use webhook_inbox_postgres::tokio_postgres::{NoTls, connect};
use webhook_inbox_sqlite::SqliteStore;

use crate::acme::{Acme, Created, created, receiver, signed};

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A folder with a store, `webhooks.sqlite`.
pub(crate) struct Folder(pub(crate) TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// As a URL.
    pub(crate) fn sqlite(&self) -> String {
        format!("sqlite:{}", self.0.path().join("webhooks.sqlite").display())
    }

    pub(crate) fn store(&self) -> SqliteStore {
        SqliteStore::open(self.0.path().join("webhooks.sqlite")).unwrap()
    }
}

/// The URL of an empty database on a server that all tests share. `None` if PostgreSQL is not installed.
pub(crate) async fn postgres() -> Option<String> {
    static SERVER: OnceLock<Option<PostgresServer>> = OnceLock::new();
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let server = SERVER.get_or_init(PostgresServer::start).as_ref()?;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::SeqCst));
    let (client, connection) = connect(&server.url(ADMINISTRATOR, "postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    Some(server.url(ADMINISTRATOR, &name))
}

pub(crate) async fn postgres_store(url: &str) -> PostgresStore {
    PostgresStore::connect(url).await.unwrap()
}

/// Runs `cargo webhooks inbox` with these arguments, which contain no spaces.
pub(crate) fn run(url: &str, arguments: &str) -> Output {
    command(url, arguments).output().unwrap()
}

pub(crate) fn command(url: &str, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-webhooks-inbox"));
    command.args(arguments.split_whitespace()).env_remove("DATABASE_URL").env("WEBHOOK_INBOX_URL", url);
    command
}

/// The exit code and the two outputs.
pub(crate) fn output(url: &str, arguments: &str) -> (i32, String, String) {
    let Output { status, stdout, stderr } = run(url, arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// The output of a command that must succeed.
#[track_caller]
pub(crate) fn text(url: &str, arguments: &str) -> String {
    let (code, stdout, stderr) = output(url, arguments);
    assert_eq!(code, 0, "{arguments}: {stdout}{stderr}");
    stdout
}

/// Stores four deliveries of the endpoint `acme`, through an inbox: `msg_1` is dead, `msg_2` unrouted, `msg_3` done and
/// `msg_4` pending. The endpoint is not paused.
pub(crate) async fn fill<S: Store + Clone>(store: &S) {
    let handler = |event: Created| async move {
        if event.asset == "bad" { Err("the index is down:\n\u{1b}[31mtry later") } else { Ok(()) }
    };
    let inbox = Inbox::builder("acme", store.clone(), receiver().on(handler).into_service()).max_attempts(1).start();
    let inbox = inbox.unwrap();
    let bad = created("bad").replace('}', r#","user":{"id":42}}"#);
    for (id, body, expected) in [
        ("msg_1", &bad[..], State::Dead),
        ("msg_2", r#"{"type":"asset.teleported"}"#, State::Unrouted),
        ("msg_3", &created("good"), State::Done),
    ] {
        send(&inbox, id, body).await;
        let deadline = Instant::now() + PATIENCE;
        while find(store, id).await.state != expected {
            assert!(Instant::now() < deadline, "{id} is not {expected:?}");
            sleep(Duration::from_millis(5)).await;
        }
    }
    inbox.pause().await.unwrap();
    send(&inbox, "msg_4", &created("good")).await;
    assert!(inbox.drain(PATIENCE).await);
    inbox.resume().await.unwrap();
}

pub(crate) async fn send<S: Store>(inbox: &Inbox<S, Acme>, id: &str, body: &str) {
    let outcome = inbox.receive(&signed(id, body), body.to_owned()).await.unwrap();
    assert!(outcome.status().is_success(), "{id}: {}", outcome.name());
}

pub(crate) async fn entries<S: Store>(store: &S) -> Vec<Entry> {
    let page = Page { after: 0, limit: 10_000, max_bytes: Some(u64::MAX) };
    store.list(&Selection::default(), &page).await.unwrap()
}

pub(crate) async fn find<S: Store>(store: &S, id: &str) -> Entry {
    let entries = entries(store).await;
    entries.into_iter().find(|entry| entry.key.id == id).unwrap_or_else(|| panic!("there is no {id}"))
}
