use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::{BoxError, BoxFuture};

/// Remembers which deliveries were handled, so that none is handled twice.
///
/// A sender that missed the answer sends the delivery again, under the same id. The receiver
/// [reserves](Self::reserve) the id before a handler runs, [commits](Self::commit) it when the handler has succeeded and
/// [releases](Self::release) it when it has not. No answer of 200 is sent before the commit.
///
/// - Only verified deliveries reach a guard, so an id cannot be blocked without the secret.
/// - Only ids that the signature covers count ([`Delivery::signed_id`](crate::Delivery::signed_id)). An attacker could
///   put any other id on a recorded delivery and so block the genuine one. Without a signed id, every delivery is
///   handled.
/// - A guard belongs to one endpoint: another vendor may use the same ids. A store for several endpoints must keep them
///   apart.
///
/// # To implement
///
/// `reserve` must be one atomic step for all users of the store. A reservation must expire if its holder has died, later
/// than any handler may take. Keep handled ids for as long as the sender retries, often for days, by a clock that does
/// not jump. An error of `reserve` or `commit` is answered with 503, so that the sender tries again.
pub trait ReplayGuard: Send + Sync + 'static {
    /// Reserves the id for the caller, who must then commit or release it, or returns why that is not possible.
    fn reserve<'a>(&'a self, id: &'a str, body: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>>;

    /// Called when the delivery was handled: keeps its id.
    fn commit<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Called when the handler has failed: the next delivery with this id is handled.
    fn release<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), BoxError>>;
}

/// The state of an id in a [`ReplayGuard`].
pub enum Reservation {
    /// New. It is reserved for the caller.
    Reserved,
    /// The delivery was handled.
    Handled,
    /// A delivery with this id but another body was handled, or is being handled.
    Conflict,
    /// The delivery is being handled. The future completes with whether that succeeded.
    Running(BoxFuture<'static, bool>),
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reserved => "Reserved",
            Self::Handled => "Handled",
            Self::Conflict => "Conflict",
            Self::Running(_) => "Running(..)",
        })
    }
}

/// The SHA-256 digest of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyDigest([u8; 32]);

impl BodyDigest {
    /// The digest of these bytes.
    pub fn of(body: &[u8]) -> Self {
        Self(Sha256::digest(body).into())
    }

    /// Its bytes, to be stored.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl<G: ReplayGuard> ReplayGuard for Arc<G> {
    fn reserve<'a>(&'a self, id: &'a str, body: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        (**self).reserve(id, body)
    }

    fn commit<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).commit(id)
    }

    fn release<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).release(id)
    }
}
