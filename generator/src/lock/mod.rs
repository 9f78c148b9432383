//! The record of Rust names that were given once, `names.lock`: an input of the next run, so that a name stays while the
//! description changes.
//!
//! ```text
//! event AssetCreated = "asset.created"
//! topic Asset = "asset"
//! module asset = "asset"
//! accessor customer_id = "customerId" "asset.created"
//! type asset::AssetCreated = "asset.created"
//!     customer_id = "customerId"
//!     state
//! type asset::AssetCreatedState = "asset.created/state"
//!     Active = "active"
//!     Unknown = *
//! ```
//!
//! Only this room knows the format. Lines are sorted by their Rust names, one for each name, so that versions merge.

mod parse;
mod print;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::document::Origin;
use crate::ir::{Api, Paths, TypeId};
use crate::source::Sources;

/// The name of the file, beside `codegen.toml`.
pub const FILE: &str = "names.lock";

/// The key of the variant or field for all that the description does not list.
pub(crate) const OTHERS: &str = "*";

/// Names that were given once. The default is that of a first run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The variants for event types, by event type.
    pub(crate) events: BTreeMap<String, String>,
    /// The variants for topics, by topic.
    pub(crate) topics: BTreeMap<String, String>,
    /// The modules, by widest topic.
    pub(crate) modules: BTreeMap<String, String>,
    /// The accessors of common members, by the member's name in JSON.
    pub(crate) accessors: BTreeMap<String, LockedAccessor>,
    /// The types.
    pub(crate) types: Vec<LockedType>,
}

/// An accessor of a common member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LockedAccessor {
    pub(crate) name: String,
    /// An event type whose member has the type that the accessor returns.
    pub(crate) event_type: String,
}

/// A type and what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LockedType {
    pub(crate) module: String,
    pub(crate) name: String,
    /// What the type is known by, see [`keys`].
    pub(crate) keys: Vec<String>,
    /// Fields and variants, by what they are called in JSON: a JSON text, or [`OTHERS`].
    pub(crate) members: BTreeMap<String, String>,
}

impl Lock {
    /// The entries that each type is known by, by the type's index. A type may be known by several, and an entry may be that
    /// of several types that were equal.
    pub(crate) fn claims(&self, api: &Api, sources: &Sources) -> Vec<Vec<usize>> {
        let mut claims = vec![Vec::new(); api.types.len()];
        if self.types.is_empty() {
            return claims;
        }
        let resolver = Keys::new(api, sources);
        for (entry, locked) in self.types.iter().enumerate() {
            for id in locked.keys.iter().filter_map(|key| resolver.find(key)) {
                if !claims[id.0].contains(&entry) {
                    claims[id.0].push(entry);
                }
            }
        }
        claims
    }

    /// The one entry of each type, by the type's index. If the keys of an entry are those of several types, the first one has
    /// it: the others have grown apart from it. First keys go before second ones.
    pub(crate) fn types_of(&self, api: &Api, sources: &Sources) -> Vec<Option<usize>> {
        let mut entries = vec![None; api.types.len()];
        if self.types.is_empty() {
            return entries;
        }
        let resolver = Keys::new(api, sources);
        let longest = self.types.iter().map(|locked| locked.keys.len()).max().unwrap_or(0);
        let mut is_found = vec![false; self.types.len()];
        for position in 0..longest {
            for (entry, locked) in self.types.iter().enumerate().filter(|(_, locked)| position < locked.keys.len()) {
                if !is_found[entry]
                    && let Some(id) = resolver.find(&locked.keys[position])
                    && entries[id.0].is_none()
                {
                    entries[id.0] = Some(entry);
                    is_found[entry] = true;
                }
            }
        }
        entries
    }
}

/// Finds types by their keys.
struct Keys<'a> {
    paths: Paths<'a>,
    components: BTreeMap<String, TypeId>,
}

impl<'a> Keys<'a> {
    fn new(api: &'a Api, sources: &Sources) -> Self {
        let ids = api.types.iter().enumerate();
        let components = ids.map(|(index, def)| (place(&def.origin, sources), TypeId(index))).collect();
        Self { paths: Paths::new(api), components }
    }

    fn find(&self, key: &str) -> Option<TypeId> {
        if key.contains('#')
            && let Some(id) = self.components.get(key)
        {
            return Some(*id);
        }
        self.paths.find(key)
    }
}

/// The place of a schema as a key: `#/components/schemas/User`, after a file's name if it is not the description.
pub(crate) fn place(origin: &Origin, sources: &Sources) -> String {
    let file = Some(origin.file()).filter(|file| Some(*file) != sources.description());
    format!("{}#{}", file.map_or("", |file| sources.relative_name(file)), origin.pointer())
}
