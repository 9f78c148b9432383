//! A receiver of webhooks within other servers than its own: [`axum`], plain [`hyper`], [`actix`](actix_web), and a function
//! that gets bytes and gives an answer, as on [AWS Lambda](lambda). [`own`] is the server that comes with the receiver.
//!
//! All but `own` have to see themselves to what a service cannot: a deadline for the head of a request, an end for idle
//! connections, a limit on their number, and a stop that waits for running handlers ([`ReceiverService::idle`]).

pub mod actix_web;
pub mod axum;
pub mod hyper;
pub mod lambda;
pub mod own;

use tenovos_webhooks::{AssetCreated, ReceiverService, Secret, Tenovos, Unrouted};

/// What is done about the webhooks, wherever they come from.
pub fn receiver(secret: Secret) -> ReceiverService<Tenovos> {
    tenovos_webhooks::receiver(secret)
        .on(|created: AssetCreated| async move { println!("new asset {}", created.asset.id) })
        .fallback(|unrouted: Unrouted| async move { println!("kept {} bytes", unrouted.raw().len()) })
        .into_service()
}
