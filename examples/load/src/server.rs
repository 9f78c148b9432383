//! The receiver, as a separate process.

use std::env::current_exe;
use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;

use axum::Router;
use axum::routing::{get, post};
use peak_alloc::PeakAlloc;
use tenovos_webhooks::AssetCreated;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdout, Command};
use webhook_receiver::bytes::Bytes;
use webhook_receiver::serve::Server as WebhookServer;
use webhook_receiver::{BoxError, testing};

/// The most that was allocated at once.
#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

static PAGE: [u8; 64 * 1024] = [b'x'; 64 * 1024];

/// Receives assets at `/hook`. Other routes read a body and send a page of 64 KiB. Prints its address, and the peak of its
/// heap in bytes when its input ends.
pub(crate) async fn serve() -> Result<(), BoxError> {
    let service = tenovos_webhooks::receiver(testing::secret()).on(|_: AssetCreated| async {}).into_service();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let ended = async { drop(tokio::io::stdin().read(&mut [0]).await) };
    let pages = Router::new()
        .route("/upload", post(async |body: Bytes| body.len().to_string()))
        .route("/page", get(async || Bytes::from_static(&PAGE)));
    let server = WebhookServer::new().route_service("/hook", service).fallback_service(pages);
    tokio::select! {
        result = server.run(listener) => result?,
        () = ended => println!("{}", HEAP.peak_usage()),
    }
    Ok(())
}

/// A running receiver, killed when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    process: Child,
    output: Lines<BufReader<ChildStdout>>,
}

impl Server {
    pub(crate) async fn start() -> Result<Self, BoxError> {
        let mut command = Command::new(current_exe()?);
        command.arg("--serve").stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn()?;
        let mut output = BufReader::new(process.stdout.take().ok_or("no output")?).lines();
        let line = output.next_line().await?.ok_or("the receiver does not start")?;
        Ok(Self { address: line.parse()?, process, output })
    }

    pub(crate) fn is_running(&mut self) -> Result<bool, BoxError> {
        Ok(self.process.try_wait()?.is_none())
    }

    /// Stops it. Returns the peak of its heap, in bytes.
    pub(crate) async fn peak_heap(mut self) -> Result<usize, BoxError> {
        drop(self.process.stdin.take());
        Ok(self.output.next_line().await?.ok_or("the receiver has ended")?.parse()?)
    }

    /// The peak memory so far, in megabytes.
    pub(crate) fn peak_memory(&self) -> Result<u64, BoxError> {
        let id = self.process.id().ok_or("the receiver has ended")?;
        let status = fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes / 1000)
    }
}
