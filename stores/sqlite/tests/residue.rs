//! What the files still have after something was removed, and who can read copies.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use webhook_inbox::Store;
use webhook_inbox::store::{ERASED, Imported, Inserted, Key, NewEntry, Page, Selection};
use webhook_inbox_sqlite::SqliteStore;
use webhook_inbox_sqlite::rusqlite::Connection;
use webhook_receiver::BodyDigest;
use webhook_receiver::bytes::Bytes;

/// A page has 4096 bytes: bodies share one, or have several.
const SIZES: [usize; 4] = [20, 400, 3000, 20_000];
const COUNT: usize = 200;

fn marker(number: usize) -> String {
    format!("<personal-{number}>")
}

async fn insert(store: &SqliteStore, number: usize) {
    let body = marker(number).repeat(SIZES[number % SIZES.len()] / 14 + 1);
    let bytes = Bytes::from(body);
    let (key, digest) = (Key::new("acme", number.to_string()), BodyDigest::of(&bytes));
    let entry = NewEntry { key, digest, event_type: None, order: None, bytes };
    assert_eq!(store.insert(vec![entry]).await.unwrap(), [Inserted::New]);
}

/// The numbers whose bodies are in one of the files.
fn found(folder: &Path) -> Vec<usize> {
    let files = fs::read_dir(folder).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
    let mut numbers = BTreeSet::new();
    for file in files {
        let text = String::from_utf8_lossy(&file);
        for part in text.split("<personal-").skip(1) {
            numbers.extend(part.split_once('>').and_then(|(number, _)| number.parse::<usize>().ok()));
        }
    }
    numbers.into_iter().collect()
}

#[tokio::test]
async fn what_was_erased_is_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("inbox.sqlite")).unwrap();
    for number in 0..COUNT {
        insert(&store, number).await;
    }
    let is_erased = |number: &usize| number % 3 == 1;
    let keys: Vec<Key> = (0..COUNT).filter(is_erased).map(|number| Key::new("acme", number.to_string())).collect();
    // One by one, and many at once.
    for chunk in [&keys[..1], &keys[1..2], &keys[2..]] {
        assert_eq!(store.erase(chunk, "erased").await.unwrap(), chunk.len() as u64);
    }
    let kept: Vec<usize> = (0..COUNT).filter(|number| !is_erased(number)).collect();
    assert_eq!(found(folder.path()), kept);
    // The bodies of the others are where they were.
    store.close().await;
    assert_eq!(found(folder.path()), kept);
}

#[tokio::test]
async fn what_an_import_erases_is_in_no_file() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let stores = [&here, &there].map(|folder| SqliteStore::open(folder.path().join("inbox.sqlite")).unwrap());
    for number in 0..8 {
        insert(&stores[0], number).await;
        insert(&stores[1], number).await;
    }
    let keys: Vec<Key> = (0..6).map(|number| Key::new("acme", number.to_string())).collect();
    stores[0].erase(&keys, ERASED).await.unwrap();
    let page = Page { after: 0, limit: keys.len(), max_bytes: Some(u64::MAX) };
    let entries = stores[0].list(&Selection::default(), &page).await.unwrap();
    assert_eq!(stores[1].import(entries).await.unwrap(), [Imported::Stored; 6]);
    assert_eq!(found(there.path()), [6, 7]);
}

#[tokio::test]
async fn the_log_is_emptied_when_nothing_reads_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.sqlite");
    let store = SqliteStore::open(&path).unwrap();
    insert(&store, 0).await;
    let reader = Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM webhook_pending").unwrap();
    assert_eq!(store.erase(&[Key::new("acme", "0")], "erased").await.unwrap(), 1);
    assert!(!store.empty_log().await.unwrap());
    assert_eq!(found(folder.path()), [0]);
    reader.execute_batch("COMMIT").unwrap();
    assert!(store.empty_log().await.unwrap());
    assert!(found(folder.path()).is_empty());
}

#[tokio::test]
async fn a_closed_file_has_no_log_and_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("inbox.sqlite")).unwrap();
    insert(&store, 0).await;
    store.endpoints().await.unwrap();
    store.clone().close().await;
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["inbox.sqlite"]);
    insert(&store, 1).await;
    assert_eq!(store.endpoints().await.unwrap(), ["acme"]);
}

#[tokio::test]
async fn copies_are_for_their_owner_and_replace_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("inbox.sqlite")).unwrap();
    insert(&store, 0).await;
    let copies = tempfile::tempdir().unwrap();
    let names = || -> Vec<_> {
        let mut names: Vec<_> = fs::read_dir(copies.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let to = copies.path().join("copy");
    // A file of another program, with the name that an earlier version used.
    fs::write(copies.path().join("copy.part"), "mine").unwrap();
    // Two at once: one has the name, whole.
    let (first, second) = tokio::join!(store.backup(&to), store.backup(&to));
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    assert_eq!(names(), ["copy", "copy.part"]);
    assert_eq!(fs::read(copies.path().join("copy.part")).unwrap(), b"mine");
    assert_eq!(SqliteStore::open(&to).unwrap().endpoints().await.unwrap(), ["acme"]);
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(&to).unwrap());
        assert_eq!(mode & 0o777, 0o600);
    }
    // An error leaves nothing behind.
    fs::remove_file(&to).unwrap();
    fs::remove_file(folder.path().join("inbox.sqlite")).unwrap();
    store.backup(&to).await.unwrap_err();
    assert!(
        !names().contains(&"copy".into()) && !names().iter().any(|name| name.to_string_lossy().starts_with(".copy"))
    );
}
