//! How many nodes the queries of an overlay may visit.

use std::cell::Cell;

/// How many bytes of a text are read at the cost of a visit.
pub(super) const TEXT: usize = 64;

/// How many nodes may be visited.
pub(super) struct Budget {
    pub(super) all: usize,
    left: Cell<usize>,
}

impl Budget {
    pub(super) fn new(all: usize) -> Self {
        Self { all, left: Cell::new(all) }
    }

    /// Takes visits of nodes; `None` if there are not enough left.
    pub(super) fn spend(&self, nodes: usize) -> Option<()> {
        let left = self.left.get().checked_sub(nodes);
        self.left.set(left.unwrap_or(0));
        left.map(|_| ())
    }

    /// How many visits were taken.
    #[cfg(test)]
    pub(super) fn spent(&self) -> usize {
        self.all - self.left.get()
    }
}
