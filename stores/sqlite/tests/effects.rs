//! What effects can and cannot do to the transaction that they share.

use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use webhook_inbox::Store;
use webhook_inbox::store::{
    Claim, ClaimRequest, EventTypes, Finish, Finished, Inserted, Key, NewEntry, Page, Selection, State, StoreErrorKind,
    Verdict,
};
use webhook_inbox_sqlite::rusqlite::{self, Connection};
use webhook_inbox_sqlite::{SqliteEffect, SqliteStore};
use webhook_receiver::bytes::Bytes;
use webhook_receiver::{BodyDigest, BoxError};

struct Fixture {
    folder: TempDir,
    store: SqliteStore,
    /// Another connection to the file.
    tables: Connection,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("inbox.sqlite");
        let store = SqliteStore::open(&path).unwrap();
        let tables = Connection::open(&path).unwrap();
        tables
            .execute_batch(
                "CREATE TABLE asset (id TEXT NOT NULL); CREATE TABLE single (id TEXT UNIQUE); INSERT INTO single VALUES ('a');
                 CREATE TABLE trigger (id TEXT);
                 CREATE TRIGGER pauses AFTER INSERT ON trigger BEGIN INSERT INTO webhook_paused VALUES (new.id); END",
            )
            .unwrap();
        Self { folder, store, tables }
    }

    async fn insert(&self, id: &str) -> Result<Inserted, StoreErrorKind> {
        insert(&self.store, id).await
    }

    async fn claim(&self, ids: &[&str]) -> Vec<Claim> {
        for id in ids {
            self.insert(id).await.unwrap();
        }
        let request = ClaimRequest {
            endpoint: "acme".to_owned(),
            event_types: EventTypes::Except(Vec::new()),
            lapsed: false,
            limit: 10,
            max_bytes: u64::MAX,
            lease: Duration::from_secs(30),
        };
        let claims = self.store.claim(&request).await.unwrap();
        assert_eq!(claims.len(), ids.len());
        claims
    }

    /// Ends deliveries in one batch: each has an effect that adds an asset, and then these.
    async fn finish(&self, effects: Vec<(&str, Vec<SqliteEffect>)>) -> Result<Vec<Finished>, StoreErrorKind> {
        let ids: Vec<&str> = effects.iter().map(|(id, _)| *id).collect();
        let claims = self.claim(&ids).await;
        let finish = |(claim, (id, mut effects)): (Claim, (&str, Vec<SqliteEffect>))| {
            effects.insert(0, add(id));
            Finish { claim: claim.id, verdict: Verdict::Done(effects) }
        };
        let batch = claims.into_iter().zip(effects).map(finish).collect();
        self.store.finish(batch).await.map_err(|error| error.kind())
    }

    /// Ends deliveries in one batch, of which nothing is stored. The store works afterwards.
    async fn assert_all_is_undone(&self, effects: Vec<(&str, Vec<SqliteEffect>)>, case: &str) {
        let claimed = effects.len();
        assert_eq!(self.finish(effects).await.unwrap_err(), StoreErrorKind::Other, "{case}");
        assert_eq!(self.assets(), [""; 0], "{case}");
        assert_eq!(self.running().await, claimed, "{case}");
        assert_eq!(self.insert("next").await, Ok(Inserted::New), "{case}");
    }

    fn assets(&self) -> Vec<String> {
        let mut assets = self.tables.prepare("SELECT id FROM asset ORDER BY rowid").unwrap();
        let assets = assets.query_map([], |row| row.get(0)).unwrap();
        assets.collect::<Result<_, _>>().unwrap()
    }

    async fn running(&self) -> usize {
        let selection = Selection { states: vec![State::Running], ..Selection::default() };
        self.store.list(&selection, &Page { after: 0, limit: 1000, max_bytes: None }).await.unwrap().len()
    }
}

async fn insert(store: &SqliteStore, id: &str) -> Result<Inserted, StoreErrorKind> {
    let bytes = Bytes::from_static(b"body");
    let (key, digest) = (Key::new("acme", id), BodyDigest::of(&bytes));
    let entry = NewEntry { key, digest, event_type: None, order: None, bytes };
    store.insert(vec![entry]).await.map(|inserted| inserted[0]).map_err(|error| error.kind())
}

