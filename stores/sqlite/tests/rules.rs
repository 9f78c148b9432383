//! The rules of stores and of guards.

use std::time::Duration;

use tempfile::TempDir;
use webhook_inbox::testing::{ManualClock, Subject, check_store};
use webhook_inbox_sqlite::rusqlite::Connection;
use webhook_inbox_sqlite::{SqliteEffect, SqliteOptions, SqliteStore};
use webhook_receiver::testing::check_replay_guard;

struct Files {
    folder: TempDir,
    clock: ManualClock,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("inbox.sqlite")).unwrap();
        connection.execute_batch("CREATE TABLE count (name TEXT PRIMARY KEY, count INTEGER NOT NULL)").unwrap();
        Self { folder, clock: ManualClock::default() }
    }

    fn open(&self) -> SqliteStore {
        SqliteOptions::new(self.folder.path().join("inbox.sqlite")).clock(self.clock.clock()).open().unwrap()
    }
}

impl Subject for Files {
    type Store = SqliteStore;

    async fn open(&self) -> SqliteStore {
        self.open()
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    fn effect(&self, name: &str, fails: bool) -> SqliteEffect {
        let name = name.to_owned();
        SqliteEffect::from(move |tables: &Connection| {
            let sql = "INSERT INTO count VALUES (?1, 1) ON CONFLICT DO UPDATE SET count = count + 1";
            tables.execute(sql, [&name])?;
            if fails { Err("this effect fails".into()) } else { Ok(()) }
        })
    }

    async fn count(&self, name: &str) -> u64 {
        let connection = Connection::open(self.folder.path().join("inbox.sqlite")).unwrap();
        let count = connection.query_row("SELECT count FROM count WHERE name = ?1", [name], |row| row.get(0));
        u64::from(count.unwrap_or(0_u32))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_store_keeps_all_rules() {
    check_store(&Files::new()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_guard_keeps_all_rules() {
    let files = Files::new();
    check_replay_guard(async || files.open().replay_guard("acme"), async |by| files.clock.advance(by)).await.unwrap();
}
