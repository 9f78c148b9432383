//! What decoding one text may cost in memory and in work.

use std::sync::Arc;

use super::value_memory::Holding;

/// A text below this length is decoded however much memory its values take.
pub(super) const SMALL_TEXT: usize = 64 * 1024;
/// The memory that the values of any larger text may take, in bytes.
pub(crate) const MIN_MEMORY: usize = 1024 * 1024;
/// The memory that they may take per byte of text, if that is more.
const MEMORY_PER_BYTE: usize = 16;
/// How much of this is kept for text while it is read. Each byte is kept once, in a buffer that may have doubled, and the old
/// one remains until the new one has its content.
const TEXT_PER_BYTE: usize = 3;
/// How much of it remains.
const KEPT_TEXT_PER_BYTE: usize = 2;
/// What is taken at once of the memory of all deliveries.
const CHUNK: usize = 64 * 1024;

/// The work for unions that any text may cost, in steps.
const MIN_WORK: usize = 256 * 1024;
/// The further work for each byte of unions.
const WORK_PER_BYTE: usize = 16;

/// Counts the memory and the work that are left for a text.
///
/// Memory is what values take beside their text: elements of lists and maps, boxes, and what the reader itself keeps. Text
/// is not counted, since it cannot be longer than what is read.
///
/// A step of work is a byte that is looked at once more, or a candidate of a union that is considered. Outside of unions,
/// each byte is read once, and that of an enum or constant of JSON values once more.
pub(super) struct Meter {
    /// The length of the text.
    length: usize,
    /// The memory in use.
    used: usize,
    /// How much may be in use for now.
    granted: usize,
    /// How much may be granted.
    limit: usize,
    /// Where it comes from, if that is shared with other deliveries.
    holding: Option<Arc<Holding>>,
    work: usize,
    /// All steps of work so far.
    steps: usize,
    /// Why decoding ends, once something is used up.
    exhausted: Option<&'static str>,
}

/// Memory or work is used up.
pub(super) struct Exhausted(pub(super) &'static str);

impl Meter {
    /// For a text of this length, with at least this much memory if it is not small.
    pub(super) fn new(length: usize, min_memory: usize) -> Self {
        let limit = match length {
            ..SMALL_TEXT => usize::MAX,
            _ => min_memory.max(length.saturating_mul(MEMORY_PER_BYTE)),
        };
        let used = length * TEXT_PER_BYTE;
        Self { length, used, granted: limit, limit, holding: None, work: MIN_WORK, steps: 0, exhausted: None }
    }

    /// Takes the memory, of which none may be in use but that for text, from what all deliveries share.
    pub(super) fn share(&mut self, holding: Arc<Holding>) -> Result<(), Exhausted> {
        self.limit = self.limit.min(holding.capacity());
        self.holding = Some(holding);
        (self.used, self.granted) = (0, 0);
        self.hold(self.length * TEXT_PER_BYTE)
    }

    /// Takes memory, before it is allocated.
    #[inline]
    pub(super) fn hold(&mut self, bytes: usize) -> Result<(), Exhausted> {
        let used = self.used.saturating_add(bytes);
        if used > self.granted {
            self.grant_memory(used)?;
        }
        self.used = used;
        Ok(())
    }

    #[cold]
    fn grant_memory(&mut self, used: usize) -> Result<(), Exhausted> {
        if used > self.limit {
            let is_all = self.holding.as_ref().is_some_and(|holding| holding.capacity() == self.limit);
            return Err(self.exhaust(if is_all {
                "the values take more memory than all bodies together may use"
            } else {
                "the values take more memory than a body of this size may use"
            }));
        }
        if let Some(holding) = &self.holding {
            let granted = used.next_multiple_of(CHUNK).min(self.limit);
            if !holding.take(granted - self.granted) {
                return Err(self.exhaust("the values of other deliveries leave too little memory"));
            }
            self.granted = granted;
        }
        Ok(())
    }

    /// Gives memory back that was freed.
    #[inline]
    pub(super) fn release(&mut self, bytes: usize) {
        self.used = self.used.saturating_sub(bytes);
    }

    pub(super) fn is_shared(&self) -> bool {
        self.holding.is_some()
    }

    /// The text was read: what its values do not take is free again.
    pub(super) fn settle(&mut self) {
        if let Some(holding) = &self.holding {
            let unused = self.length * (TEXT_PER_BYTE - KEPT_TEXT_PER_BYTE);
            self.granted = self.used.saturating_sub(unused);
            holding.keep(self.granted);
        }
    }

    /// Adds an element to a list. One that grows doubles, and counts with its capacity; the old elements remain until they
    /// have been moved.
    #[inline]
    pub(super) fn push<T>(&mut self, list: &mut Vec<T>, element: T) -> Result<(), Exhausted> {
        if list.len() == list.capacity() {
            self.grow(list)?;
        }
        list.push(element);
        Ok(())
    }

    fn grow<T>(&mut self, list: &mut Vec<T>) -> Result<(), Exhausted> {
        let old = list.capacity();
        // Small elements begin with several.
        let new = (old * 2).max(if size_of::<T>() <= 64 { 4 } else { 1 });
        self.hold(new * size_of::<T>())?;
        list.reserve_exact(new - old);
        self.release(old * size_of::<T>());
        Ok(())
    }

    /// The memory in use, to return to with [`reset_memory`](Self::reset_memory).
    pub(super) fn memory(&self) -> usize {
        self.used
    }

    /// Everything since then was freed.
    pub(super) fn reset_memory(&mut self, memory: usize) {
        self.used = memory;
    }

    /// Adds the work for a union of this length, which is not within another, and which was read once.
    pub(super) fn grant(&mut self, length: usize) {
        self.steps += length;
        self.work = self.work.saturating_add(length.saturating_mul(WORK_PER_BYTE));
    }

    /// Counts work that is not limited.
    pub(super) fn count(&mut self, steps: usize) {
        self.steps += steps;
    }

    /// Does work.
    pub(super) fn work(&mut self, steps: usize) -> Result<(), Exhausted> {
        self.steps += steps;
        match self.work.checked_sub(steps) {
            Some(left) => {
                self.work = left;
                Ok(())
            }
            None => Err(self.exhaust("the unions can be read in too many ways")),
        }
    }

    /// Why decoding has to end, if it has.
    pub(super) fn exhausted(&self) -> Option<Exhausted> {
        self.exhausted.map(Exhausted)
    }

    /// The steps of work so far.
    #[cfg(feature = "testing")]
    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    #[cold]
    pub(super) fn exhaust(&mut self, reason: &'static str) -> Exhausted {
        Exhausted(self.exhausted.get_or_insert(reason))
    }
}
