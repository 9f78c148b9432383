//! The place of a delivery in an order, from its body.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use webhook_receiver::Delivery;

use crate::store::Order;

const MAX_KEY_BYTES: usize = 512;

/// Where the key and the version are, as JSON pointers.
#[derive(Clone, Debug)]
pub(crate) struct OrderBy {
    pub(crate) key: String,
    pub(crate) version: Option<String>,
}

impl OrderBy {
    /// `None` if the body has no usable key: such a delivery is not ordered.
    pub(crate) fn of(&self, delivery: &Delivery) -> Option<Order> {
        let key = delivery.text_at(&self.key)?;
        if key.is_empty() || key.len() > MAX_KEY_BYTES || key.contains('\0') {
            return None;
        }
        let version = self.version.as_deref().and_then(|pointer| delivery.text_at(pointer));
        Some(Order { key, version: version.as_deref().and_then(version_of) })
    }
}

/// A time in microseconds since 1970, or an integer as it is.
fn version_of(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let time = text.parse::<Timestamp>().ok();
    // Without an offset, UTC: all versions are compared in the same way.
    let time = time.or_else(|| TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok());
    time.map(Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn versions_are_times_or_integers() {
        assert_eq!(version_of("7"), Some(7));
        assert_eq!(version_of("-7"), Some(-7));
        assert_eq!(version_of("1970-01-01T00:00:01Z"), Some(1_000_000));
        assert_eq!(version_of("1970-01-01T01:00:01.5+01:00"), Some(1_500_000));
        assert_eq!(version_of("1970-01-01T00:00:01"), Some(1_000_000));
        for text in ["", "soon", "1.5", "9223372036854775808"] {
            assert_eq!(version_of(text), None, "{text}");
        }
        assert!(version_of("2026-03-01T10:00:00.000002Z") > version_of("2026-03-01T10:00:00.000001Z"));
    }
}