fn add(id: &str) -> SqliteEffect {
    let id = id.to_owned();
    SqliteEffect::from(move |tables: &Connection| {
        tables.prepare_cached("INSERT INTO asset VALUES (?1)")?.execute([id])?;
        Ok(())
    })
}

fn effect(change: impl FnOnce(&Connection) -> Result<(), BoxError> + Send + 'static) -> SqliteEffect {
    SqliteEffect::from(change)
}

/// A statement that may return rows, from the cache.
fn run_cached(tables: &Connection, sql: &str) -> rusqlite::Result<()> {
    let mut statement = tables.prepare_cached(sql)?;
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(())
}

#[tokio::test]
async fn an_effect_that_is_not_allowed_fails_alone() {
    let fixture = Fixture::new();
    let (of_the_inbox, temporary) = ("are those of the inbox", "create what is temporary");
    let cases = [
        // The inbox has prepared some of these with the same text.
        ("BEGIN IMMEDIATE", "begin or end a transaction"),
        ("COMMIT", "begin or end a transaction"),
        ("END", "begin or end a transaction"),
        ("ROLLBACK", "begin or end a transaction"),
        ("SAVEPOINT webhook_effects", of_the_inbox),
        ("ROLLBACK TO webhook_effects", of_the_inbox),
        ("RELEASE webhook_effects", of_the_inbox),
        ("RELEASE Webhook_Change", of_the_inbox),
        ("DELETE FROM webhook_pending WHERE sequence = 1", of_the_inbox),
        ("UPDATE Webhook_Seen SET id = 'other'", of_the_inbox),
        ("INSERT INTO webhook_paused VALUES ('acme')", of_the_inbox),
        ("INSERT INTO trigger VALUES ('acme')", of_the_inbox),
        ("DROP TABLE webhook_pending", of_the_inbox),
        ("ALTER TABLE webhook_pending ADD COLUMN more TEXT", of_the_inbox),
        ("CREATE INDEX more ON webhook_pending (bytes)", of_the_inbox),
        ("CREATE INDEX webhook_more ON asset (id)", of_the_inbox),
        ("DROP INDEX webhook_pending_waiting", of_the_inbox),
        ("CREATE TRIGGER more AFTER DELETE ON webhook_pending BEGIN SELECT 1; END", of_the_inbox),
        ("CREATE TRIGGER webhook_more AFTER DELETE ON asset BEGIN SELECT 1; END", of_the_inbox),
        // The shadow tables of this one begin with `webhook_`.
        ("CREATE VIRTUAL TABLE webhook USING fts5(text)", of_the_inbox),
        ("ALTER TABLE single RENAME TO webhook_more", "rename a table"),
        ("ALTER TABLE main.single RENAME TO other", "rename a table"),
        ("CREATE TEMP TABLE webhook_pending (id TEXT)", temporary),
        ("CREATE TEMP TABLE asset AS SELECT * FROM asset", temporary),
        ("CREATE TABLE temp.asset (id TEXT)", temporary),
        ("CREATE VIRTUAL TABLE temp.asset USING fts5(id)", temporary),
        ("CREATE TEMP VIEW webhook_pending AS SELECT 1", temporary),
        ("CREATE VIEW temp.asset AS SELECT 1 AS id", temporary),
        ("CREATE TEMP TRIGGER more AFTER DELETE ON webhook_pending BEGIN SELECT 1; END", temporary),
        ("CREATE TEMP TRIGGER more BEFORE INSERT ON asset BEGIN SELECT raise(ROLLBACK, 'more'); END", temporary),
        ("CREATE TRIGGER temp.more BEFORE INSERT ON asset BEGIN SELECT raise(ROLLBACK, 'more'); END", temporary),
        ("PRAGMA synchronous = OFF", "set `PRAGMA synchronous`"),
        ("PRAGMA Journal_Mode(DELETE)", "set `PRAGMA Journal_Mode`"),
        ("PRAGMA defer_foreign_keys = ON", "set `PRAGMA defer_foreign_keys`"),
        ("ATTACH ':memory:' AS other", "attach or detach a file"),
    ];
    let mut expected = Vec::new();
    for (round, is_cached) in [false, true].into_iter().enumerate() {
        for (number, (sql, text)) in cases.into_iter().enumerate() {
            let ids = ["before", "denied", "after"].map(|id| format!("{round}-{number}-{id}"));
            let denied = effect(move |tables| {
                let run = if is_cached { run_cached } else { Connection::execute_batch };
                run(tables, sql)?;
                Ok(())
            });
            let effects = vec![(&*ids[0], Vec::new()), (&*ids[1], vec![denied, add("next")]), (&*ids[2], Vec::new())];
            match &fixture.finish(effects).await.unwrap()[..] {
                [Finished::Applied, Finished::EffectFailed(error), Finished::Applied] => {
                    let error = error.to_string();
                    assert!(error.contains("not authorized") && error.contains(text), "{sql}: {error}");
                }
                other => panic!("{sql}: {other:?}"),
            }
            expected.extend([ids[0].clone(), ids[2].clone()]);
            assert_eq!(fixture.assets(), expected, "{sql}");
        }
    }
    assert_eq!(fixture.running().await, 2 * cases.len());
}

