//! Files that are damaged, full, read-only, locked, gone or of another version.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;

use webhook_inbox::Store;
use webhook_inbox::store::{
    ClaimId, ClaimRequest, EventTypes, Finish, Finished, Inserted, Key, NewEntry, Page, Selection, State,
    StoreErrorKind, Verdict,
};
use webhook_inbox_sqlite::rusqlite::Connection;
use webhook_inbox_sqlite::{MARK_DONE, SqliteStore};
use webhook_receiver::BodyDigest;
use webhook_receiver::bytes::Bytes;

fn entry(id: &str, size: usize) -> NewEntry {
    let bytes = Bytes::from(vec![b'x'; size]);
    NewEntry { key: Key::new("acme", id), digest: BodyDigest::of(&bytes), event_type: None, order: None, bytes }
}

async fn insert(store: &SqliteStore, id: &str, size: usize) -> Result<Inserted, StoreErrorKind> {
    store.insert(vec![entry(id, size)]).await.map(|inserted| inserted[0]).map_err(|error| error.kind())
}

async fn count(store: &SqliteStore) -> usize {
    let page = Page { after: 0, limit: 10_000, max_bytes: None };
    store.list(&Selection::default(), &page).await.unwrap().len()
}

fn request() -> ClaimRequest {
    ClaimRequest {
        endpoint: "acme".to_owned(),
        event_types: EventTypes::Except(Vec::new()),
        lapsed: false,
        limit: 10,
        max_bytes: u64::MAX,
        lease: std::time::Duration::from_secs(30),
    }
}

fn file(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("inbox.sqlite")
}

fn open_error(path: &Path) -> (StoreErrorKind, String) {
    let error = SqliteStore::open(path).unwrap_err();
    (error.kind(), error.to_string())
}

#[tokio::test]
async fn what_was_stored_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(file(&folder)).unwrap();
    assert_eq!(insert(&store, "1", 100).await, Ok(Inserted::New));
    let claim = store.claim(&request()).await.unwrap().remove(0);
    drop(store);
    let store = SqliteStore::open(file(&folder)).unwrap();
    assert_eq!(insert(&store, "1", 100).await, Ok(Inserted::Duplicate));
    assert_eq!(insert(&store, "1", 101).await, Ok(Inserted::Conflict));
    let finish = Finish { claim: claim.id, verdict: Verdict::Done(Vec::new()) };
    assert!(matches!(store.finish(vec![finish]).await.unwrap()[..], [Finished::Applied]));
}

#[tokio::test]
async fn a_delivery_is_marked_done_in_a_transaction_of_another_connection() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(file(&folder)).unwrap();
    insert(&store, "1", 100).await.unwrap();
    let ClaimId { key, token } = store.claim(&request()).await.unwrap().remove(0).id;
    let mut own = Connection::open(file(&folder)).unwrap();
    own.execute_batch("CREATE TABLE asset (id TEXT)").unwrap();
    let mut handle = |token: u64| {
        let transaction = own.transaction().unwrap();
        transaction.execute("INSERT INTO asset VALUES ('a')", []).unwrap();
        let token = i64::try_from(token).unwrap();
        let rows = transaction.execute(MARK_DONE, (&key.endpoint, &key.id, token)).unwrap();
        if rows == 1 { transaction.commit() } else { transaction.rollback() }.unwrap();
        rows
    };
    // The token of another claim, the current one, and the same once more.
    assert_eq!([handle(token.get() + 1), handle(token.get()), handle(token.get())], [0, 1, 0]);
    let assets: u32 = own.query_row("SELECT count(*) FROM asset", [], |row| row.get(0)).unwrap();
    assert_eq!(assets, 1);
    let page = Page { after: 0, limit: 10, max_bytes: Some(u64::MAX) };
    let entries = store.list(&Selection::default(), &page).await.unwrap();
    assert_eq!((entries[0].state, &entries[0].bytes), (State::Done, &None));
    assert_eq!(insert(&store, "1", 100).await, Ok(Inserted::Duplicate));
}

#[tokio::test]
async fn f23_a_damaged_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(file(&folder)).unwrap();
    for number in 0..200 {
        insert(&store, &number.to_string(), 1000).await.unwrap();
    }
    drop(store);
    // The thread that writes closes the file when it ends; this makes sure that the log is written back.
    Connection::open(file(&folder)).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let intact = fs::read(file(&folder)).unwrap();
    let damaged = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut content = intact.clone();
        change(&mut content);
        let path = folder.path().join("damaged.sqlite");
        fs::write(&path, content).unwrap();
        open_error(&path)
    };
    let (kind, text) = damaged(&|content| content[..16].fill(0));
    assert_eq!(kind, StoreErrorKind::Corrupt, "{text}");
    assert!(text.contains("damaged.sqlite`: "), "{text}");
    let (kind, text) = damaged(&|content| content[8192..40_000].fill(0xa5));
    assert_eq!(kind, StoreErrorKind::Corrupt, "{text}");
    let (kind, text) = damaged(&|content| content.truncate(50_000));
    assert_eq!(kind, StoreErrorKind::Corrupt, "{text}");
}

/// As when several processes start for the first time.
#[test]
fn a_new_file_is_opened_by_several_at_once() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let together = Barrier::new(4);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    together.wait();
                    SqliteStore::open(file(&folder)).unwrap();
                });
            }
        });
    }
}

#[tokio::test]
async fn a_lost_file_is_not_replaced_by_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("inbox.sqlite-wal"), "the log of a file that is gone").unwrap();
    let (kind, text) = open_error(&file(&folder));
    assert_eq!(kind, StoreErrorKind::Corrupt);
    assert!(text.contains("is missing, but its log is still there"), "{text}");
}

