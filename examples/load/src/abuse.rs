//! Attacks from the open internet, without the secret.

use std::fmt;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::client::exchange;

#[derive(Clone, Copy)]
pub(crate) enum Abuse {
    None,
    SilentConnections,
    SlowHeaders,
    SlowBodies,
    LargeBodies,
    OversizedBodies,
    BadSignatures,
    /// This many bodies that stop before their last byte.
    StalledBodies(usize),
    /// The public tool, in one of its modes.
    Slowhttptest(Mode),
}

/// A mode of slowhttptest, against a path that suffers from it.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    Headers,
    Body,
    Read,
}

/// The most that a receiver takes.
const BODY: usize = 2 * 1024 * 1024;

impl Abuse {
    /// With [`Slowhttptest`](Self::Slowhttptest).
    pub(crate) const PUBLIC: [Self; 3] =
        [Self::Slowhttptest(Mode::Headers), Self::Slowhttptest(Mode::Body), Self::Slowhttptest(Mode::Read)];

    /// Our own, except [`StalledBodies`](Self::StalledBodies).
    pub(crate) const USUAL: [Self; 7] = [
        Self::None,
        Self::SilentConnections,
        Self::SlowHeaders,
        Self::SlowBodies,
        Self::LargeBodies,
        Self::OversizedBodies,
        Self::BadSignatures,
    ];

    /// Starts this many attackers; each starts again when it is cut off. Floods need fewer of them, and no pause.
    pub(crate) fn begin(self, address: SocketAddr, connections: usize) -> Abusers {
        let attempts = Arc::<AtomicU64>::default();
        let mut tasks = JoinSet::new();
        let count = match self {
            Self::None => 0,
            Self::SilentConnections | Self::SlowHeaders | Self::SlowBodies => connections,
            Self::LargeBodies => connections / 10,
            Self::OversizedBodies | Self::BadSignatures => connections.min(64),
            Self::StalledBodies(count) => count,
            Self::Slowhttptest(_) => 1,
        };
        for _ in 0..count {
            let attempts = Arc::clone(&attempts);
            tasks.spawn(async move {
                loop {
                    attempts.fetch_add(1, Ordering::Relaxed);
                    self.attempt(address).await;
                }
            });
        }
        Abusers { attempts, tasks }
    }

    async fn attempt(self, address: SocketAddr) {
        match self {
            Self::None => {}
            Self::SilentConnections => hold(address, "", "").await,
            Self::SlowHeaders => hold(address, "POST /hook HTTP/1.1\r\nx: ", "y").await,
            Self::SlowBodies => hold(address, &forged(1000), " ").await,
            Self::LargeBodies => flood(address, BODY, BODY).await,
            Self::OversizedBodies => flood(address, BODY * 3 / 2, BODY * 3 / 2).await,
            Self::BadSignatures => flood(address, 2, 2).await,
            Self::StalledBodies(_) => flood(address, BODY, BODY - 1).await,
            Self::Slowhttptest(mode) => mode.run(address).await,
        }
    }
}

impl Mode {
    /// Runs the tool to its end, with 1000 connections.
    async fn run(self, address: SocketAddr) {
        let (path, arguments) = self.command();
        let mut command = Command::new("slowhttptest");
        command.args(arguments.split(' ')).args(["-u", &format!("http://{address}{path}")]);
        command.args("-c 1000 -r 1000 -p 3 -l 600".split(' '));
        command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        if let Err(error) = command.status().await {
            eprintln!("slowhttptest: {error}");
        }
        sleep(Duration::from_secs(1)).await;
    }

    fn command(self) -> (&'static str, &'static str) {
        match self {
            Self::Headers => ("/hook", "-H -i 5 -x 24 -t POST"),
            Self::Body => ("/upload", "-B -i 5 -s 8192 -x 10 -t POST"),
            Self::Read => ("/page", "-X -w 512 -y 1024 -n 5 -z 32 -k 3"),
        }
    }
}

/// The head of a request that is invalid only by its signature.
fn forged(length: usize) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let signature = format!("v1,{}=", "A".repeat(43));
    format!(
        "POST /hook HTTP/1.1\r\nhost: test\r\ncontent-length: {length}\r\nwebhook-id: forged\r\n\
         webhook-timestamp: {now}\r\nwebhook-signature: {signature}\r\nconnection: close\r\n\r\n"
    )
}

/// Keeps a connection for as long as possible, at a byte per second.
async fn hold(address: SocketAddr, begin: &str, more: &str) {
    let Ok(mut stream) = TcpStream::connect(address).await else { return sleep(Duration::from_millis(100)).await };
    if stream.write_all(begin.as_bytes()).await.is_err() {
        return;
    }
    let mut answer = [0; 256];
    loop {
        match timeout(Duration::from_secs(1), stream.read(&mut answer)).await {
            // Closed, or answered with a refusal.
            Ok(_) => return sleep(Duration::from_millis(100)).await,
            Err(_) if stream.write_all(more.as_bytes()).await.is_err() => return,
            Err(_) => {}
        }
    }
}

/// Announces a body, sends some of it at once, and waits for the answer.
async fn flood(address: SocketAddr, announced: usize, sent: usize) {
    static SPACES: [u8; BODY * 3 / 2] = [b' '; BODY * 3 / 2];

    let head = forged(announced);
    let exchanged = exchange(address, head.as_bytes(), &SPACES[..sent]);
    if timeout(Duration::from_secs(30), exchanged).await.is_ok_and(|answer| answer.is_err()) {
        sleep(Duration::from_millis(10)).await;
    }
}

impl fmt::Display for Abuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Slowhttptest(mode) => return write!(f, "`slowhttptest {}`", mode.command().1),
            Self::StalledBodies(count) => return write!(f, "{count} bodies of 2 MiB that stop"),
            Self::None => "none",
            Self::SilentConnections => "silent connections",
            Self::SlowHeaders => "slow headers",
            Self::SlowBodies => "slow bodies",
            Self::LargeBodies => "unsigned bodies of 2 MiB",
            Self::OversizedBodies => "oversized bodies",
            Self::BadSignatures => "bad signatures",
        })
    }
}

/// Running attackers.
pub(crate) struct Abusers {
    attempts: Arc<AtomicU64>,
    tasks: JoinSet<()>,
}

impl Abusers {
    /// Stops them. Returns how often they have started.
    pub(crate) fn end(mut self) -> u64 {
        self.tasks.abort_all();
        self.attempts.load(Ordering::Relaxed)
    }
}
