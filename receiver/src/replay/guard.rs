use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::BoxError;

/// A future that a [`ReplayGuard`] gives.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Remembers which deliveries were handled, so that none is handled twice.
///
/// A sender that missed the answer sends the delivery again, under the same id. The receiver
/// [reserves](Self::reserve) the id before a handler runs, [commits](Self::commit) it when the handler has succeeded and
/// [releases](Self::release) it when it has not. No answer of 200 is sent before the commit.
///
/// - Only verified deliveries come here: nobody can block an id without the secret.
/// - Only ids that the signature covers count ([`Delivery::signed_id`](crate::Delivery::signed_id)). Any other could be put
///   on a recorded delivery, whose id would then be taken when the genuine one arrives. Without such an id every delivery is
///   handled.
/// - A guard belongs to one endpoint: another vendor may use the same ids. A store that serves several has to keep them
///   apart.
///
/// # To implement
///
/// `reserve` has to be one atomic step for everybody who shares the store. A reservation whose holder has died has to lapse,
/// later than any handler may take. Handled ids are to be kept for as long as the sender tries again, often for days, by a
/// clock that does not jump. An error of `reserve` or `commit` is answered with status 503, so that the delivery comes again.
pub trait ReplayGuard: Send + Sync + 'static {
    /// Reserves the id for the caller, who then has to commit or release it, or says why that is not possible.
    fn reserve<'a>(&'a self, id: &'a str, body: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>>;

    /// The delivery was handled: keeps its id.
    fn commit<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), BoxError>>;

    /// The handler has failed: the next delivery of this id is to be handled.
    fn release<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), BoxError>>;
}

/// What a [`ReplayGuard`] knows about an id.
pub enum Reservation {
    /// Nothing until now. It is the caller's.
    Reserved,
    /// The delivery was handled.
    Handled,
    /// A delivery of this id but with another body was handled, or is about to be.
    Conflict,
    /// The delivery is being handled at this moment. The future waits for the end, and says whether it was a success.
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
