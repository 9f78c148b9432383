//! Large changes in small steps, so that others hardly wait.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::store::StoreError;

/// How many entries one step changes. The smallest number is about that of the entries that others insert in a commit: otherwise
/// removing would be slower than inserting.
const FIRST: usize = 100;
const SMALLEST: usize = 100;
const LARGEST: usize = 500;
/// A step that takes longer than this is followed by a smaller one, any other by a larger one. New deliveries may wait for it.
const LONGEST: Duration = Duration::from_millis(5);

/// Repeats a step until it changes fewer entries than requested, or `goes_on` returns false. Returns how many it has changed.
///
/// How many these are depends on how long the step before has taken. Others have the store for as long after each.
pub(crate) async fn in_steps<F: Future<Output = Result<u64, StoreError>>>(
    step: impl Fn(usize) -> F,
    goes_on: impl Fn() -> bool,
) -> Result<u64, StoreError> {
    let (mut limit, mut sum) = (FIRST, 0);
    loop {
        let start = Instant::now();
        let count = step(limit).await?;
        let took = start.elapsed();
        sum += count;
        if count < limit as u64 || !goes_on() {
            return Ok(sum);
        }
        limit = next(limit, took);
        // Also if the step was so short that it cannot be measured.
        sleep(took.max(Duration::from_millis(1))).await;
    }
}

fn next(limit: usize, took: Duration) -> usize {
    let next = if took > LONGEST { limit / 2 } else { limit * 5 / 4 };
    next.clamp(SMALLEST, LARGEST)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// A store in which each entry takes this long.
    async fn limits(entries: u64, per_entry: Duration) -> Vec<usize> {
        let (left, limits) = (RefCell::new(entries), RefCell::new(Vec::new()));
        let step = |limit| {
            let (left, limits) = (&left, &limits);
            async move {
                limits.borrow_mut().push(limit);
                let count = (limit as u64).min(*left.borrow());
                *left.borrow_mut() -= count;
                sleep(per_entry * u32::try_from(count).unwrap()).await;
                Ok(count)
            }
        };
        assert_eq!(in_steps(step, || true).await.unwrap(), entries);
        limits.into_inner()
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_takes_as_long_as_others_can_wait() {
        let fast = limits(20_000, Duration::ZERO).await;
        assert_eq!(fast.last(), Some(&LARGEST));
        let slow = limits(20_000, Duration::from_millis(1)).await;
        assert!(slow.iter().all(|limit| *limit == SMALLEST), "{slow:?}");
        // 5 ms are 250 entries.
        let middle = limits(20_000, Duration::from_micros(20)).await;
        assert!(middle[10..].iter().all(|limit| (125..=320).contains(limit)), "{middle:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_if_nothing_is_left_or_if_it_must() {
        assert_eq!(limits(0, Duration::ZERO).await, [FIRST]);
        assert_eq!(limits(FIRST as u64, Duration::ZERO).await.len(), 2);
        assert_eq!(in_steps(async |limit| Ok(limit as u64), || false).await.unwrap(), FIRST as u64);
    }
}
