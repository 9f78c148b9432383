//! The example as its users meet it: a process that is spoken to over a socket and stopped by signals.

#![cfg(unix)]

#[path = "process/burst.rs"]
mod burst;
#[path = "process/rolling.rs"]
mod rolling;
mod support;

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use webhook_inbox::Store;
use webhook_inbox_sqlite::SqliteStore;

use support::http::{Request, assert_page, page};
use support::process::{PATIENCE, Process, Server};
use support::shell::curl_request;

const ASSET_CREATED: &str = r#"{
    "eventType": "asset.created",
    "event": {"id": "e1", "time": "2026-01-02T03:04:05Z"},
    "asset": {"id": "cdff2214-3873-4cc4-8e2e-94fcec784343", "filename": "opening.tif"}
}"#;

const ASSETS: &str = r#"{"cdff2214-3873-4cc4-8e2e-94fcec784343":
    {"id": "cdff2214-3873-4cc4-8e2e-94fcec784343", "filename": "opening.tif"}}"#;

const NOTHING: &str = "{}";

/// Waits until a delivery is kept as unrouted.
#[track_caller]
fn wait_for_unrouted(server: &Server, id: &str) {
    let deadline = Instant::now() + PATIENCE;
    while Request::new("GET", &format!("/unrouted/{id}")).answer(server.address).status != 200 {
        assert!(Instant::now() < deadline, "{id} is not unrouted");
        thread::sleep(Duration::from_millis(10));
    }
}

/// What is refused must leave no trace.
#[track_caller]
fn assert_untouched(server: &Server) {
    for path in ["/assets", "/agreements", "/unrouted"] {
        assert_page(server.address, path, NOTHING);
    }
}

#[test]
fn an_event_reaches_its_handler() {
    let mut server = Server::start();
    assert_untouched(&server);

    let delivery = Request::delivery("msg_1", ASSET_CREATED);
    let response = delivery.answer(server.address);
    assert_eq!((response.status, response.text()), (200, "OK"));
    assert_page(server.address, "/assets", ASSETS);
    let line = server.process.log.wait_for("indexing asset");
    assert!(line.contains("msg_1") && line.contains("filename=opening.tif"), "{line}");

    // Tenovos missed the answer and sends it again.
    assert_eq!(delivery.answer(server.address).status, 200);
    assert_page(server.address, "/assets", ASSETS);
    assert_page(server.address, "/unrouted", NOTHING);
    server.stop("TERM");
}

#[test]
fn an_event_reaches_the_handler_of_its_topic() {
    let server = Server::start();
    let body = r#"{
        "eventType": "rm.agreement.expired",
        "event": {
            "id": "e2",
            "time": "2026-01-02T03:04:05Z",
            "user": {"id": "7d675ef0-f423-11e9-8071-89c0c405214e"}
        }
    }"#;
    assert_eq!(Request::delivery("msg_2", body).answer(server.address).status, 200);
    let agreements = r#"{"msg_2": {
        "event_type": "rm.agreement.expired",
        "time": "2026-01-02T03:04:05Z",
        "user": "7d675ef0-f423-11e9-8071-89c0c405214e"
    }}"#;
    assert_page(server.address, "/agreements", agreements);
    assert_page(server.address, "/unrouted", NOTHING);
}

