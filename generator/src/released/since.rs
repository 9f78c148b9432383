//! The versions that first had what a crate has.

use std::collections::HashMap;

use super::Released;
use crate::catalogue::{Catalogue, Definition, Field, Kind};

impl Released {
    /// What the last release had keeps the version that first had it. Types are the same if they have the same name in Rust, and
    /// members if they have the same name in JSON. What is new has no version yet.
    pub(super) fn carry(&self, catalogue: &mut Catalogue) {
        let Some(last) = &self.last else { return };
        let events = last.catalogue.event_types_by_name();
        for event_type in &mut catalogue.event_types {
            event_type.since = events.get(&*event_type.name).and_then(|old| old.since.clone());
        }
        for (name, definition) in &mut catalogue.types {
            let Some(old) = last.catalogue.definition(name) else { continue };
            definition.since.clone_from(&old.since);
            let Kind::Struct(old) = &old.is else { continue };
            let known: HashMap<&str, &Field> = old.fields.iter().map(|field| (&*field.name, field)).collect();
            for field in fields_of(definition) {
                field.since = known.get(&*field.name).and_then(|old| old.since.clone());
            }
        }
    }
}

/// What has no version yet is first in the version of the catalogue.
pub(super) fn fill(catalogue: &mut Catalogue) {
    let version = &catalogue.version;
    let fill = |since: &mut Option<String>| {
        since.get_or_insert_with(|| version.clone());
    };
    for event_type in &mut catalogue.event_types {
        fill(&mut event_type.since);
    }
    for definition in catalogue.types.values_mut() {
        fill(&mut definition.since);
        for field in fields_of(definition) {
            fill(&mut field.since);
        }
    }
}

fn fields_of(definition: &mut Definition) -> &mut [Field] {
    match &mut definition.is {
        Kind::Struct(object) => &mut object.fields,
        _ => &mut [],
    }
}
