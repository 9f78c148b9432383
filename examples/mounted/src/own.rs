//! The server that comes with the receiver, feature `serve`. It has every limit and every timeout.

use std::io;

use tenovos_webhooks::{ReceiverService, Tenovos};
use tokio::net::TcpListener;
use webhook_receiver::serve::Server;

/// Serves until the process is to stop.
///
/// # Errors
///
/// If the process cannot be notified of signals.
pub async fn serve(listener: TcpListener, service: ReceiverService<Tenovos>) -> io::Result<()> {
    Server::new().route_service("/webhooks/tenovos", service).run(listener).await
}
