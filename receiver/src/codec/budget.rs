//! Limits the work of reading kept values again.
//!
//! A union is kept as [`Value`](super::Value) and tried against its candidates, whose members may be unions again. Each
//! attempt reads its part of the text anew, so a small text could cost a number of attempts that grows exponentially with
//! its depth. A kept value can be read anywhere, so a reader cannot pass a budget down. Hence a thread-local one: the
//! outermost attempt opens it, nested ones draw on it.

use std::cell::Cell;

/// Nested attempts. A checked text nests no deeper, so only types that contain themselves without any object or array in
/// between get here.
const MAX_DEPTH: usize = 128;
/// How often the outermost text may be read in total. A text that is read in one way only needs one reading per level,
/// thus no more than [`MAX_DEPTH`].
const MAX_READINGS: usize = 256;

#[derive(Clone, Copy, Default)]
struct Account {
    depth: usize,
    bytes_left: usize,
}

thread_local! {
    static ACCOUNT: Cell<Account> = const { Cell::new(Account { depth: 0, bytes_left: 0 }) };
}

/// An attempt in progress.
pub(super) struct Attempt(());

impl Attempt {
    /// Begins an attempt to decode a text of this length, or returns why it is refused.
    pub(super) fn begin(length: usize) -> Result<Self, &'static str> {
        let account = ACCOUNT.get();
        let bytes_left = match account.depth {
            0 => length.saturating_mul(MAX_READINGS),
            MAX_DEPTH.. => return Err("too many unions within unions"),
            _ => account.bytes_left,
        };
        let bytes_left = bytes_left.checked_sub(length).ok_or("too many ways to read a union")?;
        ACCOUNT.set(Account { depth: account.depth + 1, bytes_left });
        Ok(Self(()))
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let account = ACCOUNT.get();
        ACCOUNT.set(Account { depth: account.depth.saturating_sub(1), ..account });
    }
}
