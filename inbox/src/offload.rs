//! Work on large bodies, away from the threads that serve requests.

use std::panic::resume_unwind;

use tokio::task::spawn_blocking;
use tracing::Span;

/// Hashing and copying fewer bytes takes less time than going to another thread and back, some 10 µs.
const LARGE: usize = 64 * 1024;

/// Does work that takes as long as a body of this many bytes needs. `None` if the runtime is shutting down.
pub(crate) async fn offload<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    if bytes < LARGE {
        return Some(work());
    }
    let span = Span::current();
    match spawn_blocking(move || span.in_scope(work)).await {
        Ok(done) => Some(done),
        Err(error) => error.try_into_panic().map_or(None, |panic| resume_unwind(panic)),
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[tokio::test]
    async fn a_large_body_occupies_no_thread_that_serves() {
        let this = thread::current().id();
        let place = || thread::current().id();
        assert_eq!(offload(LARGE - 1, place).await, Some(this));
        assert_ne!(offload(LARGE, place).await, Some(this));
    }
}
