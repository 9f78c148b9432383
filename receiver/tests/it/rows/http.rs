//! HTTP as it comes over a socket.

use std::sync::atomic::Ordering;
use std::time::Duration;

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use webhook_receiver::serve::{ProxyHeader, Server};
use webhook_receiver::testing::secret;
use webhook_receiver::{Receiver, Verifier};

use super::socket::{Client, PING, Running, delivery, ping, pings, statuses};
use super::{assert_complete, assert_named, expand, read};
use crate::acme::{Acme, Ping};
use crate::log::Log;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    row: String,
    what: String,
    by: Option<String>,
    raw: Option<String>,
    #[serde(default = "post")]
    line: String,
    #[serde(default)]
    headers: Vec<String>,
    #[serde(default = "body")]
    body: String,
    /// A ping follows on the same connection.
    #[serde(default)]
    then: bool,
    #[serde(default)]
    answers: Vec<u16>,
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    handled: usize,
    /// Why the outcome is another than that of the row.
    deviation: Option<String>,
}

fn post() -> String {
    "POST /hook HTTP/1.1".to_owned()
}

fn body() -> String {
    PING.to_owned()
}

fn cases() -> Vec<Case> {
    read(include_str!("../../cases/http.toml"))
}

#[test]
fn every_row_has_a_case() {
    let cases = cases();
    assert_complete(cases.iter().map(|case| &*case.row), (1..=30).map(|number| format!("P{number:02}")));
    cases.iter().filter_map(|case| case.by.as_deref()).for_each(assert_named);
    assert!(cases.iter().all(|case| case.deviation.as_ref().is_none_or(|why| why.len() > 20)));
}

