//! A well-behaved sender.

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufWriter};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use webhook_receiver::{BoxError, testing};

const BODY: &str = r#"{
    "eventType": "asset.created",
    "event": {"id": "e1", "time": "2026-01-02T03:04:05Z"},
    "asset": {"id": "cdff2214-3873-4cc4-8e2e-94fcec784343"}
}"#;

/// The length of a large body.
const LARGE: usize = 256 * 1024;

/// How long the vendor waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// A delivery that was answered with 200.
pub(crate) struct Delivered {
    pub(crate) attempts: u32,
    /// The time since the first attempt.
    pub(crate) elapsed: Duration,
}

/// Delivers, in up to three attempts. Every fourth delivery is large.
pub(crate) async fn deliver(address: SocketAddr, number: usize) -> Option<Delivered> {
    let start = Instant::now();
    let mut body = BODY.to_owned();
    if number % 4 == 3 {
        body += &" ".repeat(LARGE - body.len());
    }
    for attempts in 1..=3 {
        let headers = testing::sign(&testing::secret(), &format!("msg_{number}"), SystemTime::now(), body.as_bytes());
        let head: String =
            headers.iter().map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap_or_default())).collect();
        let length = body.len();
        let head = format!(
            "POST /hook HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n{head}\r\n"
        );
        if let Ok(Ok(200)) = timeout(PATIENCE, exchange(address, head.as_bytes(), body.as_bytes())).await {
            return Some(Delivered { attempts, elapsed: start.elapsed() });
        }
        sleep(Duration::from_millis(500)).await;
    }
    None
}

/// The status of the answer.
pub(crate) async fn exchange(address: SocketAddr, head: &[u8], body: &[u8]) -> Result<u16, BoxError> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut reader, writer) = stream.split();
    // A small body is in the packet of the head.
    let mut writer = BufWriter::new(writer);
    let send = async {
        writer.write_all(head).await?;
        writer.write_all(body).await?;
        writer.flush().await
    };
    let mut status = [0; 12];
    // An answer may arrive before everything was sent.
    tokio::select! {
        biased;
        read = reader.read_exact(&mut status) => { read?; }
        Err(error) = send => {
            if reader.read_exact(&mut status).await.is_err() {
                return Err(error.into());
            }
        }
    }
    Ok(str::from_utf8(&status)?.get(9..).ok_or("no status")?.parse()?)
}
