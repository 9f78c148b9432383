use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
    extending: Option<Extending>,
}

/// A task that extends a lease until this is dropped. It does not wait for a handler that blocks its thread.
struct Extending {
    task: AbortHandle,
    /// Set when the commit or the release is sent. It is what ends the lease then.
    is_ending: Arc<AtomicBool>,
}

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
                    extending: Extending::start(guard, id, lease),
                })
            }
            Reservation::Running => Reserved::Elsewhere,
            Reservation::Handled(body) => Reserved::Handled(body),
        })
    }

    pub(crate) async fn commit(mut self) -> Result<LeaseState, BoxError> {
        self.ending();
        let state = self.guard.commit(self.id, self.token).await?;
        self.is_open = false;
        Ok(state)
    }

    pub(crate) async fn release(mut self) -> Result<(), BoxError> {
        self.ending();
        self.guard.release(self.id, self.token).await?;
        self.is_open = false;
        Ok(())
    }

    fn ending(&self) {
        if let Some(Extending { is_ending, .. }) = &self.extending {
            is_ending.store(true, Ordering::Release);
        }
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
        let is_ending = Arc::<AtomicBool>::default();
        let task = extend(Arc::clone(guard), id.to_owned(), lease.token(), ttl, Arc::clone(&is_ending));
        Some(Self { task: tokio::spawn(task.in_current_span()).abort_handle(), is_ending })
    }
}

impl Drop for Extending {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Extends a lease until it has expired. One failure of the guard leaves time for another attempt.
async fn extend(
    guard: Arc<dyn ReplayGuard>,
    id: String,
    token: FencingToken,
    ttl: Duration,
    is_ending: Arc<AtomicBool>,
) {
    loop {
        sleep((ttl / 3).max(Duration::from_millis(1))).await;
        match guard.extend(&id, token).await {
            Ok(LeaseState::Held) => {}
            Ok(LeaseState::Expired) => {
                if !is_ending.load(Ordering::Acquire) {
                    tracing::warn!("the reservation of a webhook has expired while its handler runs");
                }
                return;
            }
            Err(error) => tracing::warn!(%error, "the replay guard has not extended a reservation"),
        }
    }
}
