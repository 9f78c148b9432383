//! Group commit: what arrives while the store commits is in the next batch.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::yield_now;
use tokio::time::{Instant, timeout_at};

use crate::store::{CALL_BYTES, StoreError, StoreErrorKind, within};
use crate::unwind::{Panicked, unwinding};

/// Batches have at most this number of requests, and [`CALL_BYTES`], so that none takes long.
const LARGEST: usize = 1024;
/// Tokio's timers have a resolution of a millisecond. Shorter times are passed by letting other tasks run.
const TIMER_RESOLUTION: Duration = Duration::from_millis(2);
const MAX_YIELDS: usize = 64;
/// How long a caller takes to prepare a request, roughly.
const PREPARATION: Duration = Duration::from_micros(4);

/// What a batch has.
pub(crate) trait Request: Send + 'static {
    /// The bytes of its serialized delivery.
    fn bytes(&self) -> u64;
}

/// Collects requests for a store. Its task ends when this is dropped and everything is written.
pub(crate) struct Batcher<T, R> {
    sender: mpsc::Sender<Item<T, R>>,
}

struct Item<T, R> {
    bytes: u64,
    request: Arc<Waiting<T>>,
    answer: oneshot::Sender<Result<R, StoreError>>,
}

/// A request in the queue. `None` if its caller has given up.
struct Waiting<T>(Mutex<Option<T>>);

impl<T> Waiting<T> {
    fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A caller that waits. If it gives up, its request takes no more memory, however long the store takes.
struct Caller<T>(Arc<Waiting<T>>);

impl<T> Drop for Caller<T> {
    fn drop(&mut self) {
        drop(self.0.take());
    }
}

/// Why a request was not written.
#[derive(Debug)]
pub(crate) enum NotWritten {
    /// Too many are waiting.
    Full,
    /// The store failed. It is possible that it was written.
    Failed(StoreError),
}

/// Writes a batch, and returns a result for each request, in their order.
pub(crate) trait Write<T, R>: Send + Sync + 'static {
    fn write(&self, batch: Vec<T>) -> impl Future<Output = Result<Vec<R>, StoreError>> + Send;
}

impl<T: Request, R: Send + 'static> Batcher<T, R> {
    /// Needs a Tokio runtime.
    pub(crate) fn start(capacity: usize, writer: impl Write<T, R>) -> Self {
        let (sender, receiver) = mpsc::channel(capacity);
        tokio::spawn(run(receiver, writer));
        Self { sender }
    }

    /// Writes a request. It may be written even if this future is dropped.
    pub(crate) async fn write(&self, request: T) -> Result<R, NotWritten> {
        let (answer, written) = oneshot::channel();
        let bytes = request.bytes();
        let request = Arc::new(Waiting(Mutex::new(Some(request))));
        let _caller = Caller(Arc::clone(&request));
        self.sender.try_send(Item { bytes, request, answer }).map_err(|_| NotWritten::Full)?;
        match written.await {
            Ok(result) => result.map_err(NotWritten::Failed),
            Err(_) => Err(NotWritten::Failed(StoreError::new(StoreErrorKind::Other, "the store has panicked"))),
        }
    }
}

async fn run<T: Request, R: Send + 'static>(mut receiver: mpsc::Receiver<Item<T, R>>, writer: impl Write<T, R>) {
    let mut items = Vec::new();
    let mut last = Last { size: 0, took: Duration::ZERO };
    let mut next = None;
    loop {
        let batch = match next.take() {
            Some(batch) => batch,
            None if items.is_empty() && receiver.recv_many(&mut items, LARGEST).await == 0 => return,
            None => {
                last.linger(&mut receiver, &mut items).await;
                match Batch::begin(&writer, &mut items).await {
                    Some(batch) => batch,
                    None => continue,
                }
            }
        };
        let start = batch.start;
        let (result, answers) = batch.end().await;
        last = Last { size: answers.len(), took: start.elapsed() };
        if last.is_followed_by(items.len() + receiver.len()) {
            // The store has it before the callers of this one go on.
            if let room @ 1.. = LARGEST.saturating_sub(items.len()).min(receiver.len()) {
                receiver.recv_many(&mut items, room).await;
            }
            next = Batch::begin(&writer, &mut items).await;
        }
        match result {
            Ok(results) => {
                for (answer, result) in answers.into_iter().zip(results) {
                    let _ = answer.send(Ok(result));
                }
            }
            Err(error) => {
                for answer in answers {
                    let _ = answer.send(Err(error.clone()));
                }
            }
        }
    }
}

type Answers<R> = Vec<oneshot::Sender<Result<R, StoreError>>>;
type Written<R> = Result<Result<Vec<R>, StoreError>, Panicked>;

/// A batch that the store has.
struct Batch<F, R> {
    /// A store that panics fails this batch only.
    write: Pin<Box<F>>,
    /// The result, if it was there at once.
    written: Option<Written<R>>,
    answers: Answers<R>,
    start: Instant,
}

