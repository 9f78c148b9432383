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
            for id in locked.keys.iter().filter_map(|key| resolver.find(key).next()) {
                if !claims[id.0].contains(&entry) {
                    claims[id.0].push(entry);
                }
            }
        }
        claims
    }

    /// The one entry of each type, by the type's index. If the keys of an entry are those of several types, the first one has
    /// it: the others have grown apart from it. First keys go before second ones, and paths within bodies before places of
    /// schemas. If corrections have made several types of a schema, its place is that of the first one without another entry.
    pub(crate) fn types_of(&self, api: &Api, sources: &Sources) -> Vec<Option<usize>> {
        let mut entries = vec![None; api.types.len()];
        if self.types.is_empty() {
            return entries;
        }
        let resolver = Keys::new(api, sources);
        let mut keys: Vec<(usize, usize, &str)> = Vec::new();
        for (entry, locked) in self.types.iter().enumerate() {
            for (position, key) in locked.keys.iter().enumerate() {
                let rank = if resolver.is_place(key) { usize::MAX } else { position };
                keys.push((rank, entry, key));
            }
        }
        keys.sort_unstable();
        let mut is_found = vec![false; self.types.len()];
        for (_, entry, key) in keys {
            if !is_found[entry]
                && let Some(id) = resolver.find(key).find(|id| entries[id.0].is_none())
            {
                entries[id.0] = Some(entry);
                is_found[entry] = true;
            }
        }
        entries
    }
}

/// Finds types by their keys.
struct Keys<'a> {
    paths: Paths<'a>,
    /// The types of each schema, by its place: the first within bodies goes first.
    places: BTreeMap<String, Vec<TypeId>>,
}

impl<'a> Keys<'a> {
    fn new(api: &'a Api, sources: &Sources) -> Self {
        let paths = Paths::new(api);
        let mut places: BTreeMap<String, Vec<TypeId>> = BTreeMap::new();
        for (index, def) in api.types.iter().enumerate() {
            places.entry(place(&def.origin, sources)).or_default().push(TypeId(index));
        }
        if places.values().any(|ids| ids.len() > 1) {
            let locations = paths.locations();
            let path = |id: &TypeId| locations[id.0].path.as_ref();
            for ids in places.values_mut() {
                ids.sort_by_key(|id| (path(id).is_none(), path(id)));
            }
        }
        Self { paths, places }
    }

    fn is_place(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    /// The types that a key is about: several only for a place.
    fn find(&self, key: &str) -> impl Iterator<Item = TypeId> {
        let at_place = self.places.get(key).map_or(&[][..], Vec::as_slice);
        let at_path = if at_place.is_empty() { self.paths.find(key) } else { None };
        at_place.iter().copied().chain(at_path)
    }
}

/// The place of a schema as a key: `#/components/schemas/User`, after a file's name if it is not the description.
pub(crate) fn place(origin: &Origin, sources: &Sources) -> String {
    let file = Some(origin.file()).filter(|file| Some(*file) != sources.description());
    format!("{}#{}", file.map_or("", |file| sources.relative_name(file)), origin.pointer())
}
