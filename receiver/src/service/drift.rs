//! How often the bodies of each event type had what the description does not list.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::codec::Drift;
use crate::printable::Printable;

/// A drift and its count, as [`ReceiverService::drift`](crate::ReceiverService::drift) lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DriftCount {
    /// The event type.
    pub event_type: &'static str,
    /// What the description does not list.
    pub drift: Drift,
    /// How many deliveries had it, repeated ones included.
    pub deliveries: u64,
}

/// Safe to log.
impl fmt::Display for DriftCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event_type, drift: Drift { kind, pointer }, deliveries } = self;
        let pointer = Printable { text: pointer, limit: 256 };
        write!(f, "{event_type}: {} at `{pointer}` ({deliveries} deliveries)", kind.name())
    }
}

/// The counts since the start of the process.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<BTreeMap<&'static str, BTreeMap<Drift, u64>>>);

impl Tally {
    /// Counts what one delivery had. Returns what was counted, and whether it is new.
    pub(super) fn count(&self, event_type: &'static str, found: Vec<Drift>) -> Vec<(Drift, bool)> {
        let mut tally = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = tally.entry(event_type).or_default();
        let mut room = Drift::MAX_POINTERS.saturating_sub(counts.len());
        let counted: BTreeSet<Drift> = found
            .into_iter()
            .map(|drift| {
                let is_known = counts.contains_key(&drift);
                if !is_known && room == 0 {
                    return Drift::other(drift.kind);
                }
                room -= usize::from(!is_known);
                drift
            })
            .collect();
        let counted = counted.into_iter().map(|drift| {
            let count = counts.entry(drift.clone()).or_default();
            *count += 1;
            (drift, *count == 1)
        });
        counted.collect()
    }

    pub(super) fn snapshot(&self) -> Vec<DriftCount> {
        let tally = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_type = |(&event_type, counts): (&&'static str, &BTreeMap<Drift, u64>)| {
            let counts = counts.iter();
            counts
                .map(|(drift, &deliveries)| DriftCount { event_type, drift: drift.clone(), deliveries })
                .collect::<Vec<_>>()
        };
        tally.iter().flat_map(of_type).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::DriftKind;

    #[test]
    fn pointers_are_limited_for_each_event_type() {
        let tally = Tally::default();
        let drift = |number: usize| Drift { kind: DriftKind::UnknownValue, pointer: format!("/{number}") };
        for event_type in ["a", "b"] {
            for number in 0..100 {
                let counted = tally.count(event_type, vec![drift(number)]);
                assert_eq!(counted.len(), 1);
                assert_eq!(counted[0].1, number <= Drift::MAX_POINTERS, "{number}");
            }
            // What is known is still counted.
            assert_eq!(tally.count(event_type, vec![drift(0), drift(98), drift(99)]).len(), 2);
        }
        let snapshot = tally.snapshot();
        assert_eq!(snapshot[0].to_string(), "a: unknown_value at `/0` (2 deliveries)");
        assert_eq!(snapshot.len(), 2 * (Drift::MAX_POINTERS + 1));
        let of = |pointer: &str| {
            let counts = snapshot.iter().filter(|count| count.drift.pointer == pointer);
            counts.map(|count| count.deliveries).collect::<Vec<_>>()
        };
        assert_eq!((of("/0"), of("/1"), of("other")), (vec![2, 2], vec![1, 1], vec![37, 37]));
    }
}
