//! Group commit: what arrives while the store commits is in the next batch.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};
use tokio::task::yield_now;
use tokio::time::{Instant, timeout_at};

use crate::store::{CALL_BYTES, StoreError, StoreErrorKind, within};
use crate::unwind::{Panicked, unwinding};

/// Batches have at most this number of requests, and [`CALL_BYTES`], so that none takes long.
const LARGEST: usize = 1024;
/// Tokio's timers have a resolution of a millisecond. Shorter times are passed by letting other tasks run.
const TIMER_RESOLUTION: Duration = Duration::from_millis(2);
const MAX_YIELDS: usize = 64;
/// The most batches that a store has at the same time.
const AT_ONCE: usize = 2;
/// The longest that a batch waits for more requests: the last one may have waited for a server that was down.
const LONGEST_LINGER: Duration = Duration::from_millis(50);

/// What a batch has.
pub(crate) trait Request: Send + 'static {
    /// The bytes of its serialized delivery.
    fn bytes(&self) -> u64;
}

/// Collects requests for a store. Its tasks end when this is dropped and everything is written.
pub(crate) struct Batcher<T, R> {
    sender: mpsc::Sender<Item<T, R>>,
}

struct Item<T, R> {
    bytes: u64,
    request: Arc<Slot<T>>,
    answer: oneshot::Sender<Result<R, StoreError>>,
}

/// A request in the queue. `None` if its caller has given up.
struct Slot<T>(Mutex<Option<T>>);

impl<T> Slot<T> {
    fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A caller that waits. If it gives up, its request takes no more memory, however long the store takes.
struct Caller<T>(Arc<Slot<T>>);

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
    /// Two batches are written at the same time, each with half of the requests, as long as one takes less than this for each
    /// request of both. Needs a Tokio runtime.
    pub(crate) fn start(capacity: usize, overlap_below: Duration, writer: impl Write<T, R>) -> Self {
        let (sender, receiver) = mpsc::channel(capacity);
        let waiting = AsyncMutex::new(Waiting { receiver, items: Vec::new() });
        let queue = Arc::new(Queue { waiting, load: Mutex::default(), overlap_below, writer });
        for _ in 0..if overlap_below.is_zero() { 1 } else { AT_ONCE } {
            tokio::spawn(run(Arc::clone(&queue)));
        }
        Self { sender }
    }

    /// Writes a request. It may be written even if this future is dropped.
    pub(crate) async fn write(&self, request: T) -> Result<R, NotWritten> {
        let (answer, written) = oneshot::channel();
        let bytes = request.bytes();
        let request = Arc::new(Slot(Mutex::new(Some(request))));
        let _caller = Caller(Arc::clone(&request));
        self.sender.try_send(Item { bytes, request, answer }).map_err(|_| NotWritten::Full)?;
        match written.await {
            Ok(result) => result.map_err(NotWritten::Failed),
            Err(_) => Err(NotWritten::Failed(StoreError::new(StoreErrorKind::Other, "the store has panicked"))),
        }
    }
}

/// What the tasks share that write batches.
struct Queue<T, R, W> {
    /// One task at a time collects a batch.
    waiting: AsyncMutex<Waiting<T, R>>,
    load: Mutex<Load>,
    overlap_below: Duration,
    writer: W,
}

/// The requests that wait.
struct Waiting<T, R> {
    receiver: mpsc::Receiver<Item<T, R>>,
    /// The first of them.
    items: Vec<Item<T, R>>,
}

#[derive(Clone, Copy, Default)]
struct Load {
    /// How many requests the store has.
    writing: usize,
    /// How many it had and would get when the last batch began: roughly the number of callers.
    all: usize,
    /// How long the last batch took.
    took: Duration,
}

