//! The commands of `docs/runbook.md` do what it says.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;
use webhook_inbox::store::{Entry, State, Store};
use webhook_inbox_postgres::PostgresOptions;

use crate::moving::{Both, Traffic};
use crate::support::{Folder, entries, fill, find, postgres};

const RUNBOOK: &str = include_str!("../../../../docs/runbook.md");

/// The commands below a heading, one text for each block.
fn blocks(heading: &str) -> Vec<String> {
    let level = heading.split(' ').next().unwrap().len();
    let mut lines = RUNBOOK.lines().skip_while(|line| *line != heading);
    assert!(lines.next().is_some(), "docs/runbook.md has no {heading:?}");
    let is_end = |line: &&str| line.starts_with('#') && line.split(' ').next().unwrap().len() <= level;
    blocks_of(lines.take_while(|line| !is_end(line)))
}

fn blocks_of<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let (mut blocks, mut block) = (Vec::new(), None::<String>);
    for line in lines {
        match (line.trim_start(), &mut block) {
            ("```sh", None) => block = Some(String::new()),
            ("```", Some(_)) => blocks.extend(block.take()),
            (_, Some(block)) => *block += &format!("{line}\n"),
            _ => {}
        }
    }
    blocks
}

/// A folder in which `cargo webhooks inbox` is the command of this crate. What needs `--yes` is not an error.
fn tools(folder: &Path) -> String {
    let bin = folder.join("bin");
    if !bin.exists() {
        fs::create_dir(&bin).unwrap();
        let script = format!(
            "#!/bin/sh\n[ \"$1 $2\" = 'webhooks inbox' ] || exit 9\nshift 2\n'{}' \"$@\"\ncode=$?\n\
             [ $code = 3 ] || exit $code\n",
            env!("CARGO_BIN_EXE_cargo-webhooks-inbox")
        );
        fs::write(bin.join("cargo"), script).unwrap();
        fs::set_permissions(bin.join("cargo"), fs::Permissions::from_mode(0o755)).unwrap();
    }
    format!("{}:{}", bin.display(), std::env::var("PATH").unwrap())
}

