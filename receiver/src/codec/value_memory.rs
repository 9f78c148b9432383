//! The memory that the decoded values of all deliveries share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A number of bytes for the values of all deliveries together.
pub(crate) struct ValueMemory {
    capacity: usize,
    taken: AtomicUsize,
}

/// What the values of one delivery take, until this is dropped.
pub(crate) struct Holding {
    memory: Arc<ValueMemory>,
    bytes: AtomicUsize,
    is_refused: AtomicBool,
}

impl ValueMemory {
    pub(crate) fn new(capacity: usize) -> Arc<Self> {
        Arc::new(Self { capacity, taken: AtomicUsize::new(0) })
    }

    /// For one delivery, which has nothing yet.
    pub(crate) fn begin(self: &Arc<Self>) -> Arc<Holding> {
        let (bytes, is_refused) = (AtomicUsize::new(0), AtomicBool::new(false));
        Arc::new(Holding { memory: Arc::clone(self), bytes, is_refused })
    }

    #[cfg(test)]
    fn taken(&self) -> usize {
        self.taken.load(Ordering::Acquire)
    }
}

impl Holding {
    /// The bytes for all deliveries together.
    pub(super) fn capacity(&self) -> usize {
        self.memory.capacity
    }

    /// Takes further bytes. Returns whether there are as many.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let more = |taken: usize| taken.checked_add(bytes).filter(|&taken| taken <= self.memory.capacity);
        let is_taken = self.memory.taken.try_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok();
        if is_taken {
            self.bytes.fetch_add(bytes, Ordering::AcqRel);
        } else {
            self.is_refused.store(true, Ordering::Release);
        }
        is_taken
    }

    /// Gives back what is beyond this.
    pub(super) fn keep(&self, bytes: usize) {
        let before = self.bytes.fetch_min(bytes, Ordering::AcqRel);
        self.memory.taken.fetch_sub(before.saturating_sub(bytes), Ordering::AcqRel);
    }

    /// Whether others had taken too much.
    pub(crate) fn is_refused(&self) -> bool {
        self.is_refused.load(Ordering::Acquire)
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.keep(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_given_back() {
        let memory = ValueMemory::new(100);
        let (first, second) = (memory.begin(), memory.begin());
        assert!(first.take(40) && first.take(20) && second.take(40));
        assert!(!second.take(1));
        assert!(second.is_refused() && !first.is_refused());
        first.keep(30);
        first.keep(50);
        assert_eq!(memory.taken(), 70);
        assert!(second.take(30));
        drop(first);
        drop(second);
        assert_eq!(memory.taken(), 0);
    }
}
