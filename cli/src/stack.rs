//! A second line of defense against descriptions that need much stack. The first is that the generator counts the depth of
//! whatever it walks through.

use std::panic;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// The stack of the thread that does the work, in bytes: several times what anything within the limits needs.
const STACK: usize = 16 * 1024 * 1024;

/// Does the work on a thread with a large stack, or on this one if the system has no memory for that.
pub(crate) fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let work = Mutex::new(Some(work));
    let take = || work.lock().unwrap_or_else(PoisonError::into_inner).take();
    let run = || take().map(|work| work());
    thread::scope(|scope| match thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run) {
        Ok(thread) => match thread.join() {
            Ok(done) => done,
            Err(panic) => panic::resume_unwind(panic),
        },
        Err(_) => run(),
    })
    .unwrap_or_else(|| unreachable!("the work is taken once"))
}

#[cfg(test)]
mod tests {
    use super::on_large_stack;

    #[test]
    fn the_work_has_more_stack_than_this_thread() {
        fn deep(levels: usize) -> usize {
            let used = std::hint::black_box([levels; 128]);
            if levels == 0 { used[0] } else { 1 + deep(used[1] - 1) }
        }
        // Each level takes a kilobyte or more, and a thread of the tests has two megabytes.
        assert_eq!(on_large_stack(|| deep(5_000)), 5_000);
    }
}