/// The transaction is as it was: an effect that goes on is whole.
#[tokio::test]
async fn an_effect_can_handle_that_a_statement_is_not_allowed() {
    let fixture = Fixture::new();
    let hides = effect(|tables| {
        let _ = tables.execute_batch("BEGIN");
        tables.execute_batch("INSERT INTO asset VALUES ('hides')")?;
        let _ = tables.execute_batch("COMMIT");
        Ok(())
    });
    let finished = fixture.finish(vec![("1", vec![hides]), ("2", Vec::new())]).await.unwrap();
    assert!(matches!(finished[..], [Finished::Applied, Finished::Applied]), "{finished:?}");
    assert_eq!(fixture.assets(), ["1", "hides", "2"]);
}

#[tokio::test]
async fn what_effects_need_is_allowed() {
    let fixture = Fixture::new();
    for id in ["1", "2"] {
        // Tables that are created expire the statements of both.
        let changes = effect(move |tables| {
            tables.execute_batch(&format!(
                "PRAGMA foreign_keys = ON; PRAGMA user_version = 7; CREATE TABLE new_{id} (id INTEGER PRIMARY KEY);
                 SAVEPOINT own; INSERT INTO asset VALUES ('undone'); ROLLBACK TO own; RELEASE own;
                 INSERT INTO new_{id} SELECT sequence FROM webhook_pending;
                 ALTER TABLE new_{id} ADD COLUMN more TEXT; ALTER TABLE new_{id} RENAME COLUMN more TO other;
                 ALTER TABLE new_{id} DROP COLUMN other; CREATE INDEX new_{id}_id ON new_{id} (id);
                 CREATE VIEW view_{id} AS SELECT * FROM new_{id}; DROP VIEW view_{id};
                 CREATE VIRTUAL TABLE text_{id} USING fts5(text); INSERT INTO text_{id} VALUES ('more');
                 DROP TABLE text_{id}; DROP TABLE new_{id}"
            ))?;
            run_cached(tables, "PRAGMA table_info(asset)")?;
            run_cached(tables, "SELECT count(*) FROM pragma_index_list('webhook_pending')")?;
            run_cached(tables, "PRAGMA foreign_key_check(asset)")?;
            run_cached(tables, "UPDATE single SET id = id RETURNING id")?;
            run_cached(
                tables,
                "INSERT INTO asset SELECT 'of ' || id FROM webhook_seen ORDER BY sequence DESC LIMIT 1",
            )?;
            Ok(())
        });
        let finished = fixture.finish(vec![(id, vec![changes])]).await.unwrap();
        assert!(matches!(finished[..], [Finished::Applied]), "{finished:?}");
    }
    assert_eq!(fixture.assets(), ["1", "of 1", "2", "of 2"]);
}

#[tokio::test]
async fn an_effect_that_panics_fails_alone() {
    let fixture = Fixture::new();
    let panics = effect(|_| panic!("as expected"));
    let finished = fixture.finish(vec![("1", Vec::new()), ("2", vec![panics]), ("3", Vec::new())]).await.unwrap();
    assert!(matches!(finished[..], [Finished::Applied, Finished::EffectFailed(_), Finished::Applied]), "{finished:?}");
    assert_eq!(fixture.insert("4").await, Ok(Inserted::New));
    assert_eq!(fixture.assets(), ["1", "3"]);
}

