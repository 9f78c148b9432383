//! The parser's position.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};

/// Makes the parser fail on the next value, since only its errors have a position. A scalar that it can borrow is passed
/// on first.
pub(in crate::source) fn stop<'de, D: Deserializer<'de>>(
    deserializer: D,
    lent: impl FnOnce(&'de str),
) -> Result<(), D::Error> {
    deserializer.deserialize_str(Stop(lent))
}

struct Stop<F>(F);

impl<'de, F: FnOnce(&'de str)> Visitor<'de> for Stop<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing")
    }

    fn visit_borrowed_str<E: Error>(self, content: &'de str) -> Result<(), E> {
        (self.0)(content);
        Err(E::custom("stopped"))
    }
}
