use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use jsonwebtoken::DecodingKey;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::Algorithm;
use super::key_set::KeySet;
use crate::BoxError;
use crate::authorization::CredentialsError;
use crate::printable::Printable;

type Fetched = Pin<Box<dyn Future<Output = Result<Bytes, BoxError>> + Send>>;

/// Older keys are fetched again, since the issuer may have revoked one.
const REFRESH_AFTER: Duration = Duration::from_hours(1);
/// Older keys are not used, even if newer ones are unavailable.
const KEEP_FOR: Duration = Duration::from_hours(24);

/// Less than the timeout of an authenticator, so that a fetch that hangs leaves time to use the previous keys.
const FETCH_DEADLINE: Duration = Duration::from_secs(3);

/// The keys of the issuer, fetched when they are needed.
pub(super) struct Keys {
    fetch: Box<dyn Fn() -> Fetched + Send + Sync>,
    pub(super) interval: Duration,
    cached: RwLock<Option<Cached>>,
    /// When keys were last requested. The lock is held during a fetch.
    asked: Mutex<Option<Instant>>,
}

#[derive(Clone)]
struct Cached {
    keys: Arc<KeySet>,
    since: Instant,
}

impl Keys {
    pub(super) fn new(fetch: impl Fn() -> Fetched + Send + Sync + 'static) -> Self {
        Self {
            fetch: Box::new(fetch),
            interval: Duration::from_mins(1),
            cached: RwLock::new(None),
            asked: Mutex::new(None),
        }
    }

    /// The key with this id, from the cache if possible.
    pub(super) async fn get(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Arc<DecodingKey>, CredentialsError> {
        let fresh = |cached: &Cached| cached.since.elapsed() < REFRESH_AFTER;
        if let Some(key) = self.cached().filter(fresh).and_then(|cached| cached.keys.find(id, algorithm)) {
            return Ok(key);
        }
        self.refresh().await;
        let usable = self.cached().filter(|cached| cached.since.elapsed() < KEEP_FOR);
        let usable = usable.ok_or(CredentialsError::Unavailable("the issuer's keys are not available"))?;
        usable.keys.find(id, algorithm).ok_or(CredentialsError::Refused("the token's key is unknown"))
    }

    /// Fetches the keys, unless that was tried within the interval. Concurrent callers wait for the same fetch.
    async fn refresh(&self) {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|asked| asked.elapsed() < self.interval) {
            return;
        }
        // Before the fetch, so that a cancelled one counts as well.
        *asked = Some(Instant::now());
        let fetched = timeout(FETCH_DEADLINE, (self.fetch)()).await.unwrap_or_else(|late| Err(late.into()));
        match fetched.map(|document| KeySet::parse(&document)) {
            Ok(Some(keys)) => {
                let cached = Cached { keys: Arc::new(keys), since: Instant::now() };
                *self.cached.write().unwrap_or_else(PoisonError::into_inner) = Some(cached);
            }
            Ok(None) => tracing::warn!("the fetched document is not a key set"),
            Err(error) => {
                let error = Printable { text: &error.to_string(), limit: 256 }.to_string();
                tracing::warn!(error, "the issuer's keys cannot be fetched");
            }
        }
    }

    fn cached(&self) -> Option<Cached> {
        self.cached.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
