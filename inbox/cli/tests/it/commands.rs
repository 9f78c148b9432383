//! Each command, on both stores.

use std::collections::BTreeMap;
use std::fs;
#[cfg(unix)]
use std::process::Command;
use std::process::Output;
use std::time::{Duration, SystemTime};

use webhook_inbox::store::{Entry, Key, State, Store, Version};
use webhook_inbox_sqlite::rusqlite::Connection;

use crate::support::{Folder, command, entries, fill, find, output, postgres, postgres_store, run, text};

/// Calls this with a store of each kind and its URL.
macro_rules! on_both {
    ($store:ident, $url:ident => $body:block) => {{
        let folder = Folder::new();
        let ($store, $url) = (folder.store(), folder.sqlite());
        fill(&$store).await;
        $body
        if let Some($url) = postgres().await {
            let $store = postgres_store(&$url).await;
            fill(&$store).await;
            $body
        }
    }};
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_on_both_stores() {
    on_both!(store, url => {
        let url = &url[..];

        // What an operator sees first. Bodies and control characters are not printed.
        let summary = text(url, "list --summary");
        let lines: Vec<Vec<&str>> = summary.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1][..6], ["acme", "1", "0", "0", "1", "1"], "{summary}");
        assert!(summary.contains("the index is down") && !summary.contains('\u{1b}'), "{summary}");
        let list = text(url, "list");
        assert!(list.contains("msg_1") && list.contains("msg_4") && !list.contains("msg_3"), "{list}");
        assert!(!list.contains('\u{1b}') && !list.contains("bad"), "{list}");
        let listed = |arguments: &str| -> Vec<String> {
            let lines = text(url, &format!("list --format json {arguments}"));
            let id = |line: &str| line.split(r#""id":""#).nth(1).unwrap().split('"').next().unwrap().to_owned();
            lines.lines().map(id).collect()
        };
        assert_eq!(listed(""), ["msg_1", "msg_2", "msg_4"]);
        assert_eq!(listed("--state done"), ["msg_3"]);
        assert_eq!(listed("--state dead,unrouted --event-type asset.created"), ["msg_1"]);
        assert_eq!(listed("--min-attempts 1"), ["msg_1", "msg_2"]);
        assert_eq!(listed("--since 1h"), ["msg_1", "msg_2", "msg_4"]);
        assert!(listed("--until 1h").is_empty() && listed("--endpoint other").is_empty());
        for (arguments, has_hint) in [("--until 1h", true), ("--state running", false), ("--event-type other", false)] {
            let (_, _, note) = output(url, &format!("list {arguments}"));
            assert!(note.contains("no such deliveries") && note.contains("--state done") == has_hint, "{note}");
        }
        let (_, limited, note) = output(url, "list --limit 2");
        assert!(!limited.contains("msg_4") && note.contains("there are more"), "{limited}{note}");

        let show = text(url, "show msg_1");
        assert!(show.contains("the index is down") && !show.contains("bad"), "{show}");
        assert!(text(url, "show msg_1 --body").contains(r#""asset":"bad","user":{"id":42}"#));
        assert_eq!(text(url, "show msg_2 --raw"), r#"{"type":"asset.teleported"}"#);
        assert!(text(url, "show msg_3").contains("removed"));
        assert!(text(url, "list --bodies").contains(r#""asset":"bad""#));
        let size = find(&store, "msg_1").await.size.unwrap();
        assert!(show.contains(&format!("size:         {size} bytes")), "{show}");
        assert!(text(url, "list --format json").contains(&format!(r#""size":{size}"#)));
        let json = text(url, "show msg_2 --body --format json");
        assert!(json.contains(r#""body":"{\"type\":\"asset.teleported\"}""#), "{json}");

        text(url, "pause");
        assert!(store.stats("acme").await.unwrap().is_paused);
        assert!(text(url, "list --summary").contains("paused"));
        text(url, "resume acme");
        assert!(!store.stats("acme").await.unwrap().is_paused);

        // Nothing is changed without `--yes`, unless an id is named.
        let (code, would, note) = output(url, "replay");
        assert_eq!(code, 3, "{would}{note}");
        assert!(would.starts_with("2 deliveries would be replayed") && note.contains("--yes"), "{would}{note}");
        assert_eq!(find(&store, "msg_1").await.state, State::Dead);
        // All ids or none.
        for (ids, expected) in [("msg_2 msg_3", "`msg_3` is not dead"), ("msg_2 nope", "has the id `nope`")] {
            let (code, replayed, error) = output(url, &format!("replay {ids}"));
            assert!(code == 1 && replayed.is_empty() && error.contains(expected), "{replayed}{error}");
        }
        assert_eq!(text(url, "replay msg_1"), "1 replayed\n");
        assert_eq!(find(&store, "msg_1").await.state, State::Pending);
        assert_eq!(text(url, "replay --state unrouted --yes"), "1 replayed\n");
        assert_eq!(output(url, "replay --state done").0, 2);

        let exported = text(url, "export --event-type asset.created");
        assert_eq!(exported.lines().count(), 2, "{exported}");
        assert!(exported.contains(r#""delivery":"V0hE"#), "{exported}");

        let (code, would, _) = output(url, "erase --member /user/id=42");
        assert!(code == 3 && would.starts_with("1 delivery would be erased"), "{would}");
        assert_eq!(text(url, "erase --member /user/id=42 --yes"), "1 erased\n");
        let erased = find(&store, "msg_1").await;
        assert_eq!((erased.state, erased.bytes), (State::Dead, None));
        assert_eq!(text(url, "erase msg_4 --yes"), "1 erased\n");

        let (code, would, _) = output(url, "purge --dead 0s --unrouted 7d");
        assert_eq!((code, &would[..]), (3, "0 bodies of dead deliveries would be removed\n0 bodies of unrouted deliveries would be removed\n"));
        assert_eq!(text(url, "purge --seen 4d --yes"), "0 removed: bodies, ids and versions of `latest_by`\n");
        let (code, _, error) = output(url, "purge --seen 3d --yes");
        assert!(code == 2 && error.contains("at least"), "{error}");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_a_store_and_never_replaces_a_file() {
    let folder = Folder::new();
    fill(&folder.store()).await;
    let copy = folder.0.path().join("copy.sqlite");
    text(&folder.sqlite(), &format!("backup {}", copy.display()));
    let list = text(&copy.display().to_string(), "list --format json");
    assert_eq!(list, text(&folder.sqlite(), "list --format json"));
    let (code, _, error) = output(&folder.sqlite(), &format!("backup {}", copy.display()));
    assert!(code == 1 && error.contains("copy.sqlite"), "{error}");
    assert_eq!(output("postgresql://localhost/app", "backup x").0, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_for_its_owner_alone() {
    let folder = Folder::new();
    fill(&folder.store()).await;
    let file = folder.0.path().join("export.jsonl");
    text(&folder.sqlite(), &format!("export -o {}", file.display()));
    let exported = fs::read_to_string(&file).unwrap();
    assert_eq!(exported.lines().count(), 3);
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(&file).unwrap());
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(output(&folder.sqlite(), &format!("export -o {}", file.display())).0, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_of_several_endpoints_is_replayed_only_if_that_is_confirmed() {
    on_both!(store, url => {
        let others = entries(&store).await.into_iter().map(|entry| {
            let key = Key::new("other", entry.key.id);
            Entry { key, ..entry }
        });
        store.import(others.collect()).await.unwrap();
        let states = async || {
            let found = entries(&store).await.into_iter().filter(|entry| entry.key.id == "msg_1");
            let by_endpoint: BTreeMap<_, _> = found.map(|entry| (entry.key.endpoint, entry.state)).collect();
            by_endpoint.into_values().collect::<Vec<_>>()
        };
        let (code, would, _) = output(&url, "replay msg_1");
        assert!(code == 3 && would.starts_with("2 deliveries would be replayed") && would.contains("other"), "{would}");
        assert_eq!(states().await, [State::Dead, State::Dead]);
        assert_eq!(text(&url, "replay msg_1 --endpoint other"), "1 replayed\n");
        assert_eq!(states().await, [State::Dead, State::Pending]);
        assert_eq!(text(&url, "replay msg_1"), "1 replayed\n");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_its_next_attempt_is_listed_and_replayed() {
    on_both!(store, url => {
        let url = &url[..];
        let now = SystemTime::now();
        let failed = entries(&store).await.into_iter().find(|entry| entry.key.id == "msg_1").map(|entry| {
            let (key, at) = (Key::new("acme", "msg_5"), Some(now + Duration::from_hours(1)));
            Entry { key, state: State::Pending, attempts: 3, at, ..entry }
        });
        store.import(failed.into_iter().collect()).await.unwrap();
        let listed = text(url, "list --state retrying");
        assert!(listed.contains("msg_5") && listed.lines().count() == 2 && listed.contains("in 59m"), "{listed}");
        assert_eq!(text(url, "list --state retrying,dead").lines().count(), 3);
        assert!(text(url, "list --summary").contains("retrying"));

        // Only if it is named.
        let (code, would, _) = output(url, "replay");
        assert!(code == 3 && would.starts_with("2 deliveries") && !would.contains("msg_5"), "{would}");
        let (code, would, _) = output(url, "replay --state retrying");
        assert!(code == 3 && would.starts_with("1 delivery") && would.contains("msg_5"), "{would}");
        assert_eq!(text(url, "replay --state retrying --yes"), "1 replayed\n");
        let replayed = find(&store, "msg_5").await;
        assert_eq!((replayed.state, replayed.attempts), (State::Pending, 0));
        // The clock of the server has milliseconds.
        assert!(replayed.at.unwrap() < now + Duration::from_mins(1), "{replayed:?}");
        let (code, _, error) = output(url, "replay msg_5");
        assert!(code == 1 && error.contains("waits for no attempt"), "{error}");
        assert_eq!(text(url, "replay --state retrying --yes"), "0 replayed\n");
        assert_eq!(output(url, "replay --state running").0, 2);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_counts_what_is_purged() {
    on_both!(store, url => {
        // Accepted long ago.
        let then = SystemTime::now() - Duration::from_hours(10 * 24);
        let old = entries(&store).await.into_iter().map(|entry| {
            let at = entry.at.map(|_| then);
            Entry { key: Key::new("other", entry.key.id), received: then, at, ..entry }
        });
        store.import(old.collect()).await.unwrap();
        let version = Version { endpoint: "other".to_owned(), key: "a".to_owned(), version: 1, at: then };
        store.import_versions(vec![version]).await.unwrap();
        let (code, would, _) = output(&url, "purge --dead 7d --seen 7d");
        let expected = "1 body of dead deliveries would be removed\n2 ids and 1 version of `latest_by` would be forgotten\n";
        assert_eq!((code, &would[..]), (3, expected));
        assert_eq!(text(&url, "purge --dead 7d --seen 7d --yes"), "4 removed: bodies, ids and versions of `latest_by`\n");
        let ids = entries(&store).await.into_iter().filter(|entry| entry.key.endpoint == "other");
        assert_eq!(ids.map(|entry| entry.key.id).collect::<Vec<_>>(), ["msg_2", "msg_4"]);
    });
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_erased_is_in_no_file() {
    let folder = Folder::new();
    let store = folder.store();
    fill(&store).await;
    // In another process: one that closes a file loses its locks on it, which SQLite relies on.
    let has_body = || {
        let mut grep = Command::new("grep");
        grep.args(["-raqF", r#""asset":"bad""#]).arg(folder.0.path()).status().unwrap().success()
    };
    // The receiver has the file open.
    assert!(has_body());
    assert_eq!(text(&folder.sqlite(), "erase msg_1 --yes"), "1 erased\n");
    assert!(!has_body());
    drop(store);

    let reader = Connection::open(folder.0.path().join("webhooks.sqlite")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM webhook_pending").unwrap();
    let (code, erased, error) = output(&folder.sqlite(), "erase msg_4 --yes");
    assert!(code == 1 && erased == "1 erased\n" && error.contains("repeat the command"), "{erased}{error}");
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(text(&folder.sqlite(), "erase msg_4 --yes"), "0 erased\n");
    let log = fs::metadata(folder.0.path().join("webhooks.sqlite-wal")).unwrap();
    assert_eq!(log.len(), 0);
}

#[test]
fn passwords_are_neither_printed_nor_names_of_files() {
    let folder = Folder::new();
    // Nothing listens there.
    let pairs = "host=127.0.0.1 port=1 user=webhooks password=s3cret dbname=app";
    let addresses = [
        pairs,
        "postgresql://webhooks:s3cret@127.0.0.1:1/app",
        "webhooks:s3cret@db/app",
        "s3cret=1",
        "mysql://s3cret@db",
    ];
    for (url, new_url, arguments) in addresses.iter().flat_map(|url| {
        let sqlite = "sqlite:webhooks.sqlite";
        [(*url, "", "list"), (*url, "", "backup copy"), (sqlite, *url, "move")]
    }) {
        let mut command = command(url, arguments);
        let Output { status, stdout, stderr } =
            command.current_dir(folder.0.path()).env("WEBHOOK_INBOX_NEW_URL", new_url).output().unwrap();
        let printed = String::from_utf8([stdout, stderr].concat()).unwrap();
        assert!(!status.success() && !printed.contains("s3cret"), "{url} {arguments}: {printed}");
    }
    let help = text("postgresql://webhooks:s3cret@db/app", "move --help");
    assert!(help.contains("WEBHOOK_INBOX_NEW_URL") && !help.contains("s3cret"), "{help}");
    assert!(fs::read_dir(folder.0.path()).unwrap().next().is_none());
}

#[tokio::test]
async fn a_store_that_does_not_exist_is_not_created() {
    let folder = Folder::new();
    let (code, _, error) = output(&folder.sqlite(), "list");
    assert!(code == 1 && error.contains("does not exist"), "{error}");
    assert!(fs::read_dir(folder.0.path()).unwrap().next().is_none());
    // A file that is a database, but of something else.
    fs::write(folder.0.path().join("webhooks.sqlite"), "").unwrap();
    let (code, _, error) = output(&folder.sqlite(), "list");
    assert!(code == 1 && error.contains("no tables of an inbox"), "{error}");
    if let Some(url) = postgres().await {
        let (code, _, error) = output(&url, "list");
        assert!(code == 1 && error.contains("no tables of an inbox"), "{error}");
    }
}

#[test]
fn mistakes_of_the_command_line_are_explained() {
    let folder = Folder::new();
    for (arguments, expected) in [
        ("list --state ready", "the states are pending, running, done, dead, unrouted, retrying"),
        ("list --since yesterday", "write how long ago"),
        ("purge", "required"),
        ("erase --yes", "required"),
        ("erase --member user=42", "write a JSON pointer"),
        ("move --to mysql://localhost/app", "begins with `postgresql://` or `sqlite:`"),
    ] {
        let (code, _, error) = output(&folder.sqlite(), arguments);
        assert!(code == 2 && error.contains(expected), "{arguments}: {error}");
    }
    assert!(String::from_utf8(run("", "list").stderr).unwrap().contains("set WEBHOOK_INBOX_URL"));
    let help = text("", "--help");
    assert!(help.contains("Usage: cargo webhooks inbox") && help.contains("Exit code"), "{help}");
}
