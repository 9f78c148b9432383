//! `[required]` and `[open]`: what is known about the payloads of an event type besides the description.

use std::collections::BTreeMap;

use super::Located;
use super::table::Table;
use super::values::{BodyPlace, Pointer, Text};

/// What is known about payloads besides the description, by event type.
///
/// The places are JSON pointers into the body, however the description is laid out: references are resolved. `*` is each
/// element of an array, or each value of a map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corrections {
    /// The members that are always present.
    pub required: ByEventType<Pointer>,
    /// The objects that may have members which the description does not have.
    pub open: ByEventType<BodyPlace>,
}

/// Places of bodies, by event type.
pub type ByEventType<P> = BTreeMap<Text, Located<Vec<Located<P>>>>;

impl Corrections {
    pub(super) fn read(table: &mut Table<'_>) -> Self {
        Self { required: table.lists("required"), open: table.lists("open") }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.required.is_empty() && self.open.is_empty()
    }
}