impl<T, R, W> Queue<T, R, W> {
    fn load(&self) -> MutexGuard<'_, Load> {
        self.load.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes one batch after the other, as long as there can be requests.
async fn run<T: Request, R: Send + 'static>(queue: Arc<Queue<T, R, impl Write<T, R>>>) {
    loop {
        let mut turn = queue.waiting.lock().await;
        let waiting = &mut *turn;
        if !waiting.begin().await {
            return;
        }
        let load = *queue.load();
        let overlaps = load.took.as_nanos() < queue.overlap_below.as_nanos() * load.all as u128;
        let part = |all: usize| if overlaps { all.div_ceil(AT_ONCE) } else { all };
        let expected = part(load.all).min(load.all.saturating_sub(load.writing));
        waiting.linger(expected, (load.took / 4).min(LONGEST_LINGER)).await;
        let all = {
            let mut load = queue.load();
            load.all = (load.writing + waiting.len()).min(AT_ONCE * LARGEST);
            load.all
        };
        let (requests, answers) = waiting.take(part(all));
        if requests.is_empty() {
            continue;
        }
        queue.load().writing += answers.len();
        // Without a turn, no other task begins a batch.
        let turn = (!overlaps).then_some(turn);
        let start = Instant::now();
        let result = write(&queue.writer, requests).await;
        {
            let mut load = queue.load();
            load.writing -= answers.len();
            load.took = start.elapsed();
        }
        drop(turn);
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

/// Writes a batch. A store that panics fails this batch only.
async fn write<T, R>(writer: &impl Write<T, R>, requests: Vec<T>) -> Result<Vec<R>, StoreError> {
    let size = requests.len();
    let other = |text| Err(StoreError::new(StoreErrorKind::Other, text));
    match unwinding(writer.write(requests)).await {
        Ok(Ok(results)) if results.len() != size => other("the store has returned another number of results"),
        Ok(result) => result,
        Err(Panicked) => other("the store has panicked"),
    }
}

impl<T: Request, R> Waiting<T, R> {
    fn len(&self) -> usize {
        self.items.len() + self.receiver.len()
    }

    /// Waits for a request. Returns false if there will be none.
    async fn begin(&mut self) -> bool {
        !self.items.is_empty() || self.receiver.recv_many(&mut self.items, LARGEST).await > 0
    }

    /// Waits for more, as long as there are fewer than this. Otherwise callers that wait for the store would split into groups
    /// that take turns, each in smaller batches.
    async fn linger(&mut self, expected: usize, limit: Duration) {
        let Self { receiver, items } = self;
        let deadline = Instant::now() + limit;
        let mut yields = 0;
        while items.len() < expected.min(LARGEST) && Instant::now() < deadline {
            if let Ok(item) = receiver.try_recv() {
                items.push(item);
            } else if limit >= TIMER_RESOLUTION {
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

    /// Takes a batch: the first requests that the store can have at once, up to this number, without those whose callers have
    /// given up.
    fn take(&mut self, most: usize) -> (Vec<T>, Vec<oneshot::Sender<Result<R, StoreError>>>) {
        let Self { receiver, items } = self;
        let most = most.min(LARGEST);
        while items.len() < most
            && let Ok(item) = receiver.try_recv()
        {
            items.push(item);
        }
        let mut fits = within(CALL_BYTES);
        let count = items.iter().take(most).take_while(|item| fits(item.bytes)).count();
        items.drain(..count).filter_map(|item| Some((item.request.take()?, item.answer))).unzip()
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
    use std::sync::atomic::{AtomicUsize, Ordering};

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
        let batcher = Batcher::start(10, Duration::ZERO, Hangs);
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
        let batcher = Arc::new(Batcher::start(10_000, Duration::ZERO, remembers.clone()));
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

    /// Counts how many batches it has at the same time.
    #[derive(Clone)]
    struct Overlaps {
        takes: Duration,
        now: Arc<AtomicUsize>,
        found: Arc<Mutex<Vec<(usize, usize)>>>,
    }

    impl Write<u64, u64> for Overlaps {
        async fn write(&self, batch: Vec<u64>) -> Result<Vec<u64>, StoreError> {
            let others = self.now.fetch_add(1, Ordering::SeqCst);
            self.found.lock().unwrap().push((others, batch.len()));
            tokio::time::sleep(self.takes).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
            Ok(batch)
        }
    }

    /// Of the last batches of ten callers, each of which has many requests: how many others the store has, and the size.
    async fn last_batches(takes: Duration) -> Vec<(usize, usize)> {
        let overlaps = Overlaps { takes, now: Arc::default(), found: Arc::default() };
        let batcher = Arc::new(Batcher::start(100, Duration::from_millis(100), overlaps.clone()));
        let caller = |number| {
            let batcher = Arc::clone(&batcher);
            tokio::spawn(async move {
                for _ in 0..50 {
                    assert_eq!(batcher.write(number).await.unwrap(), number);
                }
            })
        };
        for caller in (0..10).map(caller).collect::<Vec<_>>() {
            caller.await.unwrap();
        }
        let found = overlaps.found.lock().unwrap();
        assert_eq!(found.iter().map(|(_, size)| size).sum::<usize>(), 500);
        found[20..40].to_vec()
    }

    #[tokio::test(start_paused = true)]
    async fn two_batches_overlap_only_if_a_commit_is_short_for_as_many_requests() {
        let found = last_batches(Duration::from_millis(900)).await;
        assert!(found.chunks(2).all(|pair| pair == [(0, 5), (1, 5)] || pair == [(1, 5), (0, 5)]), "{found:?}");
        let found = last_batches(Duration::from_millis(1100)).await;
        assert!(found.iter().all(|found| *found == (0, 10)), "{found:?}");
    }

    /// Remembers its batches. Fails or panics if a batch has such a request.
    #[derive(Clone)]
    struct Fails(Overlaps, Arc<Mutex<Vec<Vec<u64>>>>);

    impl Fails {
        fn fails(batch: &[u64]) -> bool {
            batch.iter().any(|request| request % 31 == 0)
        }

        fn panics(batch: &[u64]) -> bool {
            batch.iter().any(|request| request % 37 == 0)
        }
    }

    impl Write<u64, u64> for Fails {
        async fn write(&self, batch: Vec<u64>) -> Result<Vec<u64>, StoreError> {
            let Self(overlaps, batches) = self;
            batches.lock().unwrap().push(batch.clone());
            let batch = overlaps.write(batch).await?;
            assert!(!Self::panics(&batch), "as expected");
            let failed = StoreError::new(StoreErrorKind::Busy, "as expected");
            if Self::fails(&batch) { Err(failed) } else { Ok(batch) }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_that_fails_or_panics_fails_alone() {
        let overlaps = Overlaps { takes: Duration::from_millis(10), now: Arc::default(), found: Arc::default() };
        let fails = Fails(overlaps.clone(), Arc::default());
        let batcher = Arc::new(Batcher::start(100, Duration::from_secs(1), fails.clone()));
        let caller = |number: u64| {
            let batcher = Arc::clone(&batcher);
            tokio::spawn(async move {
                let mut own = Vec::new();
                for request in (0..50).map(|round| 10 * round + number) {
                    match batcher.write(request).await {
                        Ok(answer) => {
                            assert_eq!(answer, request);
                            own.push(request);
                        }
                        Err(error) => assert!(matches!(error, NotWritten::Failed(_)), "{error:?}"),
                    }
                }
                own
            })
        };
        let mut answered = Vec::new();
        for caller in (1..=10).map(caller).collect::<Vec<_>>() {
            answered.extend(caller.await.unwrap());
        }
        let written = fails.1.lock().unwrap();
        assert_eq!(written.concat().len(), 500);
        let succeeded = written.iter().filter(|batch| !Fails::fails(batch) && !Fails::panics(batch));
        let mut expected = succeeded.flatten().copied().collect::<Vec<_>>();
        expected.sort_unstable();
        answered.sort_unstable();
        assert!(answered.len() > 200 && answered.len() < 500, "{}", answered.len());
        assert_eq!(answered, expected);
        assert!(overlaps.found.lock().unwrap().iter().filter(|(others, _)| *others == 1).count() > 10);
    }

    #[tokio::test(start_paused = true)]
    async fn both_tasks_end_with_the_batcher() {
        let remembers = Remembers::default();
        let batcher = Batcher::start(100, Duration::from_secs(1), remembers.clone());
        assert_eq!(batcher.write(10).await.unwrap(), 10);
        assert_eq!(Arc::strong_count(&remembers.0), 2);
        drop(batcher);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(Arc::strong_count(&remembers.0), 1);
    }
}
