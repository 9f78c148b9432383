//! Rounds that alternate, and what is computed from them.

use std::time::{Duration, Instant};

use webhook_inbox::store::NewEntry;

use crate::Failure;
use crate::engine::Floor;

pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The median of each column, over the rows of all rounds.
pub(crate) fn medians<const N: usize>(rounds: &[[f64; N]]) -> [f64; N] {
    std::array::from_fn(|column| median(rounds.iter().map(|round| round[column])))
}

/// Items a second.
#[expect(clippy::cast_precision_loss, reason = "a count far below 2^53")]
pub(crate) fn rate(items: usize, elapsed: Duration) -> f64 {
    items as f64 / elapsed.as_secs_f64()
}

/// Divides items into batches that have this size in the mean.
pub(crate) fn batches<T>(items: &[T], mean: f64) -> impl Iterator<Item = &[T]> {
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    let end = move |batches: usize| ((batches as f64 * mean).round() as usize).min(items.len());
    (0_usize..).map(move |batch| &items[end(batch)..end(batch + 1)]).take_while(|batch| !batch.is_empty())
}

/// The rate of a loop that inserts these rows in batches of this size.
pub(crate) fn insert(floor: &mut impl Floor, rows: &[NewEntry], mean: f64) -> Result<f64, Failure> {
    let start = Instant::now();
    for batch in batches(rows, mean) {
        floor.insert(batch)?;
    }
    Ok(rate(rows.len(), start.elapsed()))
}

/// How many deliveries a round has: enough for at least some tenths of a second.
pub(crate) fn deliveries_of(concurrent: usize) -> usize {
    (250 * concurrent).clamp(4_000, 32_000)
}

/// The part of these times, in ascending order, that is at most this long.
pub(crate) fn percentile(times: &[Duration], percent: usize) -> f64 {
    times.get((times.len().saturating_sub(1)) * percent / 100).map_or(f64::NAN, |time| 1e3 * time.as_secs_f64())
}