#[tokio::test]
async fn over_a_socket() {
    let (service, handled) = pings(Duration::ZERO);
    let server = Running::start(Server::new().route_service("/hook", service)).await;
    let mut failures = Vec::new();
    for case in cases().into_iter().filter(|case| case.by.is_none()) {
        let headers: Vec<_> = case.headers.iter().map(|header| expand(header)).collect();
        let mut bytes = match &case.raw {
            Some(raw) => raw.clone(),
            None => delivery(&expand(&case.line), &headers, &expand(&case.body)),
        };
        if case.then {
            bytes += &ping(&[]);
        }
        let before = handled.load(Ordering::Relaxed);
        let answers = server.exchange(bytes.as_bytes()).await;
        let runs = handled.load(Ordering::Relaxed) - before;
        let has =
            case.has.iter().all(|line| answers.iter().any(|answer| answer.head.lines().any(|other| other == line)));
        if statuses(&answers) != case.answers || runs != case.handled || !has {
            failures.push(format!("{} {}: {answers:?}, handled {runs}", case.row, case.what));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    server.stop().await;
}

/// A server that ends nothing on its own, so that what a test asks for is what happens.
fn patient() -> Server {
    let never = Duration::from_hours(1);
    Server::new().header_timeout(never).idle_timeout(never).shutdown_timeout(never)
}

#[tokio::test]
async fn p10_a_client_that_closes_within_the_body() {
    let (service, handled) = pings(Duration::ZERO);
    let server = Running::start(Server::new().route_service("/hook", service)).await;
    let request = ping(&[]);
    let mut client = server.connect().await;
    client.send(&request.as_bytes()[..request.len() - 1]).await;
    drop(client);
    assert_eq!(statuses(&server.exchange(ping(&[]).as_bytes()).await), [200]);
    server.stop().await;
    assert_eq!(handled.load(Ordering::Relaxed), 1);
}

/// Sends one byte every 20 ms, then waits until the server closes the connection.
async fn dribble(client: &mut Client, bytes: &[u8]) -> Vec<u16> {
    for byte in bytes {
        client.send(&[*byte]).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    statuses(&client.answers().await)
}

#[tokio::test]
async fn p11_a_head_that_dribbles() {
    let (service, _) = pings(Duration::ZERO);
    let server = patient().header_timeout(Duration::from_millis(300)).route_service("/hook", service);
    let server = Running::start(server).await;
    let mut silent = server.connect().await;
    assert_eq!(statuses(&silent.answers().await), [0_u16; 0]);

    let mut slow = server.connect().await;
    let answers = dribble(&mut slow, &[b"POST /hook HTTP/1.1\r\nx: ", &[b'y'; 30][..]].concat()).await;
    assert!(answers.is_empty() || answers == [408], "{answers:?}");
    server.stop().await;
}

#[tokio::test]
async fn p12_a_body_that_dribbles() {
    let (service, _) = pings(Duration::ZERO);
    let server = Running::start(patient().route_service("/hook", service)).await;
    let mut client = server.connect().await;
    client.send(ping(&["content-length: 1000"]).as_bytes()).await;
    assert!(client.some().await.starts_with("HTTP/1.1 408 "));
    server.stop().await;
}

#[tokio::test]
async fn p13_idle_connections() {
    let (service, handled) = pings(Duration::ZERO);
    let server = Running::start(patient().max_connections(4).route_service("/hook", service.clone())).await;

    // After an answer, and without reading what it asks for.
    let mut kept = server.connect().await;
    kept.send(ping(&["connection: keep-alive"]).as_bytes()).await;
    assert!(kept.some().await.starts_with("HTTP/1.1 200 "));

    // The oldest make room for the newest.
    let mut silent = Vec::new();
    for _ in 0..12 {
        silent.push(server.connect().await);
    }
    assert_eq!(statuses(&server.exchange(ping(&[]).as_bytes()).await), [200]);
    assert_eq!(kept.some().await, "");
    assert!(silent.remove(0).answers().await.is_empty());
    assert_eq!(handled.load(Ordering::Relaxed), 2);
    server.stop().await;

    // Elsewhere they end on their own.
    let idle = patient().idle_timeout(Duration::from_millis(300)).route_service("/hook", service);
    let server = Running::start(idle).await;
    let mut silent = server.connect().await;
    assert!(silent.answers().await.is_empty());
    server.stop().await;
}

/// A connection with a verified delivery is not closed to make room.
#[tokio::test]
async fn deliveries_keep_their_connection() {
    let (service, handled) = pings(Duration::from_millis(300));
    let server = Running::start(Server::new().max_connections(2).route_service("/hook", service)).await;
    let mut first = server.connect().await;
    first.send(ping(&[]).as_bytes()).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut others = Vec::new();
    for _ in 0..10 {
        others.push(server.connect().await);
    }
    assert_eq!(statuses(&first.answers().await), [200]);
    assert_eq!(handled.load(Ordering::Relaxed), 1);
}

/// Sends a delivery without its last byte for a client that a proxy names.
async fn begin(server: &Running, forwarded: &str) -> Client {
    let request = ping(&[&format!("x-forwarded-for: {forwarded}"), "connection: keep-alive"]);
    let mut client = server.connect().await;
    client.send(&request.as_bytes()[..request.len() - 1]).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    client
}

#[tokio::test]
async fn a_client_has_a_share_of_the_connections() {
    let limited = || {
        let service =
            Receiver::<Acme>::new(Verifier::standard_webhooks(secret())).on(|_: Ping| async {}).into_service();
        patient().max_connections_per_client(2).route_service("/hook", service)
    };
    // The peers are not trusted, so what they say about clients does not count: all are one client.
    let server =
        Running::start(limited().trusted_proxies(ProxyHeader::XForwardedFor, ["10.0.0.0/8".parse().unwrap()])).await;
    let mut first = begin(&server, "192.0.2.1").await;
    let mut second = begin(&server, "192.0.2.2").await;
    let mut third = begin(&server, "192.0.2.3").await;
    assert!(first.answers().await.is_empty());
    for client in [&mut second, &mut third] {
        client.send(&PING.as_bytes()[PING.len() - 1..]).await;
        assert!(client.some().await.starts_with("HTTP/1.1 200"));
    }
    server.stop().await;

    // Behind a proxy, each request counts for its client. What the client has put before its address does not count.
    let server =
        Running::start(limited().trusted_proxies(ProxyHeader::XForwardedFor, ["127.0.0.0/8".parse().unwrap()])).await;
    let mut other = begin(&server, "192.0.2.1").await;
    let mut first = begin(&server, "192.0.2.1, 192.0.2.2").await;
    let mut second = begin(&server, "192.0.2.3, 192.0.2.2, 127.0.0.1").await;
    let mut third = begin(&server, "192.0.2.2").await;
    assert!(first.answers().await.is_empty());
    for client in [&mut other, &mut second, &mut third] {
        client.send(&PING.as_bytes()[PING.len() - 1..]).await;
        assert!(client.some().await.starts_with("HTTP/1.1 200"));
    }
    // Connections of the proxy that wait for a request are not counted.
    let mut further = begin(&server, "192.0.2.2").await;
    further.send(&PING.as_bytes()[PING.len() - 1..]).await;
    for client in [&mut second, &mut third, &mut further] {
        client.send(ping(&["connection: close"]).as_bytes()).await;
        assert!(statuses(&client.answers().await).ends_with(&[200]));
    }
    server.stop().await;
}

#[tokio::test]
async fn a_stop_loses_no_accepted_delivery() {
    let (service, handled) = pings(Duration::from_millis(300));
    let server = Running::start(patient().route_service("/hook", service)).await;
    let mut answered = server.connect().await;
    answered.send(ping(&["connection: keep-alive"]).as_bytes()).await;
    let mut gone = server.connect().await;
    gone.send(ping(&[]).as_bytes()).await;
    let _silent = server.connect().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(gone);
    let stopped = server.stop();
    assert_eq!(statuses(&answered.answers().await), [200]);
    stopped.await;
    assert_eq!(handled.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn the_grace_is_bounded() {
    let (service, handled) = pings(Duration::from_mins(10));
    let server =
        Running::start(Server::new().shutdown_timeout(Duration::from_millis(200)).route_service("/hook", service))
            .await;
    let mut hanging = server.connect().await;
    hanging.send(ping(&[]).as_bytes()).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop().await;
    assert_eq!(handled.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_wrong_path_is_logged_once_a_second() {
    let log = Log::start();
    let (service, _) = pings(Duration::ZERO);
    let server = Running::start(Server::new().route_service("/hook", service)).await;
    let wrong =
        format!("POST /{} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", "x".repeat(500));
    for _ in 0..2 {
        assert_eq!(statuses(&server.exchange(wrong.as_bytes()).await), [404]);
    }
    server.stop().await;
    let text = log.text();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("no webhook endpoint at this path")).collect();
    let [line] = lines[..] else { panic!("{lines:?}") };
    assert!(line.contains(" INFO ") && line.ends_with(&format!("path=/{}…", "x".repeat(127))), "{line}");
}

#[tokio::test]
async fn other_pages_are_served() {
    use axum::Router;
    use axum::routing::get;

    let (service, _) = pings(Duration::ZERO);
    let pages = Router::new().route("/health", get(async || "well"));
    let server = Running::start(Server::new().route_service("/hook", service).fallback_service(pages)).await;
    assert_eq!(statuses(&server.exchange(b"GET /health HTTP/1.1\r\nconnection: close\r\n\r\n").await), [200]);
    let log = Log::start();
    assert_eq!(statuses(&server.exchange(b"GET /other HTTP/1.1\r\nconnection: close\r\n\r\n").await), [404]);
    assert!(!log.text().contains("no webhook endpoint"), "{}", log.text());
    // The fallback service has no such page, and a sender of webhooks may mean another path.
    let post = b"POST /hooks HTTP/1.1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    assert_eq!(statuses(&server.exchange(post).await), [404]);
    assert!(log.text().contains("no webhook endpoint at this path path=/hooks"), "{}", log.text());
    assert_eq!(statuses(&server.exchange(ping(&[]).as_bytes()).await), [200]);
    server.stop().await;
}

/// It gets its answer, also after a while.
#[tokio::test]
async fn a_client_that_has_sent_everything() {
    let (service, handled) = pings(Duration::from_millis(100));
    let server = Running::start(patient().route_service("/hook", service)).await;
    for connection in ["close", "keep-alive"] {
        let mut client = server.connect().await;
        client.send(ping(&[&format!("connection: {connection}")]).as_bytes()).await;
        client.finish().await;
        assert_eq!(statuses(&client.answers().await), [200]);
    }
    server.stop().await;
    assert_eq!(handled.load(Ordering::Relaxed), 2);
}

/// A server with a service that reads bodies and one that never answers, and place for eight connections.
fn with_other_services() -> Server {
    use axum::Router;
    use axum::routing::post;

    let pages = Router::new()
        .route("/upload", post(async |body: String| body))
        .route("/never", post(std::future::pending::<String>));
    let (service, _) = pings(Duration::ZERO);
    patient()
        .body_timeout(Duration::from_hours(1))
        .max_connections(8)
        .route_service("/hook", service)
        .fallback_service(pages)
}

fn upload(path: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n")
}

#[tokio::test]
async fn other_services_do_not_lock_the_server() {
    let server = Running::start(with_other_services().min_body_rate(0, Duration::ZERO)).await;
    // With a body that stops, and with a whole request.
    for (path, body) in [("/upload", 1), ("/never", 100)] {
        let mut open = Vec::new();
        for _ in 0..20 {
            let mut client = server.connect().await;
            client.send((upload(path) + &" ".repeat(body)).as_bytes()).await;
            open.push(client);
        }
        assert_eq!(statuses(&server.exchange(ping(&[]).as_bytes()).await), [200], "{path}");
    }
    drop(server);

    // Without a newcomer, they end on their own.
    let server = with_other_services().min_body_rate(1000, Duration::from_millis(200));
    let server = Running::start(server.idle_timeout(Duration::from_millis(400))).await;
    let mut slow = server.connect().await;
    slow.send((upload("/upload") + " ").as_bytes()).await;
    assert_eq!(statuses(&slow.answers().await), [400]);
    let mut waiting = server.connect().await;
    waiting.send((upload("/never") + &" ".repeat(100)).as_bytes()).await;
    assert!(waiting.answers().await.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn other_services_get_no_gzip() {
    let (log, recorder) = (Log::start(), DebuggingRecorder::new());
    let snapshotter = recorder.snapshotter();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let server = Running::start(with_other_services()).await;
    let compressed = "POST /upload HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    let mut client = server.connect().await;
    client.send(compressed.as_bytes()).await;
    client.finish().await;
    assert_eq!(statuses(&client.answers().await), [501]);
    server.stop().await;
    let text = log.text();
    assert!(
        text.contains("INFO webhook_receiver::serve::endpoints: the transfer encoding is not `chunked` path=/upload")
    );
    let counted =
        snapshotter.snapshot().into_vec().into_iter().map(|(key, _, _, value)| (key.key().to_string(), value));
    let expected = "Key(webhook_rejections_total, [reason = transfer_encoding])".to_owned();
    assert_eq!(counted.collect::<Vec<_>>(), [(expected, DebugValue::Counter(1))]);
}

/// A handler may answer and pass its request to a task that takes long.
#[tokio::test]
async fn a_kept_request_keeps_no_connection() {
    use axum::Router;
    use axum::extract::Request;
    use axum::routing::any;

    let kept = async |request: Request| {
        tokio::spawn(async move {
            std::future::pending::<()>().await;
            drop(request);
        });
        "kept"
    };
    let server = patient().max_connections(1).fallback_service(Router::new().route("/", any(kept)));
    let server = Running::start(server).await;
    let get = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    for _ in 0..2 {
        assert_eq!(statuses(&server.exchange(get).await), [200]);
    }
    server.stop().await;
}
