//! Processes that are killed, and machines that lose power.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use webhook_inbox::store::Clock;
use webhook_inbox_faults::{
    Child, Plan, Subject, check_handlers, check_identical, check_move, check_poison, check_replays, is_child, kill_at,
    run_child, send_all,
};
use webhook_inbox_sqlite::rusqlite::Connection;
use webhook_inbox_sqlite::{SqliteEffect, SqliteOptions, SqliteStore};

const FILE: &str = "inbox.sqlite";
const CHILD: &str = "child";

struct Files;

impl Subject for Files {
    type Store = SqliteStore;

    async fn open(&self, folder: &Path, clock: Clock) -> SqliteStore {
        let options = SqliteOptions::new(folder.join(FILE)).clock(clock);
        let options = if env::var_os("WITHOUT_SYNC").is_some() { options.dangerously_without_sync() } else { options };
        let store = options.open().unwrap();
        let tables = Connection::open(folder.join(FILE)).unwrap();
        tables.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
        tables.execute_batch("CREATE TABLE IF NOT EXISTS effect (id TEXT NOT NULL)").unwrap();
        store
    }

    fn effect(&self, _: &Path, id: &str) -> SqliteEffect {
        let id = id.to_owned();
        SqliteEffect::from(move |tables: &Connection| {
            tables.execute("INSERT INTO effect VALUES (?1)", [id])?;
            Ok(())
        })
    }

    fn effects(&self, folder: &Path) -> BTreeMap<String, u64> {
        let tables = Connection::open(folder.join(FILE)).unwrap();
        let check: String = tables.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
        let mut counts = tables.prepare("SELECT id, count(*) FROM effect GROUP BY id").unwrap();
        let counts = counts.query_map([], |row| Ok((row.get(0)?, u64::from(row.get::<_, u32>(1)?))));
        counts.unwrap().map(Result::unwrap).collect()
    }
}

/// What the other tests start.
#[test]
fn child() {
    if is_child() {
        run_child(Files);
    }
}

/// A round for each point, or as many as `ROUNDS`.
#[test]
fn f01_to_f07_a_kill_at_any_point_loses_and_doubles_nothing() {
    let rounds = env::var("ROUNDS").map_or(1, |rounds| rounds.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let figures = kill_at(&Files, CHILD, folder.path(), rounds, 7);
    println!("{figures}");
    assert_eq!((figures.lost, figures.doubled), (0, 0), "{figures}");
}

#[test]
fn d07_a_delivery_that_kills_the_process_is_dead_after_all_attempts() {
    let folder = tempfile::tempdir().unwrap();
    check_poison(&Files, CHILD, folder.path());
}

#[test]
fn r07_f09_identical_deliveries_to_three_processes_have_one_effect() {
    let folder = tempfile::tempdir().unwrap();
    check_identical(&Files, CHILD, folder.path());
}

#[test]
fn r01_to_r17_replays_and_duplicates() {
    let folder = tempfile::tempdir().unwrap();
    check_replays(Files, folder.path());
}

#[test]
fn d07_f10_f15_to_f17_f21_handlers_and_processes() {
    let folder = tempfile::tempdir().unwrap();
    check_handlers(Files, folder.path());
}

#[test]
fn m13_the_order_holds_across_a_move() {
    let [from, to] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    check_move(Files, from.path(), to.path());
}

/// The loss of power is simulated: a library that is loaded into the child copies each file when it is synchronized. What was
/// written later is lost.
#[cfg(target_os = "linux")]
#[test]
fn f08_what_was_acknowledged_survives_a_loss_of_power() {
    let tools = tempfile::tempdir().unwrap();
    let library = tools.path().join("power_loss.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/power_loss.c");
    let compiler = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).status();
    if !compiler.is_ok_and(|status| status.success()) {
        println!("skipped: there is no C compiler `cc`");
        return;
    }
    let lost = |without_sync: bool| {
        let [folder, disk] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let mut child = Child::start_with(&Plan::new(CHILD, folder.path()), |command| {
            command.env("LD_PRELOAD", &library).env("POWER_LOSS_DISK", disk.path());
            if without_sync {
                command.env("WITHOUT_SYNC", "1");
            }
        });
        let ids: Vec<String> = (0..40).map(|number| format!("plain-{number}")).collect();
        let mut acknowledged = Vec::new();
        for chunk in ids.chunks(8) {
            acknowledged.extend(send_all(&mut child, chunk.iter().map(String::as_str), "plain"));
        }
        child.kill();
        assert_eq!(acknowledged.len(), ids.len());
        // A file that was deleted is not there after the loss either.
        for file in fs::read_dir(disk.path()).unwrap().map(Result::unwrap) {
            if !folder.path().join(file.file_name()).exists() {
                fs::remove_file(file.path()).unwrap();
            }
        }
        let known = known(disk.path());
        let is_lost = |id: &&String| !known.contains(*id);
        acknowledged.iter().filter(is_lost).count()
    };
    assert_eq!(lost(false), 0);
    // So the test detects a loss.
    assert!(lost(true) > 0);
}

/// The ids that a store knows. A file may have been lost as a whole.
#[cfg(target_os = "linux")]
fn known(folder: &Path) -> Vec<String> {
    let tables = Connection::open(folder.join(FILE)).unwrap();
    let Ok(mut ids) = tables.prepare("SELECT id FROM webhook_seen") else { return Vec::new() };
    ids.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}
