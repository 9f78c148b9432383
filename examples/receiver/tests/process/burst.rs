//! More deliveries than handlers can take.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use crate::ASSET_CREATED;
use crate::rolling::handled;
use crate::support::http::Request;
use crate::support::process::{PATIENCE, Server};

const SENDERS: usize = 8;
const BODY: usize = 4096;
/// What a process may use for them, in megabytes.
const MEMORY: u64 = 64;

/// 400 deliveries, or as many as `BURST`, while no handler ends: all are acknowledged, and they are in the store, not in memory. The
/// next process handles them.
#[test]
fn f22_a_burst_is_stored_and_handled_later() {
    let folder = tempfile::tempdir().expect("there should be a temporary folder");
    burst("INBOX", &folder.path().join("webhooks.sqlite").display().to_string());
}

#[cfg(feature = "postgres")]
#[test]
fn f22_a_burst_is_stored_on_postgresql_and_handled_later() {
    let Some(server) = temporary_postgres::PostgresServer::start() else { return };
    burst("DATABASE_URL", &server.url(temporary_postgres::ADMINISTRATOR, "postgres"));
}

fn burst(variable: &str, value: &str) {
    let count: usize = env::var("BURST").map_or(400, |count| count.parse().expect("`BURST` is a number"));
    let start = |work_ms: &str| {
        Server::start_with(|command| {
            command.env(variable, value).env("GRACE_MS", "0").env("WORK_MS", work_ms).env("LEASE_MS", "500");
        })
    };
    let mut server = start("3600000");
    let (address, before, begin) = (server.address, memory(&server), Instant::now());
    let body = format!("{ASSET_CREATED}{}", " ".repeat(BODY));
    let send = |number: usize| {
        let request = Request::delivery(&format!("msg_{number}"), &body);
        assert_eq!(request.answer(address).status, 200);
    };
    thread::scope(|scope| {
        for first in 0..SENDERS {
            scope.spawn(move || (first..count).step_by(SENDERS).for_each(send));
        }
    });
    let (used, took) = (memory(&server).saturating_sub(before), begin.elapsed());
    println!("{count} deliveries in {took:?}, {used} MB more memory");
    assert!(used < MEMORY, "{used} MB");
    server.process.signal("TERM");
    server.process.exit();

    let mut servers = [start("0")];
    let mut deadline = Instant::now() + PATIENCE;
    let mut last = 0;
    while last < count {
        assert!(Instant::now() < deadline, "{last} of {count} are handled");
        thread::sleep(Duration::from_millis(20));
        let now = handled(&mut servers).len();
        if now > last {
            (last, deadline) = (now, Instant::now() + PATIENCE);
        }
    }
    let handled = handled(&mut servers);
    assert!(handled.values().all(|count| *count == 1), "{handled:?}");
    let expected: BTreeSet<String> = (0..count).map(|number| format!("msg_{number}")).collect();
    assert!(handled.keys().eq(&expected));
}

/// The most memory that a process has used, in megabytes. 0 where that cannot be found out.
fn memory(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.process.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
