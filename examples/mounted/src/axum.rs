//! In an `axum` router.
//!
//! `axum::serve` waits for the head of a request forever, and accepts any number of connections. Put a proxy with limits
//! in front, or serve the router with [`Server::fallback_service`](webhook_receiver::serve::Server::fallback_service).

use std::io;

use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::routing::get;
use tenovos_webhooks::{ReceiverService, Tenovos};
use tokio::net::TcpListener;

/// Serves forever.
///
/// # Errors
///
/// If the server cannot start.
pub async fn serve(listener: TcpListener, service: ReceiverService<Tenovos>) -> io::Result<()> {
    let router = Router::new()
        .route_service("/webhooks/tenovos", service)
        .route("/health", get(async || "well"))
        .fallback(async |uri: Uri| {
            crate::report_unknown_path(uri.path());
            StatusCode::NOT_FOUND
        });
    axum::serve(listener, router).await
}
