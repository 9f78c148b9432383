//! The memory that all bodies share.
//!
//! A body is charged for its buffer, which grows with what arrives. If memory is short, bodies that are still arriving are
//! evicted: first those that occupy the most memory for the longest time without progress. A body that has arrived in
//! full is kept. So whoever sends large bodies and stops makes room for others, and a small body is never in the way.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes};
use tokio::time::Instant;

/// Added to the time without progress: shorter differences mean nothing, so the larger body is evicted.
const TOLERANCE: Duration = Duration::from_millis(10);

/// A number of bytes for all bodies together.
pub(super) struct Memory {
    capacity: usize,
    bodies: Mutex<Bodies>,
}

#[derive(Default)]
struct Bodies {
    /// Bytes of the bodies that have arrived in full.
    complete: usize,
    /// Bytes of the bodies that are arriving.
    incomplete: usize,
    arriving: BTreeMap<u64, Arriving>,
    next: u64,
}

struct Arriving {
    /// Its capacity is what is charged.
    buffer: Vec<u8>,
    /// The length when it last progressed, which is to grow by a sixteenth: single bytes do not count.
    progress: usize,
    since: Instant,
    waker: Option<Waker>,
}

/// A body that is arriving. Its memory is free again when this is dropped.
pub(super) struct Arrival {
    memory: Arc<Memory>,
    number: u64,
}

/// The memory of a body that has arrived in full, until it is dropped.
pub(super) struct Share {
    memory: Arc<Memory>,
    bytes: usize,
}

/// The body had to make room for others.
#[derive(Debug)]
pub(super) struct Evicted;

impl Memory {
    pub(super) fn new(capacity: usize) -> Arc<Self> {
        Arc::new(Self { capacity, bodies: Mutex::default() })
    }

    /// Whether a body of this size can get a place, by evicting others if necessary.
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        bytes <= self.capacity - self.bodies().complete
    }

    /// Begins a body. It occupies nothing yet.
    pub(super) fn begin(self: &Arc<Self>) -> Arrival {
        let mut bodies = self.bodies();
        let number = bodies.next;
        bodies.next += 1;
        let arriving = Arriving { buffer: Vec::new(), progress: 0, since: Instant::now(), waker: None };
        bodies.arriving.insert(number, arriving);
        Arrival { memory: Arc::clone(self), number }
    }

    fn bodies(&self) -> MutexGuard<'_, Bodies> {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Arrival {
    /// Ready when the body was evicted.
    pub(super) fn poll_evicted(&self, context: &mut Context<'_>) -> Poll<Evicted> {
        match self.memory.bodies().arriving.get_mut(&self.number) {
            None => Poll::Ready(Evicted),
            Some(Arriving { waker: Some(waker), .. }) => {
                waker.clone_from(context.waker());
                Poll::Pending
            }
            Some(arriving) => {
                arriving.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    /// Appends data. `bound` is the length that the body can have in the end.
    pub(super) fn append(&self, data: impl Buf, bound: usize) -> Result<(), Evicted> {
        let mut evicted = Vec::new();
        let result = self.memory.bodies().append(self.number, data, bound, self.memory.capacity, &mut evicted);
        evicted.into_iter().for_each(Waker::wake);
        result
    }

    /// The body has arrived in full, and can no longer be evicted.
    pub(super) fn complete(self) -> Result<(Bytes, Share), Evicted> {
        let mut bodies = self.memory.bodies();
        let Arriving { buffer, .. } = bodies.remove(self.number).ok_or(Evicted)?;
        let bytes = buffer.capacity();
        bodies.complete += bytes;
        drop(bodies);
        Ok((buffer.into(), Share { memory: Arc::clone(&self.memory), bytes }))
    }
}

impl Bodies {
    fn append(
        &mut self,
        number: u64,
        data: impl Buf,
        bound: usize,
        capacity: usize,
        evicted: &mut Vec<Waker>,
    ) -> Result<(), Evicted> {
        let Arriving { buffer, progress, since, .. } = self.arriving.get_mut(&number).ok_or(Evicted)?;
        let (length, charged) = (buffer.len() + data.remaining(), buffer.capacity());
        if length > *progress + *progress / 16 {
            (*progress, *since) = (length, Instant::now());
        }
        if length > charged {
            // The buffer doubles, as far as the body and the memory can make use of it.
            let most = capacity - self.complete;
            let doubled = Some(charged.saturating_mul(2).min(bound)).filter(|&doubled| doubled <= most);
            let size = length.max(doubled.unwrap_or_default());
            while charged + most.saturating_sub(self.incomplete) < size {
                let worst = if size > most { number } else { self.worst(number, size) };
                evicted.extend(self.remove(worst).and_then(|body| body.waker));
                if worst == number {
                    return Err(Evicted);
                }
            }
            let Arriving { buffer, .. } = self.arriving.get_mut(&number).ok_or(Evicted)?;
            buffer.reserve_exact(size - buffer.len());
            self.incomplete += buffer.capacity() - charged;
        }
        self.arriving.get_mut(&number).ok_or(Evicted)?.buffer.put(data);
        Ok(())
    }

    /// The body to evict, if this one needs that many bytes.
    fn worst(&self, number: u64, needed: usize) -> u64 {
        let now = Instant::now();
        let burden = |(&other, body): (&u64, &Arriving)| {
            let bytes = if other == number { needed } else { body.buffer.capacity() };
            let time = now.saturating_duration_since(body.since) + TOLERANCE;
            // Of equal ones, the oldest.
            (bytes as u128 * time.as_micros(), Reverse(other))
        };
        self.arriving.iter().map(burden).max().map_or(number, |(_, Reverse(other))| other)
    }

    fn remove(&mut self, number: u64) -> Option<Arriving> {
        let arriving = self.arriving.remove(&number)?;
        self.incomplete -= arriving.buffer.capacity();
        Some(arriving)
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        self.memory.bodies().remove(self.number);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.memory.bodies().complete -= self.bytes;
    }
}
