use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::sleep;
use tracing::Instrument;

use super::{BodyDigest, FencingToken, Lease, LeaseState, ReplayGuard, Reservation};
use crate::BoxError;

/// The only way to use a guard: what is reserved is committed, released or abandoned.
pub(crate) enum Reserved<'a> {
    /// For the caller.
    Here(Held<'a>),
    Elsewhere,
    Handled(BodyDigest),
}

/// A reserved id. Its lease is extended until it is committed or released. It is abandoned if it is dropped before.
pub(crate) struct Held<'a> {
    guard: &'a dyn ReplayGuard,
    id: &'a str,
    token: FencingToken,
    is_open: bool,
    _extending: Option<Extending>,
}

/// A task that extends a lease until this is dropped. It does not wait for a handler that blocks its thread.
struct Extending(AbortHandle);

impl<'a> Held<'a> {
    pub(crate) async fn reserve(
        guard: &'a Arc<dyn ReplayGuard>,
        id: &'a str,
        body: &BodyDigest,
    ) -> Result<Reserved<'a>, BoxError> {
        Ok(match guard.reserve(id, body).await? {
            Reservation::Reserved(lease) => {
                let token = lease.token();
                Reserved::Here(Held {
                    guard: &**guard,
                    id,
                    token,
                    is_open: true,
                    _extending: Extending::start(guard, id, lease),
                })
            }
            Reservation::Running => Reserved::Elsewhere,
            Reservation::Handled(body) => Reserved::Handled(body),
        })
    }

    pub(crate) async fn commit(mut self) -> Result<LeaseState, BoxError> {
        let state = self.guard.commit(self.id, self.token).await?;
        self.is_open = false;
        Ok(state)
    }

    pub(crate) async fn release(mut self) -> Result<(), BoxError> {
        self.guard.release(self.id, self.token).await?;
        self.is_open = false;
        Ok(())
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if self.is_open {
            self.guard.abandon(self.id, self.token);
        }
    }
}

impl Extending {
    fn start(guard: &Arc<dyn ReplayGuard>, id: &str, lease: Lease) -> Option<Self> {
        let ttl = lease.ttl()?;
        let task = extend(Arc::clone(guard), id.to_owned(), lease.token(), ttl);
        Some(Self(tokio::spawn(task.in_current_span()).abort_handle()))
    }
}

impl Drop for Extending {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Extends a lease until it has expired. One failure of the guard leaves time for another attempt.
async fn extend(guard: Arc<dyn ReplayGuard>, id: String, token: FencingToken, ttl: Duration) {
    loop {
        sleep((ttl / 3).max(Duration::from_millis(1))).await;
        match guard.extend(&id, token).await {
            Ok(LeaseState::Held) => {}
            Ok(LeaseState::Expired) => {
                tracing::warn!("the reservation of a webhook has expired while its handler runs");
                return;
            }
            Err(error) => tracing::warn!(%error, "the replay guard has not extended a reservation"),
        }
    }
}
