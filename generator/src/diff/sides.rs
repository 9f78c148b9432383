//! Both versions, and how each reads what the other describes.

use std::collections::{BTreeSet, HashMap};

use super::fit::{Fit, Relation};
use crate::catalogue::{Catalogue, Definition, Kind, Struct, Type};

/// Both versions.
pub(super) struct Sides<'a> {
    pub(super) old: &'a Catalogue,
    pub(super) new: &'a Catalogue,
    /// The old crate as the reader of new deliveries.
    pub(super) now: Relation<'a>,
    /// The new crate as the reader of old deliveries.
    pub(super) replay: Relation<'a>,
}

impl<'a> Sides<'a> {
    pub(super) fn new(old: &'a Catalogue, new: &'a Catalogue) -> Self {
        Self { old, new, now: Relation::new(old, new), replay: Relation::new(new, old) }
    }

    /// Whether the types are the same in JSON.
    pub(super) fn are_equal(&self, old: &'a Type, new: &'a Type) -> bool {
        self.now.types(old, new) == Fit::Fits && self.replay.types(new, old) == Fit::Fits
    }

    /// The struct that a type is, with or without a pointer.
    pub(super) fn object(catalogue: &'a Catalogue, ty: &'a Type) -> Option<&'a Struct> {
        match target(ty).and_then(|name| catalogue.definition(name)) {
            Some(Definition { is: Kind::Struct(object), .. }) => Some(object),
            _ => None,
        }
    }
}

/// The definition that a type is, behind any pointer or null.
pub(super) fn target(ty: &Type) -> Option<&str> {
    match ty {
        Type::Ref(name) | Type::Boxed(name) => Some(name),
        Type::Deep(inner) | Type::Nullable(inner) | Type::Implied(inner) => target(inner),
        _ => None,
    }
}

/// All types that some types need, themselves included.
pub(super) fn closure<'a, 'r>(catalogue: &'a Catalogue, from: impl IntoIterator<Item = &'r str>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let known = |name: &str| catalogue.types.get_key_value(name);
    let mut pending: Vec<_> = from.into_iter().filter_map(known).collect();
    while let Some((name, definition)) = pending.pop() {
        if seen.insert(name.as_str()) {
            pending.extend(definition.is.types().into_iter().flat_map(Type::names).filter_map(known));
        }
    }
    seen
}

/// The event types whose payloads need each type, in alphabetical order.
pub(super) fn users(catalogue: &Catalogue) -> HashMap<&str, Vec<&str>> {
    let mut users: HashMap<&str, Vec<&str>> = HashMap::new();
    for (name, event_type) in catalogue.event_types_by_name() {
        for ty in closure(catalogue, [event_type.payload.as_str()]) {
            users.entry(ty).or_default().push(name);
        }
    }
    users
}
