//! In an `axum` router.
//!
//! `axum::serve` waits for the head of a request for ever, and takes any number of connections: put a proxy in front that
//! does not, or serve the router with [`Server::fallback_service`](webhook_receiver::serve::Server::fallback_service).

use std::io;

use axum::Router;
use axum::routing::get;
use tenovos_webhooks::{ReceiverService, Tenovos};
use tokio::net::TcpListener;

/// Serves for ever.
///
/// # Errors
///
/// If the server cannot start.
pub async fn serve(listener: TcpListener, service: ReceiverService<Tenovos>) -> io::Result<()> {
    let router = Router::new().route_service("/webhooks/tenovos", service).route("/health", get(async || "well"));
    axum::serve(listener, router).await
}