#[test]
fn everything_else_is_kept_as_it_came() {
    let server = Server::start();
    let deliveries = [
        ("msg_new", r#"{"eventType": "asset.teleported\n", "to": "Mars"}"#),
        ("msg_cut", r#"{"eventType": "asset.created", "#),
        ("msg_odd", r#"{"eventType": "asset.created", "event": 1}"#),
        ("msg_idle", r#"{"eventType": "user.created"}"#),
    ];
    for (id, body) in deliveries {
        assert_eq!(Request::delivery(id, body).answer(server.address).status, 200, "{id}");
        wait_for_unrouted(&server, id);
        let raw = Request::new("GET", &format!("/unrouted/{id}")).answer(server.address);
        assert_eq!(raw.text(), body);
        assert_eq!(raw.header("content-type"), Some("application/octet-stream"));
    }
    let reasons = String::from_utf8(page(server.address, "/unrouted")).expect("JSON is UTF-8");
    for reason in [
        // One backslash escapes the line end for the log, the other that backslash for JSON.
        r"unknown event type `asset.teleported\\u{a}`",
        "the text ends too soon",
        "/event",
        "no handler for `user.created`",
    ] {
        assert!(reasons.contains(reason), "no {reason:?} in {reasons}");
    }
    assert_page(server.address, "/assets", NOTHING);
    assert_eq!(Request::new("GET", "/unrouted/msg_1").answer(server.address).status, 404);
}

#[test]
fn a_filename_cannot_forge_a_log_line() {
    let mut server = Server::start();
    let body = ASSET_CREATED.replace("opening", &format!(r"a\n\u001b[31m{}", "x".repeat(1000)));
    assert_eq!(Request::delivery("msg_1", &body).answer(server.address).status, 200);
    let line = server.process.log.wait_for("indexing asset");
    assert!(line.contains(r"filename=a\n\u{1b}[31mxxx"), "{line}");
    assert!(line.len() < 300, "{line}");
}

#[test]
fn forgeries_are_all_refused_alike() {
    let server = Server::start();
    let hours_ago = SystemTime::now() - Duration::from_hours(2);
    let tampered = ASSET_CREATED.replace("opening.tif", "closing.tif");
    let forgeries = [
        ("tampered", Request::delivery("msg_1", ASSET_CREATED).body(tampered)),
        ("stale", Request::delivery_at(hours_ago, "msg_1", ASSET_CREATED)),
        ("renamed", Request::delivery("msg_1", ASSET_CREATED).without("webhook-id").header("webhook-id", "msg_2")),
        (
            "unsigned",
            Request::delivery("msg_1", ASSET_CREATED)
                .without("webhook-signature")
                .header("webhook-signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ),
    ];
    let responses = forgeries.map(|(name, request)| (name, request.answer(server.address)));
    let [(_, first), rest @ ..] = &responses;
    assert_eq!((first.status, first.text()), (401, "Unauthorized"));
    for (name, response) in rest {
        assert_eq!(response, first, "{name}");
    }
    assert_untouched(&server);
}

#[test]
fn headers_have_to_be_there_once() {
    let server = Server::start();
    let delivery = Request::delivery("msg_1", ASSET_CREATED);
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let missing = delivery.clone().without(name).answer(server.address);
        assert_eq!((missing.status, missing.text()), (400, "Bad Request"), "{name}");
    }
    let duplicate = delivery.header("webhook-id", "msg_1").answer(server.address);
    assert_eq!(duplicate.status, 400);
    assert_untouched(&server);
}

#[test]
fn other_methods_are_refused() {
    let server = Server::start();
    for method in ["GET", "PUT", "DELETE"] {
        let response = Request::new(method, "/webhooks/tenovos").answer(server.address);
        assert_eq!(response.status, 405, "{method}");
        assert_eq!(response.header("allow"), Some("POST"), "{method}");
    }
    assert_eq!(Request::new("POST", "/webhooks").answer(server.address).status, 404);
}

#[test]
fn large_bodies_are_refused() {
    const LIMIT: usize = 2 * 1024 * 1024;

    let server = Server::start();
    let delivery = Request::delivery("msg_1", ASSET_CREATED);
    assert_eq!(delivery.announce(LIMIT + 1, server.address).answer().status, 413);
    assert_eq!(delivery.clone().body(vec![b' '; LIMIT + 1]).stream(server.address).answer().status, 413);
    assert_untouched(&server);

    let mut body = ASSET_CREATED.to_owned();
    body.extend(std::iter::repeat_n(' ', LIMIT - ASSET_CREATED.len()));
    assert_eq!(Request::delivery("msg_1", &body).answer(server.address).status, 200);
    assert_page(server.address, "/assets", ASSETS);
}

#[test]
fn a_handler_finishes_when_its_sender_hangs_up() {
    let mut server = Server::start_with(|command| {
        command.env("WORK_MS", "200");
    });
    let exchange = Request::delivery("msg_1", ASSET_CREATED).send(server.address);
    // A server may drop a request whose sender is gone before its handler has started: the sender has no answer then, and
    // sends it again.
    server.process.log.wait_for("indexing asset");
    drop(exchange);
    server.process.log.wait_for("asset indexed");
    assert_page(server.address, "/assets", ASSETS);
}

#[test]
fn it_stops_on_ctrl_c() {
    Server::start().stop("INT");
}

#[test]
fn it_finishes_handlers_before_it_stops() {
    let mut server = Server::start_with(|command| {
        command.env("WORK_MS", "300");
    });
    assert_eq!(Request::delivery("msg_1", ASSET_CREATED).answer(server.address).status, 200);
    server.process.log.wait_for("indexing asset");
    server.process.signal("TERM");
    server.process.stdout.wait_for("stopped: every handler has finished");
    assert_eq!(server.process.exit().code(), Some(0));
    let log = server.process.log.rest();
    assert!(log.iter().any(|line| line.contains("asset indexed")), "{log:#?}");
}

#[test]
fn what_was_answered_is_handled_even_if_the_process_is_killed() {
    let folder = tempfile::tempdir().expect("there should be a temporary folder");
    survives_a_kill("INBOX", &folder.path().join("webhooks.sqlite").display().to_string());
}

#[cfg(feature = "postgres")]
#[test]
fn so_it_is_with_postgresql() {
    let Some(server) = temporary_postgres::PostgresServer::start() else { return };
    survives_a_kill("DATABASE_URL", &server.url(temporary_postgres::ADMINISTRATOR, "postgres"));
}

#[cfg(not(feature = "postgres"))]
#[test]
fn a_database_without_the_feature_is_an_error() {
    let mut process = Process::spawn(|command| {
        command.env("DATABASE_URL", "postgresql://localhost/app");
    });
    process.log.wait_for("error: `DATABASE_URL` is set: it needs the feature `postgres`");
    assert_eq!(process.exit().code(), Some(1));
}

/// With this variable, which says where deliveries are stored.
#[track_caller]
fn survives_a_kill(variable: &str, value: &str) {
    let start = |work_ms: &str| {
        Server::start_with(|command| {
            command.env(variable, value).env("LEASE_MS", "300").env("WORK_MS", work_ms);
        })
    };
    let mut killed = start("600000");
    let delivery = Request::delivery("msg_1", ASSET_CREATED);
    assert_eq!(delivery.answer(killed.address).status, 200);
    killed.process.log.wait_for("indexing asset");
    killed.process.signal("KILL");
    killed.process.exit();
    drop(killed);

    let server = start("0");
    assert_page(server.address, "/assets", ASSETS);
    // Tenovos sends it again: it is known.
    assert_eq!(delivery.answer(server.address).status, 200);
    drop(server);
    let mut server = start("0");
    assert_eq!(delivery.answer(server.address).status, 200);
    server.process.log.wait_for("webhook duplicate");
    assert_page(server.address, "/assets", NOTHING);
}

/// The program of the README with two lines more. A delivery waits, since the endpoint is paused, when the process is killed.
#[tokio::test]
async fn the_receiver_in_the_docs_survives_a_kill() {
    let folder = tempfile::tempdir().expect("there should be a temporary folder");
    let store = SqliteStore::open(folder.path().join("webhooks.sqlite")).expect("the store is created");
    store.set_paused("tenovos", true).await.expect("the store can be written");
    let start = || {
        let mut process = Process::of_the_docs(folder.path());
        let address = process.stdout.wait_for("127.0.0.1:");
        (process, address.parse().expect("it prints its address"))
    };
    let delivery = Request::delivery("msg_1", ASSET_CREATED);
    let (mut process, address) = start();
    assert_eq!(delivery.answer(address).status, 200);
    process.signal("KILL");
    process.exit();

    store.set_paused("tenovos", false).await.expect("the store can be written");
    let (mut process, address) = start();
    process.stdout.wait_for("new asset cdff2214-3873-4cc4-8e2e-94fcec784343");
    assert_eq!(delivery.answer(address).status, 200);
    process.signal("TERM");
    assert_eq!(process.exit().code(), Some(0));
    let rest = process.stdout.rest();
    assert!(!rest.iter().any(|line| line.contains("new asset")), "it is handled once: {rest:#?}");
}

#[test]
fn a_damaged_inbox_is_an_error() {
    let folder = tempfile::tempdir().expect("there should be a temporary folder");
    let inbox = folder.path().join("webhooks.sqlite");
    std::fs::write(&inbox, "this is not a database, but long enough to look like a file that was one ".repeat(100))
        .expect("the file should be written");
    let mut process = Process::spawn(|command| {
        command.env("INBOX", &inbox);
    });
    let line = process.log.wait_for("error: cannot use ");
    assert!(line.contains("the store is corrupt") && line.contains("webhooks.sqlite"), "{line}");
    assert_eq!(process.exit().code(), Some(1));
}

#[test]
fn a_silent_client_does_not_keep_it_from_stopping() {
    let mut server = Server::start_with(|command| {
        command.env("GRACE_MS", "100");
    });
    let delivery = Request::delivery("msg_1", ASSET_CREATED).header("expect", "100-continue");
    let mut silent = delivery.announce(1, server.address);
    silent.wait_to_continue();
    server.process.signal("TERM");
    server.process.log.wait_for("shutdown timeout: closing open connections");
    server.process.stdout.wait_for("stopped: every handler has finished");
    assert_eq!(server.process.exit().code(), Some(0));
}

/// A connection and a handler that do not end are waited for together.
#[test]
fn f16_it_stops_after_its_grace() {
    let grace = Duration::from_secs(2);
    let mut server = Server::start_with(|command| {
        command.env("GRACE_MS", grace.as_millis().to_string()).env("WORK_MS", "600000");
    });
    let delivery = Request::delivery("msg_1", ASSET_CREATED);
    assert_eq!(delivery.answer(server.address).status, 200);
    server.process.log.wait_for("indexing asset");
    let mut silent = delivery.header("expect", "100-continue").announce(1, server.address);
    silent.wait_to_continue();
    let start = Instant::now();
    server.process.signal("TERM");
    server.process.stdout.wait_for("stopped: some deliveries are handled after the next start");
    assert_eq!(server.process.exit().code(), Some(0));
    assert!(start.elapsed() < grace * 7 / 4, "{:?}", start.elapsed());
}

#[test]
fn the_suggested_command_works() {
    let mut server = Server::start();
    let (authority, request) = curl_request(&server.curl);
    assert_eq!(authority, server.address.to_string());
    let response = request.answer(server.address);
    assert_eq!((response.status, response.text()), (200, "OK"));
    let line = server.process.log.wait_for("indexing asset");
    assert!(line.contains("filename=pied-piper-grandopening.tif"), "{line}");

    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("skipped: there is no curl");
        return;
    }
    let limited = server.curl.replacen("curl ", "curl --max-time 30 ", 1);
    let output = Command::new("sh").args(["-c", &limited]).output().expect("there is a shell");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert!(printed.starts_with("HTTP/1.1 200 OK\r\n") && printed.ends_with("\r\nOK"), "{printed}");
    // The same delivery again.
    server.process.log.wait_for("webhook duplicate");
}

#[test]
fn without_a_secret_it_is_for_trying_only() {
    let mut server = Server::start_with(|command| {
        command.env_remove("TENOVOS_WEBHOOK_SECRET");
    });
    server.process.log.wait_for("FOR TRYING ONLY: TENOVOS_WEBHOOK_SECRET is not set");
    let (_, request) = curl_request(&server.curl);
    assert_eq!(request.answer(server.address).status, 200);
    // Signed with the secret of the other tests.
    let foreign = Request::delivery("msg_1", ASSET_CREATED).answer(server.address);
    assert_eq!(foreign.status, 401);
}

#[test]
fn a_damaged_secret_is_an_error() {
    for secret in ["", "whsec_c2hvcnQ=", "whsec_not base64 at all, not even close"] {
        let mut process = Process::spawn(|command| {
            command.env("TENOVOS_WEBHOOK_SECRET", secret);
        });
        let line = process.log.wait_for("error: ");
        assert!(line.contains("TENOVOS_WEBHOOK_SECRET"), "{line}");
        assert!(secret.is_empty() || !line.contains(secret), "{line}");
        assert_eq!(process.exit().code(), Some(1));
        assert_eq!(process.stdout.rest(), [""; 0]);
    }
}