#[test]
fn a_file_in_memory_is_refused() {
    let (kind, text) = open_error(Path::new(":memory:"));
    assert_eq!((kind, Path::new(":memory:").exists()), (StoreErrorKind::Other, false));
    assert!(text.contains("use `MemoryStore` in tests"), "{text}");
}

/// The process would go on in a file without a name, which is gone when it ends.
#[cfg(unix)]
#[tokio::test]
async fn nothing_is_acknowledged_in_a_file_that_was_removed_or_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(file(&folder)).unwrap();
    assert_eq!(insert(&store, "1", 100).await, Ok(Inserted::New));
    let away = folder.path().join("away.sqlite");
    store.backup(&away).await.unwrap();
    assert_eq!(count(&store).await, 1);
    for name in ["inbox.sqlite", "inbox.sqlite-wal", "inbox.sqlite-shm"] {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    for _ in 0..2 {
        assert_eq!(insert(&store, "2", 100).await, Err(StoreErrorKind::Unavailable));
    }
    // What is put in its place is used.
    fs::rename(&away, file(&folder)).unwrap();
    assert_eq!(insert(&store, "1", 100).await, Ok(Inserted::Duplicate));
    assert_eq!(insert(&store, "2", 100).await, Ok(Inserted::New));
    assert_eq!(count(&store).await, 2);
    store.close().await;
    assert_eq!(count(&SqliteStore::open(file(&folder)).unwrap()).await, 2);
}

#[tokio::test]
async fn f19_tables_of_another_version() {
    let folder = tempfile::tempdir().unwrap();
    drop(SqliteStore::open(file(&folder)).unwrap());
    let connection = Connection::open(file(&folder)).unwrap();
    // A later version that this crate can work beside, and one that it cannot.
    connection
        .execute_batch("UPDATE webhook_schema SET version = 2; ALTER TABLE webhook_seen ADD COLUMN new TEXT")
        .unwrap();
    let store = SqliteStore::open(file(&folder)).unwrap();
    assert_eq!(insert(&store, "1", 100).await, Ok(Inserted::New));
    connection.execute_batch("UPDATE webhook_schema SET oldest = 2").unwrap();
    let (kind, text) = open_error(&file(&folder));
    assert_eq!(kind, StoreErrorKind::UnknownSchema);
    assert!(text.contains("version 2"), "{text}");
}

#[tokio::test]
async fn f14_a_locked_file_is_waited_for_then_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(file(&folder)).unwrap();
    let other = Connection::open(file(&folder)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { insert(&store, "1", 100).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(!waiting.is_finished());
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(waiting.await.unwrap(), Ok(Inserted::New));

    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(insert(&store, "2", 100).await, Err(StoreErrorKind::Busy));
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(insert(&store, "2", 100).await, Ok(Inserted::New));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inserts_that_arrive_together_share_commits() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(file(&folder)).unwrap();
    let other = Connection::open(file(&folder)).unwrap();
    let before = commits(&folder);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let inserts: Vec<_> = (0..100)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { insert(&store, &number.to_string(), 100).await })
        })
        .collect();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    other.execute_batch("COMMIT").unwrap();
    for insert in inserts {
        assert_eq!(insert.await.unwrap(), Ok(Inserted::New));
    }
    assert_eq!(count(&store).await, 100);
    // The first may have been alone.
    assert!(commits(&folder) - before <= 2, "{}", commits(&folder) - before);
}

/// The number of commits in the log: a frame that ends one has a size.
fn commits(folder: &tempfile::TempDir) -> usize {
    let log = fs::read(folder.path().join("inbox.sqlite-wal")).unwrap();
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let frame = 24 + number(8) as usize;
    (32..log.len()).step_by(frame).filter(|frame| number(frame + 4) != 0).count()
}

/// SQLite would take it as new, and delete the log.
#[tokio::test]
async fn f23_an_empty_file_beside_its_log_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(file(&folder)).unwrap();
    insert(&store, "1", 100).await.unwrap();
    // As after a crash that has emptied the file: the store is not closed, so the log is there.
    let log = fs::read(folder.path().join("inbox.sqlite-wal")).unwrap();
    let copy = tempfile::tempdir().unwrap();
    fs::write(file(&copy), "").unwrap();
    fs::write(copy.path().join("inbox.sqlite-wal"), &log).unwrap();
    let (kind, text) = open_error(&file(&copy));
    assert_eq!(kind, StoreErrorKind::Corrupt);
    assert!(text.contains("is empty, but its log is still there"), "{text}");
    #[cfg(unix)]
    {
        let link = copy.path().join("link.sqlite");
        std::os::unix::fs::symlink(file(&copy), &link).unwrap();
        assert_eq!(open_error(&link).0, StoreErrorKind::Corrupt);
    }
    assert_eq!(fs::read(copy.path().join("inbox.sqlite-wal")).unwrap(), log, "the log was not changed");
}

/// It has bodies. The log and the shared memory beside it get its permissions.
#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_a_file_that_was_created() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(file(&folder)).unwrap();
    insert(&store, "1", 100).await.unwrap();
    for name in ["inbox.sqlite", "inbox.sqlite-wal", "inbox.sqlite-shm"] {
        assert_eq!(mode(&folder.path().join(name)), 0o600, "{name}");
    }
    store.close().await;
    // One that exists is left as it is.
    fs::set_permissions(file(&folder), fs::Permissions::from_mode(0o640)).unwrap();
    SqliteStore::open(file(&folder)).unwrap();
    assert_eq!(mode(&file(&folder)), 0o640);
}
