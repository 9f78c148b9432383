//! The receiver, as a separate process.

use std::env::current_exe;
use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;

use tenovos_webhooks::AssetCreated;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use webhook_receiver::serve::Server as WebhookServer;
use webhook_receiver::{BoxError, testing};

/// Receives assets, and prints its address.
pub(crate) async fn serve() -> Result<(), BoxError> {
    let service = tenovos_webhooks::receiver(testing::secret()).on(|_: AssetCreated| async {}).into_service();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    WebhookServer::new().route_service("/hook", service).run(listener).await?;
    Ok(())
}

/// A running receiver, killed when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    process: Child,
}

impl Server {
    pub(crate) async fn start() -> Result<Self, BoxError> {
        let mut command = Command::new(current_exe()?);
        let mut process = command.arg("--serve").stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let stdout = process.stdout.take().ok_or("no output")?;
        let line = BufReader::new(stdout).lines().next_line().await?.ok_or("the receiver does not start")?;
        Ok(Self { address: line.parse()?, process })
    }

    pub(crate) fn is_running(&mut self) -> Result<bool, BoxError> {
        Ok(self.process.try_wait()?.is_none())
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
