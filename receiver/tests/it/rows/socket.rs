//! A server on its own socket, and a client that sends exactly what the test specifies, valid or not.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use webhook_receiver::serve::Server;
use webhook_receiver::testing::{secret, signed_now};
use webhook_receiver::{Receiver, ReceiverService, StandardWebhooks, Verifier};

use crate::acme::{Acme, Ping};
use crate::patience::PATIENCE;

pub(super) const PING: &str = r#"{"eventType": "ping"}"#;

/// A receiver of pings that takes bodies up to 4 KiB and gives them half a second.
pub(super) fn pings(work: Duration) -> (ReceiverService<Acme>, Arc<AtomicUsize>) {
    let handled = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&handled);
    let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
        .body_limit(4096)
        .body_timeout(Duration::from_millis(500))
        .on(move |_: Ping| {
            let counter = Arc::clone(&counter);
            async move {
                tokio::time::sleep(work).await;
                counter.fetch_add(1, Ordering::Relaxed);
            }
        })
        .into_service();
    (service, handled)
}

/// A running server, stopped by hand or when dropped.
pub(super) struct Running {
    pub(super) address: SocketAddr,
    stop: oneshot::Sender<()>,
    stopped: JoinHandle<io::Result<()>>,
}

impl Running {
    pub(super) async fn start(server: Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = oneshot::channel();
        let stopped = tokio::spawn(server.with_graceful_shutdown(async { drop(stopping.await) }).run(listener));
        Self { address, stop, stopped }
    }

    /// Asks it to stop; the future ends when it has.
    pub(super) fn stop(self) -> impl Future<Output = ()> {
        self.stop.send(()).unwrap();
        async { timeout(PATIENCE, self.stopped).await.expect("the server stops").unwrap().unwrap() }
    }

    pub(super) async fn connect(&self) -> Client {
        Client(TcpStream::connect(self.address).await.unwrap())
    }

    /// Sends everything and reads until the end.
    pub(super) async fn exchange(&self, bytes: &[u8]) -> Vec<Answer> {
        let mut client = self.connect().await;
        client.send(bytes).await;
        client.answers().await
    }
}

pub(super) struct Client(TcpStream);

impl Client {
    /// The server may have closed the connection by now.
    pub(super) async fn send(&mut self, bytes: &[u8]) {
        drop(timeout(PATIENCE, self.0.write_all(bytes)).await.expect("the server reads"));
    }

    /// Closes the side that sends.
    pub(super) async fn finish(&mut self) {
        self.0.shutdown().await.unwrap();
    }

    /// Reads until the server closes the connection.
    pub(super) async fn answers(&mut self) -> Vec<Answer> {
        let mut bytes = Vec::new();
        // A connection that is closed with unread bytes is reset; the earlier answer counts.
        drop(timeout(PATIENCE, self.0.read_to_end(&mut bytes)).await.expect("the server closes the connection"));
        Answer::all(&String::from_utf8(bytes).unwrap())
    }

    /// Reads some bytes.
    pub(super) async fn some(&mut self) -> String {
        let mut bytes = [0; 1024];
        let length = timeout(PATIENCE, self.0.read(&mut bytes)).await.expect("the server answers").unwrap_or(0);
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    }
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
}

impl Answer {
    /// Takes the answers apart.
    fn all(mut text: &str) -> Vec<Self> {
        let mut answers = Vec::new();
        while let Some((head, rest)) = text.split_once("\r\n\r\n") {
            let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{head}"));
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            text = rest.get(length..).unwrap_or_default();
            answers.push(Self { status, head: head.to_owned() });
        }
        answers
    }
}

pub(super) fn statuses(answers: &[Answer]) -> Vec<u16> {
    answers.iter().map(|answer| answer.status).collect()
}

/// A delivery as a sender sends it; each of `changes` replaces, adds or, without a value, removes a header.
pub(super) fn delivery(line: &str, changes: &[String], body: &str) -> String {
    let mut headers = vec![
        ("host".to_owned(), "test".to_owned()),
        ("connection".to_owned(), "close".to_owned()),
        ("content-type".to_owned(), "application/json".to_owned()),
        ("content-length".to_owned(), body.len().to_string()),
    ];
    for (name, value) in &signed_now(&StandardWebhooks::DEFAULT, &secret(), body.as_bytes()) {
        headers.push((name.to_string(), value.to_str().unwrap().to_owned()));
    }
    for change in changes {
        let (name, value) = change.split_once(':').unwrap();
        headers.retain(|(other, _)| other != name);
        if !value.is_empty() {
            headers.push((name.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned()));
        }
    }
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("{line}\r\n{headers}\r\n{body}")
}

/// A ping.
pub(super) fn ping(changes: &[&str]) -> String {
    let changes: Vec<_> = changes.iter().map(|&change| change.to_owned()).collect();
    delivery("POST /hook HTTP/1.1", &changes, PING)
}
