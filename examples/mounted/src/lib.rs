//! A receiver of webhooks in other servers: [`axum`], plain [`hyper`], [`actix`](actix_web), and a function from bytes to
//! an answer, as on [AWS Lambda](lambda). [`own`] is the receiver's own server.
//!
//! All except `own` must provide what a service cannot: a timeout for the head of a request and for idle connections, a
//! limit on connections, and a shutdown that waits for running handlers ([`ReceiverService::idle`]).

pub mod actix_web;
pub mod axum;
pub mod hyper;
pub mod lambda;
pub mod own;

use tenovos_webhooks::{AssetCreated, Fallback, ReceiverService, Secret, Tenovos, Unrouted};

/// The handlers, the same for every server.
pub fn receiver(secret: Secret) -> ReceiverService<Tenovos> {
    tenovos_webhooks::receiver(secret)
        .on(|created: AssetCreated| async move { println!("new asset {}", created.asset.id) })
        .fallback(|unrouted: Unrouted| async move {
            println!("not handled: {}", unrouted.reason());
            Fallback::Kept
        })
        .into_service()
}

/// Reports a request to a path without an endpoint, which the receiver does not see. The usual cause is a wrong address in
/// the vendor's settings.
fn report_unknown_path(path: &str) {
    // `{:?}` escapes control characters.
    println!("no webhook endpoint at {path:?}");
}
