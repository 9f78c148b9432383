use std::sync::Arc;
use std::time::Duration;

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
/// - An error is answered with 503, so that the sender tries again. So is a call that takes longer than
///   [its limit](crate::Receiver::replay_guard_timeout). Such a call may take as long again before it is dropped; if an id is
///   reserved meanwhile, it is released.
///
/// # Leases and fencing
///
/// The holder of an id may die, so a store lets each [`Lease`] expire, and the receiver [extends](Self::extend) it for as
/// long as the handler runs. A holder that was suspended for too long can come back after its lease has expired and
/// another holder has reserved the id. That is what the [`FencingToken`] is for: each reservation has its own, and a call
/// with any other than the current one changes nothing.
///
/// # To implement
///
/// For each id, a store keeps the digest of the body, the current token, when its lease expires, and whether it was
/// handled. Each method is one atomic step for all users of the store, such as one SQL statement:
///
/// | method | condition | change |
/// |---|---|---|
/// | `reserve` | the id is unknown, or its lease has expired | store the digest, a new token and the time |
/// | `extend` | the token is the current one, and the id is not handled | store a later time |
/// | `commit` | the same | mark the id as handled |
/// | `release`, `abandon` | the same | delete the id |
///
/// Handled ids do not expire with a lease. Keep them for as long as the sender retries, often for days; 14 days are a
/// good default. `testing::check_replay_guard`, with the feature `testing`, checks a guard.
///
/// ```
/// # use std::collections::HashMap;
/// # use std::sync::{Arc, Mutex};
/// # use std::time::Duration;
/// # use tokio::time::Instant;
/// # use webhook_receiver::testing::check_replay_guard;
/// # use webhook_receiver::*;
/// #
/// /// A map in place of a database.
/// #[derive(Default)]
/// struct Table(Mutex<(u64, HashMap<String, Row>)>);
///
/// struct Row {
///     body: BodyDigest,
///     token: FencingToken,
///     /// `None` if the id was handled.
///     expires: Option<Instant>,
/// }
///
/// const TTL: Duration = Duration::from_secs(60);
///
/// impl ReplayGuard for Table {
///     fn reserve<'a>(&'a self, id: &'a str, body: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>> {
///         Box::pin(async {
///             let (last, rows) = &mut *self.0.lock().unwrap();
///             match rows.get(id) {
///                 Some(Row { expires: None, body, .. }) => return Ok(Reservation::Handled(*body)),
///                 Some(Row { expires: Some(at), .. }) if Instant::now() < *at => return Ok(Reservation::Running),
///                 _ => {}
///             }
///             *last += 1;
///             let token = FencingToken::new(*last);
///             rows.insert(id.to_owned(), Row { body: *body, token, expires: Some(Instant::now() + TTL) });
///             Ok(Reservation::Reserved(Lease::with_ttl(token, TTL)))
///         })
///     }
///
///     fn extend<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
///         Box::pin(async move { Ok(self.held(id, token, |row| row.expires = Some(Instant::now() + TTL))) })
///     }
///
///     fn commit<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
///         Box::pin(async move { Ok(self.held(id, token, |row| row.expires = None)) })
///     }
///
///     fn release<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<(), BoxError>> {
///         Box::pin(async move {
///             let (_, rows) = &mut *self.0.lock().unwrap();
///             rows.retain(|known, row| known != id || row.token != token || row.expires.is_none());
///             Ok(())
///         })
///     }
/// }
///
/// impl Table {
///     fn held(&self, id: &str, token: FencingToken, change: impl FnOnce(&mut Row)) -> LeaseState {
///         let (_, rows) = &mut *self.0.lock().unwrap();
///         let row = rows.get_mut(id).filter(|row| row.token == token && row.expires.is_some());
///         row.map_or(LeaseState::Expired, |row| {
///             change(row);
///             LeaseState::Held
///         })
///     }
/// }
/// #
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// // In a test, with a clock that is set forward:
/// let table = Arc::new(Table::default());
/// check_replay_guard(async || Arc::clone(&table), tokio::time::sleep).await.unwrap();
/// # }
/// ```
pub trait ReplayGuard: Send + Sync + 'static {
    /// Reserves an id for the caller, unless it is reserved or was handled.
    fn reserve<'a>(&'a self, id: &'a str, body: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>>;

    /// Lets the lease last for another TTL from now on. The receiver calls it several times within a TTL.
    fn extend<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>>;

    /// Called when the delivery was handled: remembers its id.
    ///
    /// A lease that has expired can still be committed as long as nothing else has reserved the id. If the result is
    /// [`LeaseState::Expired`], the sender is asked to try again.
    fn commit<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>>;

    /// Called when the delivery was not handled: the next one with this id can be reserved at once. Without effect if the
    /// token is not the current one.
    fn release<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Called when the holder is dropped before it could release the id, for example because its runtime is shut down.
    ///
    /// A guard whose leases do not expire must release the id here, without waiting. The default does nothing: the lease
    /// expires.
    fn abandon(&self, id: &str, token: FencingToken) {
        let _ = (id, token);
    }
}

/// The answer of [`ReplayGuard::reserve`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// The id is reserved for the caller.
    Reserved(Lease),
    /// It is reserved for another caller, whatever the body.
    Running,
    /// The delivery was handled, with a body of this digest.
    Handled(BodyDigest),
}

/// The right to handle the delivery with a certain id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    token: FencingToken,
    ttl: Option<Duration>,
}

impl Lease {
    /// A lease that does not expire, for guards that are forgotten with the process that holds it.
    pub const fn new(token: FencingToken) -> Self {
        Self { token, ttl: None }
    }

    /// A lease that expires after this time, unless it is [extended](ReplayGuard::extend).
    ///
    /// A shorter TTL makes a delivery wait less after a crash. A longer one tolerates longer failures of the store, and
    /// pauses of the holder. 30 seconds are a good default.
    pub const fn with_ttl(token: FencingToken, ttl: Duration) -> Self {
        Self { token, ttl: Some(ttl) }
    }

    /// Its fencing token.
    pub const fn token(&self) -> FencingToken {
        self.token
    }

    /// The time after which it expires; `None` if it does not.
    pub const fn ttl(&self) -> Option<Duration> {
        self.ttl
    }
}

/// Identifies one reservation of an id: no other reservation of this id, earlier or later, has the same token.
///
/// A store can take it from a sequence or a counter that is never reset. A number that is stored with the id is not enough
/// if the id is deleted when it is released. SQL has no unsigned integers: cast with `as`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FencingToken(u64);

impl FencingToken {
    /// A token with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Whether a lease was held when it was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an expired lease has changed nothing"]
pub enum LeaseState {
    /// The token was the current one, and the change was made.
    Held,
    /// The token is not the current one. Nothing was changed.
    Expired,
}

/// The SHA-256 digest of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyDigest([u8; 32]);

impl BodyDigest {
    /// The digest of these bytes.
    pub fn of(body: &[u8]) -> Self {
        Self(Sha256::digest(body).into())
    }

    /// A digest that was stored.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be stored.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl<G: ReplayGuard + ?Sized> ReplayGuard for Arc<G> {
    fn reserve<'a>(&'a self, id: &'a str, body: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        (**self).reserve(id, body)
    }

    fn extend<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        (**self).extend(id, token)
    }

    fn commit<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        (**self).commit(id, token)
    }

    fn release<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).release(id, token)
    }

    fn abandon(&self, id: &str, token: FencingToken) {
        (**self).abandon(id, token);
    }
}
