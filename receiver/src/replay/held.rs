use std::any::Any;
use std::future::{poll_fn, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tracing::Instrument;

use super::{BodyDigest, FencingToken, Lease, LeaseState, ReplayGuard, Reservation};
use crate::BoxError;

/// A guard, and how long a call to it may take.
pub(crate) struct Guarded {
    pub(crate) guard: Arc<dyn ReplayGuard>,
    pub(crate) limit: Duration,
}

/// What must not be dropped before the last call for a delivery has ended.
pub(crate) type InUse = Arc<dyn Any + Send + Sync>;

/// The only way to use a guard: what is reserved is committed, released or abandoned.
pub(crate) enum Reserved {
    /// For the caller.
    Here(Held),
    Elsewhere,
    Handled(BodyDigest),
}

/// A reserved id. Its lease is extended until it is committed or released. It is abandoned if it is dropped before.
pub(crate) struct Held {
    guard: Arc<dyn ReplayGuard>,
    limit: Duration,
    id: Arc<str>,
    token: FencingToken,
    is_open: bool,
    extending: Option<Extending>,
    _in_use: InUse,
}

/// A task that extends a lease until this is dropped. It does not wait for a handler that blocks its thread.
struct Extending {
    task: AbortHandle,
    /// Set when the commit or the release is sent. It is what ends the lease then.
    is_ending: Arc<AtomicBool>,
}

impl Guarded {
    /// A reservation that comes too late is released.
    pub(crate) async fn reserve(&self, id: &Arc<str>, body: BodyDigest, in_use: InUse) -> Result<Reserved, BoxError> {
        let (guard, limit, id) = (Arc::clone(&self.guard), self.limit, Arc::clone(id));
        let call = async move {
            Ok(match guard.reserve(&id, &body).await? {
                Reservation::Reserved(lease) => {
                    let (token, extending) = (lease.token(), Extending::start(&guard, &id, lease, limit));
                    Reserved::Here(Held { guard, limit, id, token, is_open: true, extending, _in_use: in_use })
                }
                Reservation::Running => Reserved::Elsewhere,
                Reservation::Handled(body) => Reserved::Handled(body),
            })
        };
        answered(limit, call, async |reserved| {
            if let Reserved::Here(held) = reserved {
                held.released().await;
            }
        })
        .await
    }
}

impl Held {
    pub(crate) async fn commit(self) -> Result<LeaseState, BoxError> {
        self.ending();
        let limit = self.limit;
        let call = async move {
            let mut held = self;
            let state = held.guard.commit(&held.id, held.token).await?;
            held.is_open = false;
            Ok(state)
        };
        answered(limit, call, |_| ready(())).await
    }

    /// A failure is logged: the lease expires.
    pub(crate) async fn released(self) {
        self.ending();
        let limit = self.limit;
        let call = async move {
            let mut held = self;
            held.guard.release(&held.id, held.token).await?;
            held.is_open = false;
            Ok(())
        };
        if answered(limit, call, |()| ready(())).await.is_err() {
            tracing::error!("the replay guard has not released a webhook that was not handled");
        }
    }

    fn ending(&self) {
        if let Some(Extending { is_ending, .. }) = &self.extending {
            is_ending.store(true, Ordering::Release);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.is_open {
            self.guard.abandon(&self.id, self.token);
        }
    }
}

/// Waits for the result of a call to the guard, within this limit. After that, the call may take as long again, since it may
/// change something: its result is then passed to `late`.
async fn answered<T: Send + 'static, F>(
    limit: Duration,
    call: impl Future<Output = Result<T, BoxError>> + Send + 'static,
    late: impl FnOnce(T) -> F + Send + 'static,
) -> Result<T, BoxError>
where
    F: Future<Output = ()> + Send,
{
    let mut call = Box::pin(call);
    // A guard in memory answers at once, and needs no timer.
    if let Poll::Ready(result) = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await {
        return result;
    }
    if let Ok(result) = timeout(limit, &mut call).await {
        return result;
    }
    let rest = async move {
        if let Ok(Ok(result)) = timeout(limit, call).await {
            late(result).await;
        }
    };
    tokio::spawn(rest.in_current_span());
    Err(format!("the replay guard has not answered within {limit:?}").into())
}

impl Extending {
    fn start(guard: &Arc<dyn ReplayGuard>, id: &Arc<str>, lease: Lease, limit: Duration) -> Option<Self> {
        let ttl = lease.ttl()?;
        let is_ending = Arc::<AtomicBool>::default();
        let task = extend(Arc::clone(guard), Arc::clone(id), lease.token(), (ttl, limit), Arc::clone(&is_ending));
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
    id: Arc<str>,
    token: FencingToken,
    (ttl, limit): (Duration, Duration),
    is_ending: Arc<AtomicBool>,
) {
    loop {
        sleep((ttl / 3).max(Duration::from_millis(1))).await;
        match timeout(limit.min(ttl / 6), guard.extend(&id, token)).await {
            Ok(Ok(LeaseState::Held)) => {}
            Ok(Ok(LeaseState::Expired)) => {
                if !is_ending.load(Ordering::Acquire) {
                    tracing::warn!("the reservation of a webhook has expired while its handler runs");
                }
                return;
            }
            Ok(Err(error)) => tracing::warn!(%error, "the replay guard has not extended a reservation"),
            Err(_) => tracing::warn!("the replay guard has not extended a reservation in time"),
        }
    }
}