impl<R> Batch<(), R> {
    /// Passes a batch to the store: the first items that it can have. `None` if all callers have given up.
    async fn begin<'w, T, W: Write<T, R>>(
        writer: &'w W,
        items: &mut Vec<Item<T, R>>,
    ) -> Option<Batch<impl Future<Output = Written<R>> + use<'w, T, R, W>, R>> {
        let mut fits = within(CALL_BYTES);
        let count = items.iter().take_while(|item| fits(item.bytes)).count();
        let waiting = items.drain(..count).filter_map(|item| Some((item.request.take()?, item.answer)));
        let (requests, answers): (Vec<T>, Vec<_>) = waiting.unzip();
        if requests.is_empty() {
            return None;
        }
        let start = Instant::now();
        let mut write = Box::pin(unwinding(writer.write(requests)));
        let written = poll_fn(|context| match write.as_mut().poll(context) {
            Poll::Ready(written) => Poll::Ready(Some(written)),
            Poll::Pending => Poll::Ready(None),
        });
        let written = written.await;
        Some(Batch { write, written, answers, start })
    }
}

impl<F: Future<Output = Written<R>>, R> Batch<F, R> {
    /// Waits for the store.
    async fn end(self) -> (Result<Vec<R>, StoreError>, Answers<R>) {
        let Self { write, written, answers, .. } = self;
        let written = match written {
            Some(written) => written,
            None => write.await,
        };
        let other = |text| Err(StoreError::new(StoreErrorKind::Other, text));
        let result = match written {
            Ok(Ok(results)) if results.len() != answers.len() => {
                other("the store has returned another number of results")
            }
            Ok(result) => result,
            Err(Panicked) => other("the store has panicked"),
        };
        (result, answers)
    }
}

/// The last batch.
struct Last {
    size: usize,
    took: Duration,
}

impl Last {
    /// Whether the next batch begins at once, if this number waits. If the callers are in two groups that take turns, one
    /// prepares its requests while the other waits. A single group would save a commit, half of this time for each request at
    /// most, but the store would wait for them.
    fn is_followed_by(&self, waiting: usize) -> bool {
        let is_cheap = self.took.as_nanos() < 2 * PREPARATION.as_nanos() * self.size as u128;
        is_cheap && waiting > 0 && waiting >= self.size / 2
    }

    /// Waits for more, up to a quarter of the time of the last commit, while the batch is smaller than the last one. Otherwise
    /// callers that wait for the store would split into two groups that take turns, each in batches of half the size.
    async fn linger<I>(&self, receiver: &mut mpsc::Receiver<I>, items: &mut Vec<I>) {
        let deadline = Instant::now() + self.took / 4;
        let mut yields = 0;
        while items.len() < self.size && Instant::now() < deadline {
            if let Ok(item) = receiver.try_recv() {
                items.push(item);
            } else if self.took / 4 >= TIMER_RESOLUTION {
                match timeout_at(deadline, receiver.recv()).await {
                    Ok(Some(item)) => items.push(item),
                    Ok(None) | Err(_) => return,
                }
            } else if yields < MAX_YIELDS {
                yields += 1;
                yield_now().await;
            } else {
                return;
            }
        }
    }
}

impl<T, R> fmt::Debug for Batcher<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batcher").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::timeout;

    use super::*;

    impl Request for Arc<()> {
        fn bytes(&self) -> u64 {
            0
        }
    }

    /// A store that never answers.
    struct Hangs;

    impl Write<Arc<()>, ()> for Hangs {
        async fn write(&self, batch: Vec<Arc<()>>) -> Result<Vec<()>, StoreError> {
            pending::<()>().await;
            Ok(vec![(); batch.len()])
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_was_given_up_takes_no_memory() {
        let batcher = Batcher::start(10, Hangs);
        let [first, second] = [Arc::new(()), Arc::new(())];
        let give_up = |request: &Arc<()>| timeout(Duration::from_secs(1), batcher.write(Arc::clone(request)));
        assert!(give_up(&first).await.is_err());
        assert!(give_up(&second).await.is_err());
        assert_eq!(Arc::strong_count(&first), 2, "the store has it");
        assert_eq!(Arc::strong_count(&second), 1);
    }

    /// As large as its number.
    impl Request for u64 {
        fn bytes(&self) -> u64 {
            *self
        }
    }

    /// Remembers its batches, each of which takes a second.
    #[derive(Clone, Default)]
    struct Remembers(Arc<Mutex<Vec<Vec<u64>>>>);

    impl Write<u64, u64> for Remembers {
        async fn write(&self, batch: Vec<u64>) -> Result<Vec<u64>, StoreError> {
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.0.lock().unwrap().push(batch.clone());
            Ok(batch)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_is_limited_in_bytes_and_in_number() {
        let remembers = Remembers::default();
        let batcher = Arc::new(Batcher::start(10_000, remembers.clone()));
        let third = CALL_BYTES / 3;
        let sizes = [vec![third; 7], vec![2 * CALL_BYTES, 1, third], vec![0; LARGEST + 1]].concat();
        let write = |size: u64| {
            let batcher = Arc::clone(&batcher);
            tokio::spawn(async move { batcher.write(size).await })
        };
        let requests: Vec<_> = sizes.iter().map(|size| write(*size)).collect();
        for (request, size) in requests.into_iter().zip(&sizes) {
            assert_eq!(request.await.unwrap().unwrap(), *size);
        }
        let written = remembers.0.lock().unwrap();
        assert_eq!(written.concat(), sizes, "in the order of the requests");
        for batch in &*written {
            assert!(batch.len() <= LARGEST);
            assert!(batch.len() == 1 || batch.iter().sum::<u64>() <= CALL_BYTES, "{batch:?}");
        }
        assert_eq!(written[0], [third; 3]);
        assert!(written.len() < 10, "{}", written.len());
    }
}
