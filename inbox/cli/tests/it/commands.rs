//! Each command, on both stores.

use std::fs;

use webhook_inbox::store::{State, Store};

use crate::support::{Folder, fill, find, output, postgres, postgres_store, run, text};

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
        let (_, limited, note) = output(url, "list --limit 2");
        assert!(!limited.contains("msg_4") && note.contains("there are more"), "{limited}{note}");

        let show = text(url, "show msg_1");
        assert!(show.contains("the index is down") && !show.contains("bad"), "{show}");
        assert!(text(url, "show msg_1 --body").contains(r#""asset":"bad","user":{"id":42}"#));
        assert_eq!(text(url, "show msg_2 --raw"), r#"{"type":"asset.teleported"}"#);
        assert!(text(url, "show msg_3").contains("removed"));
        assert!(text(url, "list --bodies").contains(r#""asset":"bad""#));
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
        assert_eq!(text(url, "replay msg_1"), "1 replayed\n");
        assert_eq!(find(&store, "msg_1").await.state, State::Pending);
        assert_eq!(text(url, "replay --state unrouted --yes"), "1 replayed\n");
        assert_eq!(output(url, "replay msg_3").0, 1);
        assert_eq!(output(url, "replay --state done").0, 2);

        let exported = text(url, "export --event-type asset.created");
        assert_eq!(exported.lines().count(), 2, "{exported}");
        assert!(exported.contains(r#""delivery":"V0hE"#), "{exported}");

        let (code, would, _) = output(url, "erase --member /user/id=42");
        assert!(code == 3 && would.starts_with("1 deliveries would be erased"), "{would}");
        assert_eq!(text(url, "erase --member /user/id=42 --yes"), "1 erased\n");
        let erased = find(&store, "msg_1").await;
        assert_eq!((erased.state, erased.bytes), (State::Dead, None));
        assert_eq!(text(url, "erase msg_4 --yes"), "1 erased\n");

        let (code, would, _) = output(url, "purge --dead 0s --unrouted 7d");
        assert_eq!((code, &would[..]), (3, "0 bodies of dead deliveries would be removed\n0 bodies of unrouted deliveries would be removed\n"));
        assert_eq!(text(url, "purge --seen 4d --yes"), "0 bodies and ids removed\n");
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
        ("list --state ready", "the states are pending, running, done, dead, unrouted"),
        ("list --since yesterday", "write how long ago"),
        ("purge", "required"),
        ("erase --yes", "required"),
        ("erase --member user=42", "write a JSON pointer"),
        ("move --to mysql://localhost/app", "no store for `mysql://`"),
    ] {
        let (code, _, error) = output(&folder.sqlite(), arguments);
        assert!(code == 2 && error.contains(expected), "{arguments}: {error}");
    }
    assert!(String::from_utf8(run("", "list").stderr).unwrap().contains("set WEBHOOK_INBOX_URL"));
    let help = text("", "--help");
    assert!(help.contains("Usage: cargo webhooks inbox") && help.contains("Exit code"), "{help}");
}
