//! The receiver's own server, feature `serve`. It has all limits and timeouts.

use std::io;

use tenovos_webhooks::{ReceiverService, Tenovos};
use tokio::net::TcpListener;
use webhook_receiver::serve::Server;

/// Serves until the process is stopped.
///
/// # Errors
///
/// If the process cannot be notified of signals.
pub async fn serve(listener: TcpListener, service: ReceiverService<Tenovos>) -> io::Result<()> {
    Server::new().route_service("/webhooks/tenovos", service).run(listener).await
}