/// Runs commands as a user types them, in this folder, and returns what they print.
async fn run(folder: &Folder, variables: &[(&str, &str)], commands: &str) -> String {
    let mut command = Command::new("bash");
    command.args(["-euo", "pipefail", "-c", commands]).current_dir(folder.0.path());
    command.env_remove("DATABASE_URL").env("PATH", tools(folder.0.path())).envs(variables.iter().copied());
    let output = spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{commands}\n{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// A section on a store that [`fill`] has filled: what it prints, and the entries after it.
async fn section(heading: &str) -> (String, Vec<Entry>) {
    let folder = Folder::new();
    let store = folder.store();
    fill(&store).await;
    let printed = run(&folder, &[("WEBHOOK_INBOX_URL", &folder.sqlite())], &blocks(heading).concat()).await;
    (printed, entries(&store).await)
}

fn states(entries: &[Entry]) -> Vec<State> {
    entries.iter().map(|entry| entry.state).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sections_that_need_one_store() {
    let (printed, found) = section("## Find out what is wrong").await;
    assert!(printed.contains("ENDPOINT") && printed.contains("the index is down"), "{printed}");
    assert_eq!(states(&found), [State::Dead, State::Unrouted, State::Done, State::Pending]);

    let (printed, _) = section("## Pause").await;
    assert_eq!(printed, "acme is paused\nacme is resumed\n");

    for heading in ["## Replay", "## Upgrade"] {
        let (printed, found) = section(heading).await;
        assert!(printed.contains("1 replayed"), "{printed}");
        assert_eq!(found[1].state, State::Pending, "{heading}");
    }
    let (printed, found) = section("## Erase personal data").await;
    assert!(printed.contains("1 erased\n") && printed.contains("would be erased"), "{printed}");
    assert_eq!((found[0].state, &found[0].bytes), (State::Dead, &None));
    assert!(found[3].bytes.is_some());

    let (printed, found) = section("## Purge").await;
    assert!(
        printed.contains("would be removed") && printed.contains("0 removed: bodies, ids and versions"),
        "{printed}"
    );
    assert_eq!(found.len(), 4);

    let folder = Folder::new();
    fill(&folder.store()).await;
    run(&folder, &[("WEBHOOK_INBOX_URL", &folder.sqlite())], &blocks("## Export").concat()).await;
    assert_eq!(fs::read_to_string(folder.0.path().join("export.jsonl")).unwrap().lines().count(), 2);
}

/// A file for the tools of PostgreSQL, as the runbook shows it.
fn service_file(folder: &Folder, url: &str) -> String {
    let url = url.strip_prefix("postgresql://").unwrap();
    let (user, rest) = url.split_once('@').unwrap();
    let (address, database) = rest.split_once('/').unwrap();
    let (host, port) = address.rsplit_once(':').unwrap();
    let host = host.replace("%2F", "/");
    let text = format!("[webhooks]\nhost={host}\nport={port}\ndbname={database}\nuser={user}\n");
    let path = folder.0.path().join("pg_service.conf");
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Other users see command lines.
#[test]
fn no_command_has_the_address_of_a_store_as_an_argument() {
    let commands = blocks_of(RUNBOOK.lines()).concat();
    for word in ["URL", "--url", "--to ", "://", "PASSWORD"] {
        assert!(!commands.contains(word), "{word}: {commands}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_backed_up_is_restored() {
    let of = |heading: &str, part: &str| {
        let all = blocks(heading);
        assert_eq!(all.len(), 2, "one for each store");
        all[usize::from(part == "PostgreSQL")].clone()
    };
    let folder = Folder::new();
    let store = folder.store();
    fill(&store).await;
    let before = entries(&store).await;
    let url = folder.sqlite();
    let variables = [("WEBHOOK_INBOX_URL", &url[..])];
    // What an earlier rescue has kept.
    fs::write(folder.0.path().join("webhooks.sqlite.broken"), "kept").unwrap();
    run(&folder, &variables, &of("## Back up", "SQLite")).await;
    store.erase(&[before[3].key.clone()], "erased").await.unwrap();
    drop(store);
    let printed = run(&folder, &variables, &of("## Restore", "SQLite")).await;
    assert!(printed.contains("msg_4"), "{printed}");
    let store = folder.store();
    assert_eq!(entries(&store).await, before);
    assert!(store.stats("acme").await.unwrap().is_paused);
    drop(store);
    run(&folder, &variables, &of("## Restore", "SQLite")).await;
    let names = fs::read_dir(folder.0.path()).unwrap().map(|file| file.unwrap().file_name());
    let rescued = names.filter(|name| name.to_string_lossy().starts_with("webhooks.broken."));
    assert_eq!(rescued.count(), 2, "each file that was replaced is kept");
    assert_eq!(fs::read(folder.0.path().join("webhooks.sqlite.broken")).unwrap(), b"kept");

    let Some(url) = postgres().await else { return };
    if Command::new("pg_dump").arg("--version").output().is_err() {
        eprintln!("skipped: there is no pg_dump");
        return;
    }
    let open = || PostgresOptions::new(&url).unwrap().schema("inbox_of_app").connect();
    let store = open().await.unwrap();
    fill(&store).await;
    let before = entries(&store).await;
    let services = service_file(&folder, &url);
    let variables = [
        ("WEBHOOK_INBOX_URL", &url[..]),
        ("WEBHOOK_INBOX_SCHEMA", "inbox_of_app"),
        ("PGSERVICEFILE", &services),
        ("PGSERVICE", "webhooks"),
    ];
    run(&folder, &variables, &of("## Back up", "PostgreSQL")).await;
    store.erase(&[before[3].key.clone()], "erased").await.unwrap();
    drop(store);
    run(&folder, &variables, &of("## Restore", "PostgreSQL")).await;
    let store = open().await.unwrap();
    assert_eq!(entries(&store).await, before);
    assert!(store.stats("acme").await.unwrap().is_paused);
    assert_eq!(find(&store, "msg_4").await.state, State::Pending);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_under_traffic_loses_and_doubles_nothing() {
    let Some(url) = postgres().await else { return };
    let (folder, tools) = (Folder::new(), Folder::new());
    let old_url = folder.sqlite();
    let variables = [("WEBHOOK_INBOX_URL", &old_url[..]), ("WEBHOOK_INBOX_NEW_URL", &url[..])];
    let both = Both::start(folder, &url).await;
    let steps = blocks("## Move from SQLite to PostgreSQL");
    let [prepare, finish, cancel] = &steps[..] else { panic!("two steps have commands, and the way back: {steps:?}") };
    let traffic = Traffic::new();
    // Runs something during traffic.
    macro_rules! during {
        ($old:expr, $new:expr, $doing:expr) => {{
            let doing = async {
                let result = $doing.await;
                traffic.stop.store(true, Ordering::SeqCst);
                result
            };
            tokio::join!(traffic.run($old, $new), doing).1
        }};
    }
    during!(Some(&both.old), None, sleep(Duration::from_millis(200)));
    let printed = during!(Some(&both.old), None, run(&tools, &variables, prepare));
    assert!(printed.contains("to be copied") && printed.contains("ids copied"), "{printed}");
    run(&tools, &variables, cancel).await;
    assert!(both.new.stats("acme").await.unwrap().is_moving, "`--cancel` needs `--yes`");
    let new = both.start_new();
    during!(Some(&both.old), Some(&new), sleep(Duration::from_millis(200)));
    let printed = during!(None, Some(&new), run(&tools, &variables, finish));
    assert!(printed.contains("to be moved") && printed.contains("moved: the new store has"), "{printed}");
    both.check(traffic.sent.load(Ordering::SeqCst)).await;
}

#[test]
fn every_section_with_commands_is_run() {
    let tested = [
        "Find out what is wrong",
        "Pause",
        "Replay",
        "Back up",
        "Restore",
        "Erase personal data",
        "Purge",
        "Export",
        "Upgrade",
        "Move from SQLite to PostgreSQL",
    ];
    let sections = RUNBOOK.split("\n## ").map(|section| section.lines().next().unwrap());
    let sections: Vec<&str> = sections.skip(1).collect();
    assert_eq!(sections, tested);
    assert!(blocks_of(RUNBOOK.split("\n## ").next().unwrap().lines()).is_empty());
}
