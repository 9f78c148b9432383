//! Decisions from random bytes.

use std::ops::RangeInclusive;

use arbitrary::Unstructured;

/// Random bytes of a seed.
#[derive(Clone, Debug)]
pub struct Tape(Vec<u8>);

impl Tape {
    /// Decisions from these bytes.
    pub fn choices(&self) -> Choices<'_> {
        Choices::new(&self.0)
    }
}

/// The bytes of a seed: 512 to 16 384. Few bytes make small values.
pub fn seeded(seed: u64) -> Tape {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut bytes = vec![0; 512 << random.usize(0..=5)];
    random.fill(&mut bytes);
    Tape(bytes)
}

/// Decisions, each made by the next random bytes. If no bytes are left, each decision is the first or smallest one, so that
/// whatever is being made comes to an end.
#[derive(Debug)]
pub struct Choices<'b>(Unstructured<'b>);

impl<'b> Choices<'b> {
    /// Decisions from these bytes.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self(Unstructured::new(bytes))
    }

    /// A number within these bounds.
    pub fn number(&mut self, bounds: RangeInclusive<usize>) -> usize {
        let smallest = *bounds.start();
        self.0.int_in_range(bounds).unwrap_or(smallest)
    }

    /// Any integer.
    pub(crate) fn integer(&mut self) -> i64 {
        self.0.arbitrary().unwrap_or_default()
    }

    /// True in so many of a hundred cases; false if no bytes are left.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.number(0..=99) + percent >= 100
    }

    /// One of several; the first if no bytes are left.
    ///
    /// # Panics
    ///
    /// If there are none.
    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.number(0..=from.len() - 1)]
    }
}