/// As a full disk does. SQLite does not ask whether a conflict can roll back.
#[tokio::test]
async fn nothing_is_committed_if_an_effect_ends_the_transaction() {
    let hidden = [
        "INSERT INTO asset VALUES ('at once')",
        "BEGIN",
        // These begin another transaction, in which the savepoints of the inbox are missing.
        "SAVEPOINT s; INSERT INTO asset VALUES ('in another')",
        "SAVEPOINT s; INSERT INTO asset VALUES ('in another'); RELEASE s",
        "SAVEPOINT webhook_effects",
    ];
    for hidden in hidden {
        for position in 0..3 {
            let fixture = Fixture::new();
            let ends = effect(move |tables| {
                tables.execute_batch("INSERT OR ROLLBACK INTO single VALUES ('a')").unwrap_err();
                let _ = tables.execute_batch(hidden);
                Ok(())
            });
            let mut effects = vec![("1", Vec::new()), ("2", Vec::new()), ("3", Vec::new())];
            effects[position].1 = vec![ends, add("next")];
            fixture.assert_all_is_undone(effects, &format!("{hidden} {position}")).await;
        }
    }
}

/// The two other ways that the documentation of effects has.
#[tokio::test]
async fn nothing_is_committed_if_a_trigger_rolls_back_or_a_deferred_key_is_violated() {
    for sql in ["DELETE FROM single", "INSERT INTO child VALUES ('b')"] {
        let fixture = Fixture::new();
        let tables = "CREATE TRIGGER kept BEFORE DELETE ON single BEGIN SELECT raise(ROLLBACK, 'kept'); END;
            CREATE TABLE child (id TEXT REFERENCES single (id) DEFERRABLE INITIALLY DEFERRED)";
        fixture.tables.execute_batch(tables).unwrap();
        let ends = effect(move |tables| Ok(tables.execute_batch(sql)?));
        let effects = vec![("1", Vec::new()), ("2", vec![ends]), ("3", Vec::new())];
        fixture.assert_all_is_undone(effects, sql).await;
    }
}

/// What shares a commit with such an effect is not reported as stored if it is not.
#[tokio::test]
async fn what_shares_a_transaction_that_has_ended_is_not_stored() {
    for hidden in ["", "SAVEPOINT s; INSERT INTO asset VALUES ('in another')"] {
        let fixture = Fixture::new();
        let claim = fixture.claim(&["1"]).await.remove(0);
        let other = Connection::open(fixture.folder.path().join("inbox.sqlite")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let insert_later = |id: &'static str| {
            let store = fixture.store.clone();
            tokio::spawn(async move { insert(&store, id).await })
        };
        // The first one waits for the file, and those that arrive meanwhile are in one transaction.
        let first = insert_later("2");
        tokio::time::sleep(Duration::from_millis(100)).await;
        let second = insert_later("3");
        tokio::task::yield_now().await;
        let ends = effect(move |tables| {
            tables.execute_batch("INSERT OR ROLLBACK INTO single VALUES ('a')").unwrap_err();
            tables.execute_batch(hidden)?;
            Ok(())
        });
        let finish = Finish { claim: claim.id, verdict: Verdict::Done(vec![ends]) };
        let finished = tokio::spawn({
            let store = fixture.store.clone();
            async move { store.finish(vec![finish]).await.map_err(|error| error.kind()) }
        });
        tokio::task::yield_now().await;
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(first.await.unwrap(), Ok(Inserted::New), "{hidden}");
        assert_eq!(second.await.unwrap(), Err(StoreErrorKind::Other), "{hidden}");
        assert_eq!(finished.await.unwrap().unwrap_err(), StoreErrorKind::Other, "{hidden}");
        assert_eq!(fixture.assets(), [""; 0], "{hidden}");
        assert_eq!(fixture.running().await, 1, "{hidden}");
        assert_eq!(fixture.insert("3").await, Ok(Inserted::New), "{hidden}");
    }
}
