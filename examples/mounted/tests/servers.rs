//! Every server answers alike.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use mounted_example::{lambda, receiver};
use tenovos_webhooks::{AssetCreated, JsonValue, SIGNATURE_SCHEME};
use webhook_receiver::http::HeaderMap;
use webhook_receiver::testing::{block_on, secret, signed_now};

fn body() -> String {
    JsonValue::new(&AssetCreated::example()).unwrap().as_str().to_owned()
}

/// The status and what is not expected to differ of the answer.
fn exchange(address: SocketAddr, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A connection that is closed with unread bytes is reset; the earlier answer counts.
    drop(stream.read_to_end(&mut answer));
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
    (head[9..12].parse().unwrap(), body.to_owned())
}

fn post(headers: &HeaderMap, more: &str, body: &str) -> String {
    let headers: String =
        headers.iter().map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap())).collect();
    format!("POST /webhooks/tenovos HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{headers}{more}\r\n{body}")
}

fn assert_receives(address: SocketAddr) {
    let body = body();
    let signed = signed_now(&SIGNATURE_SCHEME, &secret(), body.as_bytes());
    let length = format!("content-length: {}\r\n", body.len());
    let twice = format!("{length}webhook-id: other\r\n");
    for (what, request, expected) in [
        ("good", post(&signed, &length, &body), (200, "OK")),
        ("again", post(&signed, &length, &body), (200, "OK")),
        ("forged", post(&signed, "content-length: 2\r\n", "{}"), (401, "Unauthorized")),
        ("two ids", post(&signed, &twice, &body), (400, "Bad Request")),
        ("too long, and nothing follows", post(&signed, "content-length: 3000000\r\n", ""), (413, "Payload Too Large")),
        (
            "encoded",
            post(&signed, &format!("{length}content-encoding: gzip\r\n"), &body),
            (415, "Unsupported Media Type"),
        ),
        (
            "GET",
            "GET /webhooks/tenovos HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n".to_owned(),
            (405, "Method Not Allowed"),
        ),
    ] {
        let (status, text) = exchange(address, &request);
        assert_eq!((status, text.as_str()), expected, "{what}");
    }
}

/// Serves in a thread that ends with the process.
fn start<F: Future<Output = std::io::Result<()>>>(serve: impl FnOnce(TcpListener) -> F + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async { serve(listener).await.unwrap() });
    });
    address
}

fn tokio_listener(listener: TcpListener) -> tokio::net::TcpListener {
    tokio::net::TcpListener::from_std(listener).unwrap()
}

#[test]
fn own() {
    assert_receives(start(|listener| mounted_example::own::serve(tokio_listener(listener), receiver(secret()))));
}

#[test]
fn axum() {
    assert_receives(start(|listener| mounted_example::axum::serve(tokio_listener(listener), receiver(secret()))));
}

#[test]
fn hyper() {
    assert_receives(start(|listener| mounted_example::hyper::serve(tokio_listener(listener), receiver(secret()))));
}

#[test]
fn actix_web() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let system = actix_web::rt::System::new();
        system.block_on(mounted_example::actix_web::serve(listener, receiver(secret()))).unwrap();
    });
    assert_receives(address);
}

#[test]
fn lambda() {
    let service = receiver(secret());
    let body = body();
    let signed = signed_now(&SIGNATURE_SCHEME, &secret(), body.as_bytes());
    let headers: BTreeMap<_, _> = signed.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    let answer = |headers: &BTreeMap<&str, &str>, body: &str, base64: bool| {
        let event = serde_json::json!({
            "version": "2.0",
            "headers": headers,
            "body": body,
            "isBase64Encoded": base64,
            "requestContext": {"http": {"method": "POST", "path": "/"}},
        });
        let answer = block_on(lambda::handle(serde_json::from_value(event).unwrap(), &service)).unwrap();
        serde_json::to_value(&answer).unwrap()
    };
    let expected = serde_json::json!({
        "statusCode": 200,
        "headers": {"content-type": "text/plain; charset=utf-8"},
        "body": "OK",
    });
    assert_eq!(answer(&headers, &body, false), expected);
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &body);
    assert_eq!(answer(&headers, &encoded, true), expected);
    assert_eq!(answer(&headers, "{}", false)["statusCode"], 401);
    let joined = format!("{0},{0}", headers["webhook-timestamp"]);
    let mut twice = headers.clone();
    twice.insert("webhook-timestamp", &joined);
    assert_eq!(answer(&twice, &body, false)["statusCode"], 400);
}
